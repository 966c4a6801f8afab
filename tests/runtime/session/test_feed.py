import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework.tensor import IndexedSlices


def fed(tensor, value, key=None):
    with tf.Session() as session:
        return session.run(tensor, {tensor if key is None else key: value})


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], np.int64),
        np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1, 0, 2], [3, 0, 4]], np.float32)[:, ::2],
        [np.array([1, 2]), np.array([3, 4])],
    ],
)
def test_values_become_arrays_of_the_placeholders_type(value):
    x = tf.placeholder(tf.float32, [None, 2])
    result = fed(x, value)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    "dtype, value, result", [("int32", 1.5, 1), ("bool", [0, 2], [False, True]), ("string", "a", b"a")]
)
def test_conversions(dtype, value, result):
    np.testing.assert_array_equal(fed(tf.placeholder(dtype), value), result)


@pytest.mark.parametrize(
    "shape, value, error, parts",
    [
        ([None, 2], [1, 2, 3], ValueError, ["(3,)", "(?, 2)", "x:0", "test_feed.py"]),
        ([], [[1]], ValueError, ["(1, 1)", "()"]),
        (None, [[1], [2, 3]], ValueError, ["x:0", "float32"]),
        (None, "abc", ValueError, ["'abc'", "float32"]),
        (None, None, TypeError, ["None", "x:0"]),
        (None, np.complex64(1j), TypeError, ["complex64", "real part"]),
        (None, object(), TypeError, ["x:0"]),
        (None, {"a": 1}, TypeError, ["x:0"]),
    ],
)
def test_values_that_do_not_fit(shape, value, error, parts):
    with fails(error, *parts):
        fed(tf.placeholder(tf.float32, shape, name="x"), value)


def test_integers_out_of_range():
    with fails(TypeError, str(2**40), "int32"):
        fed(tf.placeholder(tf.int32), 2**40)


def test_a_tensor_is_no_value():
    with fails(TypeError, "is a tensor", "run it first"):
        fed(tf.placeholder(tf.float32), tf.constant(1.0))


@pytest.mark.parametrize(
    "key, parts", [("y:0", ["no 'y:0'"]), ("x", ["'x:0'"]), (3, ["3"]), (None, ["None"]), (frozenset(), ["frozenset"])]
)
def test_keys_that_are_no_tensors(key, parts):
    x = tf.placeholder(tf.float32, name="x")
    with tf.Session() as session, fails(TypeError, "cannot be fed", *parts):
        session.run(x, {key: 1.0})


def test_keys_by_name_and_any_tensor():
    x = tf.constant(2.0, name="x")
    y = x * 3.0
    with tf.Session() as session:
        assert session.run(y, {"x:0": 5.0}) == 15
        assert session.run(y * 2.0, {y: 1.0}) == 2
        assert session.run([y, y + 1.0], {y: 7.0}) == [7, 8], "what is fed may be fetched"


def test_structures():
    a, b = tf.placeholder(tf.float32, name="a"), tf.placeholder(tf.float32, name="b")
    with tf.Session() as session:
        assert session.run(a - b, {(a, b): (5, 2)}) == 3
        assert session.run(a - b, {(a, (b,)): (5, (2,))}) == 3
        with fails(ValueError, "structure"):
            session.run(a - b, {(a, b): (5, (2, 3))})


def test_indexed_slices():
    s = IndexedSlices(tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.int32, [None]), tf.constant([3, 1]))
    with tf.Session() as session:
        dense = session.run(tf.convert_to_tensor(s), {s: ([[1.0], [2.0]], [2, 0], [3, 1])})
    np.testing.assert_array_equal(dense, [[2], [0], [1]])


def test_variables_are_fed_for_one_run():
    v = tf.Variable(1.0)
    with tf.Session() as session:
        assert session.run(v + 1.0, {v: 5.0}) == 6
        session.run(v.initializer)
        assert session.run(v + 1.0) == 2


def test_feeds_of_no_dict():
    with tf.Session() as session, fails(TypeError, "feed_dict is a dict"):
        session.run(tf.constant(1), [1])


def test_the_fed_array_is_left_alone():
    x, value = tf.placeholder(tf.float32, [2]), np.array([1, 2], np.float32)
    with tf.Session() as session:
        out = session.run(x, {x: value})
        out[...] = 9
    np.testing.assert_array_equal(value, [1, 2])
