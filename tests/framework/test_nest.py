from collections import OrderedDict, namedtuple
from types import SimpleNamespace

import pytest
from helpers import fails

import minitf as tf
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


class Decorated:
    """As a class by attrs looks."""

    __attrs_attrs__ = (SimpleNamespace(name="b"), SimpleNamespace(name="a"))

    def __init__(self, b, a):
        self.b, self.a = b, a


def test_classes_by_attrs_are_structures():
    found = nest.map_structure(lambda x: 2 * x, [Decorated(1, (2,))])
    assert (found[0].b, found[0].a) == (2, (4,)) and nest.flatten(found) == [2, 4]


def deep(leaf, wrap, levels=10_000):
    for _ in range(levels):
        leaf = wrap(leaf)
    return leaf


WRAPS = (lambda x: [x], lambda x: ([0], x, 1), lambda x: {"a": x}, lambda x: Pair(0, x))


@pytest.mark.parametrize("wrap", WRAPS, ids=("list", "tuple", "dict", "namedtuple"))
def test_structures_are_as_deep_as_they_like(wrap):
    one = deep(5, wrap)
    flat = nest.flatten(one)
    assert 5 in flat
    nest.assert_same_structure(one, nest.pack_sequence_as(one, flat))
    assert nest.flatten(nest.map_structure(lambda x: x + 1, one)) == [x + 1 for x in flat]
    assert nest.flatten_up_to(one, one) == flat
    with fails(ValueError, "differ"):
        nest.assert_same_structure(one, deep([5], wrap))
    with fails(ValueError, "differ"):
        nest.flatten_up_to(deep([5], wrap), one)
    with fails(ValueError, "values were given"):
        nest.pack_sequence_as(one, [*flat, 1])


def test_structures_that_contain_themselves():
    endless = [1]
    endless.append((endless,))
    twice = (lambda x: nest.assert_same_structure(x, x), lambda x: nest.flatten_up_to(x, x))
    for function in (nest.flatten, lambda x: nest.pack_sequence_as(x, [1]), *twice):
        with fails(ValueError, "100,000 deep", "contain itself"):
            function(endless)


TAKERS = {  # what takes structures that end in numbers or tensors
    "feed": lambda s: tf.Session().run(tf.no_op(), {tf.placeholder(tf.float32): s}),
    "constant": tf.constant,
    "convert_to_tensor": lambda s: tf.convert_to_tensor([tf.constant(1.0), s]),
    "stack": lambda s: tf.stack([tf.constant(1.0), s]),
}


@pytest.mark.parametrize("name", TAKERS)
def test_values_are_no_deeper_than_python_can_follow(name):
    endless = [1.0]
    endless.append(endless)
    with fails(ValueError, "nested too deeply, or it contains itself"):
        TAKERS[name](deep(1.0, WRAPS[0]))
    with fails(ValueError, "nested too deeply, or it contains itself" if name != "feed" else "cannot feed"):
        TAKERS[name](endless)


def test_groups_of_ops_that_contain_themselves():
    endless = [tf.no_op()]
    endless.append(endless)
    with fails(ValueError, "contain"):
        tf.group(endless)
    assert len(tf.group(deep(tf.no_op(), WRAPS[0])).control_inputs) == 1
