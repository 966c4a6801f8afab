"""What static and dynamic unrolling share: one step of a cell over a batch whose sequences may have ended."""

from __future__ import annotations

import minitf as tf
from minitf.framework import dtypes, nest
from minitf.framework.convert import convert_to_tensor
from minitf.rnn.cell import concat_sizes, static_sizes


class Lengths:
    """How long each sequence of a batch is, and the zeros that stand for outputs past the end."""

    def __init__(self, sequence_length, cell, batch_size, static_batch, dtype):
        self.zero_output = nest.pack_sequence_as(cell.output_size, [
            _zero_output(batch_size, static_batch, size, dtype) for size in nest.flatten(cell.output_size)])  # fmt: skip
        self.each = (
            tf.cast(sequence_length, tf.int32) if sequence_length.dtype != dtypes.int32 else sequence_length
        )
        self.shortest = tf.reduce_min(self.each)
        self.longest = tf.reduce_max(self.each)

    def step(self, time, state, call_cell, reserve=lambda count: None):
        """`call_cell()`, with rows that have ended giving zeros and their old state; not called if all have ended."""
        flat_zeros, flat_state = nest.flatten(self.zero_output), nest.flatten(state)

        def ended():
            reserve(len(flat_zeros) + len(flat_state))
            return [tf.identity(t) for t in flat_zeros + flat_state]

        flat = tf.cond(time >= self.longest, ended, lambda: self.masked(time, state, call_cell), strict=True)
        return self.packed(flat, state)

    def masked(self, time, state, call_cell) -> list:
        """The flat outputs and states of `call_cell()`, with zeros and old states in the rows that have ended."""
        output, new_state = call_cell()
        nest.assert_same_structure(self.zero_output, output)
        nest.assert_same_structure(state, new_state)
        over = time >= self.each
        old = nest.flatten(self.zero_output) + nest.flatten(state)
        new = nest.flatten(output) + nest.flatten(new_state)
        return [n if n.shape.rank == 0 else tf.where(over, o, n) for o, n in zip(old, new)]

    def packed(self, flat: list, state) -> tuple:
        """Flat outputs and states as `(output, state)`, with the static shapes of the old ones."""
        old = nest.flatten(self.zero_output) + nest.flatten(state)
        for tensor, like in zip(flat, old):
            tensor.set_shape(like.shape)
        count = len(nest.flatten(self.zero_output))
        return nest.pack_sequence_as(self.zero_output, flat[:count]), nest.pack_sequence_as(
            state, flat[count:]
        )


def _zero_output(batch_size, static_batch, size, dtype):
    zeros = tf.zeros(concat_sizes(batch_size, size), dtype)
    zeros.set_shape(static_sizes(static_batch, size))
    return zeros


def sequence_length_tensor(sequence_length, batch):
    """`sequence_length` as a vector tensor; ValueError if it is none or of another length than the batch."""
    tensor = convert_to_tensor(sequence_length, name="sequence_length")
    if tensor.shape.rank not in (None, 1) or not tensor.shape.is_compatible_with(
        [batch] if tensor.shape.rank else None
    ):
        raise ValueError(
            f"sequence_length is a vector with one length for each row of the batch ({batch or 'of unknown size'}); "
            f"{tensor.name} has shape {tensor.shape}"
        )
    if not tensor.dtype.is_integer:
        raise TypeError(f"sequence_length is a vector of integers; {tensor.name} is {tensor.dtype.name}")
    return tensor


def state_dtype(dtype, state):
    """`dtype`, or the type that all parts of `state` have; ValueError if they differ."""
    if dtype is not None:
        return dtype
    found = {t.dtype.base_dtype for t in nest.flatten(state)}
    if len(found) != 1:
        raise ValueError(
            f"the initial state's parts have the types {sorted(d.name for d in found)}; give dtype"
        )
    return found.pop()


def initial_state_of(cell, initial_state, batch_size, dtype):
    """`initial_state`, or the cell's zero state; ValueError if neither can be had."""
    if initial_state is not None:
        return initial_state
    if dtype is None:
        raise ValueError("an RNN needs initial_state, or dtype to make a zero state: give dtype=tf.float32")
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)
