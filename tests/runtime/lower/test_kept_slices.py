"""Loops of unknown length whose bodies do something that lasts, and that save what their gradients need: no trip is
made twice.
"""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf
from minitf.runtime import inspect

N = 3


class Noted:
    """What a function of the user's was called with; it gives a factor."""

    def __init__(self):
        self.seen = []

    def __call__(self, a):
        """The factor as a tensor."""
        factor = tf.py_func(self._note, [a], tf.float32)
        factor.set_shape([])
        return factor

    def _note(self, array):
        self.seen.append(array.copy())
        return np.float32(1 + 0.1 * np.cos(array.sum()))


def by_a_number(noted, x, n, w):
    body = lambda i, a: (i + 1, tf.tanh(tf.matmul(a, w)) * noted(a))  # noqa: E731
    return tf.while_loop(lambda i, a: i < n, body, [0, x])[1]


def by_a_result(noted, x, n, w):
    body = lambda i, a: (i + 1, (tf.matmul(a, w) + 0.1 * a * a) * noted(a))  # noqa: E731
    return tf.while_loop(lambda i, a: tf.logical_and(i < n, tf.reduce_sum(a) < 100.0), body, [0, x])[1]


def from_an_array(noted, x, n, w):
    rows = tf.TensorArray(tf.float32, 40).unstack(tf.tile(x[:1], [40, 1]))
    body = lambda i, a: (i + 1, tf.tanh(tf.matmul(a, w) + rows.read(i)) * noted(a))  # noqa: E731
    return tf.while_loop(lambda i, a: i < n, body, [0, x])[1]


def in_a_branch(noted, x, n, w):
    def body(i, a):
        even = lambda: tf.sin(tf.matmul(a, w)) * noted(a)  # noqa: E731
        return i + 1, tf.cond(tf.equal(i % 2, 0), even, lambda: a * a)

    return tf.while_loop(lambda i, a: i < n, body, [0, x])[1]


def in_a_loop_inside(noted, x, n, w):
    def body(i, a):
        inner = lambda j, b: (j + 1, tf.tanh(tf.matmul(b, w)) * noted(b))  # noqa: E731
        return i + 1, tf.while_loop(lambda j, b: j < i, inner, [0, a])[1] * 0.9

    return tf.while_loop(lambda i, a: i < n, body, [0, x])[1]


MODELS = [by_a_number, by_a_result, from_an_array, in_a_branch, in_a_loop_inside]


def ran(model, feeds, **config):
    """What a model gives for each feed, what its function saw, and what ran on the host."""
    tf.reset_default_graph()
    x, n, noted = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, []), Noted()
    w = tf.get_variable("w", initializer=np.float32([[0.9, 0.2, 0], [0, 0.8, -0.3], [0.4, 0, 0.7]]))
    end = model(noted, x, n, w)
    first = tf.gradients(tf.reduce_sum(tf.square(end)), [x, w])
    fetches = [end, *first, *tf.gradients(tf.reduce_sum(tf.square(first[0])), w)]
    found = []
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        for rows, trips in feeds:
            noted.seen.clear()
            got = session.run(fetches, {x: np.random.RandomState(rows).rand(rows, N), n: trips})
            found.append((got, list(noted.seen)))
        hosts = [] if "executor" in config else (host_ops(session), host_calls(session))
    return found, hosts


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_trips_are_made_once_and_as_op_by_op_makes_them(model):
    feeds = [(2, 3), (2, 9), (4, 0), (1, 1), (2, 9)]
    native, (hosts, called) = ran(model, feeds)
    theirs, _ = ran(model, feeds, executor="op_by_op")
    plain, _ = ran(model, feeds, passes="none")
    by_two, _ = ran(model, feeds, intra_op_parallelism_threads=2)
    assert not {"Loop", "If"} & set(hosts) and "PyFunc" in called, hosts
    for (a, mine), (b, other), (c, bare), (d, both) in zip(native, theirs, plain, by_two):
        assert len(mine) == len(other) == len(bare) == len(both)
        for one, two, three, four in zip([*a, *mine], [*b, *other], [*c, *bare], [*d, *both]):
            np.testing.assert_allclose(one, two, rtol=2e-4, atol=1e-6)
            np.testing.assert_array_equal(three, two)
            np.testing.assert_array_equal(one, four)


def test_more_trips_than_ever_before():
    feeds = [(2, trips) for trips in (1, 70, 300, 2)]
    assert [len(seen) for _, seen in ran(by_a_number, feeds)[0]] == [1, 70, 300, 2]


def test_a_queue_gives_each_element_once():
    queue = tf.FIFOQueue(100, [tf.float32], [[]])
    fill = queue.enqueue_many([tf.range(100.0)])
    w, n = tf.get_variable("w", [], initializer=tf.ones_initializer()), tf.placeholder(tf.int32, [])
    body = lambda i, total: (i + 1, total * w + queue.dequeue())  # noqa: E731
    total = tf.while_loop(lambda i, _: i < n, body, [0, 0.0])[1]
    fetches, first = [total, tf.gradients(total, w)[0]], 0
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), fill])
        for trips in (3, 3, 20, 5):
            values = np.arange(first, first + trips)
            slope = sum((trips - 1 - k) * value for k, value in enumerate(values))
            assert session.run(fetches, {n: trips}) == [values.sum(), slope]
            first += trips


def test_a_failure_in_the_middle_and_the_next_run():
    x, fail = tf.placeholder(tf.float32, [N]), []

    def function(a):
        if fail and not fail.pop():
            raise ValueError("not this time")
        return np.float32(2)

    def body(i, a):
        factor = tf.py_func(function, [a], tf.float32)
        factor.set_shape([])
        return i + 1, a * a * factor

    slope = tf.gradients(tf.while_loop(lambda i, a: i < 3, body, [0, x])[1], x)[0]
    with tf.Session() as session:
        right = session.run(slope, {x: np.ones(N)})
        fail[:] = [False, True]
        with pytest.raises(tf.errors.InvalidArgumentError, match="not this time"):
            session.run(slope, {x: np.ones(N)})
        np.testing.assert_array_equal(session.run(slope, {x: np.ones(N)}), right)
        np.testing.assert_array_equal(right, [2**7 * 8.0] * N)


def test_a_branch_that_prints_leaves_other_loops_alone():
    """They find their room in a region that begins behind it."""
    x = tf.placeholder(tf.float32, [N])
    start = tf.cond(x[0] > 5, lambda: tf.Print(x, [x]), lambda: x * 1.0)
    end = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * a), [0, start])[1]
    slope = tf.gradients(end, x)[0]
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(slope, {x: np.ones(N)}), [8.0] * N)
        assert host_ops(session) == []
        assert len(inspect(session).last.steps) == 2
