"""How values are cut into rows: splits, lengths, row numbers, and ranges of positions."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor

INDEX = (dtypes.int32, dtypes.int64)


def _ranges(op, starts, limits, deltas):
    """Numbers from each start to its limit, one range behind the other."""
    rows = max([a.size for a in (starts, limits, deltas) if a.ndim], default=1)
    for array in (starts, limits, deltas):
        if array.ndim and array.size != rows:
            raise ValueError("starts, limits, and deltas must have the same shape")
    if not deltas.all():
        raise ValueError("Requires delta != 0")
    columns = [np.broadcast_to(a, (rows,)) for a in (starts, limits, deltas)]
    lengths = [_length(*row) for row in zip(*columns)]
    parts = [s + np.arange(n, dtype=starts.dtype) * d for s, d, n in zip(columns[0], columns[2], lengths)]
    splits = np.cumsum([0, *lengths]).astype(op.attrs["Tsplits"].numpy)
    return [splits, np.concatenate([*parts, np.zeros(0, starts.dtype)]).astype(starts.dtype)]


def _length(start, limit, delta) -> int:
    if (limit <= start) if delta > 0 else (limit >= start):
        return 0
    if start.dtype.kind == "f":
        return int(np.ceil(np.abs((limit - start) / delta)))
    return (abs(int(limit) - int(start)) + abs(int(delta)) - 1) // abs(int(delta))


def _range_shapes(op):
    rows = TensorShape([None])
    for tensor in op.inputs:
        if tensor.shape.rank not in (None, 0, 1):
            raise ValueError(f"starts, limits and deltas of ranges are vectors or scalars, not {tensor.shape}")
        rows = rows.merge_with(tensor.shape) if tensor.shape.rank == 1 else rows
    if all(tensor.shape.rank == 0 for tensor in op.inputs):
        rows = TensorShape([1])
    return [TensorShape([None if rows.sizes[0] is None else rows.sizes[0] + 1]), TensorShape([None])]


define(
    "RaggedRange",
    "starts: T, limits: T, deltas: T; T: type = int32, Tsplits: type = int64 -> rt_nested_splits: Tsplits, "
    "rt_dense_values: T",
    T=frozenset([dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64]),
    shape=_range_shapes,
    numpy=_ranges,
    differentiable=False,
)


def positions(starts: Tensor, limits: Tensor, deltas=1) -> Tensor:
    """The numbers of the ranges between starts and limits, one behind the other."""
    return apply("RaggedRange", starts, limits, deltas, Tsplits=starts.dtype).rt_dense_values


def lengths_to_splits(lengths: Tensor) -> Tensor:
    """Where rows of such lengths begin and end."""
    return tf.concat([[0], tf.cumsum(lengths)], axis=-1)


def row_splits_to_segment_ids(splits, name: str | None = None, out_type=None) -> Tensor:
    """The numbers of the rows to which values belong that `splits`, [rows + 1], cuts into rows: [values].

    Raises:
      ValueError: for splits that are no integers, no vector, or empty.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.ragged.row_splits_to_segment_ids([0, 3, 3, 5])))
    [0 0 0 2 2]
    """
    with tf.name_scope(name, "RaggedSplitsToSegmentIds", [splits]):
        splits = tf.convert_to_tensor(splits, name="splits", preferred_dtype=tf.int64)
        if splits.dtype not in INDEX:
            raise ValueError(f"splits must have dtype int32 or int64, not {splits.dtype.name}")
        splits = splits if out_type is None else tf.cast(splits, dtypes.as_dtype(out_type))
        splits.shape.with_rank(1)
        if splits.shape.sizes == (0,):
            raise ValueError("Invalid row_splits: []")
        rows = tf.range(tf.shape(splits, out_type=splits.dtype)[-1] - 1)
        return tf.repeat(rows, splits[1:] - splits[:-1], axis=0)


def as_integers(tensor: Tensor, name: str) -> Tensor:
    """The tensor; TypeError if it does not hold integers."""
    if not tensor.dtype.is_integer:
        raise TypeError(f"{name} must be an integer tensor, not {tensor.dtype.name}")
    return tensor


def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name: str | None = None) -> Tensor:
    """Where rows begin and end, [rows + 1], of values that belong to the rows `segment_ids`, [values] in order.

    num_segments: how many rows there are, by default up to the last that has values.

    Raises:
      TypeError: for ids that are no integers. ValueError: if they are no vector.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.ragged.segment_ids_to_row_splits([0, 0, 0, 2, 2, 3, 4, 4, 4])))
    [0 3 3 5 6 9]
    """
    with tf.name_scope(name, "SegmentIdsToRaggedSplits", [segment_ids]):
        given = as_integers(
            tf.convert_to_tensor(segment_ids, name="segment_ids", preferred_dtype=tf.int64), "segment_ids"
        )
        given.shape.with_rank(1)
        of = num_segments if isinstance(num_segments, Tensor) and not isinstance(segment_ids, Tensor) else given
        out = of.dtype if out_type is None else dtypes.as_dtype(out_type)
        count = None if num_segments is None else tf.convert_to_tensor(num_segments, name="num_segments")
        if count is not None:
            count.shape.with_rank(0)
            count = tf.cast(as_integers(count, "num_segments"), tf.int32)
        lengths = tf.bincount(tf.cast(given, tf.int32), minlength=count, maxlength=count, dtype=out)
        splits = tf.concat([[0], tf.cumsum(lengths)], axis=0)
        known = None if count is None else constant_value(count)
        if known is not None:
            splits.set_shape([known + 1])
        return splits


def positive_axis(axis, rank: int | None) -> int:
    """An axis counted from the front.

    Raises:
      TypeError: if it is no integer. ValueError: if it is not there, or counted from an end that is not known.
    """
    if not isinstance(axis, (int, np.integer)):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    if rank is None:
        if axis < 0:
            raise ValueError("axis may only be negative if ndims is statically known.")
        return int(axis)
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    return int(axis) % rank


def check_equal_splits(rows: list) -> list:
    """Ops that fail unless the nested splits of several tensors are the same.

    Raises:
      ValueError: if some are nested deeper than others.
    """
    first, *others = rows
    if any(len(other) != len(first) for other in others):
        raise ValueError("Inputs must have identical ragged splits")
    message = "Inputs must have identical ragged splits"
    return [tf.assert_equal(a, b, message=message) for other in others for a, b in zip(first, other) if a is not b]
