import pytest
from helpers import fails

import minitf as tf
from minitf.framework import shape
from minitf.framework.shape import Dimension, TensorShape, broadcast_static_shape

UNKNOWN = TensorShape(None)


@pytest.mark.parametrize(
    "one, two, merged",
    [
        ([None, 3], [2, None], [2, 3]),
        (None, [2, None], [2, None]),
        ([], [], []),
        ([None], None, [None]),
        ([2], [3], None),
        ([2], [2, 1], None),
    ],
)
def test_merging(one, two, merged):
    if merged is None:
        assert not TensorShape(one).is_compatible_with(two)
        with fails(ValueError, "not compatible"):
            TensorShape(one).merge_with(two)
        return
    assert TensorShape(one).is_compatible_with(two)
    assert TensorShape(one).merge_with(two).as_list() == merged
    assert TensorShape(two).merge_with(one).as_list() == merged


@pytest.mark.parametrize(
    "one, two, result",
    [
        ([2, 1], [3], [2, 3]),
        ([None, 1], [4, 3], [4, 3]),
        ([None], [None], [None]),
        ([None], [1], [None]),
        ([], [2, 2], [2, 2]),
        ([0], [1], [0]),
    ],
)
def test_broadcasting(one, two, result):
    assert broadcast_static_shape(TensorShape(one), TensorShape(two)).as_list() == result
    assert broadcast_static_shape(TensorShape(two), TensorShape(one)).as_list() == result


def test_broadcasting_of_shapes_that_do_not_fit():
    with fails(ValueError, "(2,)", "(3,)", "broadcast"):
        broadcast_static_shape(TensorShape([2]), TensorShape([3]))
    assert broadcast_static_shape(UNKNOWN, TensorShape([3])).rank is None


def test_sizes_and_rank():
    shape = TensorShape([2, None, 3])
    assert (shape.ndims, len(shape), shape.as_list()) == (3, 3, [2, None, 3])
    assert shape[0] == 2 and shape[1].value is None and shape[1:].as_list() == [None, 3]
    assert [d.value for d in shape] == [2, None, 3]
    assert not shape.is_fully_defined() and shape.num_elements() is None
    assert TensorShape([2, 3]).num_elements() == 6 and TensorShape([]).num_elements() == 1
    assert TensorShape(5).as_list() == [5] and TensorShape(shape) == shape


def test_unknown_rank():
    assert UNKNOWN.rank is None and not UNKNOWN and UNKNOWN[0].value is None and UNKNOWN[1:] == UNKNOWN
    for use in (len, list, TensorShape.as_list):
        with pytest.raises(ValueError, match="unknown"):
            use(UNKNOWN)


def test_concatenation():
    assert (TensorShape([1]) + [None]).as_list() == [1, None]
    assert ([1, 2] + TensorShape([3])).as_list() == [1, 2, 3]
    assert TensorShape([1]).concatenate(None).rank is None


def test_demands():
    assert TensorShape(None).with_rank(2).as_list() == [None, None]
    assert TensorShape([1]).with_rank_at_least(1) == TensorShape([1])
    for demand in (
        lambda s: s.with_rank(2),
        lambda s: s.with_rank_at_least(2),
        lambda s: s.with_rank_at_most(0),
        lambda s: s.assert_is_fully_defined(),
        lambda s: s.assert_same_rank([1, 2]),
        lambda s: s.assert_is_compatible_with([1, 2]),
    ):
        with pytest.raises(ValueError, match=r"\(\?,\)"):
            demand(TensorShape([None]))


def test_dimensions():
    three, unknown = Dimension(3), Dimension(None)
    assert int(three + 1) == 4 and int(7 // three) == 2 and (three * unknown).value is None
    assert three == 3 and three != 4 and (three == unknown) is None and three < 4
    assert list(range(three)) == [0, 1, 2] and three.merge_with(None) is three
    for bad in (-1, 2.5, "2"):
        with pytest.raises((ValueError, TypeError)):
            Dimension(bad)


def test_text():
    assert [str(TensorShape(s)) for s in (None, [], [None], [2, None])] == ["<unknown>", "()", "(?,)", "(2, ?)"]


def test_set_shape_adds_knowledge():
    x = tf.placeholder(tf.float32)
    x.set_shape([None, 3])
    x.set_shape([2, None])
    assert x.get_shape().as_list() == [2, 3]
    with fails(ValueError, "Placeholder:0", "(2, 3)", "(4, 3)"):
        x.set_shape([4, 3])


def test_usual_shapes():
    assert shape.scalar().as_list() == [] and shape.vector(None).as_list() == [None]
    assert shape.matrix(2, None).as_list() == [2, None]
    assert shape.unknown_shape().rank is None and shape.unknown_shape(2).as_list() == [None, None]
