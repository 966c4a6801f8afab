"""Threads that stop in the midst of a program, for long: the others wait, and nothing becomes another value."""

import time

import numpy as np
import pytest
from forced import shared
from stalls import Stalls

import minitf as tf
from minitf.kernels.machine import pool

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")


def trained(threads, asleep):
    """The losses of some steps of a network with a growing memory, each after a while in which workers fall asleep."""
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [8, 6, 4])
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(4), x, dtype=tf.float32)
        shapes = [tf.TensorShape([]), tf.TensorShape([8, None, 4])]
        turn = lambda i, a: (i + 1, tf.concat([a, tf.tanh(tf.reduce_mean(a, 1, keepdims=True))], 1))  # noqa: E731
        _, memory = tf.while_loop(lambda i, _: i < 5, turn, [0, outputs], shape_invariants=shapes)
        loss = tf.reduce_mean(tf.square(memory))
        step = tf.train.AdamOptimizer(0.1).minimize(loss)
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads)) as session:
            session.run(tf.global_variables_initializer())
            losses = []
            for k in range(4):
                time.sleep(asleep)
                data = np.random.RandomState(k).randn(8, 6, 4)
                losses += session.run([loss, step], {x: data})[:1]
            return losses


@pytest.mark.parametrize("late", [None, 0, 1])
@pytest.mark.parametrize("threads", [2, 3])
def test_training_is_the_same_to_the_last_bit(threads, late):
    alone = trained(1, 0)
    with shared(late, Stalls(7, rare=30, longest=3.0)) as walks:
        assert trained(threads, 0.01) == alone
    assert walks
