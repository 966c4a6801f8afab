"""Derivatives of unrolled networks to second order, with respect to inputs, states and weights."""

import numpy as np
import pytest
from helpers import check_gradients

import minitf as tf

RNN = tf.nn.rnn_cell
CELLS = {RNN.BasicRNNCell: [(4, 2), (2,)], RNN.GRUCell: [(4, 4), (4,), (4, 2), (2,)], RNN.LSTMCell: [(4, 8), (8,)]}


def given(weights):
    """A getter that hands out these tensors in turn."""
    rest = iter(weights)
    return lambda getter, name, *args, **kwargs: next(rest)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lengths", [None, [3, 1]])
@pytest.mark.parametrize("unroll", ["static", "dynamic"])
def test_second_order(cell, lengths, unroll):
    def network(x, start, *weights):
        state = RNN.LSTMStateTuple(start, start) if cell is RNN.LSTMCell else start
        made = cell(2, dtype=tf.float64)
        with tf.variable_scope("net", custom_getter=given(weights)):
            if unroll == "dynamic":
                outputs, final = tf.nn.dynamic_rnn(made, x, lengths, state)
            else:
                outputs, final = tf.nn.static_rnn(made, tf.unstack(x, axis=1), state, sequence_length=lengths)
        final = list(final) if isinstance(final, tuple) else [final]
        return [*outputs, *final] if isinstance(outputs, list) else [outputs, *final]

    random = np.random.default_rng(1)
    shapes = [(2, 3, 2), (2, 2), *CELLS[cell]]
    check_gradients(network, *[random.normal(size=s) for s in shapes])
