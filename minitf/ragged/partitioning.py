"""Rows sorted by the partitions to which they belong."""

from __future__ import annotations

import minitf as tf
from minitf.ragged.gathering import as_ragged, at_least_ragged, gathered
from minitf.ragged.joining import stack
from minitf.ragged.partitions import INDEX
from minitf.ragged.tensor import RaggedTensor


def stack_dynamic_partitions(data, partitions, num_partitions, name: str | None = None) -> RaggedTensor:
    """The rows of data, in order, that belong to partition 0, to partition 1 and so on: a ragged tensor of as many
    rows as partitions.

    data: a tensor, ragged or not; partitions: integers, whose shape is how that of data begins.

    Raises:
      ValueError: for partitions of unknown rank, no integers, or not as many as rows. InvalidArgumentError: at
        a run, for one that is too large.
    """
    with tf.name_scope(name, "SegmentStack", [data, partitions, num_partitions]):
        data = as_ragged(data, name="data")
        partitions = as_ragged(partitions, name="partitions")
        if isinstance(data, RaggedTensor):
            partitions = tf.cast(partitions, data.row_splits.dtype)
        elif partitions.dtype not in INDEX:
            raise ValueError(f"partitions must have dtype int32 or int64, not {partitions.dtype.name}")
        count = tf.cast(tf.convert_to_tensor(num_partitions, name="num_partitions"), partitions.dtype)
        if partitions.shape.rank is None:
            raise ValueError("partitions must have known rank.")
        count.shape.with_rank(0)
        return _partitioned(data, partitions, count)


def _partitioned(data, partitions, count) -> RaggedTensor:
    rank = partitions.shape.rank
    if rank == 0:
        rows, ids = (stack([data]) if isinstance(data, RaggedTensor) else tf.stack([data]), tf.stack([partitions]))
        return RaggedTensor.from_value_rowids(rows, ids, nrows=count, validate=False)
    if rank == 1:
        data.shape[:1].assert_is_compatible_with(partitions.shape)
        order = tf.argsort(partitions, stable=True)
        ids, values = tf.gather(partitions, order), gathered(data, order)
        message = "partitions must be less than num_partitions"
        with tf.control_dependencies([tf.assert_less(ids[-1:], count, message=message)]):
            return RaggedTensor.from_value_rowids(values, tf.identity(ids), nrows=count, validate=False)
    dtype = next((t.row_splits.dtype for t in (data, partitions) if isinstance(t, RaggedTensor)), tf.int64)
    data = at_least_ragged(data, 1, dtype)
    partitions = at_least_ragged(partitions, max(data.ragged_rank, rank - 1), dtype)
    message = "data and partitions have incompatible ragged shapes"
    with tf.control_dependencies([tf.assert_equal(data.row_splits, partitions.row_splits, message=message)]):
        return _partitioned(data.values, partitions.values, count)
