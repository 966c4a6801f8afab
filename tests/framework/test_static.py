import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework.static import constant_value, constant_value_as_shape, partial_value


def x():
    return tf.placeholder(tf.float32, [None, 4])


@pytest.mark.parametrize(
    "make, known",
    [
        (lambda: tf.shape(x()), [None, 4]),
        (lambda: tf.stack([tf.shape(x())[0], 2]), [None, 2]),
        (lambda: tf.shape(x())[1:], [4]),
        (lambda: tf.shape(x())[::-1], [4, None]),
        (lambda: tf.concat([tf.shape(x()), [5]], 0), [None, 4, 5]),
        (lambda: tf.cast(tf.shape(x()), tf.int64), [None, None]),  # as TensorFlow
        (lambda: tf.cast(tf.shape(tf.zeros([2, 4])), tf.int64), [2, 4]),
        (lambda: tf.shape(x()) * [1, 2], [None, None]),
        (lambda: tf.constant([-1, 3]), [None, 3]),
        (lambda: tf.range(2, 4), [2, 3]),
        (lambda: tf.placeholder(tf.int32, [3]), [None, None, None]),
        (lambda: tf.placeholder(tf.int32, [None]), None),
    ],
)
def test_shapes_of_partly_known_values(make, known):
    shape = constant_value_as_shape(make())
    assert (None if shape.rank is None else shape.as_list()) == known


def test_reshape_knows_what_its_shape_argument_knows():
    assert tf.reshape(x(), [tf.shape(x())[0], 4]).shape.as_list() == [None, 4]
    assert tf.zeros([tf.shape(x())[0], 7]).shape.as_list() == [None, 7]
    assert tf.fill(tf.shape(x())[1:], 0.0).shape.as_list() == [4]


@pytest.mark.parametrize(
    "make, value",
    [
        (lambda: tf.constant([1, 2]) + 1, [2, 3]),
        (lambda: tf.size(tf.zeros([2, 3])), 6),
        (lambda: tf.rank(x()), 2),
        (lambda: tf.reduce_prod(tf.shape(tf.zeros([2, 3]))), 6),
        (lambda: x() + 1.0, None),
        (lambda: tf.random_normal([2]), None),
        (lambda: tf.Variable(1.0).read_value(), None),
        (lambda: np.array([1]), [1]),
    ],
)
def test_constant_values(make, value):
    found = constant_value(make())
    assert found is None if value is None else np.array_equal(found, value)


def test_large_values_are_left_to_the_run():
    big = tf.zeros([200, 200]) + 1.0
    assert constant_value(big) is None


def test_bad_data_is_left_to_the_run():
    bad = tf.gather([1, 2], tf.constant(5))
    assert constant_value(bad) is None
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "5", "[0, 2)"):
        session.run(bad)


def test_long_chains_are_not_followed_for_ever():
    value = tf.shape(x())[1]
    for _ in range(500):
        value = value + 1
    assert partial_value(value) is None or partial_value(value) == 504


def test_values_of_ops_with_several_outputs_decide_shapes():
    distinct = tf.unique([1, 2, 1])[0]
    assert tf.range(tf.size(distinct)).shape.as_list() == [2]
    assert tf.zeros(distinct).shape.as_list() == [1, 2]
    assert tf.zeros(tf.shape(distinct)).shape.as_list() == [None]  # of that TensorFlow takes only what is static
    assert tf.string_split(["a b"]).get_shape().as_list() == [None, None]
