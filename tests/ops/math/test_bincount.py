"""Counts, as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf


@pytest.mark.parametrize(
    "make, value",
    [
        (lambda: tf.bincount([1, 1, 3]), [0, 2, 0, 1]),
        (lambda: tf.bincount([1, 1, 3], minlength=6), [0, 2, 0, 1, 0, 0]),
        (lambda: tf.bincount([1, 1, 3], maxlength=2), [0, 2]),
        (lambda: tf.bincount([[1, 1], [3, 0]]), [1, 2, 0, 1]),
        (lambda: tf.bincount([[1, 1], [3, 0]], maxlength=2), [1, 2]),
        (lambda: tf.bincount(np.zeros([0, 2], np.int32)), []),
        (lambda: tf.bincount([1, 1, 3], weights=[1.0, 2.0, 3.0]), [0, 3, 0, 3]),
        (lambda: tf.bincount([1], dtype=tf.float64), [0, 1]),
    ],
)
def test_values(make, value):
    np.testing.assert_allclose(tf.Session().run(make()), value, rtol=1e-6)


def test_errors():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Input arr must be non-negative"):
        tf.Session().run(tf.bincount([-1]))
    numbers = tf.placeholder(tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="It holds -4"):
        tf.Session().run(tf.bincount(numbers), {numbers: [3, -1, -4]})


def test_counts_as_many_as_data_decide():
    numbers = tf.placeholder(tf.int32, [None])
    counts, session, random = tf.bincount(numbers, maxlength=40), tf.Session(), np.random.default_rng(3)
    for size in (3, 50, 7, 7, 50):
        given = random.integers(0, size, 30)
        expected = np.bincount(given)[:40]
        np.testing.assert_array_equal(session.run(counts, {numbers: given}), expected)


def test_the_static_shape_of_counts():
    assert tf.bincount([1, 1, 3]).shape == [4] and tf.bincount([1], minlength=6).shape == [6]
    assert tf.bincount(tf.placeholder(tf.int32, [3])).shape.as_list() == [None]
    with pytest.raises(ValueError, match="non-negative"):
        tf.bincount([1, 1], maxlength=-1)
