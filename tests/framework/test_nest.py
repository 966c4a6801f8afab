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
    with fails(ValueError, "2 parts against 1"):
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
    with fails(TypeError, "differ"):
        nest.flatten_up_to(deep([5], wrap), one)
    with fails(ValueError, "nested too deeply"):
        nest.get_traverse_shallow_structure(lambda part: True, one)
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


Point = namedtuple("Point", "x y")
TREE = {"b": [1, (2, 3)], "a": Point(4, {"z": 5})}


# Results, and classes of errors, of TensorFlow 1.15.5.
@pytest.mark.parametrize(
    "call, expected",
    [
        (
            lambda: nest.flatten_with_joined_string_paths(TREE, "-"),
            [("a-x", 4), ("a-y-z", 5), ("b-0", 1), ("b-1-0", 2), ("b-1-1", 3)],
        ),
        (lambda: nest.flatten_with_tuple_paths([1, {"a": 2}]), [((0,), 1), ((1, "a"), 2)]),
        (lambda: list(nest.yield_flat_paths(TREE))[:2], [("a", "x"), ("a", "y", "z")]),
        (lambda: list(nest.yield_flat_paths(3)), [()]),
        (lambda: nest.flatten_dict_items({(1, 2): ("a", "b"), 3: "c"}), {1: "a", 2: "b", 3: "c"}),
        (lambda: nest.flatten_dict_items({(1, 2): "a"}), ValueError),
        (lambda: nest.flatten_dict_items({(1, 1): ("a", "b")}), ValueError),
        (lambda: nest.flatten_dict_items(3), TypeError),
        (
            lambda: nest.get_traverse_shallow_structure(lambda s: isinstance(s, (list, dict)), TREE),
            {"b": [False, False], "a": False},
        ),
        (lambda: nest.get_traverse_shallow_structure(lambda s: not isinstance(s, tuple), [1, (2, 3)]), [True, False]),
        (
            lambda: nest.get_traverse_shallow_structure(lambda s: True, TREE),
            {"b": [True, (True, True)], "a": Point(True, {"z": True})},
        ),
        (lambda: nest.get_traverse_shallow_structure(lambda s: False, TREE), False),
        (lambda: nest.get_traverse_shallow_structure(lambda s: 3, [1]), TypeError),
        (lambda: nest.get_traverse_shallow_structure(lambda s: [True, False], [[1], [2]]), ValueError),
        (lambda: nest.assert_shallow_structure([1, 2], [3, [4]]), None),
        (lambda: nest.assert_shallow_structure([1, [2]], [3, 4]), TypeError),
        (lambda: nest.assert_shallow_structure([1, 2], (3, 4)), TypeError),
        (lambda: nest.assert_shallow_structure([1, 2], (3, 4), check_types=False), None),
        (lambda: nest.assert_shallow_structure([1], [3, 4]), ValueError),
        (lambda: nest.assert_shallow_structure({"a": 1}, {"b": 1}), ValueError),
        (lambda: nest.map_structure_with_paths(lambda p, v: (p, v), [1, {"a": 2}]), [("0", 1), {"a": ("1/a", 2)}]),
        (
            lambda: nest.map_structure_with_tuple_paths(lambda p, v, w: (p, v + w), [1, {"a": 2}], [3, {"a": 4}]),
            [((0,), 4), {"a": ((1, "a"), 6)}],
        ),
        (lambda: nest.map_structure_with_paths(lambda p, v: 0, [1], [2, 3]), ValueError),
        (
            lambda: nest.map_structure_with_tuple_paths_up_to(
                [0, 0], lambda p, v, w: (p, v, w), [1, [2]], ["a", ["b"]]
            ),
            [((0,), 1, "a"), ((1,), [2], ["b"])],
        ),
        (lambda: nest.flatten_up_to([0, 0], [1, [2]]), [1, [2]]),
        (lambda: nest.flatten_up_to([0, 0], (1, [2])), TypeError),
        (lambda: nest.flatten_up_to([0, [0]], [1, 2]), TypeError),
        (lambda: nest.flatten_up_to([0], [1, 2]), ValueError),
        (lambda: nest.map_structure_up_to([0, 0], lambda a: a, [1, [2]]), [1, [2]]),
    ],
)
def test_upper_parts_and_paths(call, expected):
    if isinstance(expected, type):
        with pytest.raises(expected):
            call()
    else:
        assert call() == expected


def test_views_of_dicts_are_structures():
    d = {"b": 1, "a": (2, 3)}
    for view, leaves in ((d.values(), [1, 2, 3]), (d.keys(), ["b", "a"]), (d.items(), ["b", 1, "a", 2, 3])):
        assert nest.is_sequence(view) and nest.flatten(view) == leaves
        assert nest.map_structure(lambda x: x, view) == list(view) == nest.pack_sequence_as(view, leaves)
        nest.assert_same_structure(view, view)
        with pytest.raises(TypeError, match="the structures differ"):
            nest.assert_same_structure(view, list(view))
