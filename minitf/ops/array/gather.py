"""Gathering and scattering by index or by mask."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import counts, movement
from minitf.kernels.math.places import put_sparse
from minitf.kernels.math.state import scatter_add
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.array import check_axis
from minitf.ops.array.batched_gather import gather_nd_in_batches

# ---- gather


def check_indices(indices, size: int, what: str = "indices") -> None:
    """Raises ValueError, naming the first index that is not in [0, size)."""
    bad = (indices < 0) | (indices >= size)
    if bad.any():
        raise ValueError(bad_index(indices, int(np.argmax(bad)), size, what))


def bad_index(indices, position: int, size: int, what: str = "indices") -> str:
    """Says that the index at a flat position is not in [0, size)."""
    return f"{what}{_place(position, indices.shape)} = {indices.flat[position]} is not in [0, {size})"


def _place(position: int, shape: tuple) -> str:
    where = np.unravel_index(position, shape)
    return f"[{', '.join(map(str, where))}]" if where else ""


def _gather_axes(axis: int, batch_dims: int, rank: int, of_indices: int) -> tuple[int, int]:
    axis, batch = check_axis(axis, rank), _from_front(batch_dims, of_indices)
    batch = 0 if batch == -1 and axis == 0 else batch  # one index with batch_dims -1
    if not 0 <= batch <= axis:
        raise ValueError(f"batch_dims {batch_dims} is not in [0, {axis}], the axes up to the one gathered along")
    return axis, batch


def _from_front(batch_dims: int, of_indices: int) -> int:
    """`batch_dims`, which below 0 count from the last axis of the indices."""
    return batch_dims + of_indices if batch_dims < 0 else batch_dims


def _gather(op, params, indices, axis):
    axis, batch = _gather_axes(axis.item(), op.attrs["batch_dims"], params.ndim, indices.ndim)
    check_indices(indices, params.shape[axis])
    if not batch:
        return np.take(params, indices, axis)
    if params.shape[:batch] != indices.shape[:batch]:
        raise ValueError(f"the first {batch} sizes of params {params.shape} and indices {indices.shape} have to agree")
    rows = [np.take(params[at], indices[at], axis - batch) for at in np.ndindex(params.shape[:batch])]
    shape = (*params.shape[:axis], *indices.shape[batch:], *params.shape[axis + 1 :])
    return np.array(rows, params.dtype).reshape(shape)


def _gather_kernel(b, op, params, indices, axis):
    axis, batch = _gather_axes(b.data(axis).item(), op.attrs["batch_dims"], len(params.shape), len(indices.shape))
    if batch:
        return _batch_gather_kernel(b, params, indices, axis, batch)
    return patterns.taken(b, params, indices, axis, _error(b, indices, params.shape[axis]))


def _error(b, indices, size: int):
    return lambda position: bad_index(b.data(indices), position, size)


def _batch_gather_kernel(b, params, indices, axis: int, batch: int):
    """One gather for each batch item, on views of its parts."""
    if params.shape[:batch] != indices.shape[:batch]:
        raise ValueError(f"the first {batch} sizes of params {params.shape} and indices {indices.shape} have to agree")
    item, picked = params.shape[batch:], indices.shape[batch:]
    shape = (*item[: axis - batch], *picked, *item[axis - batch + 1 :])
    out, count = b.new(params.shape[:batch] + shape, params.dtype), math.prod(params.shape[:batch])
    for i in range(count):
        index = b.view(indices, picked, i * math.prod(picked))
        rows = patterns.taken(
            b, b.view(params, item, i * math.prod(item)), index, axis - batch, _error(b, index, params.shape[axis])
        )
        patterns.place(b, rows, out, layout.strides(shape), i * math.prod(shape))
    return out


def _gathered(op):
    params, indices, axis = op.inputs[0].shape, op.inputs[1].shape, constant_value(op.inputs[2])
    if params.rank == 0:
        raise ValueError("gather takes params of rank 1 or more, not a scalar")
    if params.sizes is None or indices.sizes is None:
        return UNKNOWN
    batch = op.attrs["batch_dims"]
    if axis is None:
        return TensorShape([None] * (params.rank + indices.rank - max(_from_front(batch, indices.rank), 0) - 1))
    axis, batch = _gather_axes(axis.item(), batch, params.rank, indices.rank)
    TensorShape(params.sizes[:batch]).assert_is_compatible_with(indices.sizes[:batch])
    return TensorShape((*params.sizes[:axis], *indices.sizes[batch:], *params.sizes[axis + 1 :]))


def _gather_grad(op, g):
    params, indices, axis = op.inputs
    known = constant_value(axis)
    with colocate_with(params):
        shape = array.shape(params)
    if known == 0 and not op.attrs["batch_dims"]:
        values = array.reshape(g, array.concat([count_of(indices), shape[1:]], 0))
        return IndexedSlices(values, array.reshape(indices, [-1]), shape), None, None
    if known is None or params.shape.rank is None or indices.shape.rank is None:
        if op.attrs["batch_dims"]:
            raise LookupError(f"the gradient of gather '{op.name}' needs a known axis and known ranks")
        return _added_back(params, indices, axis, g), None, None
    axis, batch = _gather_axes(known.item(), op.attrs["batch_dims"], params.shape.rank, indices.shape.rank)
    return _scattered_back(params, indices, axis, batch, g), None, None


def _added_back(params: Tensor, indices: Tensor, axis: Tensor, g: Tensor) -> Tensor:
    """The gradient where only a run knows the ranks: blocks of rows, with rows of the same index added up."""
    shape = array.shape(params)
    axis = apply("Cast", axis, DstT=dtypes.int32)
    axis = apply("FloorMod", axis, array.rank(params))
    before, size, behind = shape[:axis], shape[axis], shape[axis + 1 :]
    blocks = array.reshape(g, [apply("Prod", before, [0]), array.size(indices), apply("Prod", behind, [0])])
    rows = apply("UnsortedSegmentSum", array.transpose(blocks, [1, 0, 2]), array.reshape(indices, [-1]), size)
    return array.reshape(array.transpose(rows, [1, 0, 2]), shape)


def count_of(indices: Tensor) -> Tensor:
    """How many rows are gathered, [1]; a -1 in its place could be anything where rows are empty."""
    return array.reshape(array.size(indices), [1], name="ExpandDims")


def _scattered_back(params: Tensor, indices: Tensor, axis: int, batch: int, g: Tensor) -> Tensor:
    """The gradient as a dense tensor: rows of one long axis, batch items one behind the other."""
    rank, many = params.shape.rank, indices.shape.rank - batch
    to_front = [*range(batch), axis, *range(batch, axis), *range(axis + 1, rank)]
    rows_first = [*range(batch), *range(axis, axis + many), *range(batch, axis), *range(axis + many, rank + many - 1)]
    sizes = apply("GatherV2", array.shape(params), to_front, 0)
    count, size, rest = apply("Prod", sizes[:batch], [0]), sizes[batch], sizes[batch + 1 :]
    offsets = array.reshape(apply("Range", 0, count, 1) * size, [-1, 1])
    flat = array.reshape(apply("Cast", indices, DstT=dtypes.int32), [count, -1]) + offsets
    rows = array.reshape(array.transpose(g, rows_first), array.concat([count_of(indices), rest], 0))
    whole = array.concat([[count * size], rest], 0)
    dense = array.reshape(apply("ScatterNd", array.reshape(flat, [-1, 1]), rows, whole), sizes)
    return array.transpose(dense, np.argsort(to_front).astype(np.int32))


define(
    "GatherV2",
    "params: Tparams, indices: Tindices, axis: Taxis[]; batch_dims: int = 0 -> output: Tparams",
    Tindices=dtypes.INDEX,
    Taxis=dtypes.INDEX,
    shape=_gathered,
    numpy=_gather,
    kernel=_gather_kernel,
    grad=_gather_grad,
    polynomial=(1, 2),
)


def gather(params, indices, validate_indices=None, name: str | None = None, axis=None, batch_dims: int = 0) -> Tensor:
    """The slices of `params` along `axis` (default: `batch_dims`) at `indices`, integers of any shape.

    batch_dims: so many first axes of params and indices belong together. The gradient along axis 0 is IndexedSlices.

    Raises:
      InvalidArgumentError: when an index is not in [0, size of the axis).

    >>> gather([[1, 2], [3, 4], [5, 6]], [2, 0, 0]).shape.as_list()
    [3, 2]
    """
    axis = batch_dims if axis is None else axis
    if hasattr(params, "sparse_read") and axis is batch_dims and isinstance(axis, int) and axis == 0:
        return params.sparse_read(indices, name=name)
    return apply("GatherV2", params, indices, axis, batch_dims=batch_dims, name=name)


def batch_gather(params, indices, name: str | None = None) -> Tensor:
    """`gather` along the last axis of `indices`, for each item of the axes before it."""
    indices = convert_to_tensor(indices)
    if not indices.shape.rank:
        raise ValueError(f"batch_gather needs indices of known rank, 1 or more, not of shape {indices.shape}")
    rank = indices.shape.rank
    with name_scope(name, "BatchGather"):
        params, since = convert_to_tensor(params), op_counts.Since()
        rows = gather(params, indices, name=f"Reshape_{rank + 1}", batch_dims=rank - 1)
        since.count_as(op_counts.rows_of_batches(rank - 1))
        if rows.shape.rank is not None:
            rows.set_shape(indices.shape.concatenate([None] * (rows.shape.rank - rank)))
        return rows


# ---- gather_nd and scatter_nd


def _positions(indices, sizes: tuple) -> np.ndarray:
    """For each index vector the position in a tensor flattened along the axes it names."""
    depth = indices.shape[-1] if indices.ndim else 0
    if not indices.ndim or depth > len(sizes):
        raise ValueError(f"indices of shape {indices.shape} name {depth} axes of a tensor of rank {len(sizes)}")
    flat = indices.reshape(math.prod(indices.shape[:-1]), depth)
    bad = ((flat < 0) | (flat >= np.array(sizes[:depth], np.int64))).any(axis=1)
    if bad.any():
        raise ValueError(_bad_vector(indices, int(np.argmax(bad)), sizes[:depth]))
    return flat @ np.array([math.prod(sizes[i + 1 : depth]) for i in range(depth)], np.int64)


def _bad_vector(indices, position: int, sizes: tuple) -> str:
    vector = indices[np.unravel_index(position, indices.shape[:-1])].tolist()
    return f"indices{_place(position, indices.shape[:-1])} = {vector} is not within the shape {sizes}"


def _gather_nd_kernel(b, op, params, indices):
    depth = _index_depth(TensorShape(indices.shape), len(params.shape))
    out = b.new(indices.shape[:-1] + params.shape[depth:], params.dtype)
    b.call(
        movement.gather_nd[layout.carrier(params.dtype), indices.dtype],
        params,
        indices,
        out,
        math.prod(indices.shape[:-1]),
        math.prod(params.shape[depth:]),
        depth,
        params.shape[:depth],
        error=lambda position: _bad_vector(b.data(indices), position, params.shape[:depth]),
    )
    return out


def _gather_nd(op, params, indices):
    positions, depth = _positions(indices, params.shape), indices.shape[-1]
    rows = params.reshape(math.prod(params.shape[:depth]), *params.shape[depth:])
    return rows[positions].reshape((*indices.shape[:-1], *params.shape[depth:]))


def _gather_nd_grad(op, g):
    params, indices = op.inputs
    return scattered_back(g, indices, array.shape(params, out_type=indices.dtype.base_dtype)), None


def scattered_back(g: Tensor, indices: Tensor, size: Tensor):
    """The gradient of what index vectors have picked of a tensor of a size: IndexedSlices if they pick rows."""
    if indices.shape.rank == 2 and indices.shape[1].value == 1:
        return IndexedSlices(g, array.squeeze(indices, -1), size)
    if g.shape.rank == 0:  # ScatterNd takes no lone number: TensorFlow has no gradient here
        indices, g = array.expand_dims(indices, 0), array.expand_dims(g, 0)
    return apply("ScatterNd", indices, g, size)


def _index_depth(indices: TensorShape, rank: int | None):
    depth = indices.with_rank_at_least(1).sizes[-1] if indices.sizes is not None else None
    if None not in (depth, rank) and depth > rank:
        raise ValueError(f"indices of shape {indices} name {depth} axes of a tensor of rank {rank}")
    return depth


def _gathered_nd(op):
    params, indices = op.inputs[0].shape, op.inputs[1].shape
    depth = _index_depth(indices, params.rank)
    if depth is None or params.sizes is None:
        return UNKNOWN
    return TensorShape(indices.sizes[:-1] + params.sizes[depth:])


def _check_updates(updates: tuple, indices: tuple, shape: tuple) -> None:
    wanted = indices[:-1] + shape[indices[-1] :]
    if updates != wanted:
        raise ValueError(f"indices {indices} into shape {shape} need updates of shape {wanted}, not {updates}")


def _scatter_nd_kernel(b, op, indices, updates, shape):
    shape = array.sizes_of(b.data(shape))
    depth = _index_depth(TensorShape(indices.shape), len(shape))
    _check_updates(updates.shape, indices.shape, shape)
    out = patterns.filled(b, shape, updates.dtype)
    b.call(
        scatter_add[indices.dtype, updates.dtype],
        indices,
        updates,
        out,
        math.prod(indices.shape[:-1]),
        math.prod(shape[depth:]),
        1,
        depth,
        shape[:depth],
        error=lambda position: _bad_vector(b.data(indices), position, shape[:depth]),
    )
    return out


def _scatter_nd(op, indices, updates, shape):
    shape = array.sizes_of(shape)
    positions, depth = _positions(indices, shape), indices.shape[-1]
    _check_updates(updates.shape, indices.shape, shape)
    rows = dtypes.zeros((math.prod(shape[:depth]), *shape[depth:]), updates.dtype)
    np.add.at(rows, positions, updates.reshape(len(positions), *shape[depth:]))
    return rows.reshape(shape)


def _scattered_nd(op):
    indices, updates, shape = op.inputs[0].shape, op.inputs[1].shape, array.wanted_shape(op, 2)
    indices.with_rank_at_least(1)
    updates.with_rank_at_least(1)
    depth = indices.sizes[-1] if indices.rank else None
    if None not in (depth, shape.rank):  # more axes than there are, are refused when the op runs
        updates.assert_is_compatible_with(indices.sizes[:-1] + shape.sizes[depth:])
    return shape


define(
    "GatherNd",
    "params: Tparams, indices: Tindices -> output: Tparams",
    Tindices=dtypes.INDEX,
    shape=_gathered_nd,
    numpy=_gather_nd,
    kernel=_gather_nd_kernel,
    grad=_gather_nd_grad,
)
define(
    "ScatterNd",
    "indices: Tindices, updates: T, shape: Tindices[n] -> output: T",
    Tindices=dtypes.INDEX,
    T=dtypes.NUMBER | {dtypes.string},
    shape=_scattered_nd,
    numpy=_scatter_nd,
    kernel=_scatter_nd_kernel,
    grad=lambda op, g: (None, apply("GatherNd", g, op.inputs[0]), None),
)


def gather_nd(params, indices, name: str | None = None, batch_dims: int = 0) -> Tensor:
    """The elements (or slices) of `params` at the index vectors along the last axis of `indices`.

    batch_dims: of that many first axes, which both have, each item has index vectors of its own.

    >>> gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 1]]).shape.as_list()
    [2]
    """
    if batch_dims:
        return gather_nd_in_batches(params, indices, batch_dims, name)
    if hasattr(params, "gather_nd"):
        return params.gather_nd(indices, name=name)
    return apply("GatherNd", params, indices, name=name)


def scatter_nd(indices, updates, shape, name: str | None = None) -> Tensor:
    """Zeros of `shape` with `updates` added at the index vectors along the last axis of `indices`."""
    return apply("ScatterNd", indices, updates, shape, name=name)


def _check_order(indices, positions) -> None:
    bad = np.flatnonzero(np.diff(positions) <= 0)
    if len(bad):
        at = bad[0] + 1
        how = (
            "is repeated"
            if positions[at] == positions[at - 1]
            else ("is out of order; tf.sparse_reorder puts sparse tensors in order")
        )
        raise ValueError(f"indices[{at}] = {indices[at].tolist()} {how}")


def _to_dense(op, indices, shape, values, default):
    result = np.full(array.sizes_of(shape), default, values.dtype)
    if indices.ndim < 2:
        indices = indices.reshape(-1, 1)
    positions = _positions(indices, result.shape)
    if indices.shape[1] != result.ndim or values.ndim and values.shape != positions.shape:
        raise ValueError(f"indices {indices.shape} and values {values.shape} do not fit shape {result.shape}")
    if op.attrs["validate_indices"]:
        _check_order(indices, positions)
    result.reshape(-1)[positions] = values
    return result


def _to_dense_kernel(b, op, indices, shape, values, default):
    count, rank = indices.shape if len(indices.shape) == 2 else (indices.size, 1)
    out = patterns.filled(b, array.sizes_of(b.data(shape)), values.dtype, default)
    if len(indices.shape) > 2 or rank != len(out.shape) or values.shape not in ((), (count,)):
        raise ValueError(f"indices {indices.shape} and values {values.shape} do not fit shape {out.shape}")
    repeated, ordered = int(not values.shape), int(op.attrs["validate_indices"])
    kernel = put_sparse[indices.dtype, layout.carrier(values.dtype)]

    def error(at):
        places = b.data(indices).reshape(count, rank)
        try:
            _check_order(places, _positions(places, out.shape))
        except ValueError as complaint:
            return str(complaint)

    b.call(kernel, indices, values, out, count, rank, repeated, ordered, out.shape, error=error)
    return out


def _to_dense_grad(op, g):
    indices = array.reshape(op.inputs[0], [-1, array.size(op.inputs[1])])
    inside = apply("GatherNd", g, indices)
    total, taken = (apply("SumToShape", x, np.zeros(0, np.int32)) for x in (g, inside))
    return None, None, array.sum_to_shape(inside, op.inputs[2]), total - taken


define(
    "SparseToDense",
    "sparse_indices: Tindices, output_shape: Tindices[n], sparse_values: T, default_value: T~[]; "
    "validate_indices: bool = True -> dense: T",
    Tindices=dtypes.INDEX,
    shape=lambda op: array.wanted_shape(op, 1),
    numpy=_to_dense,
    kernel=_to_dense_kernel,
    grad=_to_dense_grad,
)


def sparse_to_dense(
    sparse_indices, output_shape, sparse_values, default_value=0, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """A tensor of `output_shape` with `sparse_values` at `sparse_indices` [n, rank] and `default_value` elsewhere."""
    return apply(
        "SparseToDense",
        sparse_indices,
        output_shape,
        sparse_values,
        default_value,
        validate_indices=validate_indices,
        name=name,
    )


# ---- masks and coordinates


def _where_kernel(b, op, x):
    rank = len(x.shape)
    places, count = b.new((x.size, rank), np.int64), b.new((), np.int64)
    b.call(counts.places_of_nonzero[x.dtype], x, places, count, x.size, rank, x.shape)
    return b.first(count, places)


define(
    "Where",
    "input: T; T: type = bool -> index: int64",
    numpy=lambda op, x: np.argwhere(x),
    kernel=_where_kernel,
    counted=True,
    differentiable=False,
    shape=lambda op: TensorShape([None, op.inputs[0].shape.rank]),
)


def where(condition, x=None, y=None, name: str | None = None) -> Tensor:
    """The coordinates [n, rank] of the true elements of `condition`; with x and y those where true and where false.

    x, y: of one shape; condition: of that shape too, or a vector that chooses among their rows.

    >>> where([[True, False], [True, True]]).shape.as_list()
    [None, 2]
    """
    if (x is None) != (y is None):
        raise ValueError("where takes either both x and y or neither")
    if x is None:
        return apply("Where", condition, name=name)
    return apply("Select", condition, x, y, name=name)


def boolean_mask(tensor, mask, name: str | None = "boolean_mask", axis: int | None = None) -> Tensor:
    """The items of `tensor` along the axes that `mask` (booleans of known rank) covers, from `axis` on, where
    it is true.

    >>> boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]).shape.as_list()
    [None, 2]
    """
    with name_scope(name, "boolean_mask", [tensor]):
        tensor, mask = convert_to_tensor(tensor, name="tensor"), convert_to_tensor(mask, name="mask")
        count = mask.shape.rank
        if not count:
            raise ValueError(f"a mask has a known rank of 1 or more, not shape {mask.shape}")
        axis = 0 if axis is None else int(axis)
        tensor.shape[axis : axis + count].assert_is_compatible_with(mask.shape)
        covered = apply("Prod", array.shape(tensor)[axis : axis + count], [0])
        sizes = [array.shape(tensor)[:axis], [covered], array.shape(tensor)[axis + count :]]
        flat = array.reshape(tensor, array.concat(sizes, 0))
        kept = array.squeeze(where(array.reshape(mask, [-1])), axis=[1])
        return gather(flat, kept, axis=axis)
