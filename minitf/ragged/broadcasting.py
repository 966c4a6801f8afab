"""Two tensors, of which one is ragged at least, brought to the same rows."""

from __future__ import annotations

import minitf as tf
from minitf.framework.errors import InvalidArgumentError
from minitf.framework.tensor import Tensor
from minitf.ragged.conversion import same_splits_type
from minitf.ragged.gathering import at_least_ragged, gathered
from minitf.ragged.joining import expand_dims
from minitf.ragged.tensor import RaggedTensor

_MISMATCH = "Unable to broadcast: dimension size mismatch"


def same_rows(x, y) -> tuple:
    """Two tensors with rows of the same lengths, as far as they are ragged: axes of size 1 are repeated, except
    ragged ones. What is inside of the ragged axes is left to broadcast.

    Raises:
      ValueError: for tensors of unknown rank. InvalidArgumentError: at a run, for rows of other lengths.
    """
    if None in (x.shape.rank, y.shape.rank):
        raise ValueError("Unable to broadcast: unknown rank")
    if _same_splits(x, y):
        return x, y
    dtype, _ = same_splits_type(x, y)
    rank = max(x.shape.rank, y.shape.rank)
    depth = max([t.ragged_rank + rank - t.shape.rank for t in (x, y) if isinstance(t, RaggedTensor)])
    (x, x_uniform), (y, y_uniform) = [_widened(t, rank, depth, dtype) for t in (x, y)]
    if x.shape[0].value is None or x.shape[0].value != y.shape[0].value:
        x, y = _as_many_rows(x, y, dtype)
    return _inside(x, y, x_uniform, y_uniform)


def _same_splits(x, y) -> bool:
    if not isinstance(x, RaggedTensor) or not isinstance(y, RaggedTensor):
        return False
    mine, others = x.nested_row_splits, y.nested_row_splits
    return len(mine) == len(others) and all(a is b for a, b in zip(mine, others))


def _widened(tensor, rank: int, depth: int, dtype):
    """A tensor of a rank, with so many ragged axes, and for each of these whether its rows are of one length."""
    added, ragged = rank - tensor.shape.rank, getattr(tensor, "ragged_rank", 0)
    uniform = [not added < axis <= added + ragged for axis in range(1, depth + 1)]
    for _ in range(added):
        tensor = expand_dims(tensor, 0)
    return at_least_ragged(tensor, depth, dtype), uniform


def _rows(tensor, dtype) -> Tensor:
    return tensor.nrows(dtype) if isinstance(tensor, RaggedTensor) else tf.shape(tensor, out_type=dtype)[0]


def _as_many_rows(x, y, dtype) -> tuple:
    """Both with the rows of that with more of them, if the other has only one."""
    known = [t.shape[0].value for t in (x, y)]
    if None not in known and 1 not in known:
        raise InvalidArgumentError(None, None, f"{_MISMATCH} in dimension 0: {known[0]} and {known[1]} rows")
    mine, others = _rows(x, dtype), _rows(y, dtype)
    fits = tf.logical_or(tf.equal(mine, others), tf.logical_or(tf.equal(mine, 1), tf.equal(others, 1)))
    with tf.control_dependencies([tf.Assert(fits, [f"{_MISMATCH} in dimension 0", mine, others])]):
        mine, others = tf.identity(mine), tf.identity(others)
    x = x if known[0] not in (None, 1) else _repeated(x, mine, others, dtype)
    return x, y if known[1] not in (None, 1) else _repeated(y, others, mine, dtype)


def _repeated(tensor, mine: Tensor, others: Tensor, dtype):
    """The rows of a tensor, or its only one as often as the other has rows."""
    only = tf.equal(mine, 1)
    return gathered(tensor, tf.cond(only, lambda: tf.zeros(tf.expand_dims(others, 0), dtype), lambda: tf.range(mine)))


def _inside(x, y, x_uniform: list, y_uniform: list) -> tuple:
    """Tensors with as many rows, and in these with rows of the same lengths."""
    if not isinstance(x, RaggedTensor):
        return x, y
    same = tf.reduce_all(tf.equal(x.row_splits, y.row_splits))
    ones = [tf.reduce_all(tf.equal(t.row_lengths(), 1)) if u[0] else None for t, u in ((x, x_uniform), (y, y_uniform))]
    fits = same
    for one in ones:
        fits = fits if one is None else tf.logical_or(fits, one)
    counts = [t.values.shape[0].value for t in (x, y)]
    if ones == [None, None] and None not in counts and counts[0] != counts[1]:
        raise InvalidArgumentError(None, None, f"{_MISMATCH}: rows with {counts[0]} and {counts[1]} values in all")
    with tf.control_dependencies([tf.Assert(fits, [_MISMATCH, x.row_splits, y.row_splits])]):
        splits = tf.identity(x.row_splits)
        if ones[0] is not None:
            splits = tf.cond(ones[0], lambda: y.row_splits, lambda: x.row_splits)
    splits.set_shape(x.row_splits.shape)
    values = [_spread(t, one, other) for t, one, other in ((x, ones[0], y), (y, ones[1], x))]
    inner = _inside(*values, x_uniform[1:], y_uniform[1:])
    return tuple([RaggedTensor._of(v, splits) for v in inner])


def _spread(tensor: RaggedTensor, one, other: RaggedTensor):
    """The values of a tensor; the only one of each row as often as the other has some there."""
    if one is None:
        return tensor.values
    count = _rows(tensor.values, tensor.row_splits.dtype)
    return gathered(tensor.values, tf.cond(one, other.value_rowids, lambda: tf.range(count)))
