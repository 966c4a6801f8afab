"""Cells that TensorFlow 1.15.5 computes by one op count as many ops as there: what is drawn behind them agrees."""

import pytest

import minitf as tf


def fed(shape):
    return tf.placeholder(tf.float32, shape)


def lengths(size):
    return tf.placeholder(tf.int32, [size])


def made(function):
    """How many ops the function makes, placeholders among them."""
    with tf.Graph().as_default() as graph:
        function()
        return graph._last_id


@pytest.mark.parametrize(
    "shape, state, cut, count",
    [
        ([3, 2, 4], None, None, 30),
        ([None, None, 4], None, None, 45),
        ([None, 2, 4], None, None, 39),
        ([3, None, 4], None, None, 36),
        ([3, 2, 4], [2, 4], None, 29),
        ([3, None, 4], [None, 4], None, 34),
        ([3, 2, 4], None, lambda: lengths(2), 60),
        ([3, 2, 4], None, lambda: [1, 2], 60),
        ([None, 2, 4], None, lambda: lengths(2), 69),
        ([3, None, 4], None, lambda: lengths(None), 64),
        ([None, None, 4], None, lambda: lengths(None), 73),
        ([None, None, 4], [None, 4], lambda: lengths(None), 71),
    ],
)
def test_all_steps(shape, state, cut, count):
    def run():
        how = {"dtype": tf.float32} if state is None else {"initial_state": (fed(state), fed(state))}
        tf.contrib.rnn.LSTMBlockFusedCell(4)(fed(shape), sequence_length=cut and cut(), **how)

    assert made(run) == count


def test_peepholes():
    cell = tf.contrib.rnn.LSTMBlockFusedCell(4, use_peephole=True)
    assert made(lambda: cell(fed([3, 2, 4]), dtype=tf.float32)) == 59


@pytest.mark.parametrize(
    "make, states, count",
    [
        (lambda: tf.contrib.rnn.LSTMBlockCell(4), 2, 19),
        (lambda: tf.contrib.rnn.LSTMBlockCell(4, use_peephole=True), 2, 48),
        (lambda: tf.contrib.rnn.LSTMBlockCell(4, cell_clip=1.0), 2, 19),
        (lambda: tf.contrib.rnn.GRUBlockCell(4), 1, 31),
        (lambda: tf.contrib.rnn.GRUBlockCellV2(4), 1, 31),
    ],
)
def test_one_step(make, states, count):
    def run():
        cell, x = make(), fed([2, 4])
        state = [fed([2, 4]) for _ in range(states)]
        cell(x, tuple(state) if states == 2 else state[0])

    assert made(run) == count
