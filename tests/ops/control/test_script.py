"""Python functions as ops."""

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf


def test_one_result_or_a_list():
    x = tf.constant([1.0, 2.0])
    one = tf.py_func(lambda a: a * 2, [x], tf.float32)
    many = tf.py_func(lambda a, n: (a + n.item(), n), [x, 3], [tf.float32, tf.int32], name="both")
    assert one.shape.rank is None and one.op.type == "PyFunc" and many[0].name == "both:0"
    doubled, added, n = run(one, *many)
    assert doubled.tolist() == [2, 4] and added.tolist() == [4, 5] and n == 3
    assert run(*tf.py_func(lambda: [np.float32(1)], [], [tf.float32])) == 1


def test_without_results():
    seen = []
    op = tf.py_func(seen.append, [tf.constant(7)], [])
    with tf.Session() as session:
        session.run(op)
        session.run(op)
    assert seen == [7, 7]


def test_strings():
    upper = tf.py_func(lambda s: s.upper(), [tf.constant("abc")], tf.string)
    listed = tf.py_func(lambda: np.array(["a", b"bc"], object), [], tf.string)
    a, b = run(upper, listed)
    assert a == b"ABC" and b.tolist() == [b"a", b"bc"]


def test_arguments_are_the_functions_own():
    kept = []

    def spoil(a):
        kept.append(a)
        a[:] = 0
        return a

    x = tf.placeholder(tf.float32, [2])
    fed = np.array([1, 2], np.float32)
    y = tf.py_func(spoil, [x], tf.float32)
    with tf.Session() as session:
        _, twice = session.run([y, x * 2], {x: fed})
    assert fed.tolist() == [1, 2] and twice.tolist() == [2, 4]
    kept[0][:] = 9


@pytest.mark.parametrize(
    "error, expected",
    [
        (ValueError, tf.errors.InvalidArgumentError),
        (TypeError, tf.errors.InvalidArgumentError),
        (StopIteration, tf.errors.OutOfRangeError),
        (MemoryError, tf.errors.ResourceExhaustedError),
        (NotImplementedError, tf.errors.UnimplementedError),
        (ZeroDivisionError, tf.errors.UnknownError),
        (KeyError, tf.errors.UnknownError),
    ],
)
def test_errors(error, expected):
    def broken(a):
        raise error("no luck")

    y = tf.py_func(broken, [1.0], tf.float32, name="call")
    with tf.Session() as session, fails(expected, error.__name__, "no luck", "broken", "call") as caught:
        session.run(y)
    assert isinstance(caught.value.__cause__, error)


def test_results_of_other_types():
    with tf.Session() as session:
        with fails(tf.errors.InvalidArgumentError, "float64", "float32"):
            session.run(tf.py_func(lambda: np.float64(1), [], tf.float32))
        with fails(tf.errors.InvalidArgumentError, "returned 1 values", "2 types"):
            session.run(tf.py_func(lambda: np.int32(1), [], [tf.int32, tf.int32])[0])
        with fails(tf.errors.InvalidArgumentError, "returned 0 values"):
            session.run(tf.py_func(lambda: None, [], [tf.int32])[0])
        assert session.run(tf.py_func(lambda: 1.5, [], tf.float32)) == 1.5
    with fails(ValueError, "function"):
        tf.py_func(3, [], tf.float32)


def test_gradients_stop():
    x = tf.constant(1.0)
    assert tf.gradients(tf.py_func(lambda a: a, [x], tf.float32) * 1.0, x) == [None]


def test_stateless():
    y = tf.py_func(lambda a: a + 1, [tf.constant(1)], tf.int32, stateful=False)
    assert y.op.type == "PyFuncStateless" and run(y) == 2
