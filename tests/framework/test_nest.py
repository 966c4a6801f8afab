from collections import OrderedDict, namedtuple

import pytest
from helpers import fails

from minitf.framework import nest

Pair = namedtuple("Pair", "a b")
STRUCTURES = [
    1,
    [],
    [1, (2, [3])],
    {"b": 2, "a": (1,)},
    Pair(1, [2, 3]),
    OrderedDict([("z", 2), ("a", 1)]),
    (Pair(1, {"x": 2}), None),
]


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_flatten_and_pack(structure):
    flat = nest.flatten(structure)
    again = nest.pack_sequence_as(structure, flat)
    assert again == structure and type(again) is type(structure)
    assert nest.map_structure(lambda x: x, structure) == structure
    nest.assert_same_structure(structure, again)


def test_dicts_go_by_sorted_keys_and_keep_their_order():
    assert nest.flatten({"b": 2, "a": 1}) == [1, 2]
    assert list(nest.map_structure(str, {"b": 2, "a": 1})) == ["b", "a"]
    with fails(TypeError, "sorted"):
        nest.flatten({1: 1, "a": 2})


def test_strings_and_arrays_are_leaves():
    assert nest.flatten(["ab", b"cd"]) == ["ab", b"cd"]
    assert not nest.is_sequence("ab") and nest.is_sequence(()) and nest.is_sequence({})


@pytest.mark.parametrize("flat", [[], [1], [1, 2, 3]])
def test_wrong_count(flat):
    with fails(ValueError, f"{len(flat)} values"):
        nest.pack_sequence_as([1, 2], flat)


@pytest.mark.parametrize(
    "one, two, error",
    [
        ([1], 1, ValueError),
        ([1], [1, 2], ValueError),
        ([1, [2]], [1, 2], ValueError),
        ([1], (1,), TypeError),
        ({"a": 1}, {"b": 1}, ValueError),
        (Pair(1, 2), (1, 2), TypeError),
    ],
)
def test_different_structures(one, two, error):
    with fails(error, "differ"):
        nest.assert_same_structure(one, two)
    if error is TypeError:
        nest.assert_same_structure(one, two, check_types=False)


def test_up_to():
    assert nest.flatten_up_to([1, (2, 3)], [[4, 5], (6, [7])]) == [[4, 5], 6, [7]]
    assert nest.map_structure_up_to((1, 1), lambda x, y: x + y, ([1], [2]), ([3], [4])) == ([1, 3], [2, 4])
    with fails(ValueError, "root"):
        nest.flatten_up_to([1, 2], [1])


def test_map_over_several():
    assert nest.map_structure(lambda x, y: x + y, [1, (2,)], [3, (4,)]) == [4, (6,)]
