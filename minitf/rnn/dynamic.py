"""Recurrent networks that run their cell in a loop, as often as the data say."""

from __future__ import annotations

from dataclasses import dataclass, field

import minitf as tf
from minitf.framework import nest, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import Dimension, TensorShape, as_shape
from minitf.framework.tensor import Tensor
from minitf.ops.control.counted import counted_loop, exits
from minitf.rnn.cell import assert_like_rnncell
from minitf.rnn.static import check_layers
from minitf.rnn.step import Lengths, cache_variables, initial_state_of, sequence_length_tensor, state_dtype


def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope=None,
):
    """Runs `cell` over time in a loop: `(outputs, final state)`.

    inputs: [batch, time, n], or [time, batch, n] if `time_major`, or a nested tuple of such tensors; batch
    and time may be unknown. initial_state: structured as cell.state_size, zeros of type `dtype` by default.
    sequence_length: integers [batch], past which a row's outputs are zero and its state is copied through;
    the loop ends with the longest. swap_memory: what gradients need is kept in files instead of memory.
    outputs: [batch, time, cell.output_size].

    Raises:
      TypeError: if cell is no RNNCell.
      ValueError: if an input's width is unknown, sizes contradict, or initial_state and dtype are missing.

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [None, None, 3])
    >>> outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(5), x, dtype=tf.float32, scope="doc")
    >>> outputs.shape.as_list(), state.shape.as_list()
    ([None, None, 5], [None, 5])
    """
    assert_like_rnncell("cell", cell)
    with tf.variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        flat = [convert_to_tensor(x) for x in nest.flatten(inputs)]
        if not flat:
            raise ValueError("dynamic_rnn: inputs is empty; it takes a tensor [batch, time, ...] or a tuple of them")
        sizes = _Sizes.of(flat, time_major)
        flat = flat if time_major else [transpose_batch_time(x) for x in flat]
        if sequence_length is not None:
            sequence_length = sequence_length_tensor(sequence_length, sizes.batch)
            sequence_length = tf.identity(tf.cast(sequence_length, tf.int32), name="sequence_length")
        batch_size = best_effort_input_batch_size(flat)
        state = initial_state_of(cell, initial_state, batch_size, dtype)
        run = _Run(cell, inputs, flat, sizes, state, swap_memory)
        outputs, state = run.loop(sequence_length, batch_size, state_dtype(dtype, state))
        if not time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
    return outputs, state


def transpose_batch_time(x) -> Tensor:
    """`x` with its first two axes exchanged; itself if it has fewer."""
    x = tf.convert_to_tensor(x)
    rank = x.shape.rank
    if rank is not None and rank < 2:
        return x
    if rank is None:
        return tf.transpose(x, tf.concat(([1, 0], tf.range(2, tf.rank(x))), axis=0))
    op_counts.skip(op_counts.TRANSPOSED)
    return tf.transpose(x, [1, 0, *range(2, rank)])


def best_effort_input_batch_size(flat_input) -> int | Tensor:
    """How many rows a batch of inputs [time, batch, ...] has: a number if a shape tells, else a scalar tensor.

    Raises:
      ValueError: for an input of less than two axes.
    """
    for given in flat_input:
        if given.shape.rank is not None:
            if given.shape.rank < 2:
                raise ValueError(f"Expected input tensor {given.name} to have rank at least 2, not {given.shape}")
            if given.shape[1].value is not None:
                return given.shape[1].value
    return tf.shape(flat_input[0])[1]


@dataclass
class _Sizes:
    """The static numbers of steps and rows."""

    time: int | None
    batch: int | None

    @classmethod
    def of(cls, flat: list[Tensor], time_major: bool) -> _Sizes:
        """What all inputs agree on."""
        time, batch = Dimension(None), Dimension(None)
        for x in flat:
            shape = x.shape
            if shape.rank is not None and shape.rank < 3 or shape.rank is None or None in shape.sizes[2:]:
                raise ValueError(
                    "dynamic_rnn takes inputs [batch, time, ...] (with time_major=True [time, batch, ...]) "
                    f"of known size but for batch and time; {x.name} has shape {shape}"
                )
            first, second = shape.sizes[:2] if time_major else shape.sizes[1::-1]
            time, batch = time.merge_with(first), batch.merge_with(second)
        return cls(time.value, batch.value)


@dataclass
class _Run:
    """One call of dynamic_rnn."""

    cell: object
    structure: object  # of the inputs
    inputs: list[Tensor]  # flat, [time, batch, ...]
    sizes: _Sizes
    state: object
    swap_memory: bool
    ids: op_counts.Since = field(default_factory=op_counts.Since)

    def loop(self, sequence_length, batch_size, dtype) -> tuple:
        """The outputs [time, batch, ...] and the final state."""
        lengths, parts = None, len(nest.flatten(self.cell.output_size))
        self.ids.mark()
        time_steps = self.sizes.time or tf.shape(self.inputs[0])[0]
        if sequence_length is not None:
            lengths = Lengths(sequence_length, self.cell, batch_size, self.sizes.batch, dtype, static=False)
        count = time_steps if lengths is None else tf.minimum(time_steps, lengths.longest)
        flat_state = nest.flatten(self.state)
        with name_scope("while"):
            carry = [tf.constant(0, name="time"), *flat_state] if lengths else flat_state
            names = ["time"] * (lengths is not None) + [f"state {i}" for i in range(len(flat_state))]
            self.ids.count_as(
                op_counts.before_cell(
                    len(self.inputs), parts, self._carried, bool(self.sizes.batch), lengths is not None
                )
            )
            finals, ys = counted_loop(
                lambda *args: self._step(lengths, *args),
                carry,
                self.inputs,
                count,
                swap_memory=self.swap_memory,
                names=names,
            )
            first = 2 + len(ys)  # TF 1's Exit ops of the counters and outputs come before those of the state
            finals = exits(finals[-len(flat_state) :], first)
        outputs = self._shaped(ys)
        partly_known = None in (self.sizes.time, self.sizes.batch)
        self.ids.count_as(op_counts.after_cell(parts, self._carried, partly_known))
        return outputs, nest.pack_sequence_as(self.state, finals)

    def _step(self, lengths: Lengths | None, carry: list, slices: list) -> tuple[list, list]:
        """The loop's body: the next carries and the outputs."""
        inputs = nest.pack_sequence_as(self.structure, slices)
        if lengths is None:
            state = nest.pack_sequence_as(self.state, carry)
            output, new_state = self.cell(inputs, state)
        else:
            state = nest.pack_sequence_as(self.state, carry[1:])
            output, new_state = lengths.masked_step(carry[0], state, lambda: self.cell(inputs, state))
        self.ids.mark()
        nest.assert_same_structure(state, new_state)
        next_time = [] if lengths is None else [carry[0] + 1]
        return next_time + nest.flatten(new_state), nest.flatten(output)

    def _shaped(self, ys: list):
        """The stacked outputs in the structure of the cell's output size."""
        for i, size in enumerate(nest.flatten(self.cell.output_size)):
            ys[i] = tf.identity(ys[i], name="TensorArrayStack/TensorArrayGatherV3")
            ys[i].set_shape(TensorShape([self.sizes.time, self.sizes.batch]).concatenate(as_shape(size)))
        return nest.pack_sequence_as(self.cell.output_size, ys)

    @property
    def _carried(self) -> int:
        """TF 1's loop variables: iteration counter, time, an array for each output, the states."""
        return 2 + len(nest.flatten(self.cell.output_size)) + len(nest.flatten(self.state))


def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope=None,
):
    """Two cells over time, one forwards and one backwards: `((outputs_fw, outputs_bw), (state_fw, state_bw))`.

    Arguments as for dynamic_rnn. With sequence_length the backward cell starts at each row's own end.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def backwards(x):
        if sequence_length is None:
            return tf.reverse(x, axis=[time_axis])
        return tf.reverse_sequence(x, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    options = {
        "sequence_length": sequence_length,
        "dtype": dtype,
        "parallel_iterations": parallel_iterations,
        "swap_memory": swap_memory,
        "time_major": time_major,
    }
    with tf.variable_scope(scope or "bidirectional_rnn"):
        with tf.variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, initial_state=initial_state_fw, scope=fw_scope, **options
            )
        with tf.variable_scope("bw") as bw_scope:
            turned = nest.map_structure(lambda x: backwards(convert_to_tensor(x)), inputs)
            output_bw, state_bw = dynamic_rnn(
                cell_bw, turned, initial_state=initial_state_bw, scope=bw_scope, **options
            )
    return (output_fw, nest.map_structure(backwards, output_bw)), (state_fw, state_bw)


def stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope=None,
    swap_memory: bool = False,
):
    """Layers of bidirectional dynamic RNNs, each fed the joined outputs of the one below.

    Returns `(outputs, states_fw, states_bw)`; cells and initial states are lists with one entry for each layer.
    """
    check_layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (fw, bw) in enumerate(zip(cells_fw, cells_bw)):
            with tf.variable_scope(f"cell_{i}"):
                outputs, pair = bidirectional_dynamic_rnn(
                    fw,
                    bw,
                    inputs,
                    sequence_length,
                    initial_states_fw and initial_states_fw[i],
                    initial_states_bw and initial_states_bw[i],
                    dtype,
                    parallel_iterations,
                    swap_memory,
                    time_major,
                )
                inputs = tf.concat(outputs, 2)
            states.append(pair)
    return inputs, tuple(fw for fw, _ in states), tuple(bw for _, bw in states)
