"""Loops that give out slices of a shape that only Python tells stay native, whether they make trips or not."""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf

N = 3


def by_python(a, work=lambda a: a * 2):
    return tf.py_func(work, [a], tf.float32, stateful=False)


def mapped(x):
    return tf.map_fn(lambda row: by_python(tf.tanh(row)) * row, x)


def scanned(x):
    def step(total, row):
        total = tf.tanh(total + row)
        return tf.where(row > 9.0, row, total * by_python(tf.reduce_sum(row)))

    return tf.scan(step, x, tf.ones([N]))


def picked(x):
    """As many of each row as of any."""
    return tf.map_fn(lambda row: tf.boolean_mask(row * row, [True, False, True]), x)


def in_a_loop(x):
    inner = lambda row: tf.map_fn(lambda a: by_python(tf.sin(a)) * a, row)  # noqa: E731
    return tf.map_fn(inner, tf.stack([x, x * 0.5]))


def two_of_them(x):
    return tf.concat(tf.map_fn(lambda row: (by_python(row), tf.exp(row)), x, (tf.float32, tf.float32)), 1)


def padded_rnn(x):
    """Fewer trips than there are slices."""

    class Cell(tf.nn.rnn_cell.BasicRNNCell):
        def call(self, inputs, state):
            output, state = super().call(inputs, state)
            twice = by_python(output)
            twice.set_shape([None, N])
            return twice * output, state

    lengths = tf.cast(tf.reduce_sum(x, 1) > 0.0, tf.int32) * 2
    return tf.nn.dynamic_rnn(Cell(N), tf.stack([x, x, x, x], 1), lengths, dtype=tf.float32)[0]


MODELS = [mapped, scanned, picked, in_a_loop, two_of_them, padded_rnn]


def ran(model, feeds, **config):
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, N])
    end = model(x)
    first = tf.gradients(tf.reduce_sum(tf.square(end)), x)[0]
    second = tf.gradients(tf.reduce_sum(tf.square(first)), x)[0]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        found = [outcome(session, [end, first, second], {x: feed}) for feed in feeds]
        return found, [] if "executor" in config else host_ops(session)


def outcome(session, fetches, feeds):
    """What a run gives, or why nothing: what Python gives where there are no rows nobody knows."""
    try:
        return session.run(fetches, feeds)
    except tf.errors.InvalidArgumentError as error:
        return [np.array(error.message.splitlines()[0])]


@pytest.mark.parametrize("rows", [[3, 3, 5], [0, 4], [2, 0, 0]])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_loop_on_the_host_and_the_same_values(model, rows):
    draw = np.random.RandomState(0)
    feeds = [draw.randn(count, N) for count in rows]
    native, hosts = ran(model, feeds)
    theirs, _ = ran(model, feeds, executor="op_by_op")
    assert not {"Loop", "If"} & set(hosts), hosts
    for one, other in zip(native, theirs):
        for a, b in zip(one, other):
            assert a.shape == b.shape
            if a.dtype.kind == "U":
                assert a == b and "say it with set_shape" in str(a)
                continue
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_slices_of_different_shapes():
    """They have no place in one result."""
    x = tf.placeholder(tf.float32, [None, N])
    found = tf.map_fn(lambda row: by_python(row, lambda a: a[a > 0]), x)
    with tf.Session() as session:
        assert session.run(found, {x: np.ones([2, N])}).shape == (2, N)
        with pytest.raises(tf.errors.InvalidArgumentError, match="different shapes"):
            session.run(found, {x: [[1, -1, 0], [1, 1, 1]]})
        assert session.run(found, {x: np.ones([2, N])}).shape == (2, N)


@pytest.mark.parametrize("model", [mapped, scanned])
def test_what_follows_is_native(model):
    x, w = tf.placeholder(tf.float32, [None, N]), tf.get_variable("w", [N, N])
    a = model(x)
    a.set_shape([None, N])
    for _ in range(3):
        a = tf.tanh(tf.matmul(a, w))
    fetches = [a, *tf.gradients(a, [x, w])]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(fetches, {x: np.ones([4, N])})
        assert "MatMul" not in host_calls(session) + host_ops(session)
