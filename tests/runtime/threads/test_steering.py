"""What steers loops is computed by each thread for itself: they do not meet to count."""

import numpy as np
import pytest
from forced import shared

import minitf as tf
from minitf.kernels.machine import pool

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
B, N = 12, 8
LATE = pytest.mark.parametrize("late", [None, 0, 1])


def weights():
    return tf.get_variable("w", [N, N], initializer=tf.random_normal_initializer(stddev=0.5, seed=1))


def by_a_feed(x, n, w):
    return tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w))), [0, x[:, 0]])[1]


def of_lengths(x, n, w):
    lengths = tf.minimum(tf.range(B), n)
    cell = tf.nn.rnn_cell.BasicRNNCell(N)
    return tf.nn.dynamic_rnn(cell, x[:, :n], lengths, dtype=tf.float32)[0][:, -1]


def until_all_have_finished(x, n, w):
    """Flags of what has finished, rows of which stay as they are."""

    def turn(i, h, over):
        new = tf.where(over, h, tf.tanh(tf.matmul(h, w)))
        return i + 1, new, tf.logical_or(over, tf.greater_equal(i + 1, tf.minimum(tf.range(B) + 1, n)))

    loop = tf.while_loop(lambda i, h, over: ~tf.reduce_all(over), turn, [0, x[:, 0], tf.zeros([B], tf.bool)])
    return loop[1] + tf.cast(loop[0], tf.float32)


def of_lists(x, n, w):
    """One list is read, another one written."""
    read = tf.TensorArray(tf.float32, tf.shape(x)[1]).unstack(tf.transpose(x, [1, 0, 2]))
    written = tf.TensorArray(tf.float32, n)
    turn = lambda i, a: (i + 1, a.write(i, tf.tanh(read.read(i))))  # noqa: E731
    return tf.reduce_sum(tf.while_loop(lambda i, a: i < n, turn, [0, written])[1].stack(), 0)


def by_position(x, n, w):
    """Steps of a batch, one after the other, and one that an index of its own says."""
    turn = lambda i, k, h: (i + 1, k + 2, tf.tanh(h + x[:, i] * x[:, k % 3]))  # noqa: E731
    return tf.while_loop(lambda i, k, h: i < n, turn, [0, 1, x[:, 0]])[2]


def in_turns(x, n, w):
    """Every other trip takes another branch."""
    turn = lambda i, h: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.tanh(h * 2.0), lambda: tf.sin(h)))  # noqa: E731
    return tf.while_loop(lambda i, h: i < n, turn, [0, x[:, 0]])[1]


LOOPS = {
    loop.__name__: loop for loop in (by_a_feed, of_lengths, until_all_have_finished, of_lists, by_position, in_turns)
}


def session(threads):
    return tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads))


def meetings(walk):
    """How often the first thread met others in the last run."""
    return int(walk._pool._words[pool.LINE * pool.MEETINGS])


@pytest.mark.parametrize("loop", LOOPS)
def test_more_trips_take_no_more_meetings(loop):
    w, x, n = weights(), tf.placeholder(tf.float32, [B, None, N]), tf.placeholder(tf.int32, [])
    y = LOOPS[loop](x, n, w)
    data, counts = np.random.RandomState(0).randn(B, 20, N), []
    with shared() as walks, session(2) as sess:
        sess.run(tf.global_variables_initializer())
        for steps in (5, 12):
            sess.run(y, {x: data, n: steps})
            counts.append(meetings(walks[-1]))
    assert counts[0] == counts[1]


@LATE
@pytest.mark.parametrize("loop", LOOPS)
def test_training_is_the_same_to_the_last_bit(loop, late):
    tf.set_random_seed(1)
    w, x, n = weights(), tf.placeholder(tf.float32, [B, None, N]), tf.placeholder(tf.int32, [])
    y = LOOPS[loop](x, n, w)
    train = tf.train.AdamOptimizer(0.05).minimize(tf.reduce_mean(tf.square(y - 0.3 * tf.reduce_mean(w))))
    data, found = np.random.RandomState(0).randn(B, 20, N), []
    with shared(late) as walks:
        for threads in (1, 2):
            with session(threads) as sess:
                sess.run(tf.global_variables_initializer())
                found.append([sess.run([y, train], {x: data, n: steps})[0] for steps in (4, 7, 5, 4, 9, 7)])
                found[-1] += sess.run(tf.global_variables())
    assert walks
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@LATE
def test_what_steers_is_read_behind_the_loop(late):
    """By what is computed, by another loop, once a number is known, and by who asked for it."""
    m, x, n = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [B, N]), tf.placeholder(tf.int32, [])
    turn = lambda i, k, h: (i + 1, k * 2 % 37, tf.tanh(h) * 1.5)  # noqa: E731
    i, k, h = tf.while_loop(lambda i, k, h: i < n, turn, [0, 1, x])
    picked = tf.boolean_mask(h, m) * tf.cast(k, tf.float32)
    again = tf.while_loop(lambda j, g: j < i + 1, lambda j, g: (j + 1, tf.sin(g) + tf.cast(k, tf.float32)), [0, picked])
    found, draw = [], np.random.RandomState(0)
    feeds = [{m: draw.rand(B) < 0.6, x: draw.randn(B, N), n: draw.randint(2, 9)} for _ in range(12)]
    with shared(late) as walks:
        for threads in (1, 2):
            with session(threads) as sess:
                found.append([sess.run([i, k, h, picked, *again], feed) for feed in feeds])
    assert walks
    for ours, theirs in zip(*found, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


@LATE
@pytest.mark.parametrize("wrong", ["slot", "step", "row", "divisor"])
def test_the_first_error_is_told(wrong, late):
    """Whichever thread is ahead, as by one thread alone: of a slot, a step and a row that are not there, and of none by
    which something is divided.
    """
    x, limits = tf.placeholder(tf.float32, [B, 6, N]), tf.placeholder(tf.int32, [4])
    rows, array = tf.placeholder(tf.int32, [B]), tf.TensorArray(tf.float32, limits[0])

    def turn(i, array):
        h = x[:, i + limits[1]]
        h = h + tf.gather(tf.tanh(h), rows + i * limits[2]) + tf.cast(7 // (limits[3] - i), tf.float32)
        return i + 1, array.write(i, h)

    y = tf.while_loop(lambda i, array: i < 5, turn, [0, array])[1].stack()
    limit = {"slot": [3, 1, 0, 9], "step": [5, 3, 0, 9], "row": [5, 0, 3, 9], "divisor": [5, 0, 0, 2]}[wrong]
    feeds, said = {x: np.ones((B, 6, N)), limits: limit, rows: np.zeros(B)}, []
    with shared(late) as walks:
        for threads in (1, 2):
            with session(threads) as sess:
                for _ in range(3):
                    with pytest.raises(tf.errors.OpError) as error:
                        sess.run(y, feeds)
                    said.append(str(error.value))
    assert walks and len(set(said)) == 1, said
