"""The loop in which the user decides each step's input, state and output."""

from __future__ import annotations

import minitf as tf
from minitf.framework import nest
from minitf.framework.convert import convert_to_tensor
from minitf.framework.shape import Dimension, TensorShape, as_shape
from minitf.framework.tensor import Tensor
from minitf.rnn.cell import assert_like_rnncell, concat_sizes
from minitf.rnn.step import cache_variables


def raw_rnn(cell, loop_fn, parallel_iterations: int | None = None, swap_memory: bool = False, scope=None):
    """Runs `cell` until every row is finished: `(emitted TensorArrays, final state, final loop_state)`.

    loop_fn: `(time, cell_output, cell_state, loop_state) -> (finished [batch], next_input, next_state, emit,
    next_loop_state)`; first called with time 0 and None for the rest, when next_state is the initial state
    and emit a structure like what will be emitted (None: the cell's output). Rows that are finished emit
    zeros and keep their state.

    Raises:
      TypeError: if cell is no RNNCell or loop_fn no function.
      ValueError: if loop_fn's results change in structure.
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise TypeError(f"raw_rnn: loop_fn has to be a function of time, output, state and loop state, not {loop_fn!r}")
    with tf.variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        time = tf.constant(0, dtype=tf.int32)
        finished, next_input, state, emit_structure, loop_state = loop_fn(time, None, None, None)
        nest.assert_same_structure(state, cell.state_size, check_types=False)
        state = nest.map_structure(convert_to_tensor, state)
        arrays, zeros = _emitted(cell, emit_structure, next_input, state)
        carried = tf.constant(0, dtype=tf.int32) if loop_state is None else loop_state

        def body(time, finished, current, arrays, state, carried):
            output, cell_state = cell(current, state)
            next_finished, next_input, next_state, emit, next_carried = loop_fn(time + 1, output, cell_state, carried)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(current, next_input)
            emit = nest.map_structure(lambda zero, e: _unless(finished, zero, e), zeros, emit, check_types=False)
            next_state = nest.map_structure(lambda old, new: _unless(finished, old, new), state, next_state)
            arrays = nest.map_structure(lambda array, e: array.write(time, e), arrays, emit, check_types=False)
            kept = carried if next_carried is None else next_carried
            return time + 1, tf.logical_or(finished, next_finished), next_input, arrays, next_state, kept

        *_, arrays, state, carried = tf.while_loop(
            lambda time, finished, *_: tf.logical_not(tf.reduce_all(finished)),
            body,
            [time, finished, next_input, arrays, state, carried],
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
    return arrays, state, None if loop_state is None else carried


def _unless(finished, old, new):
    """`new`, with the rows of `old` where finished; scalars and TensorArrays are new."""
    return tf.where(finished, old, new) if isinstance(old, Tensor) and old.shape.rank != 0 else new


def _emitted(cell, emit_structure, next_input, state):
    """Empty TensorArrays for what is emitted, and the zeros that finished rows emit."""
    flat_input = nest.flatten(next_input)
    batch = Dimension(None)
    for x in flat_input:
        batch = batch.merge_with(x.shape.sizes[0])
    batch_size = batch.value or tf.shape(flat_input[0])[0]
    if emit_structure is None:
        emit_structure, dtype = cell.output_size, nest.flatten(state)[0].dtype.base_dtype
        parts = [(as_shape(size), size, dtype) for size in nest.flatten(emit_structure)]
    else:
        emit_structure = nest.map_structure(convert_to_tensor, emit_structure)
        parts = [
            (e.shape, e.shape if e.shape.is_fully_defined() else tf.shape(e), e.dtype.base_dtype)
            for e in nest.flatten(emit_structure)
        ]
    arrays = [
        tf.TensorArray(
            dtype,
            size=0,
            dynamic_size=True,
            name=f"rnn_output_{i}",
            element_shape=TensorShape([batch.value]).concatenate(shape),
        )
        for i, (shape, _, dtype) in enumerate(parts)
    ]
    zeros = [tf.zeros(concat_sizes(batch_size, size), dtype) for _, size, dtype in parts]
    return nest.pack_sequence_as(emit_structure, arrays), nest.pack_sequence_as(emit_structure, zeros)
