"""Cells whose units see no state but their own, so that recurrent weights are vectors; and the simple
recurrent unit.
"""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.layers.base import last_size
from minitf.rnn.cell import BIAS, KERNEL, LSTMStateTuple
from minitf.rnn.cells import InitializedCell, lstm_parts


class _DiagonalCell(InitializedCell):
    """What the cells here make their weights of."""

    def _weights(self, names: tuple, rows: int, gates: int, bias_start: float = 0.0) -> tuple:
        """Input kernel, recurrent vector and bias of so many gates."""
        columns = gates * self._num_units
        start = tf.constant_initializer(bias_start) if self._bias_initializer is None else self._bias_initializer
        return (
            self.add_weight(names[0], [rows, columns], initializer=self._kernel_initializer),
            self.add_weight(names[1], [1, columns], initializer=tf.random_uniform_initializer(-1, 1)),
            self.add_weight(names[2], [columns], initializer=start),
        )


def _affine(inputs, state, weights: tuple):
    """`inputs @ kernel + state * vector + bias`, the state repeated for each gate."""
    kernel, vector, bias = weights
    gates = vector.shape.as_list()[1] // state.shape.as_list()[1]
    own = (state if gates == 1 else tf.tile(state, [1, gates])) * vector
    return tf.nn.bias_add(tf.matmul(inputs, kernel) + own, bias)


_NAMES = (f"{KERNEL}_w", f"{KERNEL}_u", BIAS)


class IndRNNCell(_DiagonalCell):
    """Independently recurrent network (Li et al. 2018): `activation(x @ w + h * u + b)`."""

    def __init__(self, num_units: int, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(num_units, activation, reuse, name=name, dtype=dtype)

    def build(self, input_shape) -> None:
        """Makes the weights."""
        self._gate = self._weights(_NAMES, last_size(input_shape, self), 1)
        self.built = True

    def call(self, inputs, state):
        """One step."""
        output = self._activation(_affine(inputs, state, self._gate))
        return output, output


class IndyGRUCell(_DiagonalCell):
    """A GRU with vectors for recurrent kernels."""

    def build(self, input_shape) -> None:
        """Makes the weights of gates and candidate."""
        rows = last_size(input_shape, self)
        self._gates = self._weights(tuple(f"gates/{n}" for n in _NAMES), rows, 2, bias_start=1.0)
        names = (f"candidate/{KERNEL}", f"candidate/{KERNEL}_u", f"candidate/{BIAS}")
        self._candidate = self._weights(names, rows, 1)
        self.built = True

    def call(self, inputs, state):
        """One step."""
        r, u = tf.split(tf.sigmoid(_affine(inputs, state, self._gates)), num_or_size_splits=2, axis=1)
        c = self._activation(_affine(inputs, r * state, self._candidate))
        new_h = u * state + (1 - u) * c
        return new_h, new_h


class IndyLSTMCell(_DiagonalCell):
    """An LSTM with vectors for recurrent kernels (Gonnet and Deselaers 2019)."""

    def __init__(
        self,
        num_units: int,
        forget_bias: float | tf.Tensor = 1.0,
        activation=None,
        reuse=None,
        kernel_initializer: Callable | str | None = None,
        bias_initializer=None,
        name=None,
        dtype=None,
    ):
        super().__init__(num_units, activation, reuse, kernel_initializer, bias_initializer, name, dtype)
        self._forget_bias = forget_bias

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, num_units)`."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, input_shape) -> None:
        """Makes the weights."""
        self._gates = self._weights(_NAMES, last_size(input_shape, self), 4)
        self.built = True

    def call(self, inputs, state):
        """One step."""
        c, h = lstm_parts(state)
        i, j, f, o = tf.split(_affine(inputs, h, self._gates), num_or_size_splits=4, axis=1)
        new_c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        new_h = self._activation(new_c) * tf.sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class SRUCell(_DiagonalCell):
    """Simple recurrent unit (Lei et al. 2017): gates see the input alone."""

    def __init__(self, num_units: int, activation=None, reuse=None, name=None, **kwargs):
        super().__init__(num_units, activation, reuse, name=name, **kwargs)

    def build(self, input_shape) -> None:
        """Makes kernel and bias."""
        n = self._num_units
        self._kernel = self.add_weight(KERNEL, [last_size(input_shape, self), 4 * n])
        self._bias = self.add_weight(BIAS, [2 * n], initializer=tf.zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        """One step."""
        new, f, r, highway = tf.split(tf.matmul(inputs, self._kernel), num_or_size_splits=4, axis=1)
        gates = tf.sigmoid(tf.nn.bias_add(tf.concat([f, r], 1), self._bias))
        f, r = tf.split(gates, num_or_size_splits=2, axis=1)
        c = f * state + (1.0 - f) * new
        h = r * self._activation(c) + (1.0 - r) * highway
        return h, c
