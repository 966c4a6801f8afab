import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf

M = np.random.default_rng(0).normal(size=(4, 3))


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64, tf.float32, tf.string])
def test_unique(dtype):
    values = [4, 1, 4, 2, 1, 7]
    values = [str(v) for v in values] if dtype is tf.string else values
    x = tf.constant(values, dtype)
    y, idx, again, _, count = helpers.run(*tf.unique(x), *tf.unique_with_counts(x, out_idx=tf.int64))
    assert [v if isinstance(v, bytes) else int(v) for v in y] == (
        [b"4", b"1", b"2", b"7"] if dtype is tf.string else [4, 1, 2, 7]
    )
    assert idx.tolist() == [0, 1, 0, 2, 1, 3] and count.tolist() == [2, 2, 1, 1]
    assert (y == again).all() and idx.dtype == "int32" and count.dtype == "int64"


def test_difference():
    out, idx = helpers.run(*tf.setdiff1d([1, 2, 3, 4, 2, 1], [1, 4]))
    assert out.tolist() == [2, 3, 2] and idx.tolist() == [1, 2, 4]
    assert tf.listdiff is tf.setdiff1d


def test_nothing_to_find():
    x = tf.placeholder(tf.int32, [None])
    y, idx, out = helpers.run(*tf.unique(x), tf.setdiff1d(x, [1])[0], feed_dict={x: []})
    assert y.shape == idx.shape == out.shape == (0,)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_invert_permutation(dtype):
    x = np.array([3, 0, 2, 1], dtype)
    helpers.check(lambda p: tf.invert_permutation(p), x, reference=np.argsort, grads=False, openness=("known",))
    p = tf.placeholder(dtype, [None])
    for bad in ([0, 2], [0, 0], [-1, 0]):
        with helpers.fails(tf.errors.InvalidArgumentError, str(bad), "no permutation of [0, 2)"):
            helpers.run(tf.invert_permutation(p), feed_dict={p: bad})


@pytest.mark.parametrize("partitions", [[1, 0, 1, 2], [[0, 1, 0], [2, 2, 0], [0, 0, 0], [1, 1, 1]], 1], ids=str)
def test_dynamic_partition(partitions):
    partitions = np.array(partitions, np.int32)

    def fn(x):
        return tf.dynamic_partition(x, partitions, 3)

    with tf.Graph().as_default():
        values = helpers.run(*fn(tf.constant(M)))
    for i, value in enumerate(values):
        np.testing.assert_array_equal(value, M[partitions == i])
    helpers.check_gradients(fn, M)
    helpers.check_gradients(lambda x: fn(x)[1], M)


def test_dynamic_stitch():
    def fn(a, b):
        return tf.dynamic_stitch([[0, 3], [[1, 2]]], [a, b])

    a, b = M[:2], M[None, 2:]
    helpers.check(fn, a, b, reference=lambda a, b: np.stack([a[0], b[0, 0], b[0, 1], a[1]]), openness=("known",))
    first, second = helpers.run(
        tf.dynamic_stitch([[0, 1], [1]], [[1.0, 2.0], [3.0]]), tf.dynamic_stitch([[2], [0]], [[5], [6]])
    )
    assert first.tolist() == [1, 3] and second[0] == 6 and second[2] == 5


def test_partition_and_stitch_are_inverse():
    partitions = tf.constant([1, 0, 1, 0])
    x = tf.constant(M)
    parts, places = (tf.dynamic_partition(v, partitions, 2) for v in (x * x, tf.range(4)))
    y = tf.dynamic_stitch(places, parts)
    value, grad = helpers.run(y, *tf.gradients(y, x))
    np.testing.assert_allclose(value, M * M)
    np.testing.assert_allclose(grad, 2 * M)


def test_bad_partitions():
    p = tf.placeholder(tf.int32, [None])
    parts = tf.dynamic_partition(M, p, 2)
    for bad, message in ([0, 1, 2, 0], "partitions[2] = 2"), ([0, -1, 0, 0], "[1] = -1"), ([0, 1], "(2,)"):
        with helpers.fails(tf.errors.InvalidArgumentError, message):
            helpers.run(*parts, feed_dict={p: bad})
    with helpers.fails(tf.errors.InvalidArgumentError, "indices[0] = -1"):
        helpers.run(tf.dynamic_stitch([p], [[5.0]]), feed_dict={p: [-1]})
    with helpers.fails(ValueError, "not compatible"):
        tf.dynamic_partition(M, [0, 1], 2)


FACTS = ("tf.unique", "tf.setdiff1d(", "tf.invert_permutation(", "tf.dynamic_")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_unique_slices(axis):
    x = np.random.default_rng(4).integers(0, 2, (12, 3, 2))
    with tf.Session() as session:
        y, index, counts = session.run(tf.raw_ops.UniqueWithCountsV2(x=x, axis=[axis]))
    np.testing.assert_array_equal(y.take(index, axis), x)
    assert counts.sum() == x.shape[axis]
    assert y.shape[axis] == np.unique(x, axis=axis).shape[axis] == len(counts)
    assert list(dict.fromkeys(index)) == list(range(len(counts)))  # in order of appearance
