"""What static and dynamic unrolling share: one step of a cell over a batch whose sequences may have ended."""

from __future__ import annotations

import minitf as tf
from minitf.framework import nest, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.shape import as_shape
from minitf.rnn.cell import concat_sizes, static_sizes


class Lengths:
    """How long each sequence of a batch is, and the zeros that stand for outputs past the end."""

    def __init__(self, sequence_length, cell, batch_size, static_batch, dtype, static: bool = True):
        flat = [_zero_output(batch_size, static_batch, size, dtype, static) for size in nest.flatten(cell.output_size)]
        self.zero_output = nest.pack_sequence_as(cell.output_size, flat)
        self.each = tf.cast(sequence_length, tf.int32)
        op_counts.skip(op_counts.MINIMUM_LENGTH)
        self.longest = tf.reduce_max(self.each)

    def step(self, time, state, call_cell):
        """`call_cell()`, with rows that have ended giving zeros and their old state; not called if all have ended."""
        over = time >= self.each
        flat = tf.cond(
            time >= self.longest, lambda: self._old(state), lambda: self._masked(over, state, *call_cell()), strict=True
        )
        return self._packed(flat, state)

    def masked_step(self, time, state, call_cell):
        """`call_cell()`, always called, with rows that have ended giving zeros and their old state."""
        over = time >= self.each
        return self._packed(self._masked(over, state, *call_cell()), state)

    def _old(self, state) -> list:
        return nest.flatten(self.zero_output) + nest.flatten(state)

    def _masked(self, over, state, output, new_state) -> list:
        """Flat outputs and states, with zeros and the old state in the rows that are over."""
        nest.assert_same_structure(self.zero_output, output)
        nest.assert_same_structure(state, new_state)
        new = nest.flatten(output) + nest.flatten(new_state)
        return [n if _is_one(n) else tf.where(over, o, n) for o, n in zip(self._old(state), new)]

    def _packed(self, flat: list, state) -> tuple:
        """Flat outputs and states as `(output, state)`, with the static shapes of the old ones."""
        for leaf, like in zip(flat, self._old(state)):
            if not isinstance(leaf, tf.TensorArray):
                leaf.set_shape(like.shape)
        count = len(nest.flatten(self.zero_output))
        return nest.pack_sequence_as(self.zero_output, flat[:count]), nest.pack_sequence_as(state, flat[count:])


def _is_one(leaf) -> bool:
    """Whether a part of a state has no row for each sequence: a scalar, or a TensorArray."""
    return isinstance(leaf, tf.TensorArray) or leaf.shape.rank == 0


def _zero_output(batch_size, static_batch, size, dtype, static: bool):
    zeros = tf.zeros(concat_sizes(batch_size, size), dtype)
    if static:
        op_counts.skip(op_counts.zeros_of_state(static_batch is None, False))
    zeros.set_shape(static_sizes(static_batch, size))
    return zeros


def sequence_length_tensor(sequence_length, batch):
    """`sequence_length` as a vector tensor; ValueError if it is none or of another length than the batch."""
    tensor = convert_to_tensor(sequence_length, name="sequence_length")
    if tensor.shape.rank not in (None, 1) or not tensor.shape.is_compatible_with(
        [batch] if tensor.shape.rank else None
    ):
        raise ValueError(
            "sequence_length is a vector with one length for each row of the batch "
            f"({batch or 'of unknown size'}); {tensor.name} has shape {tensor.shape}"
        )
    if not (tensor.dtype.is_integer or tensor.dtype.is_floating):
        raise TypeError(f"sequence_length is a vector of numbers; {tensor.name} is {tensor.dtype.name}")
    return tensor


def state_dtype(dtype, state):
    """`dtype`, or the type that all parts of `state` have; ValueError if they differ."""
    if dtype is not None:
        return dtype
    found = {t.dtype.base_dtype for t in nest.flatten(state)}
    if len(found) != 1:
        raise ValueError(f"the initial state's parts have the types {sorted(d.name for d in found)}; give dtype")
    return found.pop()


def initial_state_of(cell, initial_state, batch_size, dtype):
    """`initial_state` as tensors in the structure of the cell's state, or the cell's zero state.

    ValueError if it has another structure, or neither is given.
    """
    if initial_state is not None:
        return _as_state(initial_state, cell.state_size, dtype)
    if dtype is None:
        raise ValueError("an RNN needs initial_state, or dtype to make a zero state: give dtype=tf.float32")
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def _as_state(state, size, dtype):
    try:
        nest.assert_same_structure(size, state, check_types=False)
    except ValueError:
        raise ValueError(f"initial_state has to be structured as the cell's state_size {size}, not {state!r}") from None
    flat = [
        t if isinstance(t, tf.TensorArray) else convert_to_tensor(t, preferred_dtype=dtype, name="initial_state")
        for t in nest.flatten(state)
    ]
    for tensor, part in zip(flat, nest.flatten(size)):
        if not isinstance(tensor, tf.TensorArray) and tensor.shape.rank == 0 != as_shape(part).rank:
            raise ValueError(
                f"a part of initial_state is the scalar {tensor.name}; it needs a row for each of the batch"
            )
    return nest.pack_sequence_as(size, flat)


def cache_variables(scope) -> None:
    """Has variables made in a variable scope be read where the network is, once, unless the scope says where; in a
    loop around each trip reads them.
    """
    if scope.caching_device is None and tf.get_default_graph().outer is None:
        scope.set_caching_device(lambda op: op.device)
