"""Sparse tensors of ids: merged with weights, as indicators, with empty rows filled, looked up in tables."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor, SparseTensorValue, as_sparse
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor, shaped
from minitf.kernels.compile import layout
from minitf.kernels.math.places import fill_rows
from minitf.ops.array import array
from minitf.ops.array.gather import gather, where
from minitf.ops.array.joining import stack
from minitf.ops.array.rearranging import tile
from minitf.ops.array.slicing import slice as slice_
from minitf.ops.math import math, segment
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_prod, reduce_sum
from minitf.ops.nn.embedding import embedding_lookup
from minitf.ops.sparse import segments
from minitf.ops.sparse.layout import sparse_reshape
from minitf.ops.sparse.sparse import (
    any_number,
    check_places,
    outside,
    rank_of,
    sparse_reorder,
    sparse_retain,
    sparse_tensor_to_dense,
)
from minitf.ops.state.partitioned_variable import parts_of

# ---- ids as the last axis


def sparse_merge(sp_ids, sp_values, vocab_size, name: str | None = None, already_sorted: bool = False) -> SparseTensor:
    """The values with their ids in place of the last axis, which is then of size `vocab_size`.

    sp_ids: int32 or int64, or a list of these with a list of sizes: one more axis each.

    Raises:
      TypeError: for a list without a list of sizes.
      ValueError: for lists of different lengths.
    """
    many = isinstance(sp_ids, (list, tuple)) and not isinstance(sp_ids, SparseTensorValue)
    if not many and isinstance(vocab_size, (list, tuple)):
        raise TypeError(f"vocab_size is a list only for a list of ids, not {vocab_size!r}")
    if many and not isinstance(vocab_size, (list, tuple)):
        raise TypeError(f"a list of ids needs a list of vocabulary sizes, not {vocab_size!r}")
    ids, sizes = (list(sp_ids), list(vocab_size)) if many else ([sp_ids], [vocab_size])
    if len(ids) != len(sizes):
        raise ValueError(f"{len(ids)} sparse tensors of ids need as many vocabulary sizes, not {len(sizes)}")
    with name_scope(name, "SparseMerge", [sp_ids, sp_values]):
        ids, sp_values = [as_sparse(s) for s in ids], as_sparse(sp_values)
        columns = [array.expand_dims(cast(s.values, dtypes.int64), 1) for s in ids]
        sizes = [cast(size, dtypes.int64) for size in sizes]
        indices = array.concat([ids[0].indices[:, :-1], *columns], 1)
        shape = array.concat([ids[0].dense_shape[:-1], sizes], 0)
        merged = SparseTensor(indices, sp_values.values, shape)
        if already_sorted:
            return merged
        merged = sparse_reorder(merged)
        return SparseTensor(merged.indices, merged.values, shape)


def sparse_to_indicator(sp_input, vocab_size, name: str | None = None) -> Tensor:
    """A bool tensor that is true where the last axis, of size `vocab_size`, meets an id of the row."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input]) as scope:
        count = array.shape(sp_input.indices)[0]
        true = array.fill(array.expand_dims(count, 0), True)
        marked = SparseTensor(sp_input.indices, true, sp_input.dense_shape)
        merged = sparse_merge(sp_input, marked, vocab_size, name=scope)
        return sparse_tensor_to_dense(merged, False, validate_indices=False, name=scope)


# ---- empty rows


def _filled(op, indices, values, shape, default):
    check_places(indices, shape)
    rows, own = shape[0], indices[:, 0]
    empty = np.bincount(own, minlength=rows)[:rows] == 0
    new = np.flatnonzero(empty)
    places = np.concatenate([indices, np.column_stack([new, np.zeros((len(new), len(shape) - 1), np.int64)])])
    order = np.argsort(places[:, 0], kind="stable")
    to = np.empty(len(order), np.int64)
    to[order] = np.arange(len(order))
    filled = np.concatenate([values, np.full(len(new), default, values.dtype)])
    return places[order], filled[order], empty, to[: len(own)]


def _filled_kernel(b, op, indices, values, shape, default):
    (count, rank), (rows,) = indices.shape, array.sizes_of(b.data(shape)[:1])
    places, filled = b.new((count + rows, rank), np.int64), b.new((count + rows,), values.dtype)
    empty, to, found = b.new((rows,), np.bool_), b.new((count,), np.int64), b.new((), np.int64)
    room, kernel = b.new((rows,), np.int64), fill_rows[layout.carrier(values.dtype)]
    error = lambda at: outside(b.data(indices), at, b.data(shape))  # noqa: E731
    made = places, filled, empty, to, found, room
    b.call(kernel, indices, values, shape, default, *made, count, rank, rows, error=error)
    return *b.first(found, places, filled), empty, to


def _filled_shapes(op):
    indices, values, _ = any_number(op.inputs[0].shape, op.inputs[2].shape)
    rows = constant_value_as_shape(op.inputs[2])
    count = (op.inputs[1].shape.sizes or [None])[0]
    return [indices, values, TensorShape([(rows.sizes or [None])[0]]), TensorShape([count])]


def _fill_grad(op, _, g, __, ___):
    for_values = gather(g, op.outputs[3])
    return None, for_values, None, reduce_sum(g) - reduce_sum(for_values)


define(
    "SparseFillEmptyRows",
    "indices: int64[n, rank], values: T[n], dense_shape: int64[rank], default_value: T[]"
    "-> output_indices: int64, output_values: T, empty_row_indicator: bool, reverse_index_map: int64",
    shape=_filled_shapes,
    numpy=_filled,
    kernel=_filled_kernel,
    counted=True,
    grad=_fill_grad,
)


def sparse_fill_empty_rows(sp_input, default_value, name: str | None = None):
    """(filled, empty): the sparse tensor with `default_value` first in each row that had nothing, and a bool
    vector that says which rows those are.
    """
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, sp_input.dtype.base_dtype, name="Const")
        parts = apply("SparseFillEmptyRows", *sp_input._components(), default_value)
        return SparseTensor(parts[0], parts[1], sp_input.dense_shape), parts[2]


# ---- tables


def embedding_lookup_sparse(
    params,
    sp_ids: SparseTensor,
    sp_weights: SparseTensor | None,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: float | None = None,
) -> Tensor:
    """For each row of ids the rows of `params` that they name, combined: [rows, *params.shape[1:]].

    params: as in `embedding_lookup`; sp_ids: [rows, any] int32 or int64, in order; sp_weights: floats at the
    same places, or None for 1. combiner: "sum", "mean" (default; the weighted mean) or "sqrtn" (the sum over
    the root of the squared weights' sum). Rows without ids give 0; the last ones are left out.

    Raises:
      TypeError, ValueError: for ids and weights that do not fit.
    """
    combiner = "mean" if combiner is None else combiner
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError(f"combiner is 'mean', 'sqrtn' or 'sum', not {combiner!r}")
    params = parts_of(params)
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError(f"sp_ids has to be a SparseTensor, not {sp_ids!r}")
    if sp_weights is not None:
        _check_weights(sp_ids, sp_weights)
    with name_scope(name, "embedding_lookup_sparse", [*params, sp_ids]) as scope:
        rows = sp_ids.indices[:, 0]
        rows = cast(rows, dtypes.int32)
        ids, where_ids = apply("Unique", sp_ids.values)
        found = embedding_lookup(params, ids, partition_strategy, max_norm=max_norm)
        if sp_weights is None:
            combine = {
                "sum": segments.sparse_segment_sum,
                "mean": segments.sparse_segment_mean,
                "sqrtn": segments.sparse_segment_sqrt_n,
            }[combiner]
            return combine(found, where_ids, rows, name=scope)
        return _weighted(gather(found, where_ids), sp_weights.values, rows, combiner, scope)


def _check_weights(ids: SparseTensor, weights: SparseTensor) -> None:
    if not isinstance(weights, SparseTensor):
        raise TypeError(f"sp_weights has to be None or a SparseTensor, not {weights!r}")
    for mine, theirs in zip(ids._components(), weights._components()):
        mine.shape.assert_is_compatible_with(theirs.shape)


def _weighted(found: Tensor, weights: Tensor, rows: Tensor, combiner: str, scope: str) -> Tensor:
    if weights.dtype.base_dtype is not found.dtype.base_dtype:
        weights = cast(weights, found.dtype.base_dtype)
    ones = array.fill(array.expand_dims(array.rank(found) - 1, 0), 1)
    shape = weights.shape.concatenate([1] * (found.shape.rank - 1)) if found.shape.rank else None
    weights = array.reshape(weights, array.concat([array.shape(weights), ones], 0))
    if shape is not None:
        shaped(weights, shape)
    found = found * weights
    if combiner == "sum":
        return segment.segment_sum(found, rows, name=scope)
    total = segment.segment_sum(found, rows)
    if combiner == "mean":
        return math.div(total, segment.segment_sum(weights, rows), name=scope)
    squares = math.pow(weights, 2)
    return math.div(total, math.sqrt(segment.segment_sum(squares, rows)), name=scope)


def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner: str | None = "mean",
    default_id=None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: float | None = None,
) -> Tensor:
    """`embedding_lookup_sparse` that leaves out negative ids and weights that are not positive; rows without
    ids give 0, or the row `default_id`.

    sparse_ids: [d0, ..., dn] int64; returns [d0, ..., dn-1, *params.shape[1:]].
    """
    weights = parts_of(embedding_weights)
    if not weights or weights[0] is None:
        raise ValueError(f"safe_embedding_lookup_sparse needs embedding weights, not {embedding_weights!r}")
    with name_scope(name, "embedding_lookup", [*weights, sparse_ids, sparse_weights]) as scope:
        shape = sparse_ids.dense_shape
        leading = array.size(shape) - 1 if rank_of(shape.shape) is None else rank_of(shape.shape) - 1
        rows = reduce_prod(slice_(shape, [0], [leading]))
        ids = sparse_reshape(sparse_ids, [rows, gather(shape, leading)])
        if sparse_weights is not None:
            sparse_weights = SparseTensor(ids.indices, sparse_weights.values, ids.dense_shape)
        ids, sparse_weights = _usable(ids, sparse_weights, combiner)
        ids, empty = sparse_fill_empty_rows(ids, 0 if default_id is None else default_id)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_fill_empty_rows(sparse_weights, 1.0)
        inner = None if default_id is None else scope
        found = embedding_lookup_sparse(weights, ids, sparse_weights, partition_strategy, inner, combiner, max_norm)
        if default_id is None:
            empty = tile(array.reshape(empty, [-1, 1]), stack([1, array.shape(found)[1]]))
            found = where(empty, array.zeros_like(found), found, name=scope)
        return _unflattened(found, shape, leading)


def _usable(ids: SparseTensor, weights: SparseTensor | None, combiner) -> tuple:
    """Those that are not negative and, but for sums, of positive weights."""
    valid = math.greater_equal(ids.values, 0)
    if weights is None:
        return sparse_retain(ids, valid), None
    valid = math.logical_and(valid, array.ones_like(weights.values, dtypes.bool))
    ids, weights = sparse_retain(ids, valid), sparse_retain(weights, valid)
    if combiner == "sum":
        return ids, weights
    valid = math.greater(weights.values, 0)
    return sparse_retain(ids, valid), sparse_retain(weights, valid)


def _unflattened(found: Tensor, shape: Tensor, leading) -> Tensor:
    """What was found for each row, with the axes of the rows as they were."""
    rows = slice_(cast(shape, dtypes.int32), [0], [leading])
    result = array.reshape(found, array.concat([rows, slice_(array.shape(found), [1], [-1])], 0))
    if isinstance(leading, int):
        result.set_shape(TensorShape([None] * leading).concatenate(found.shape[1:]))
    return result
