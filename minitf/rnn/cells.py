"""The basic cells: RNN, GRU and LSTM."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework import dtypes, nest
from minitf.framework.getter import getter
from minitf.layers.base import last_size
from minitf.layers.by_name import activation_function
from minitf.layers.by_name import initializer as initializer_of
from minitf.layers.input_spec import InputSpec
from minitf.rnn.cell import BIAS, KERNEL, LayerRNNCell, LSTMStateTuple, check_float


class UnitsCell(LayerRNNCell):
    """A cell with num_units columns of output and state, and an activation (tanh by default)."""

    input_spec = InputSpec(ndim=2)

    def __init__(self, num_units: int, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_float(self.dtype)
        self._num_units = num_units
        self._activation = activation_function(activation) or tf.tanh

    state_size = getter("_num_units", "num_units.")
    output_size = getter("_num_units", "num_units.")


class BasicRNNCell(UnitsCell):
    """`output = new_state = activation([inputs, state] @ kernel + bias)`.

    kernel: [n + num_units, num_units]; bias: [num_units]; activation: tanh by default; reuse: take variables
    that are there; name: of its variable scope ("basic_rnn_cell").

    >>> import minitf as tf
    >>> cell = tf.nn.rnn_cell.BasicRNNCell(5, name="doc_cell")
    >>> output, state = cell(tf.zeros([2, 3]), cell.zero_state(2, tf.float32))
    >>> [v.name for v in cell.trainable_weights]
    ['doc_cell/kernel:0', 'doc_cell/bias:0']
    """

    _options = ("num_units", "activation", "reuse")

    def build(self, input_shape) -> None:
        """Makes kernel and bias."""
        n = self._num_units
        self._kernel = self.add_weight(KERNEL, shape=[last_size(input_shape, self) + n, n])
        self._bias = self.add_weight(BIAS, shape=[n], initializer=tf.zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        """One step."""
        gates = tf.matmul(tf.concat([inputs, state], 1), self._kernel)
        output = self._activation(tf.nn.bias_add(gates, self._bias))
        return output, output


class InitializedCell(UnitsCell):
    """A cell with initializers of its own for kernels and biases."""

    def __init__(
        self,
        num_units: int,
        activation=None,
        reuse=None,
        kernel_initializer: Callable | str | None = None,
        bias_initializer=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer = initializer_of(kernel_initializer)
        self._bias_initializer = initializer_of(bias_initializer)


class GRUCell(InitializedCell):
    """Gated recurrent unit (Cho et al. 2014): reset and update gates r, u from one kernel, a candidate from another.

    `c = activation([x, r * h] @ candidate_kernel + b)`, `new_h = u * h + (1 - u) * c`. The gates' bias starts at 1.
    """

    _options = ("num_units", "kernel_initializer", "bias_initializer", "activation", "reuse")
    _weight_names = {"gates": ("gates/kernel", "gates/bias"), "candidate": ("candidate/kernel", "candidate/bias")}

    def build(self, input_shape) -> None:
        """Makes kernels and biases of gates and candidate."""
        n, rows = self._num_units, last_size(input_shape, self) + self._num_units
        self._gate_kernel, self._gate_bias = self._weights(
            "gates", rows, 2 * n, tf.constant_initializer(1.0, dtype=self.dtype)
        )
        self._candidate_kernel, self._candidate_bias = self._weights(
            "candidate", rows, n, tf.zeros_initializer(dtype=self.dtype)
        )
        self.built = True

    def _weights(self, which: str, rows: int, columns: int, bias_initializer):
        kernel_name, bias_name = self._weight_names[which]
        kernel = self.add_weight(kernel_name, shape=[rows, columns], initializer=self._kernel_initializer)
        start = bias_initializer if self._bias_initializer is None else self._bias_initializer
        return kernel, self.add_weight(bias_name, shape=[columns], initializer=start)

    def call(self, inputs, state):
        """One step."""
        gates = tf.matmul(tf.concat([inputs, state], 1), self._gate_kernel)
        r, u = tf.split(tf.sigmoid(tf.nn.bias_add(gates, self._gate_bias)), num_or_size_splits=2, axis=1)
        candidate = tf.matmul(tf.concat([inputs, r * state], 1), self._candidate_kernel)
        c = self._activation(tf.nn.bias_add(candidate, self._candidate_bias))
        new_h = u * state + (1 - u) * c
        return new_h, new_h


class BasicLSTMCell(UnitsCell):
    """Long short-term memory (Hochreiter and Schmidhuber 1997, Gers et al. 1999) without peepholes or projection.

    Gates i, j, f, o come from one kernel [n + num_units, 4 * num_units]; `forget_bias` is added to f at each
    step: `c = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j)`, `h = activation(c) * sigmoid(o)`.
    state_is_tuple: the state is `LSTMStateTuple(c, h)`, otherwise one tensor [batch, 2 * num_units].
    """

    _options = ("num_units", "forget_bias", "state_is_tuple", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        forget_bias: float | tf.Tensor = 1.0,
        state_is_tuple: bool = True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, num_units)`, or their sum."""
        n = self._num_units
        return LSTMStateTuple(n, n) if self._state_is_tuple else 2 * n

    def build(self, input_shape) -> None:
        """Makes kernel and bias."""
        n = self._num_units
        self._kernel = self.add_weight(KERNEL, shape=[last_size(input_shape, self) + n, 4 * n])
        self._bias = self.add_weight(BIAS, shape=[4 * n], initializer=tf.zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        """One step."""
        one = tf.constant(1, dtype=dtypes.int32)
        c, h = lstm_parts(state) if self._state_is_tuple else tf.split(state, num_or_size_splits=2, axis=one)
        gates = tf.nn.bias_add(tf.matmul(tf.concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = tf.split(gates, num_or_size_splits=4, axis=one)
        kept = tf.multiply(c, tf.sigmoid(tf.add(f, tf.constant(self._forget_bias, dtype=f.dtype))))
        new_c = tf.add(kept, tf.multiply(tf.sigmoid(i), self._activation(j)))
        new_h = tf.multiply(self._activation(new_c), tf.sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else tf.concat([new_c, new_h], 1)


class LSTMCell(LayerRNNCell):
    """Long short-term memory with optional peepholes, clipping and projection (Sak et al. 2014).

    use_peepholes: gates i, f see the old memory and o the new one, through `w_i_diag`, `w_f_diag`,
    `w_o_diag`; cell_clip: clips the memory; num_proj: the output is projected to this size (and clipped by
    proj_clip); initializer: of kernels and peepholes; num_unit_shards, num_proj_shards: into how many parts
    the kernels are split; other arguments as in BasicLSTMCell.
    """

    input_spec = InputSpec(ndim=2)
    _peephole_order = "fio"  # in which the variables are made
    _options = (
        *("num_units", "use_peepholes", "cell_clip", "initializer", "num_proj", "proj_clip", "num_unit_shards"),
        *("num_proj_shards", "forget_bias", "state_is_tuple", "activation", "reuse"),
    )

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip=None,
        initializer: Callable | str | None = None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias: float | tf.Tensor = 1.0,
        state_is_tuple: bool = True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_float(self.dtype)
        self._num_units, self._num_proj, self._use_peepholes = num_units, num_proj, use_peepholes
        self._cell_clip, self._proj_clip, self._forget_bias = cell_clip, proj_clip, forget_bias
        self._initializer, self._state_is_tuple = initializer_of(initializer), state_is_tuple
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._activation = activation_function(activation) or tf.tanh

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, num_proj or num_units)`, or their sum."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        """num_proj if there is a projection, else num_units."""
        return self._num_proj or self._num_units

    def build(self, input_shape) -> None:
        """Makes kernel, bias, peepholes and projection."""
        n = self._num_units
        rows = last_size(input_shape, self) + (n if self._num_proj is None else self._num_proj)
        self._kernel = self._weight(KERNEL, [rows, 4 * n], self._num_unit_shards)
        self._bias = self.add_weight(BIAS, shape=[4 * n], initializer=tf.zeros_initializer(dtype=self.dtype))
        if self._use_peepholes:
            self._peepholes = {g: self._weight(f"w_{g}_diag", [n]) for g in self._peephole_order}
        if self._num_proj is not None:
            self._proj_kernel = self._weight(f"projection/{KERNEL}", [n, self._num_proj], self._num_proj_shards)
        self.built = True

    def _weight(self, name: str, shape: list, shards: int | None = None):
        partitioner = None if shards is None else tf.fixed_size_partitioner(shards)
        return self.add_weight(name, shape=shape, initializer=self._initializer, partitioner=partitioner)

    def call(self, inputs, state):
        """One step."""
        c, m = lstm_parts(state) if self._state_is_tuple else split_columns(state, [self._num_units, self.output_size])
        gates = tf.matmul(tf.concat([inputs, m], 1), self._kernel)
        i, j, f, o = tf.split(tf.nn.bias_add(gates, self._bias), num_or_size_splits=4, axis=1)
        new_c = self._memory(i, j, f, c)
        if self._cell_clip is not None:
            new_c = self._clipped(new_c)
        if self._use_peepholes:
            o = o + self._peepholes["o"] * new_c
        new_m = tf.sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_m = tf.matmul(new_m, self._proj_kernel)
            if self._proj_clip is not None:
                new_m = tf.clip_by_value(new_m, -self._proj_clip, self._proj_clip)
        return new_m, LSTMStateTuple(new_c, new_m) if self._state_is_tuple else tf.concat([new_c, new_m], 1)

    def _clipped(self, c):
        return tf.clip_by_value(c, -self._cell_clip, self._cell_clip)

    def _memory(self, i, j, f, c):
        """The new memory from gates and the old one."""
        if self._use_peepholes:
            kept = tf.sigmoid(f + self._forget_bias + self._peepholes["f"] * c) * c
            return kept + tf.sigmoid(i + self._peepholes["i"] * c) * self._activation(j)
        return tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * self._activation(j)


def lstm_parts(state):
    """The memory and output of an LSTM's state; ValueError if it is no pair."""
    if not nest.is_sequence(state) or len(state) != 2:
        raise ValueError(f"an LSTM's state is a pair LSTMStateTuple(c, h) of tensors, not {state!r}")
    return state


def split_columns(state, sizes: list) -> list:
    """A state joined along its columns, parted into pieces of these sizes."""
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    return [tf.slice(state, [0, start], [-1, size]) for start, size in zip(starts, sizes)]
