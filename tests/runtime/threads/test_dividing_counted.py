"""Calls whose sizes only a run knows are shared by threads as others are, to the last bit."""

import numpy as np
import pytest
from forced import shared

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.lower.counted_calls import CountedCalls
from minitf.runtime.lower.ir import calls

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
N = 6
LATE = pytest.mark.parametrize("late", [None, 0, 1])


def memory_of_rows(x, n, w):
    """Each row attends to a memory of its own, of all that came before."""

    def turn(i, h, memory):
        weights = tf.nn.softmax(tf.reduce_sum(memory * tf.expand_dims(h, 1), 2))
        h = tf.tanh(tf.matmul(h + tf.reduce_sum(memory * tf.expand_dims(weights, 2), 1), w))
        return i + 1, h, tf.concat([memory, tf.expand_dims(h, 1)], 1)

    shapes = [tf.TensorShape([]), tf.TensorShape([None, N]), tf.TensorShape([None, None, N])]
    start = [0, x[:, 0], x[:, :1]]
    return tf.while_loop(lambda i, *_: i < n, turn, start, shape_invariants=shapes)[1]


def window_of_rows(x, n, w):
    """It becomes shorter with each step."""

    def turn(i, h, rest):
        return i + 1, tf.tanh(tf.matmul(h + tf.reduce_mean(rest * rest, 1), w)), tf.sin(rest[:, 1:])

    shapes = [tf.TensorShape([]), tf.TensorShape([None, N]), tf.TensorShape([None, None, N])]
    return tf.while_loop(lambda i, *_: i < n, turn, [0, x[:, 0], x], shape_invariants=shapes)[1]


def picked_rows(x, n, w):
    """How many rows there are is another number in each step."""

    def turn(i, h):
        picked = tf.boolean_mask(tf.tanh(tf.matmul(h * x[:, i], w)), h[:, 0] > 0.1 * tf.cast(i, tf.float32))
        return i + 1, 0.5 * h + tf.reduce_sum(tf.square(picked) * picked)

    return tf.while_loop(lambda i, _: i < n, turn, [0, x[:, 0]])[1]


LOOPS = {loop.__name__: loop for loop in (memory_of_rows, window_of_rows, picked_rows)}


class Model:
    """A loop, its gradients and a session for so many threads."""

    def __init__(self, loop, threads):
        with tf.Graph().as_default():
            self.x, self.n = tf.placeholder(tf.float32, [None, None, N]), tf.placeholder(tf.int32, [])
            w = tf.get_variable("w", [N, N], initializer=tf.random_normal_initializer(stddev=0.5, seed=1))
            y = LOOPS[loop](self.x, self.n, w)
            first = tf.gradients(tf.reduce_sum(tf.square(y)), [self.x, w])
            self.fetches = [y, *first, *tf.gradients(tf.reduce_sum(tf.square(first[1])), [w])]
            self.session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads))
            self.session.run(tf.global_variables_initializer())

    def run(self, rows, steps, seed=0):
        """All results for random rows."""
        data = np.random.RandomState(seed).randn(rows, steps + 1, N)
        return self.session.run(self.fetches, {self.x: data, self.n: steps})


@LATE
@pytest.mark.parametrize("loop", LOOPS)
def test_training_is_the_same_to_the_last_bit(loop, late):
    alone = Model(loop, 1)
    with shared(late) as walks:
        together = Model(loop, 2)
        for rows, steps in ((8, 5), (8, 9), (8, 5), (7, 3), (9, 4), (2, 1)):  # of the third size on they are resized
            for one, other in zip(alone.run(rows, steps), together.run(rows, steps)):
                np.testing.assert_array_equal(one, other)
    assert walks


def meetings(walk):
    """How often the first thread met others in the last run."""
    return int(walk._pool._words[pool.LINE * pool.MEETINGS])


def test_threads_meet_about_as_often_as_where_nothing_grows():
    with shared() as walks:
        model = Model("memory_of_rows", 2)
        model.fetches = model.fetches[:3]
        counts = []
        for steps in (6, 16):
            model.session.run(model.fetches, {model.x: np.ones([8, 20, N]), model.n: steps})
            counts.append(meetings(walks[-1]))
    assert counts[1] - counts[0] <= 10 * 5  # trips of the loop and of its gradient: 2 or 3 each


def test_all_that_works_on_rows_is_native_and_cut():
    with shared() as walks:
        model = Model("memory_of_rows", 2)
        model.fetches = model.fetches[:3]
        model.run(8, 6)
        [walk] = walks
    shards = walk._shards
    assert not [call for call in calls(shards._nodes) if call.on_host]
    whole = [c for c in calls(shards._nodes) if isinstance(c, CountedCalls) and len(shards._parts[c]) < 2]
    names = {call.kernel.kernel.name for node in whole for call in node.calls}
    assert names <= {"put_numbers", "holds"}
