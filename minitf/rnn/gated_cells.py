"""Cells beyond the basic ones: layer-normalized, grouped, coupled, phased and searched-for."""

from __future__ import annotations

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.getter import getter
from minitf.layers.base import last_size
from minitf.layers.by_name import activation_function
from minitf.rnn.cell import LayerRNNCell, LSTMStateTuple, RNNCell
from minitf.rnn.cells import lstm_parts, split_columns
from minitf.rnn.linear import Linear


class _SizedCell(RNNCell):
    """A cell whose state and output have num_units columns."""

    def __init__(self, num_units: int, **kwargs):
        super().__init__(**kwargs)
        self._num_units = num_units

    state_size = getter("_num_units", "num_units.")
    output_size = getter("_num_units", "num_units.")


class _LSTMLike(RNNCell):
    """A cell with an LSTM's state: the memory [num_units] and the output [num_proj or num_units]."""

    def __init__(self, num_units: int, num_proj: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self._num_units, self._num_proj = num_units, num_proj

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, output_size)`."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        """num_proj if there is a projection, else num_units."""
        return self._num_proj or self._num_units


def layer_norm(inputs, scope: str, gain: float, shift: float):
    """`inputs` normalized over the last axis, times `gamma` plus `beta` (Ba et al. 2016), variables in `scope`."""
    size, dtype = [inputs.shape.sizes[-1]], inputs.dtype.base_dtype
    with tf.variable_scope(scope):
        gamma = tf.get_variable("gamma", size, initializer=tf.constant_initializer(gain), dtype=dtype)
        beta = tf.get_variable("beta", size, initializer=tf.constant_initializer(shift), dtype=dtype)
        mean, variance = tf.nn.moments(inputs, [1], keep_dims=True)
        epsilon = 1e-3 if dtype is dtypes.float16 else 1e-12
        return tf.nn.batch_normalization(inputs, mean, variance, offset=beta, scale=gamma, variance_epsilon=epsilon)


class LayerNormBasicLSTMCell(_LSTMLike):
    """An LSTM with layer normalization and recurrent dropout without memory loss (Semeniuta et al. 2016).

    layer_norm: normalize gates and memory, with norm_gain and norm_shift to start from; dropout_keep_prob: of
    the candidate memory, a number or tensor; dropout_prob_seed: its seed.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float | tf.Tensor = 1.0,
        input_size=None,
        activation=None,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob=1.0,
        dropout_prob_seed: int | None = None,
        reuse=None,
    ):
        super().__init__(num_units, _reuse=reuse)
        self._forget_bias, self._activation = forget_bias, activation_function(activation) or tf.tanh
        self._layer_norm, self._norm_start = layer_norm, (norm_gain, norm_shift)
        self._keep_prob, self._seed = dropout_keep_prob, dropout_prob_seed

    def _norm(self, inputs, scope: str):
        return layer_norm(inputs, scope, *self._norm_start) if self._layer_norm else inputs

    def call(self, inputs, state):
        """One step."""
        c, h = lstm_parts(state)
        joined = tf.concat([inputs, h], 1)
        columns, dtype = 4 * self._num_units, joined.dtype.base_dtype
        kernel = tf.get_variable("kernel", [joined.shape.sizes[1], columns], dtype=dtype)
        gates = tf.matmul(joined, kernel)
        if not self._layer_norm:
            gates = tf.nn.bias_add(gates, tf.get_variable("bias", [columns], dtype=dtype))
        parts = tf.split(value=gates, num_or_size_splits=4, axis=1)
        i, j, f, o = [self._norm(p, scope) for p, scope in zip(parts, ("input", "transform", "forget", "output"))]
        g = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            g = tf.nn.dropout(g, self._keep_prob, seed=self._seed)
        new_c = self._norm(c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * g, "state")
        new_h = self._activation(new_c) * tf.sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class CoupledInputForgetGateLSTMCell(_LSTMLike):
    """An LSTM whose input gate is one minus its forget gate (Greff et al. 2015).

    Variables `W`, `B`, `W_F_diag`, `W_O_diag` (peepholes), `W_P` (projection); shards: into how many
    variables along the rows a kernel is split.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float | tf.Tensor = 1.0,
        state_is_tuple: bool = True,
        activation=None,
        reuse=None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
    ):
        super().__init__(num_units, num_proj, _reuse=reuse)
        self._use_peepholes, self._initializer, self._proj_clip = use_peepholes, initializer, proj_clip
        self._shards, self._forget_bias, self._state_is_tuple = (
            (num_unit_shards, num_proj_shards),
            forget_bias,
            state_is_tuple,
        )
        self._activation = activation_function(activation) or tf.tanh
        self._layer_norm, self._norm_start = layer_norm, (norm_gain, norm_shift)

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, num_proj or num_units)`, or their sum."""
        sizes = super().state_size
        return sizes if self._state_is_tuple else sum(sizes)

    def call(self, inputs, state):
        """One step."""
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            return self._step(inputs, state)

    def _step(self, inputs, state):
        n, dtype = self._num_units, inputs.dtype.base_dtype
        c, m = lstm_parts(state) if self._state_is_tuple else split_columns(state, [n, self.output_size])
        rows = last_size(inputs.shape, self) + self.output_size
        kernel = sharded_variable("W", [rows, 3 * n], dtype, self._shards[0])
        bias = tf.get_variable("B", [3 * n], initializer=tf.zeros_initializer(), dtype=dtype)
        gates = tf.matmul(tf.concat([inputs, m], 1), kernel)
        gates = gates if self._layer_norm else tf.nn.bias_add(gates, bias)
        parts = zip(tf.split(value=gates, num_or_size_splits=3, axis=1), ("transform", "forget", "output"))
        j, f, o = [self._norm(p, scope) for p, scope in parts]
        if self._use_peepholes:
            f_diag = tf.get_variable("W_F_diag", shape=[n], dtype=dtype)
            o_diag = tf.get_variable("W_O_diag", shape=[n], dtype=dtype)
        kept = tf.sigmoid(f + self._forget_bias + f_diag * c if self._use_peepholes else f + self._forget_bias)
        new_c = self._norm(kept * c + (1 - kept) * self._activation(j), "state")
        new_m = tf.sigmoid(o + o_diag * new_c if self._use_peepholes else o) * self._activation(new_c)
        if self._num_proj is not None:
            new_m = self._projected(new_m, dtype)
        return new_m, LSTMStateTuple(new_c, new_m) if self._state_is_tuple else tf.concat([new_c, new_m], 1)

    def _norm(self, inputs, scope: str):
        return layer_norm(inputs, scope, *self._norm_start) if self._layer_norm else inputs

    def _projected(self, m, dtype):
        m = tf.matmul(m, sharded_variable("W_P", [self._num_units, self._num_proj], dtype, self._shards[1]))
        return m if self._proj_clip is None else tf.clip_by_value(m, -self._proj_clip, self._proj_clip)


def sharded_variable(name: str, shape: list, dtype, shards: int):
    """Variables `name_0`, `name_1`, ... that together have `shape`, joined along the rows."""
    if shards > shape[0]:
        raise ValueError(f"a variable of {shape[0]} rows cannot be split into {shards} shards")
    rows = [shape[0] // shards + (k < shape[0] % shards) for k in range(shards)]
    parts = [tf.get_variable(f"{name}_{k}", [n, *shape[1:]], dtype=dtype) for k, n in enumerate(rows)]
    return parts[0] if shards == 1 else tf.concat(parts, 0, name=name + "/concat")


class UGRNNCell(_SizedCell):
    """Update gate RNN (Collins et al. 2016): one gate decides between the old state and a new one."""

    def __init__(
        self, num_units: int, initializer=None, forget_bias: float | tf.Tensor = 1.0, activation=None, reuse=None
    ):
        super().__init__(num_units, _reuse=reuse)
        self._initializer, self._forget_bias, self._linear = initializer, forget_bias, None
        self._activation = activation_function(activation) or tf.tanh

    def call(self, inputs, state):
        """One step."""
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            joined = tf.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(joined, 2 * self._num_units, True)
            g, c = tf.split(axis=1, num_or_size_splits=2, value=self._linear(joined))
            c = self._activation(c)
            g = tf.sigmoid(g + self._forget_bias)
            new_state = g * state + (1.0 - g) * c
        return new_state, new_state


class IntersectionRNNCell(_SizedCell):
    """Intersection RNN (Collins et al. 2016): gates through time and through depth.

    Inputs need num_units columns; the first of several layers sets num_in_proj=num_units, and inputs are projected.
    """

    def __init__(
        self,
        num_units: int,
        num_in_proj=None,
        initializer=None,
        forget_bias: float | tf.Tensor = 1.0,
        y_activation=None,
        reuse=None,
    ):
        super().__init__(num_units, _reuse=reuse)
        self._initializer, self._forget_bias, self._num_in_proj = initializer, forget_bias, num_in_proj
        self._y_activation = activation_function(y_activation) or tf.nn.relu
        self._in_projection, self._linear = None, None

    def call(self, inputs, state):
        """One step."""
        n = self._num_units
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            if last_size(inputs.shape, self) != n:
                inputs = self._projected(inputs)
            joined = tf.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(joined, 4 * n, True)
            matrix = self._linear(joined)
            gh, h, gy, y = [matrix[:, k * n : (k + 1) * n] for k in range(4)]
            h, y = tf.tanh(h), self._y_activation(y)
            gh, gy = tf.sigmoid(gh + self._forget_bias), tf.sigmoid(gy + self._forget_bias)
            return gy * inputs + (1.0 - gy) * y, gh * state + (1.0 - gh) * h

    def _projected(self, inputs):
        if not self._num_in_proj:
            raise ValueError(
                f"IntersectionRNNCell of {self._num_units} units takes inputs as wide, or num_in_proj="
                f"{self._num_units}; {inputs.name} has shape {inputs.shape}"
            )
        with tf.variable_scope("in_projection"):
            if self._in_projection is None:
                self._in_projection = Linear(inputs, self._num_units, True)
            return self._in_projection(inputs)


class NASCell(LayerRNNCell):
    """The cell found by neural architecture search (Zoph and Le 2017): eight gates combined in a tree."""

    def __init__(self, num_units: int, num_proj=None, use_bias: bool = False, reuse=None, **kwargs):
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._num_proj, self._use_bias = num_units, num_proj, use_bias

    @property
    def state_size(self):
        """`LSTMStateTuple(num_units, num_proj or num_units)`."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        """num_proj if there is a projection, else num_units."""
        return self._num_proj or self._num_units

    def build(self, input_shape) -> None:
        """Makes the kernels, and bias and projection if wanted."""
        columns = 8 * self._num_units
        rows = last_size(input_shape, self)
        self.recurrent_kernel = self.add_weight("recurrent_kernel", [self.output_size, columns])
        self.kernel = self.add_weight("kernel", [rows, columns])
        if self._use_bias:
            self.bias = self.add_weight("bias", [columns], initializer=tf.zeros_initializer())
        if self._num_proj is not None:
            self.projection_weights = self.add_weight("projection_weights", [self._num_units, self._num_proj])
        self.built = True

    def call(self, inputs, state):
        """One step."""
        c, m = lstm_parts(state)
        recurrent, direct = tf.matmul(m, self.recurrent_kernel), tf.matmul(inputs, self.kernel)
        if self._use_bias:
            recurrent = tf.nn.bias_add(recurrent, self.bias)
        r = tf.split(axis=1, num_or_size_splits=8, value=recurrent)
        x = tf.split(axis=1, num_or_size_splits=8, value=direct)
        functions = (tf.sigmoid, tf.nn.relu, tf.sigmoid, tf.nn.relu, tf.tanh, tf.sigmoid, tf.tanh, tf.sigmoid)
        a = [f(x[k] * r[k] if k == 3 else x[k] + r[k]) for k, f in enumerate(functions)]
        b = [tf.tanh(a[0] * a[1]), tf.tanh(a[2] + a[3]), tf.tanh(a[4] * a[5]), tf.sigmoid(a[6] + a[7])]
        new_c = tf.tanh(b[0] + c) * b[1]
        new_m = tf.tanh(new_c * tf.tanh(b[2] + b[3]))
        if self._num_proj is not None:
            new_m = tf.matmul(new_m, self.projection_weights)
        return new_m, LSTMStateTuple(new_c, new_m)


class GLSTMCell(_LSTMLike):
    """Group LSTM (Kuchaiev and Ginsburg 2017): inputs, outputs and gates fall into groups with kernels of their own."""

    def __init__(
        self,
        num_units: int,
        initializer=None,
        num_proj=None,
        number_of_groups: int = 1,
        forget_bias: float | tf.Tensor = 1.0,
        activation=None,
        reuse=None,
    ):
        super().__init__(num_units, num_proj, _reuse=reuse)
        if num_units % number_of_groups or self.output_size % number_of_groups:
            raise ValueError(f"GLSTMCell: num_units and num_proj have to be multiples of {number_of_groups} groups")
        self._initializer, self._groups, self._forget_bias = initializer, number_of_groups, forget_bias
        self._activation = activation_function(activation) or tf.tanh
        self._linears, self._linear = {}, None

    def call(self, inputs, state):
        """One step."""
        c, m = lstm_parts(state)
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer):
            gates = zip(*[self._group(k, inputs, m) for k in range(self._groups)])
            starts = [
                tf.get_variable(
                    f"bias_{g}",
                    [self._num_units],
                    dtype=inputs.dtype.base_dtype,
                    initializer=tf.constant_initializer(0.0),
                )
                for g in "ijfo"
            ]
            i, j, f, o = [tf.nn.bias_add(tf.concat(parts, axis=1), b) for parts, b in zip(gates, starts)]
        new_c = tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * tf.tanh(j)
        new_m = tf.sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            with tf.variable_scope("projection"):
                if self._linear is None:
                    self._linear = Linear(new_m, self._num_proj, False)
                new_m = self._linear(new_m)
        return new_m, LSTMStateTuple(new_c, new_m)

    def _group(self, k: int, inputs, m) -> list:
        """Group k's parts of the gates i, j, f, o."""
        size = last_size(inputs.shape, self)
        if size % self._groups:
            raise ValueError(
                f"GLSTMCell: {inputs.name} has {size} columns, which is no multiple of {self._groups} groups"
            )
        with tf.variable_scope(f"group{k}"):
            joined = tf.concat([self._part(inputs, k), self._part(m, k)], axis=1)
            if k not in self._linears:
                self._linears[k] = Linear(joined, 4 * self._num_units // self._groups, False)
            return tf.split(self._linears[k](joined), 4, 1)

    def _part(self, tensor, k: int):
        """Group k's columns."""
        width = tensor.shape.sizes[1] // self._groups
        return tf.slice(tensor, [0, k * width], [-1, width], name=f"GLSTM_group{k}_input_generation")


class PhasedLSTMCell(_LSTMLike):
    """Phased LSTM (Neil et al. 2016): each unit updates only while its own oscillation has its gate open.

    Inputs are pairs (time [batch, 1], features [batch, n]). leak: how far a closed gate lets through;
    ratio_on: share of the period in which it is open, trainable or not; period_init_min, period_init_max: the
    range of the periods.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        leak: float = 0.001,
        ratio_on: float = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: float = 1.0,
        period_init_max: float = 1000.0,
        reuse=None,
    ):
        super().__init__(num_units, _reuse=reuse)
        self._use_peepholes, self._leak = use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._periods = period_init_min, period_init_max
        self._linears = {}

    def call(self, inputs, state):
        """One step."""
        c, h = lstm_parts(state)
        time, x = inputs
        n, peep = self._num_units, self._use_peepholes
        gates = tf.sigmoid(self._linear("mask_gates", [x, h] + [c] * peep, 2 * n))
        input_gate, forget_gate = tf.split(axis=1, num_or_size_splits=2, value=gates)
        new_input = tf.tanh(self._linear("new_input", [x, h], n))
        new_c = c * forget_gate + input_gate * new_input
        new_h = tf.tanh(new_c) * tf.sigmoid(self._linear("output_gate", [x, h] + [new_c] * peep, n))
        k = self._openness(time)
        new_c, new_h = k * new_c + (1 - k) * c, k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _linear(self, scope: str, args: list, size: int):
        with tf.variable_scope(scope):
            if scope not in self._linears:
                self._linears[scope] = Linear(args, size, True)
            return self._linears[scope](args)

    def _openness(self, time):
        """How open each unit's gate is at `time`: [batch, num_units]."""
        size = [self._num_units]
        period = tf.get_variable("period", size, initializer=_log_uniform(*self._periods))
        phase = tf.get_variable("phase", size, initializer=tf.random_uniform_initializer(0.0, period.initial_value))
        ratio_on = tf.get_variable(
            "ratio_on", size, initializer=tf.constant_initializer(self._ratio_on), trainable=self._trainable_ratio_on
        )
        cycle = self._cycle_ratio(time, phase, period)
        k_up = 2 * cycle / ratio_on
        k = tf.where(cycle < ratio_on, 2 - k_up, self._leak * cycle)
        return tf.where(cycle < 0.5 * ratio_on, k_up, k)

    def _cycle_ratio(self, time, phase, period):
        """Where in its cycle each unit is, computed in the type of `time`; the remainder's slope is 1."""
        shifted, period = time - tf.cast(phase, time.dtype), tf.cast(period, time.dtype)
        remainder = tf.stop_gradient(tf.mod(shifted, period) - shifted) + shifted
        return tf.cast(remainder / period, dtypes.float32)


def _log_uniform(low: float, high: float):
    """An initializer whose numbers have uniformly distributed logarithms."""

    def initializer(shape, dtype=dtypes.float32, partition_info=None):
        return tf.exp(tf.random_uniform(shape, tf.log(low), tf.log(high), dtype))

    return initializer
