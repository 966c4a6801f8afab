"""Loops and branches: values and gradients to third order, in both executors."""

import numpy as np
import pytest

import minitf as tf
import minitf.autodiff.loop_gradients  # noqa: F401 - registers the gradients
from minitf.ops.control.cond import cond
from minitf.ops.control.while_loop import while_loop


@pytest.fixture(params=["op_by_op", "native"])
def run(request, monkeypatch):
    """Runs fetches with the executor of that name."""
    monkeypatch.setenv("MINITF_EXECUTOR", request.param)
    sessions = []

    def run(fetches, feeds=None):
        if not sessions:
            sessions.append(tf.Session())
        return sessions[0].run(fetches, feeds)

    yield run
    for session in sessions:
        session.close()


def zero():
    return tf.constant(0.0, tf.float64)


def scalars():
    return tf.placeholder(tf.float64, [], name="x"), tf.placeholder(tf.float64, [], name="n")


def check_slopes(run, y, x, n, trips, at=0.7, step=1e-5):
    """First and second derivatives of y at x against central differences, for each number of trips."""
    first = tf.gradients(y, x)[0]
    second = tf.gradients(first, x)[0]
    for count in trips:
        for lower, slope in ((y, first), (first, second)):
            above, below = (run(lower, {x: at + d, n: count}) for d in (step, -step))
            wanted = (above - below) / (2 * step)
            assert run(slope, {x: at, n: count}) == pytest.approx(wanted, rel=1e-6, abs=1e-8)


def test_third_derivative_in_closed_form(run):
    x, n = scalars()
    y = while_loop(lambda i, v: i < n, lambda i, v: (i + 1.0, v * v * x), [zero(), x])[1]
    fetches = [y]
    for _ in range(3):
        fetches.append(tf.gradients(fetches[-1], x)[0])
    assert run(fetches, {x: 1.1, n: 2}) == pytest.approx([1.1**7, 7 * 1.1**6, 42 * 1.1**5, 210 * 1.1**4])
    assert run(fetches, {x: 1.1, n: 0}) == pytest.approx([1.1, 1, 0, 0])


def nested(n, x):
    def inner(i, v):
        return while_loop(lambda j, w: j < i + 1.0, lambda j, w: (j + 1.0, tf.tanh(w * x)), [zero(), v])[1]

    return inner


def test_ragged_nested_loops(run):
    x, n = scalars()
    inner = nested(n, x)
    y = while_loop(lambda i, v: i < n, lambda i, v: (i + 1.0, inner(i, v) + v * x), [zero(), x])[1]
    check_slopes(run, y, x, n, (0, 1, 3))


def test_branch_in_loop(run):
    x, n = scalars()

    def body(i, v):
        return i + 1.0, cond(i < 2.0, lambda: tf.tanh(v * x), lambda: v * v * x)

    y = while_loop(lambda i, v: i < n, body, [zero(), x])[1]
    check_slopes(run, y, x, n, (0, 1, 3, 4))


def test_loop_in_branch(run):
    x, n = scalars()
    y = cond(x < 1.0, lambda: nested(n, x)(n, x * x), lambda: x)
    check_slopes(run, y, x, n, (0, 1, 3, 4))


def test_loop_variables_that_change_places(run):
    n = tf.placeholder(tf.int32, [])
    _, a, b = while_loop(lambda i, a, b: i < n, lambda i, a, b: (i + 1, b, a + b), [0, 0, 1])
    _, c, d, _ = while_loop(lambda i, c, d, e: i < n, lambda i, c, d, e: (i + 1, d, e, c), [0, 1, 2, 3])
    assert run([a, b, c, d], {n: 10}) == [55, 89, 2, 3]


def test_more_trips_than_were_guessed(run):
    x, n = scalars()
    y = while_loop(lambda i, v: i < n, lambda i, v: (i + 1.0, v * x), [zero(), x])[1]
    slope = tf.gradients(y, x)[0]
    for trips in (3, 1000, 70):
        assert run(slope, {x: 0.999, n: trips}) == pytest.approx((trips + 1) * 0.999**trips)


def test_errors_name_the_loop_variable():
    x = tf.placeholder(tf.float32, [2])
    with pytest.raises(TypeError, match="loop variable 'v' starts as float32, but body returns bool"):
        while_loop(lambda v: True, lambda v: v < 1.0, [x])
    with pytest.raises(ValueError, match=r"loop variable 'v' has shape \(2,\).*\(4,\).*declare shape_invariants"):
        while_loop(lambda v: tf.constant(True), lambda v: tf.concat([v, v], 0), [x])


def test_maximum_iterations(run):
    v = while_loop(lambda v: v < 100, lambda v: v + 1, [tf.constant(0)], maximum_iterations=7)
    assert run(v) == 7


def test_tensor_of_a_body_cannot_leave_it():
    kept = []

    def body(v):
        kept.append(v * 2)
        return v + 1

    while_loop(lambda v: v < 3, body, [tf.constant(0)])
    with pytest.raises(ValueError, match="return it from the body"):
        tf.add(kept[0], 1)


def test_executors_agree_to_the_bit(monkeypatch):
    monkeypatch.setenv("MINITF_PASSES", "none")
    monkeypatch.setenv("MINITF_PASSES", "none")
    x = tf.placeholder(tf.float32, [7, 5])
    y = while_loop(lambda i, v: i < 6, lambda i, v: (i + 1, tf.tanh(v * x + tf.sigmoid(v))), [0, x])[1]
    fetches = [y, *tf.gradients(y, x)]
    values = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)
    results = []
    for executor in ("op_by_op", "native"):
        monkeypatch.setenv("MINITF_EXECUTOR", executor)
        with tf.Session() as session:
            results.append(session.run(fetches, {x: values}))
    for one, other in zip(*results):
        np.testing.assert_array_equal(one, other)
