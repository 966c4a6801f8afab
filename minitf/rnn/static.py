"""Recurrent networks unrolled step by step when the graph is built."""

from __future__ import annotations

import minitf as tf
from minitf.framework import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.garbage import uncollected
from minitf.framework.graph import control_dependencies
from minitf.framework.shape import Dimension
from minitf.rnn.cell import assert_like_rnncell
from minitf.rnn.step import Lengths, cache_variables, initial_state_of, sequence_length_tensor, state_dtype


@uncollected
def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """Runs `cell` over a list of inputs, one copy of its ops for each: `(outputs, final state)`.

    inputs: a list of T tensors [batch, n] (or nested tuples of them); initial_state: structured as
    cell.state_size, zeros of type `dtype` by default; sequence_length: integers [batch], past which a row's
    outputs are zero and its state is copied through (nothing is computed once all rows have ended); scope: of
    the variables ("rnn"). outputs: a list of T tensors [batch, cell.output_size].

    Raises:
      TypeError: if cell is no RNNCell or inputs is no list.
      ValueError: if inputs is empty, an input's width is unknown, batches differ, or initial_state and dtype
      are missing.

    >>> import minitf as tf
    >>> x = [tf.ones([2, 3]), tf.ones([2, 3])]
    >>> outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32, scope="doc")
    >>> len(outputs), state.shape.as_list()
    (2, [2, 5])
    """
    assert_like_rnncell("cell", cell)
    _check_inputs("static_rnn", inputs)
    outputs = []
    with tf.variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        inputs = [nest.map_structure(convert_to_tensor, step) for step in inputs]
        static_batch = _batch(inputs)
        batch_size = static_batch or tf.shape(_first(inputs))[0]
        state = initial_state_of(cell, initial_state, batch_size, dtype)
        lengths = None
        if sequence_length is not None:
            sequence_length = sequence_length_tensor(sequence_length, static_batch)
            lengths = Lengths(sequence_length, cell, batch_size, static_batch, state_dtype(dtype, state))
        for time, step_input in enumerate(inputs):
            if time > 0:
                varscope.reuse_variables()
            if lengths is None:
                output, state = cell(step_input, state)
            else:
                output, state = lengths.step(time, state, lambda i=step_input, s=state: cell(i, s))
            outputs.append(output)
    return outputs, state


def _check_inputs(what: str, inputs) -> None:
    if not nest.is_sequence(inputs):
        raise TypeError(f"{what} takes a list with one tensor for each time step, not {inputs!r}; tf.unstack makes one")
    if not inputs:
        raise ValueError(f"{what}: inputs is empty; it needs at least one time step")


def _first(inputs):
    while nest.is_sequence(inputs):
        inputs = nest.children(inputs)[0]
    return inputs


def _batch(inputs) -> int | None:
    """The static batch size on which all inputs agree."""
    flat = [nest_input for step in inputs for nest_input in nest.flatten(step)]
    if flat[0].shape.rank == 1:
        return flat[0].shape.sizes[0]
    batch = Dimension(None)
    for tensor in flat:
        shape = tensor.shape.with_rank_at_least(2)
        if shape.sizes is None or None in shape.sizes[1:]:
            raise ValueError(
                "the inputs of static_rnn need a known size in all dimensions but the batch; "
                f"{tensor.name} has shape {shape}"
            )
        batch = batch.merge_with(shape.sizes[0])
    return batch.value


def static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None, scope=None):
    """static_rnn that starts from, and saves to, `state_saver`: `(outputs, state)`.

    state_saver: has `state(name)` -> tensor and `save_state(name, tensor)` -> op; state_name: a name for each part of
    the cell's state, in the same structure. The last output and the state are given once the state is saved.
    """
    state_size = cell.state_size
    if nest.is_sequence(state_size) != nest.is_sequence(state_name) or (
        len(nest.flatten(state_size)) != len(nest.flatten(state_name))
    ):
        raise ValueError(f"state_name has to name each part of the cell's state {state_size}, not be {state_name!r}")
    names = nest.flatten(state_name)
    initial = nest.pack_sequence_as(state_size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=initial, sequence_length=sequence_length, scope=scope)
    saves = [state_saver.save_state(name, part) for name, part in zip(names, nest.flatten(state))]
    with control_dependencies(saves):
        outputs[-1] = nest.map_structure(tf.identity, outputs[-1])
        return outputs, nest.map_structure(tf.identity, state)


def static_bidirectional_rnn(
    cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None, dtype=None, sequence_length=None, scope=None
):
    """Two cells over a list of inputs, one forwards and one backwards: `(outputs, state_fw, state_bw)`.

    outputs: T tensors [batch, cell_fw.output_size + cell_bw.output_size]; other arguments as for static_rnn.
    With sequence_length the backward cell starts at each row's own end.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    _check_inputs("static_bidirectional_rnn", inputs)
    with tf.variable_scope(scope or "bidirectional_rnn"):
        with tf.variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=fw_scope)
        with tf.variable_scope("bw") as bw_scope:
            reversed_inputs = reverse_steps(inputs, sequence_length)
            reversed_output, state_bw = static_rnn(
                cell_bw, reversed_inputs, initial_state_bw, dtype, sequence_length, scope=bw_scope
            )
    output_bw = reverse_steps(reversed_output, sequence_length)
    joined = [tf.concat([fw, bw], 1) for fw, bw in zip(nest.flatten(output_fw), nest.flatten(output_bw))]
    return nest.pack_sequence_as(output_fw, joined), state_fw, state_bw


def reverse_steps(steps, lengths) -> list:
    """A list of time steps backwards, each row within its own length."""
    if lengths is None:
        return list(reversed(steps))
    flat = [nest.flatten(step) for step in steps]
    parts = [tf.unstack(tf.reverse_sequence(tf.stack(part), lengths, 0, 1), num=len(flat)) for part in zip(*flat)]
    return [nest.pack_sequence_as(step, [part[t] for part in parts]) for t, step in enumerate(steps)]


def stack_bidirectional_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    scope=None,
):
    """Layers of bidirectional RNNs, each fed the joined outputs of the one below: `(outputs, states_fw, states_bw)`.

    cells_fw, cells_bw and the initial states: lists with one entry for each layer.

    Raises:
      ValueError: if the lists are empty or differ in length.
      TypeError: if they are no lists.
    """
    check_layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states_fw, states_bw = [], []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (fw, bw) in enumerate(zip(cells_fw, cells_bw)):
            with tf.variable_scope(f"cell_{i}") as cell_scope:
                inputs, state_fw, state_bw = static_bidirectional_rnn(
                    fw,
                    bw,
                    inputs,
                    initial_states_fw and initial_states_fw[i],
                    initial_states_bw and initial_states_bw[i],
                    dtype,
                    sequence_length,
                    scope=cell_scope,
                )
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return inputs, tuple(states_fw), tuple(states_bw)


def check_layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw) -> None:
    """Raises unless the four are lists with one entry for each layer (the states may be None)."""
    for what, cells in (("cells_fw", cells_fw), ("cells_bw", cells_bw)):
        if not isinstance(cells, list):
            raise TypeError(f"{what} is a list of cells, one for each layer, not {cells!r}")
        if not cells:
            raise ValueError(f"{what} is empty; it needs a cell for each layer")
    if len(cells_fw) != len(cells_bw):
        raise ValueError(f"forward and backward cells differ in number: {len(cells_fw)} and {len(cells_bw)}")
    for what, states in (("initial_states_fw", initial_states_fw), ("initial_states_bw", initial_states_bw)):
        if states is not None and (not isinstance(states, list) or len(states) != len(cells_fw)):
            raise ValueError(f"{what} is a list of {len(cells_fw)} states, one for each layer, not {states!r}")
