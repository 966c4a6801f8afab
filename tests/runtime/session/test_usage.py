import numpy as np
import pytest

import minitf as tf
from minitf.runtime import usage

BATCH, UNITS = 4, 16


def _trained(steps: int, swap: bool = False):
    """What a session uses after two training steps of an RNN; and the losses."""
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        x = tf.placeholder(tf.float32, [None, BATCH, 2])
        cell = tf.nn.rnn_cell.BasicRNNCell(UNITS)
        _, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True, swap_memory=swap)
        loss = tf.reduce_mean(state**2)
        train = tf.train.AdamOptimizer().minimize(loss)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            feed = {x: np.random.default_rng(0).normal(size=(steps, BATCH, 2))}
            losses = [session.run([train, loss], feed)[1] for _ in range(2)]
            return usage(session), losses


def test_bytes_by_purpose():
    x, v = tf.placeholder(tf.float32, [None, 8]), tf.Variable(tf.zeros([8, 4]))
    y = tf.matmul(x + tf.constant(np.ones([1, 8]), tf.float32), v)
    with tf.Session() as session:
        assert usage(session).total == 0
        session.run(v.initializer)
        assert usage(session).variables == 8 * 4 * 4
        session.run(y, {x: np.zeros([2, 8])})
        used = usage(session)
        assert used.inputs == 2 * 8 * 4 and used.constants >= 8 * 4
        assert 2 * 8 * 4 <= used.activations <= 1024 and used.swapped == 0
        session.run(y, {x: np.zeros([5000, 8])})
        assert usage(session).inputs == used.inputs, "large inputs are read in place"
        assert usage(session).activations >= used.activations + 5000 * 4 * 4
    assert usage(session).total == 0


def test_training_saves_what_backward_needs_and_no_more():
    per_step = BATCH * UNITS * 4
    short, long = _trained(500)[0], _trained(1500)[0]
    grown = (long.activations - short.activations) / (1000 * per_step)
    assert grown == pytest.approx(2.0, abs=0.3)  # the states, and the slopes that the weights' gradients add up


def test_swapped_loops_keep_their_activations_in_files():
    ram, in_ram = _trained(300)
    file, in_file = _trained(300, swap=True)
    assert in_ram == in_file
    assert ram.swapped == 0 and file.swapped > 300 * BATCH * UNITS * 4
    assert file.activations + file.swapped <= ram.activations + 8192 and file.activations < 8192 + 300 * BATCH * 4 * 4
