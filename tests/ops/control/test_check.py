"""Assertions about values, shapes and types."""

import numpy as np
import pytest
from helpers import check_gradients, fails, run
from oracle import check_case, check_gradient, ids_used, op_facts

import minitf as tf

X = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)


@pytest.mark.parametrize("case", op_facts("cases", "tf.assert_", "tf.check_numerics"), ids=lambda c: c["call"])
def test_recorded(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", "check_numerics"), ids=lambda f: f["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


def test_ids():
    ours, theirs = ids_used("checks")
    assert ours == theirs


COMPARISONS = {  # name: values x, y that pass, and that fail
    "equal": ([1, 2], [1, 2], [1, 3]),
    "none_equal": ([1, 2], [2, 1], [1, 3]),
    "less": ([1, 2], [2, 3], [2, 2]),
    "less_equal": ([1, 2], [1, 3], [0, 3]),
    "greater": ([1, 2], [0, 1], [1, 1]),
    "greater_equal": ([1, 2], [1, 1], [2, 1]),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons(name):
    x, good, bad = COMPARISONS[name]
    function = getattr(tf, f"assert_{name}")
    fed = tf.placeholder(tf.int32, name="fed")
    op = function(x, fed, message="oh no")
    with tf.Session() as session:
        session.run(op, {fed: good})
        with fails(tf.errors.InvalidArgumentError, "oh no", "did not hold element-wise", "fed:0"):
            session.run(op, {fed: bad})
        session.run(function(x, good))
    with fails(tf.errors.InvalidArgumentError, "oh no", str(np.array(bad))):
        function(x, bad, message="oh no")


SIGNS = {
    "positive": ([1, 2], [0, 1]),
    "negative": ([-1, -2], [0, -1]),
    "non_negative": ([0, 1], [-1, 1]),
    "non_positive": ([0, -1], [1, -1]),
}


@pytest.mark.parametrize("name", SIGNS)
def test_signs(name):
    good, bad = SIGNS[name]
    function, fed = getattr(tf, f"assert_{name}"), tf.placeholder(tf.float32)
    op = function(fed)
    with tf.Session() as session:
        session.run(op, {fed: good})
        with fails(tf.errors.InvalidArgumentError, "Condition x "):
            session.run(op, {fed: bad})
    with pytest.raises(tf.errors.InvalidArgumentError):
        function(bad)


def test_near():
    fed = tf.placeholder(tf.float64)
    op = tf.assert_near(fed, [1.0, 100.0], rtol=0.01, atol=0.001)
    with tf.Session() as session:
        session.run(op, {fed: [1.005, 100.5]})
        with fails(tf.errors.InvalidArgumentError, "tolerance"):
            session.run(op, {fed: [1.1, 100.0]})
        session.run(tf.assert_near([1.0], [1.0 + 1e-7]))


@pytest.mark.parametrize(
    "function, good, bad, words",
    [
        (tf.assert_rank, 2, 1, "must have rank 1"),
        (tf.assert_rank_at_least, 1, 3, "rank at least 3"),
        (tf.assert_rank_in, [1, 2], [0, 3], "rank in (0, 3)"),
    ],
    ids=["equal", "at_least", "in"],
)
def test_ranks(function, good, bad, words):
    fed = tf.placeholder(tf.float32)
    with tf.Session() as session:
        session.run([function(X, good), function(fed, good)], {fed: X})
        with fails(tf.errors.InvalidArgumentError, "must have rank"):
            session.run(function(fed, bad), {fed: X})
    with fails(ValueError, "mind.", words, "(2, 2)"):
        function(X, bad, message="mind")


def test_ranks_that_are_no_ranks():
    with fails(TypeError, "int32", "float32"):
        tf.assert_rank(X, 2.0)
    with fails(ValueError, "scalar", "(1,)"):
        tf.assert_rank(X, [2])


def test_types():
    with tf.Session() as session:
        session.run([tf.assert_type(X, tf.float32), tf.assert_integer([1])])
    with fails(TypeError, "why", "int32", "float32"):
        tf.assert_type(X, tf.int32, message="why")
    with fails(TypeError, "integer", "float32"):
        tf.assert_integer(X)
    assert tf.assert_scalar(1.0).shape == []
    with fails(ValueError, "scalar", "(2, 2)"):
        tf.assert_scalar(X)
    assert tf.assert_same_float_dtype([tf.constant(1.0), None], tf.float32) is tf.float32
    assert tf.assert_same_float_dtype() is tf.float32
    with fails(ValueError, "float64", "float32"):
        tf.assert_same_float_dtype([tf.constant(1.0), tf.constant(1.0, tf.float64)])
    with fails(ValueError, "int32"):
        tf.assert_same_float_dtype([tf.constant(1)])
    assert [tf.is_numeric_tensor(t) for t in (tf.constant(1), tf.constant(True), 1)] == [True, False, False]
    tf.assert_proper_iterable([1])
    for bad in ("text", X, tf.constant(1), 3):
        with fails(TypeError, "list of values"):
            tf.assert_proper_iterable(bad)


@pytest.mark.parametrize(
    "values, grows, strictly",
    [
        ([1, 2, 3], True, True),
        ([1, 1, 3], True, False),
        ([2, 1], False, False),
        ([], True, True),
        ([5], True, True),
        ([[1, 2], [3, 4]], True, True),
    ],
    ids=str,
)
def test_order(values, grows, strictly):
    values = np.array(values, np.int32)
    fed = tf.placeholder(tf.int32)
    with tf.Session() as session:
        assert session.run(tf.is_non_decreasing(fed), {fed: values}) == grows
        assert session.run(tf.is_strictly_increasing(tf.constant(values))) == strictly
    with fails(TypeError, "bool"):
        tf.is_non_decreasing([True])


def test_finiteness():
    x = tf.placeholder(tf.float32)
    checked, verified = tf.check_numerics(x, "bad x"), tf.verify_tensor_all_finite(x, "bad y")
    with tf.Session() as session:
        for y in (checked, verified):
            np.testing.assert_array_equal(session.run(y, {x: X}), X)
        with fails(tf.errors.InvalidArgumentError, "bad x", "NaN"):
            session.run(checked, {x: [1.0, np.nan]})
        with fails(tf.errors.InvalidArgumentError, "bad y", "Inf"):
            session.run(verified, {x: [-np.inf]})
    check_gradients(lambda x: tf.check_numerics(x, "m"), X)
    root = tf.sqrt(tf.constant(0.0))
    (g,) = tf.gradients(tf.check_numerics(root, "r") * 1.0, root)
    assert run(g) == 1
