"""Loops and branches that the host runs: what is native in their bodies runs in regions, and gives the same."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect

D, TRIPS = 3, 5


def worked(h):
    return tf.tanh(h @ tf.fill([D, D], tf.constant(0.1, tf.float64))) * tf.sin(h) + h


def looped(body):
    return lambda x, p: tf.while_loop(lambda i, h: i < TRIPS, lambda i, h: (i + 1, body(i, h, p)), [0, x])[1]


def of_text(h, p):
    text = tf.cond(p, lambda: tf.constant("ab"), lambda: tf.constant("cdef"))
    return worked(h) / tf.cast(tf.strings.length(text), tf.float64)


def one_op(h, p):
    """What a branch gives, and an op inside of it."""
    kept = []

    def taken():
        kept.append(tf.sin(h))
        return kept[0] * 2.0

    return tf.cond(p, taken, lambda: tf.cos(h)), kept[0]


def waiting(i, h, p):
    chosen, kept = one_op(h, i < TRIPS)
    with tf.control_dependencies([kept.op]):
        return worked(tf.identity(h)) * 0.7 + tf.where(p, chosen, chosen * 0.5)


def taking(i, h, p):
    chosen, kept = one_op(h, i < TRIPS)
    return worked(h + kept) * 0.7 + tf.where(p, chosen, chosen * 0.5)


def counting(i, h, p):
    chosen, kept = one_op(h, i < TRIPS)
    with tf.control_dependencies([kept.op]):
        counted = tf.assign_add(
            tf.get_variable("counted", [], tf.float64, tf.zeros_initializer(), use_resource=False), 1.0
        )
    return worked(h) * 0.7 + chosen * counted * 0.1


def listed(x, p):
    def body(i, h, array):
        h = of_text(h, p)
        return i + 1, h, array.write(i, h)

    start = [0, x, tf.TensorArray(tf.float64, TRIPS)]
    return tf.while_loop(lambda i, h, array: i < TRIPS, body, start)[2].stack()


def growing(x, p):
    def body(i, h):
        return i + 1, tf.concat([of_text(h, p), h[:1]], 0)

    shapes = [tf.TensorShape([]), tf.TensorShape([None, D])]
    return tf.while_loop(lambda i, h: i < TRIPS, body, [0, x], shape_invariants=shapes)[1]


def in_one_another(i, h, p):
    return tf.while_loop(lambda k, h: k < 2, lambda k, h: (k + 1, of_text(h, p)), [0, h])[1] + 0.1 * h


def gated(x, p):
    return tf.cond(p, lambda: worked(of_text(x, x[0, 0] > 0)), lambda: worked(x * 0.5))


KINDS = {
    "strings of a branch": looped(lambda i, h, p: of_text(h, p)),
    "an op that waits for one in a branch": looped(waiting),
    "an op that takes one in a branch": looped(taking),
    "one that lasts": looped(counting),
    "a list": listed,
    "a variable that grows": growing,
    "loops in one another": looped(in_one_another),
    "a branch": gated,
}


def found(fetches, x, p, executor, rows=(4, 4, 6, 5, 4, 7)):
    config = tf.ConfigProto(executor=executor)
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        draw = np.random.RandomState(0)
        runs = [session.run(fetches, {x: draw.randn(n, D), p: k % 3 != 1}) for k, n in enumerate(rows)]
        return runs, inspect(session).last.steps


def inner(steps):
    for step in steps:
        yield step
        yield from inner(step.inside)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_native_in_them_is(kind, order):
    x, p = tf.placeholder(tf.float64, [None, D]), tf.placeholder(tf.bool, [])
    fetches = [tf.reduce_sum(tf.square(KINDS[kind](x, p)))]
    for _ in range(order):
        fetches += tf.gradients(tf.reduce_sum(tf.sin(fetches[-1])), x)
    (ours, steps), (theirs, _) = [found(fetches, x, p, executor) for executor in ("native", "op_by_op")]
    for a, b in zip(ours, theirs):
        for one, other in zip(a, b):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-9)
    every = list(inner(steps))
    assert any([step.on_host and step.types[0] in ("Loop", "If") for step in every])
    left = {step.types[0] for step in every if step.on_host}
    assert not left & {"MatMul", "Tanh", "Sin", "Mul", "Add", "TanhGrad"}, left
    assert any(["MatMul" in step.types for step in every if not step.on_host])


def test_sizes_that_are_always_new_are_run_op_by_op_in_the_end():
    """Nothing is lowered for each of a thousand trips."""
    x, n = tf.placeholder(tf.float64, [None, D]), tf.placeholder(tf.int32, [])

    def body(i, h):
        text = tf.cond(i > 2, lambda: tf.constant("ab"), lambda: tf.constant("c"))
        return i + 1, tf.concat([tf.sin(h), tf.fill([tf.strings.length(text), D], tf.constant(0.5, tf.float64))], 0)

    shapes = [tf.TensorShape([]), tf.TensorShape([None, D])]
    last = tf.while_loop(lambda i, h: i < n, body, [0, x], shape_invariants=shapes)[1]
    with tf.Session() as session:
        value = session.run(last, {x: np.zeros((1, D)), n: 150})
        lowered = sum([step.lowered for step in inner(inspect(session).last.steps)])
    assert value.shape == (1 + 3 + 147 * 2, D) and lowered < 120


def test_an_error_says_which_op_and_the_next_run_is_right():
    x, p = tf.placeholder(tf.float64, [None, D]), tf.placeholder(tf.bool, [])
    y = looped(lambda i, h, p: of_text(h, p) + tf.gather(h, [3], name="rows"))(x, p)
    with tf.Session() as session:
        right = session.run(y, {x: np.ones((4, D)), p: True})
        for _ in range(3):
            with pytest.raises(tf.errors.InvalidArgumentError, match="rows"):
                session.run(y, {x: np.ones((2, D)), p: True})
            assert np.array_equal(session.run(y, {x: np.ones((4, D)), p: True}), right)


def test_they_are_among_what_a_session_keeps():
    x, p = tf.placeholder(tf.float64, [None, D]), tf.placeholder(tf.bool, [])
    y = KINDS["strings of a branch"](x, p)
    with tf.Session() as session:
        session.run(y, {x: np.ones((2, D)), p: True})
        steps = inspect(session).last.steps
        assert len(inspect(session).programs) > sum([len(step.programs) for step in steps])
