"""Lists of tensors, as graphs for TensorFlow have them: values, of which writing makes new ones."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework.apply import apply
from minitf.ops.control import tensor_list  # noqa: F401 - defines the ops


def items(*tensors, dtype=tf.float32):
    """A list that tensors were appended to."""
    found = apply("EmptyTensorList", -1, -1, element_dtype=dtype)
    for tensor in tensors:
        found = apply("TensorListPushBack", found, tensor)
    return found


def item(given, index, shape=-1, dtype=tf.float32):
    return apply("TensorListGetItem", given, index, shape, element_dtype=dtype)


def stacked(given, shape=-1):
    return apply("TensorListStack", given, shape, element_dtype=tf.float32)


def run(*tensors):
    with tf.Session() as session:
        return [found.tolist() for found in session.run(list(tensors))]


def test_what_was_appended_is_there():
    one = items(tf.constant([1.0, 2.0]), tf.constant([3.0]))
    more = apply("TensorListPushBack", one, tf.constant(4.0))
    assert run(item(one, 0), item(more, 1), item(more, 2)) == [[1, 2], [3], 4]
    assert run(apply("TensorListLength", one), apply("TensorListLength", more)) == [2, 3]


def test_places_are_written_one_by_one():
    first = apply("TensorListReserve", [2], 3, element_dtype=tf.float32)
    second = apply("TensorListSetItem", first, 1, tf.constant([1.0, 2.0]))
    third = apply("TensorListSetItem", second, 1, tf.constant([5.0, 6.0]))
    assert run(stacked(second, [2]), stacked(third, [2])) == [[[0, 0], [1, 2], [0, 0]], [[0, 0], [5, 6], [0, 0]]]


def test_whole_tensors():
    rows = apply("TensorListScatterV2", tf.constant([1.0, 2.0]), [2, 0], -1, 4)
    picked = apply("TensorListGather", rows, [2, 0], -1, element_dtype=tf.float32)
    assert run(stacked(rows, np.zeros(0, np.int32)), picked) == [[2, 0, 1, 0], [1, 2]]
    assert run(stacked(items(), [2])) == [[]]


def test_sums_and_zeros():
    one = items(tf.constant([1.0, 2.0]), tf.constant([3.0]))
    nothing = apply("TensorListReserve", -1, 2, element_dtype=tf.float32)
    total = apply("SumOfTensorLists", [one, one, nothing])
    zeros = apply("ZerosLikeTensorList", total)
    assert run(item(total, 0), item(total, 1), item(zeros, 0), item(zeros, 1)) == [[2, 4], [6], [0, 0], [0]]


def test_lists_of_lists():
    inner = [items(tf.constant([1.0])), items(tf.constant([2.0]), tf.constant([3.0]))]
    outer = items(*inner, dtype=tf.variant)
    total = apply("SumOfTensorLists", [outer, outer])
    for given, found in ((outer, 3), (total, 6), (apply("ZerosLikeTensorList", outer), 0)):
        assert run(item(item(given, 1, np.zeros(0, np.int32), tf.variant), 1)) == [[found]]


def test_static_shapes():
    x = items(tf.constant([1.0, 2.0]))
    assert item(x, 0, [2]).shape.as_list() == [2] and item(x, 0, [-1, 3]).shape.as_list() == [None, 3]
    assert item(x, 0).shape.rank is None and stacked(x, [2]).shape.as_list() == [None, 2]


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda x: item(x, 2), "index 2 is not in a list of 2 tensors"),
        (lambda x: apply("TensorListSetItem", x, -1, tf.constant(0.0)), "index -1 is not in a list of 2 tensors"),
        (lambda x: apply("TensorListGather", x, [0, 2], -1, element_dtype=tf.float32), "index 2 is not in a list"),
        (lambda x: stacked(x), "tensors of different shapes cannot be stacked"),
        (lambda x: item(apply("TensorListReserve", -1, 1, element_dtype=tf.float32), 0), "was not written is read"),
        (lambda x: apply("SumOfTensorLists", [x, items()]), "lists of 2 and 0 tensors cannot be added"),
    ],
)
def test_errors(make, words):
    found = make(items(tf.constant([1.0, 2.0]), tf.constant([3.0])))
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, words):
        session.run(found)
