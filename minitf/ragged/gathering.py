"""Rows and elements of ragged tensors gathered, and chosen by masks."""

from __future__ import annotations

import minitf as tf
from minitf.ragged.conversion import convert_to_tensor_or_ragged_tensor, same_splits_type
from minitf.ragged.partitions import check_equal_splits, lengths_to_splits, positions
from minitf.ragged.tensor import RaggedTensor

as_ragged = convert_to_tensor_or_ragged_tensor


# ---- gathering


def gather(params, indices, validate_indices=None, name: str | None = None, axis=0, batch_dims: int = 0):
    """The rows of params at `indices`; either may be ragged."""
    if axis != 0 or batch_dims != 0:
        raise ValueError("ragged tensors are gathered along axis 0 only, without batch_dims")
    with tf.name_scope(name, "RaggedGather", [params, indices]):
        params = as_ragged(params, name="params")
        indices = as_ragged(indices, name="indices")
        _, [params, indices] = same_splits_type(params, indices)
        return gathered(params, indices)


def gathered(params, indices):
    """The rows of params at `indices`, both tensors or ragged ones."""
    if isinstance(indices, RaggedTensor):
        return indices.with_values(gathered(params, indices.values))
    if not isinstance(params, RaggedTensor):
        return tf.gather(params, indices)
    if indices.shape.rank is None:
        raise ValueError("rank(indices) must be known statically")
    if indices.shape.rank == 0:
        return gathered(params, tf.expand_dims(indices, 0))[0]
    if indices.shape.rank > 1:
        dtype = params.row_splits.dtype
        nested = RaggedTensor.from_tensor(indices, ragged_rank=indices.shape.rank - 1, row_splits_dtype=dtype)
        return nested.with_flat_values(gathered(params, nested.flat_values))
    splits = params.row_splits
    starts, limits = tf.gather(splits[:-1], indices), tf.gather(splits[1:], indices)
    values = gathered(params.values, positions(starts, limits))
    return RaggedTensor._of(values, lengths_to_splits(limits - starts))


def gather_nd(params, indices, name: str | None = None, batch_dims: int = 0):
    """What stands in params at the index vectors along the last axis of `indices`; either may be ragged."""
    if batch_dims != 0:
        raise ValueError("batch_dims != 0 is not supported for ragged gather yet.")
    with tf.name_scope(name, "RaggedGatherNd", [params, indices]):
        params = as_ragged(params, name="params")
        indices = as_ragged(indices, name="indices")
        _, [params, indices] = same_splits_type(params, indices)
        return _gathered_nd(params, indices)


def _gathered_nd(params, indices):
    rank, size = indices.shape.rank, indices.shape[-1].value if indices.shape.rank else None
    if not rank:
        raise ValueError("indices.rank must be statically known and at least 1.")
    if size is None:
        raise ValueError("indices.shape[-1] must be statically known.")
    if rank > 2 and isinstance(indices, RaggedTensor):
        return indices.with_values(_gathered_nd(params, indices.values))
    if rank > 2:
        nested = RaggedTensor.from_tensor(indices, ragged_rank=rank - 2, row_splits_dtype=params.row_splits.dtype)
        return nested.with_flat_values(_gathered_nd(params, nested.flat_values))
    if rank == 1:
        return _gathered_nd(params, tf.expand_dims(indices, 0))[0]
    if size == 0:
        return gathered(tf.expand_dims(params, 0), tf.zeros([tf.shape(indices)[0]], tf.int32))
    if size == 1:
        return gathered(params, tf.reshape(indices, [-1]))
    indices = tf.cast(indices, params.row_splits.dtype)
    starts, lengths = params.row_starts(), params.row_lengths()
    inside = tf.reduce_all(indices[:, 1] < tf.gather(lengths, indices[:, 0]))
    with tf.control_dependencies([tf.Assert(inside, ["index out of range of a row", indices])]):
        flat = tf.expand_dims(tf.gather(starts, indices[:, 0]) + indices[:, 1], 1)
    rest = tf.concat([flat, indices[:, 2:]], axis=1)
    values = params.values
    return _gathered_nd(values, rest) if isinstance(values, RaggedTensor) else tf.gather_nd(values, rest)


def batch_gather(params, indices, name: str | None = None):
    """In each row of params the elements at those of `indices`; either may be ragged."""
    with tf.name_scope(name, "RaggedBatchGather", [params, indices]):
        params = as_ragged(params, name="params")
        indices = as_ragged(indices, name="indices")
        dtype, [params, indices] = same_splits_type(params, indices)
        rank = indices.shape.rank
        if not rank:
            raise ValueError("indices.rank must be known and at least 1.")
        if isinstance(indices, RaggedTensor) and rank > 2:
            _check_ragged(params)
            with tf.control_dependencies([tf.assert_equal(params.row_splits, indices.row_splits)]):
                return indices.with_values(batch_gather(params.values, indices.values))
        if isinstance(indices, RaggedTensor):
            params = at_least_ragged(params, 1, dtype)
            starts = tf.repeat(params.row_starts(), indices.row_lengths(), axis=0)
            places = tf.cast(indices.values, dtype) + starts
            return indices.with_values(gathered(params.values, places))
        if rank > 2:
            raise ValueError("batch shape from indices does not match params shape")
        if rank == 1:
            return gathered(params, indices)
        return gathered(params.values, tf.cast(indices, dtype) + tf.expand_dims(params.row_starts(), 1))


def _check_ragged(params) -> None:
    if not isinstance(params, RaggedTensor):
        raise ValueError("batch shape from indices does not match params shape")


def at_least_ragged(tensor, ragged_rank: int, dtype):
    """A tensor with so many ragged axes, the last of which may hold rows of equal lengths."""
    if not isinstance(tensor, RaggedTensor):
        return RaggedTensor.from_tensor(tensor, ragged_rank=ragged_rank, row_splits_dtype=dtype)
    if ragged_rank > tensor.ragged_rank:
        return tensor.with_values(at_least_ragged(tensor.values, ragged_rank - 1, dtype))
    return tensor


# ---- masks


def boolean_mask(data, mask, name: str | None = None):
    """The elements of `data` where `mask` is true, row by row: a ragged tensor, unless the mask is a vector for
    a dense tensor.

    data, mask: tensors or ragged ones; the shape of the mask is how that of data begins.

    Raises:
      ValueError: for a mask that is a scalar, or of unknown rank. InvalidArgumentError: at a run, for one whose
        rows are of other lengths.
    """
    with tf.name_scope(name, "RaggedMask", [data, mask]):
        data = as_ragged(data, name="data")
        mask = as_ragged(mask, tf.bool, name="mask")
        dtype, [data, mask] = same_splits_type(data, mask)
        if not mask.shape.rank:
            raise ValueError("mask.shape.ndims must be known statically, and mask cannot be scalar.")
        return _masked(data, mask, dtype)


def _masked(data, mask, dtype):
    rank = mask.shape.rank
    if isinstance(mask, RaggedTensor):
        data = at_least_ragged(data, mask.ragged_rank, dtype)
        rows = [mask.nested_row_splits, data.nested_row_splits[: mask.ragged_rank]]
        with tf.control_dependencies(check_equal_splits(rows)):
            values = _masked(data.values, mask.values, dtype)
            if rank > 2:
                return RaggedTensor._of(values, tf.identity(mask.row_splits))
            kept = tf.unsorted_segment_sum(tf.cast(mask.values, dtype), mask.value_rowids(), mask.nrows())
            return RaggedTensor._of(values, lengths_to_splits(kept))
    if isinstance(data, RaggedTensor) and rank == 1:
        lengths = tf.boolean_mask(data.row_lengths(), mask)
        values = _masked(data.values, tf.gather(mask, data.value_rowids()), dtype)
        return RaggedTensor._of(values, lengths_to_splits(lengths))
    if isinstance(data, RaggedTensor):
        return _masked(data, at_least_ragged(mask, min(data.ragged_rank, rank - 1), dtype), dtype)
    if rank == 1:
        return tf.boolean_mask(data, mask)
    return _masked(data, at_least_ragged(mask, rank - 1, dtype), dtype)
