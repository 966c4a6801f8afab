"""Loops in loops over rows of which only a run knows how many there are: natively, and so are their gradients."""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf

ROWS, N = 5, 2


def some(a):
    return tf.boolean_mask(a, a[:, 0] > 0.0)


def squashed(state, v):
    return tf.tanh(state + v) * v


def each(rows):
    return tf.map_fn(lambda v: tf.tanh(v) * v, rows)


def one_by_one(rows):
    return tf.scan(squashed, rows, initializer=tf.zeros([N]))


def products(rows, a):
    return tf.map_fn(lambda v: tf.tanh(rows) * v, a)


def recurrent(a):
    cell = tf.nn.rnn_cell.BasicRNNCell(2, reuse=tf.AUTO_REUSE)
    several = tf.reshape(tf.tile(some(a), [1, 3]), [-1, 3, N])
    return tf.nn.dynamic_rnn(cell, several, dtype=tf.float32)[0]


def chosen(a):
    return tf.cond(a[0, 0] > 0.0, lambda: one_by_one(some(a)), lambda: each(some(a * 2.0)))


def numbered(a):
    places = tf.where(a[:, 0] > 0.0)[:, 0]
    return tf.map_fn(lambda i: tf.gather(a, i) * tf.tanh(a[0]), places, dtype=tf.float32)


CASES = {
    "scan without a first value": lambda a: tf.scan(squashed, tf.concat([some(a), a[:1]], 0)),
    "a part": lambda a: each(tf.dynamic_partition(a, tf.cast(a[:, 0] > 0.0, tf.int32), 2)[1][1:]),
    "places": numbered,
    "two, as long as each other": lambda a: tf.map_fn(
        lambda v: tf.tanh(v[0]) * v[1], (some(a), tf.boolean_mask(a * 2.0, a[:, 0] * 1.0 > 0.0)), dtype=tf.float32
    ),
    "map in map": lambda a: tf.map_fn(each, some(a)),
    "what is picked in it": lambda a: tf.map_fn(lambda v: tf.reduce_sum(each(tf.boolean_mask(v, v > 0.2))), some(a)),
    "slices as long as there are rows": lambda a: each(tf.transpose(some(a))),
    "all pairs": lambda a: each(tf.matmul(some(a), some(-a), transpose_b=True)),
    "results as long as there are rows": lambda a: products(some(a), a),
    "a state as long as there are rows": lambda a: tf.scan(lambda s, v: tf.tanh(s * v), some(a), initializer=some(a)),
    "in a branch": chosen,
    "recurrent": recurrent,
}


def outcomes(case, feeds, between=lambda t: t, **config):
    """For each feed what a loop gives, with first and second derivatives; and the session."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, ROWS, N])
    result = between(tf.foldl(lambda s, a: s + tf.reduce_sum(tf.square(CASES[case](a))), x, initializer=tf.zeros([])))
    fetches = [result, *tf.gradients(result, x)]
    fetches += tf.gradients(tf.reduce_sum(tf.sin(fetches[1])), x)
    session = tf.Session(config=tf.ConfigProto(**config))
    session.run(tf.global_variables_initializer())
    return [session.run(fetches, {x: feed}) for feed in feeds], session


def feeds(*shifts):
    draw = np.random.RandomState(3)
    return [draw.randn(3, ROWS, N) + shift for shift in shifts]


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_left_to_python(case):
    """For some rows, none and all of them."""
    given = feeds(0, -9, 9)
    native, session = outcomes(case, given)
    plain, _ = outcomes(case, given, executor="op_by_op")
    both, _ = outcomes(case, given, intra_op_parallelism_threads=2)
    for found, wanted, shared in zip(native, plain, both):
        for a, b, c in zip(found, wanted, shared):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
            np.testing.assert_array_equal(a, c)
    assert host_ops(session) == [] and host_calls(session) == []


def test_a_call_of_python_between_loss_and_gradient_is_all_that_leaves():
    def called(total):
        scale = tf.py_func(lambda t: np.float32(2), [total], tf.float32)
        scale.set_shape([])
        return total * scale

    (found,), session = outcomes("scan without a first value", feeds(0), called)
    assert host_ops(session) == ["PyFunc"]
    (wanted,), _ = outcomes("scan without a first value", feeds(0), called, executor="op_by_op")
    for a, b in zip(found, wanted):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_rows_that_are_not_as_many_are_left_to_python():
    """Which says what is wrong with them."""
    x = tf.placeholder(tf.float32, [None, ROWS, N])

    def body(s, a):
        both = some(a), tf.boolean_mask(a, a[:, 1] > 0.0)
        return s + tf.reduce_sum(tf.map_fn(lambda v: v[0] * v[1], both, dtype=tf.float32))

    total = tf.foldl(body, x, initializer=tf.zeros([]))
    session, plain = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    rows = np.ones([2, ROWS, N], np.float32)
    for more in (0, 1, -1):
        rows[1, 0] = [1, 1 - more] if more >= 0 else [-1, 1]
        found = [outcome(each, total, {x: rows}) for each in (session, plain)]
        assert found[0] == found[1]


def outcome(session, fetch, feed):
    try:
        return session.run(fetch, feed)
    except tf.errors.InvalidArgumentError as error:
        return error.message
