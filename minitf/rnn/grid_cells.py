"""LSTMs over time and, inside of a step, over windows of the input: its frequencies (Li et al. 2015)."""

from __future__ import annotations

import collections
from typing import NamedTuple

import minitf as tf
from minitf.framework.getter import getter
from minitf.framework.taking import SELF, arguments, optional, taking
from minitf.rnn.cell import RNNCell
from minitf.rnn.gated_cells import sharded_variable


def _width(inputs) -> int:
    width = inputs.shape.with_rank(2).sizes[1]
    if width is None:
        raise ValueError("Cannot infer input_size from static shape inference.")
    return width


def _windows(inputs, start: int, count: int, skip: int, size: int) -> list:
    """`count` pieces of `size` columns, `skip` apart."""
    return [tf.slice(inputs, [0, start + k * skip], [-1, size]) for k in range(count)]


class TimeFreqLSTMCell(RNNCell):
    """An LSTM whose state has a part for each window of the input, each of which sees the output of the one before.

    feature_size: columns of a window; frequency_skip: how far they are apart; the other arguments as of LSTMCell.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip=None,
        initializer=None,
        num_unit_shards: int = 1,
        forget_bias: float | tf.Tensor = 1.0,
        feature_size: int | None = None,
        frequency_skip: int = 1,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        self._num_units, self._peepholes, self._clip = num_units, use_peepholes, cell_clip
        self._shards, self._forget_bias = num_unit_shards, forget_bias
        self._feature_size, self._skip = feature_size, frequency_skip

    output_size = getter("_num_units", "num_units.")

    @property
    def state_size(self):
        """Twice num_units: of one window."""
        return 2 * self._num_units

    def call(self, inputs, state):
        """One step."""
        n, dtype = self._num_units, inputs.dtype.base_dtype
        count = int((_width(inputs) - self._feature_size) / self._skip) + 1
        kernel = sharded_variable("W", [self._feature_size + 2 * n, 4 * n], dtype, self._shards)
        bias = tf.get_variable("B", [4 * n], initializer=tf.zeros_initializer(), dtype=dtype)
        names = ("W_F_diag", "W_I_diag", "W_O_diag") if self._peepholes else ()
        f_diag, i_diag, o_diag = [tf.get_variable(name, [n], dtype=dtype) for name in names] or [0.0] * 3
        m_before, outputs, states = tf.zeros([tf.shape(inputs)[0], n], dtype), [], []
        for k, window in enumerate(_windows(inputs, 0, count, self._skip, self._feature_size)):
            c, m = [tf.slice(state, [0, (2 * k + part) * n], [-1, n]) for part in (0, 1)]
            gates = tf.nn.bias_add(tf.matmul(tf.concat([window, m, m_before], 1), kernel), bias)
            i, j, f, o = tf.split(value=gates, num_or_size_splits=4, axis=1)
            c = tf.sigmoid(f + self._forget_bias + f_diag * c) * c + tf.sigmoid(i + i_diag * c) * tf.tanh(j)
            c = c if self._clip is None else tf.clip_by_value(c, -self._clip, self._clip)
            m_before = tf.sigmoid(o + o_diag * c) * tf.tanh(c)
            outputs.append(m_before)
            states += [c, m_before]
        return tf.concat(outputs, 1), tf.concat(states, 1)


class _Gates(NamedTuple):
    """The variables of one direction, time or frequency; without peepholes these are None."""

    kernel: object
    bias: object
    diagonals: dict


class GridLSTMCell(RNNCell):
    """Two LSTMs, over time and over the windows of the input, each of which sees the states of both.

    share_time_frequency_weights: both have the same variables; feature_size: columns of a window; frequency_skip:
    how far they are apart; num_frequency_blocks: how many windows each block has, a list; start_freqindex_list,
    end_freqindex_list: where in the input the blocks begin and end, by default one block is all of it;
    couple_input_forget_gates: input gates are one minus forget gates. The other arguments as of LSTMCell.

    Raises:
      ValueError: without num_frequency_blocks, or for an input that has not as many windows.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip=None,
        initializer=None,
        num_unit_shards: int = 1,
        forget_bias: float | tf.Tensor = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks=None,
        start_freqindex_list=None,
        end_freqindex_list=None,
        couple_input_forget_gates: bool = False,
        state_is_tuple: bool = True,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        if num_frequency_blocks is None:
            raise ValueError("Must specify num_frequency_blocks")
        self._num_units, self._peepholes, self._clip = num_units, use_peepholes, cell_clip
        self._shared, self._coupled = share_time_frequency_weights, couple_input_forget_gates
        self._shards, self._forget_bias = num_unit_shards, forget_bias
        self._feature_size, self._skip = feature_size, frequency_skip
        self._blocks, self._starts, self._ends = num_frequency_blocks, start_freqindex_list, end_freqindex_list
        self._tuple = self._named_state("GridLSTMStateTuple", ["state"]) if state_is_tuple else None

    def _named_state(self, name: str, prefixes: list[str]) -> type:
        parts = [
            f"{prefix}_f{k:02d}_b{block:02d}_{part}"
            for prefix in prefixes
            for block, count in enumerate(self._blocks)
            for k in range(count)
            for part in "cm"
        ]
        return collections.namedtuple(name, parts)

    @property
    def _windows_in_all(self) -> int:
        return sum(map(int, self._blocks))

    @property
    def output_size(self):
        """num_units for time and for frequency, of each window."""
        return self._num_units * self._windows_in_all * 2

    @property
    def state_size(self):
        """A tuple of memories and outputs of each window; one number for a state that is none."""
        if self._tuple is None:
            return self._num_units * self._windows_in_all * 2
        return self._tuple(*[self._num_units] * len(self._tuple._fields))

    state_tuple_type = getter("_tuple", "The class of the state; None for one that is no tuple.")

    def call(self, inputs, state):
        """One step."""
        outputs, states = [], []
        for block, windows in enumerate(self._cut(inputs)):
            m, s = self._block(windows, block, state, "state")
            outputs += m
            states += s
        new_state = tf.concat(states, 1) if self._tuple is None else self._tuple(*states)
        return tf.concat(outputs, 1), new_state

    # ---- windows

    def _cut(self, inputs, offset: int = 0) -> list[list]:
        """The windows of each block."""
        width = _width(inputs)
        if offset:
            inputs = tf.pad(inputs, tf.constant([[0, 0], [max(-offset, 0), max(offset, 0)]], tf.int32), "CONSTANT")
        offset = max(offset, 0)
        ranges = [(0, width)]
        if self._starts:
            if not len(self._starts) == len(self._ends) == len(self._blocks):
                raise ValueError(
                    "start_freqindex_list, end_freqindex_list and num_frequency_blocks have to be equally long"
                )
            ranges = list(zip(self._starts, self._ends))
        elif len(self._blocks) != 1:
            raise ValueError(f"Length of num_frequency_blocks is not 1, but instead is {len(self._blocks)}")
        found = []
        for (start, end), wanted in zip(ranges, self._blocks):
            count = int((end - start - self._feature_size) / self._skip) + 1
            if count != wanted:
                raise ValueError(
                    f"Invalid num_frequency_blocks, requires {wanted} but gets {count}, please check the input size "
                    "and filter config are correct."
                )
            found.append(_windows(inputs, start + offset, count, self._skip, self._feature_size))
        return found

    # ---- one block

    def _block(self, windows: list, block: int, state, prefix: str) -> tuple[list, list]:
        """The outputs and the states of a block's windows."""
        frequency, time = self._variables(block, windows[0].dtype.base_dtype)
        batch, n = tf.shape(windows[0])[0], self._num_units
        m_before = c_before = tf.zeros([batch, n], windows[0].dtype.base_dtype)
        outputs, states = [], []
        for k, window in enumerate(windows):
            c, m = self._parts_of(state, f"{prefix}_f{k:02d}_b{block:02d}", k)
            given = tf.concat([window, m, m_before], 1)
            by_frequency = self._split(given, frequency)
            by_time = by_frequency if self._shared else self._split(given, time)
            new_c = self._memory(by_frequency, frequency, c_before, c, c_before)
            c_time = self._memory(by_time, time, c_before, c, c)
            m_before = self._output(by_frequency, frequency, new_c, c_time, new_c)
            m_time = self._output(by_time, time, new_c, c_time, c_time)
            c_before = new_c
            outputs += [m_time, m_before]
            states += [c_time, m_time]
        return outputs, states

    def _parts_of(self, state, name: str, k: int):
        if self._tuple is not None:
            return getattr(state, f"{name}_c"), getattr(state, f"{name}_m")
        n = self._num_units
        return [tf.slice(state, [0, (2 * k + part) * n], [-1, n]) for part in (0, 1)]

    def _variables(self, block: int, dtype) -> tuple[_Gates, _Gates]:
        """Those over frequencies, and those over time."""
        n, gates = self._num_units, 3 if self._coupled else 4
        shape = [self._feature_size + 2 * n, gates * n]
        made = []
        for short in ("f",) if self._shared else ("f", "t"):
            kernel = sharded_variable(f"W_{short}_{block}", shape, dtype, self._shards)
            zeros = tf.zeros_initializer()
            made.append((kernel, tf.get_variable(f"B_{short}_{block}", [gates * n], initializer=zeros, dtype=dtype)))
        diagonals = [self._diagonals(word, block, dtype) for word in (("freq",) if self._shared else ("freq", "time"))]
        found = [_Gates(*variables, diagonal) for variables, diagonal in zip(made, diagonals)]
        return found[0], found[-1]

    def _diagonals(self, word: str, block: int, dtype) -> dict:
        if not self._peepholes:
            return {}
        return {
            (gate, of): tf.get_variable(f"W_{gate}_diag_{word}{of}_{block}", [self._num_units], dtype=dtype)
            for gate in ("IO" if self._coupled else "FIO")
            for of in "ft"
        }

    def _split(self, given, variables: _Gates) -> list:
        gates = tf.nn.bias_add(tf.matmul(given, variables.kernel), variables.bias)
        parts = tf.split(value=gates, num_or_size_splits=3 if self._coupled else 4, axis=1)
        return [*parts[:2], None, parts[2]] if self._coupled else parts

    def _seen(self, gate: str, variables: _Gates, c_frequency, c_time):
        """What peepholes add to a gate."""
        if not variables.diagonals:
            return 0.0
        return variables.diagonals[gate, "f"] * c_frequency + variables.diagonals[gate, "t"] * c_time

    def _memory(self, gates: list, variables: _Gates, c_frequency, c_time, before):
        i, j, f, _ = gates
        i = tf.sigmoid(i + self._seen("I", variables, c_frequency, c_time))
        if self._coupled:
            f = 1.0 - i
        else:
            f = tf.sigmoid(f + self._forget_bias + self._seen("F", variables, c_frequency, c_time))
        c = f * before + i * tf.tanh(j)
        return c if self._clip is None else tf.clip_by_value(c, -self._clip, self._clip)

    def _output(self, gates: list, variables: _Gates, c_frequency, c_time, own):
        return tf.sigmoid(gates[3] + self._seen("O", variables, c_frequency, c_time)) * tf.tanh(own)


class BidirectionalGridLSTMCell(GridLSTMCell):
    """Two GridLSTMCells, one of which sees the windows from the last to the first.

    backward_slice_offset: how far the windows of that one are moved.
    """

    @taking([SELF, *arguments(GridLSTMCell)[:-2], optional("backward_slice_offset", 0, "int"), optional("reuse")])
    def __init__(self, backward_slice_offset, **how):
        super().__init__(**how)
        self._offset = int(backward_slice_offset)
        self._tuple = self._named_state("BidirectionalGridLSTMStateTuple", ["fwd_state", "bwd_state"])

    @property
    def output_size(self):
        """num_units for time and for frequency, of each window, both ways."""
        return 2 * super().output_size

    def call(self, inputs, state):
        """One step."""
        forward = self._cut(inputs)
        backward = self._cut(inputs, self._offset) if self._offset else forward
        outputs, states = [], []
        for way, blocks in (("fwd", forward), ("bwd", [windows[::-1] for windows in backward])):
            with tf.variable_scope(way):
                for block, windows in enumerate(blocks):
                    m, s = self._block(windows, block, state, f"{way}_state")
                    outputs += m
                    states += s
        return tf.concat(outputs, 1), self._tuple(*states)
