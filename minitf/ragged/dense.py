"""Ragged tensors from dense and sparse ones, and back."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor, as_sparse
from minitf.framework.tensor import Tensor
from minitf.ragged.partitions import as_integers
from minitf.ragged.tensor import RaggedTensor

# ---- from dense ones


def from_tensor(
    tensor, lengths=None, padding=None, ragged_rank: int = 1, name: str | None = None, row_splits_dtype=dtypes.int64
) -> RaggedTensor:
    """The rows of a dense tensor, whole, or the first `lengths` of each, or without the `padding` at their ends.

    lengths: [rows] integers, or a list of such, for rows of rows, which say how long those are that are there; padding:
    what rows were filled up with, of the shape of one element; ragged_rank: how many axes of the result are ragged.

    Raises:
      ValueError: for lengths and padding at once, or a rank that is too small.
    """
    if lengths is not None and padding is not None:
        raise ValueError("Specify lengths or padding, but not both")
    if not isinstance(ragged_rank, int):
        raise TypeError(f"ragged_rank expected int, got {ragged_rank!r}")
    if ragged_rank <= 0:
        raise ValueError(f"ragged_rank must be greater than 0; got {ragged_rank}")
    dtype = dtypes.as_dtype(row_splits_dtype)
    with tf.name_scope(name, "RaggedFromTensor", [tensor, lengths, padding]):
        tensor = tf.convert_to_tensor(tensor, name="tensor")
        tensor.shape.with_rank_at_least(ragged_rank + 1)
        sizes = tf.shape(tensor, out_type=dtype)
        if ragged_rank > 1:
            return _deeper(tensor, sizes, lengths, padding, ragged_rank, dtype)
        if padding is not None:
            lengths = _unpadded(tensor, sizes[1], padding, dtype)
        if lengths is None:
            rows, columns = sizes[0], sizes[1]
            values = tf.reshape(tensor, tf.concat([[rows * columns], sizes[2:]], axis=0))
            return RaggedTensor.from_row_splits(values, tf.range(rows + 1) * columns, validate=False)
        if isinstance(lengths, (list, tuple)) and len(lengths) and not isinstance(lengths[0], (int, float)):
            return _nested_lengths(tensor, lengths)
        return _first_of_rows(tensor, sizes[1], lengths, dtype)


def _deeper(tensor: Tensor, sizes: Tensor, lengths, padding, ragged_rank: int, dtype) -> RaggedTensor:
    """Rows of rows: the innermost are cut as said, those around are whole."""
    flat = tf.reshape(tensor, tf.concat([tf.constant([-1], dtype), sizes[ragged_rank:]], axis=0))
    flat.set_shape(TensorShape([None]).concatenate(tensor.shape[ragged_rank:]))
    values = from_tensor(flat, lengths, padding, row_splits_dtype=dtype)
    counts = tf.cumprod(sizes)
    splits = [tf.range(0, counts[axis - 1] + 1) * sizes[axis] for axis in range(1, ragged_rank)]
    return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def _unpadded(tensor: Tensor, columns: Tensor, padding, dtype) -> Tensor:
    """The lengths of rows up to their last element that is no padding."""
    padding = tf.convert_to_tensor(padding, tensor.dtype.base_dtype, name="padding")
    padding.shape.assert_is_compatible_with(tensor.shape[2:])
    same = tf.equal(padding, tensor)
    if tensor.shape.rank is None or tensor.shape.rank > 2:
        same = tf.reduce_all(same, axis=tf.range(2, tf.rank(tensor)))
        same.set_shape([None, None])
        same.set_shape(tensor.shape[:2])
    places = tf.expand_dims(tf.range(1, columns + 1), 0)
    return tf.reduce_max(tf.cast(tf.logical_not(same), dtype) * places, axis=1)


def _nested_lengths(tensor: Tensor, lengths) -> RaggedTensor:
    tensor.shape.with_rank_at_least(len(lengths) + 1)
    there = tf.ones([tf.reduce_sum(lengths[-1])], tf.bool)
    mask = RaggedTensor.from_nested_row_lengths(there, lengths, validate=False).to_tensor(default_value=False)
    return RaggedTensor.from_nested_row_lengths(tf.boolean_mask(tensor, mask), lengths, validate=False)


def _first_of_rows(tensor: Tensor, columns: Tensor, lengths, dtype) -> RaggedTensor:
    lengths = tf.cast(as_integers(tf.convert_to_tensor(lengths, name="lengths"), "lengths"), dtype)
    lengths.shape.with_rank(1)
    lengths = tf.maximum(tf.minimum(lengths, columns), 0)
    splits = tf.concat([tf.zeros([1], dtype), tf.cumsum(lengths)], axis=0)
    values = tf.boolean_mask(tensor, tf.sequence_mask(lengths, maxlen=columns))
    return RaggedTensor.from_row_splits(values, splits, validate=False)


# ---- to dense ones


def to_tensor(self: RaggedTensor, default_value=None, name: str | None = None) -> Tensor:
    """A dense tensor, as large as the longest rows; what shorter ones lack is `default_value`, else 0 or "".

    default_value: of the shape of one element, or one that broadcasts to it.

    Raises:
      ValueError: for a default of another shape.
    """
    with tf.name_scope(name, "RaggedToTensor", [self, default_value]):
        if default_value is not None:
            default_value = tf.convert_to_tensor(default_value, self.dtype.base_dtype, name="default_value")
        values = self.values
        if isinstance(values, RaggedTensor):
            values = values.to_tensor(default_value)
        default_value = _default(default_value, values)
        splits = self.row_splits
        sizes = tf.shape(splits, out_type=splits.dtype)
        columns = tf.maximum(tf.reduce_max([splits[1:] - splits[:-1]]), 0)
        count = tf.shape(values, out_type=splits.dtype)[0]
        places = tf.expand_dims(splits[:-1], 1) + tf.expand_dims(tf.range(0, columns), 0)
        missing = tf.fill(tf.stack([sizes[0] - 1, columns]), count)
        places = tf.where(places < tf.expand_dims(splits[1:], 1), places, missing)
        return tf.gather(tf.concat([values, tf.stack([default_value])], axis=0), places)


def _default(value: Tensor | None, values: Tensor) -> Tensor:
    """What is in the place of elements that are not there."""
    inner = values.shape[1:]
    sizes = tf.shape(values)[1:]
    if value is None:
        value = tf.zeros(sizes, values.dtype.base_dtype)
    elif inner.rank is None or value.shape.rank is None or value.shape.rank != inner.rank:
        if inner.rank is not None and value.shape.rank is not None and value.shape.rank > inner.rank:
            raise ValueError(f"Shape {value.shape} must have rank at most {inner.rank}")
        value = tf.broadcast_to(value, sizes)
    value.shape.assert_is_compatible_with(inner)
    value.set_shape(inner)
    return value


# ---- sparse ones


def _with_places(op, *arrays):
    """A ragged tensor's splits and flat values as a sparse tensor: where these stand, they, and the shape."""
    *splits, flat = arrays
    inner = list(np.ndindex(flat.shape[1:]))
    places = np.array(inner, np.int64).reshape(len(inner), flat.ndim - 1)
    rows = np.repeat(np.arange(len(flat)), len(places))
    columns = [np.tile(places, (len(flat), 1))]
    for each in reversed(splits):
        row = np.repeat(np.arange(len(each) - 1), np.diff(each))[rows] if len(rows) else rows
        columns.insert(0, (rows - each[row]).reshape(-1, 1) if len(rows) else rows.reshape(-1, 1))
        rows = row
    columns.insert(0, rows.reshape(-1, 1))
    longest = [np.diff(each).max(initial=0) for each in splits]
    shape = np.array([len(splits[0]) - 1, *longest, *flat.shape[1:]], np.int64)
    indices = np.concatenate(columns, axis=1).astype(np.int64)
    return [indices, flat.reshape(-1), shape]


def _places_shapes(op):
    flat, depth = op.inputs[-1].shape, len(op.inputs) - 1
    rank = None if flat.rank is None else depth + flat.rank
    count = flat.num_elements()
    return [TensorShape([count, rank]), TensorShape([count]), TensorShape([rank])]


def _values_back(op, _, g, __):
    flat = op.inputs[-1]
    return [None] * (len(op.inputs) - 1) + [None if g is None else tf.reshape(g, tf.shape(flat))]


define(
    "RaggedTensorToSparse",
    "rt_nested_splits: RAGGED_RANK*Tsplits, rt_dense_values: T; Tsplits: type = int64 -> "
    "sparse_indices: int64, sparse_values: T, sparse_dense_shape: int64",
    shape=_places_shapes,
    numpy=_with_places,
    grad=_values_back,
)


def to_sparse(self: RaggedTensor, name: str | None = None) -> SparseTensor:
    """A sparse tensor of the same elements, as large as the longest rows."""
    with tf.name_scope(name, "RaggedToSparse", [self]):
        return SparseTensor(*apply("RaggedTensorToSparse", list(self.nested_row_splits), self.flat_values, name=name))


def from_sparse(st_input, name: str | None = None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
    """The rows of a sparse matrix, whose elements stand at the left of each.

    Raises:
      TypeError: for what is no sparse tensor. ValueError: for another rank than 2. InvalidArgumentError: at a
        run, if there are gaps in a row.
    """
    dtype = dtypes.as_dtype(row_splits_dtype)
    with tf.name_scope(name, "RaggedFromSparse", [st_input]):
        sparse = as_sparse(st_input)
        ranks = [sparse.dense_shape.shape.with_rank(1).sizes[0], sparse.indices.shape.with_rank(2).sizes[1]]
        if 2 not in ranks:
            raise ValueError("rank(st_input) must be 2")
        with tf.control_dependencies([_assert_no_gaps(sparse.indices)]):
            rows = tf.cast(sparse.indices[:, 0], dtype)
            count = tf.cast(sparse.dense_shape[0], dtype)
            return RaggedTensor.from_value_rowids(sparse.values, rows, count, validate=False)


def _assert_no_gaps(indices: Tensor):
    rows, columns = indices[:, :-1], indices[:, -1]
    begun = tf.reduce_any(tf.not_equal(rows[1:], rows[:-1]), axis=1)
    good = tf.where(begun, tf.equal(columns[1:], 0), tf.equal(columns[1:], columns[:-1] + 1))
    first = tf.reduce_all(tf.equal(columns[:1], 0))
    message = ["SparseTensor is not right-ragged", "SparseTensor.indices =", indices]
    return tf.Assert(tf.logical_and(first, tf.reduce_all(good)), message)


RaggedTensor.from_tensor = staticmethod(from_tensor)
RaggedTensor.from_sparse = staticmethod(from_sparse)
RaggedTensor.to_tensor, RaggedTensor.to_sparse = to_tensor, to_sparse
