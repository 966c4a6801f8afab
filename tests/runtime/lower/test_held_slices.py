"""Loop variables and saved slices of shapes that only a run knows: Python keeps them, the loop stays native."""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf
from minitf.runtime import inspect

N = 3
ROWS = tf.TensorShape([None, N])


def remembered(x):
    """A memory to which each trip adds, and which each trip reads."""
    w = tf.get_variable("w", [N, N])

    def body(i, memory, state):
        state = tf.tanh(tf.matmul(tf.reshape(x[i], [1, N]) + state, w))
        weights = tf.nn.softmax(tf.matmul(memory, state, transpose_b=True), axis=0)
        return i + 1, tf.concat([memory, state + tf.reduce_sum(memory * weights, 0, keepdims=True)], 0), state

    start = [0, tf.ones([1, N]), tf.zeros([1, N])]
    shapes = [tf.TensorShape([]), ROWS, tf.TensorShape([1, N])]
    return tf.while_loop(lambda i, *_: i < tf.shape(x)[0], body, start, shape_invariants=shapes)[1]


def exchanged(x):
    """Two variables that change places."""
    body = lambda i, a, b: (i + 1, b, tf.concat([a, b[:1]], 0))  # noqa: E731
    start = [0, x * tf.get_variable("w", [N]), tf.ones([1, N])]
    _, a, b = tf.while_loop(lambda i, *_: i < 4, body, start, shape_invariants=[tf.TensorShape([]), ROWS, ROWS])
    return tf.concat([a, 2.0 * b], 0)


def masked(x):
    """What fewer and fewer rows are left of."""
    w = tf.get_variable("w", [N])
    body = lambda i, a: (i + 1, tf.boolean_mask(a * w, a[:, 0] < 0.8) + 0.3)  # noqa: E731
    return tf.while_loop(lambda i, a: i < 4, body, [0, x], shape_invariants=[tf.TensorShape([]), ROWS])[1]


def until_it_is_long(x):
    """The condition asks for the size."""
    w = tf.get_variable("w", [N])
    body = lambda a: (tf.concat([a * w, a[:1]], 0),)  # noqa: E731
    return tf.while_loop(lambda a: tf.shape(a)[0] < 9, body, [x], shape_invariants=[ROWS])


def around(x):
    """One such loop in another."""
    w = tf.get_variable("w", [N])

    def inner(i, a):
        body = lambda j, b: (j + 1, tf.concat([b, b[:1] * w], 0))  # noqa: E731
        grown = tf.while_loop(lambda j, b: j < i, body, [0, a], shape_invariants=[tf.TensorShape([]), ROWS])[1]
        return i + 1, grown * 0.9

    return tf.while_loop(lambda i, a: i < 3, inner, [0, x], shape_invariants=[tf.TensorShape([]), ROWS])[1]


def now_and_then(x):
    """What a branch saves is there in the trips that take it."""
    w = tf.get_variable("w", [N])

    def body(i, a):
        even = lambda: tf.boolean_mask(tf.square(a) * w, a[:, 0] < 0.8) + 0.3  # noqa: E731
        return i + 1, tf.cond(tf.equal(i % 2, 0), even, lambda: tf.concat([a, a[:1] * w], 0))

    return tf.while_loop(lambda i, a: i < 4, body, [0, x], shape_invariants=[tf.TensorShape([]), ROWS])[1]


def row_by_row(x):
    """A loop over what is left of the rows, of which there may be none."""
    w = tf.get_variable("w", [N, N])

    def body(i, a, total):
        kept = tf.boolean_mask(a, a[:, 0] < 0.3 * tf.cast(i, tf.float32))
        rows = tf.map_fn(lambda row: tf.tanh(tf.reduce_sum(row[:, None] * w, 0)), kept)
        return i + 1, tf.sin(tf.matmul(a, w) + a), total + tf.reduce_sum(rows, 0)

    return tf.while_loop(lambda i, *_: i < 5, body, [0, x, tf.zeros([N])])[2]


def step_by_step(x):
    """The same with a state from row to row, and only now and then."""
    w = tf.get_variable("w", [N])

    def body(i, a):
        kept = lambda: tf.boolean_mask(a, a[:, 0] < 0.6)  # noqa: E731
        sums = lambda: tf.foldl(lambda s, row: tf.tanh(s * row + w), kept(), tf.ones([N]))  # noqa: E731
        states = lambda: tf.scan(lambda s, row: s + tf.square(row), kept(), tf.zeros([N]))  # noqa: E731
        both = lambda: a + sums() + tf.reduce_sum(states(), 0)  # noqa: E731
        return i + 1, tf.cond(i < 3, both, lambda: tf.sin(a * w))

    return tf.while_loop(lambda i, _: i < 5, body, [0, x])[1]


MODELS = [row_by_row, step_by_step, now_and_then, remembered, exchanged, masked, until_it_is_long, around]


def called(x):
    """The same, by Python: what comes of it is in another region."""
    found = tf.py_func(lambda value: value * 1, [x], x.dtype)
    found.set_shape(x.shape)
    return x + tf.stop_gradient(found - x)


def ran(model, feeds, split=False, **config):
    """What a model gives for each feed, and what ran on the host. split: by a call of Python before the gradients."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, N])
    end = model(x)
    loss = tf.reduce_sum(tf.square(called(end) if split else end))
    first = tf.gradients(loss, [x, *tf.trainable_variables()])
    again = tf.square(called(first[0]) if split else first[0])
    fetches = [end, loss, *first, *tf.gradients(tf.reduce_sum(again), tf.trainable_variables())]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        found = [session.run(fetches, {x: feed}) for feed in feeds]
        hosts = [] if "executor" in config else host_ops(session)
    return found, hosts


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_it_is_what_op_by_op_gives(model, split):
    draw = np.random.RandomState(0)
    feeds = [draw.rand(rows, N) for rows in (4, 4, 7, 2, 4, 1)]
    native, hosts = ran(model, feeds, split)
    theirs, _ = ran(model, feeds, split, executor="op_by_op")
    plain, _ = ran(model, feeds, split, passes="none")
    by_two, _ = ran(model, feeds, split, intra_op_parallelism_threads=2)
    assert "Loop" not in hosts, hosts
    for a, b, c, d in zip(native, theirs, plain, by_two):
        for one, other, bare, both in zip(a, b, c, d):
            np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-6)
            np.testing.assert_array_equal(bare, other)
            np.testing.assert_array_equal(one, both)


def test_what_a_run_gave_stays_as_it_is():
    x = tf.placeholder(tf.float32, [None, N])
    end = exchanged(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first = session.run(end, {x: np.ones((2, N))})
        kept = first.copy()
        session.run(end, {x: np.zeros((2, N))})
        np.testing.assert_array_equal(first, kept)
        first[...] = 7
        np.testing.assert_array_equal(session.run(end, {x: np.ones((2, N))}), kept)


def test_a_loop_over_it_is_native_too():
    """It is in a region of its own, for which its sizes are known."""
    x = tf.placeholder(tf.float32, [None, N])
    rows = remembered(x)
    total = tf.scan(lambda a, row: tf.tanh(a + row), rows, tf.zeros([N]))[-1]
    with tf.Session() as session, tf.Session(config=tf.ConfigProto(executor="op_by_op")) as other:
        for each in (session, other):
            tf.set_random_seed(1)
            each.run([v.assign(tf.ones_like(v) * 0.1) for v in tf.trainable_variables()])
        for count in (3, 5, 3):
            feed = {x: np.random.RandomState(count).rand(count, N)}
            np.testing.assert_allclose(session.run(total, feed), other.run(total, feed), rtol=1e-5)
        assert "Loop" not in host_ops(session)


def test_no_trip():
    x, n = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, [])
    body = lambda i, a: (i + 1, tf.concat([a, a[:1]], 0))  # noqa: E731
    end = tf.while_loop(lambda i, a: i < n, body, [0, x], shape_invariants=[tf.TensorShape([]), ROWS])[1]
    slope = tf.gradients(tf.reduce_sum(end * end), x)[0]
    with tf.Session() as session:
        for trips in (2, 0, 3, 0):
            found, gradient = session.run([end, slope], {x: np.ones((2, N)), n: trips})
            assert found.shape == (2 + trips, N)
            np.testing.assert_array_equal(gradient[:, 0], [2.0 + 2 * trips, 2.0])


def test_a_failure_in_the_middle_and_the_next_run():
    x, at = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, [])
    body = lambda i, a: (i + 1, tf.concat([a, a[at - i : at - i + 1] + tf.gather(a, at - i)], 0))  # noqa: E731
    end = tf.while_loop(lambda i, a: i < 3, body, [0, x], shape_invariants=[tf.TensorShape([]), ROWS])[1]
    with tf.Session() as session:
        right = session.run(end, {x: np.ones((4, N)), at: 3})
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(end, {x: np.ones((4, N)), at: 1})
        np.testing.assert_array_equal(session.run(end, {x: np.ones((4, N)), at: 3}), right)


def test_it_is_lowered_a_few_times():
    x = tf.placeholder(tf.float32, [6, N])
    end = masked(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(20):
            session.run(end, {x: np.random.RandomState(step).rand(6, N)})
        assert sum(step.lowered for step in inspect(session).last.steps) <= 6
        assert not host_calls(session)
