"""Reductions of sparse tensors along axes, and softmax."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import at_home, name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.sparse import SparseTensor, as_sparse
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import sparse_reductions as kernels
from minitf.kernels.math.places import LARGER, SUM
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import gather_nd, scatter_nd
from minitf.ops.array.ranges import range as range_
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import checked_axes, lowest
from minitf.ops.sparse.sparse import check_places, different, outside

# ---- reductions


def _groups(indices: np.ndarray, shape, axes) -> tuple:
    """The axes that are kept, the different places along them in order, and to which each value belongs."""
    check_places(indices, shape)
    reduced = checked_axes(axes, len(shape))
    kept = [i for i in range(len(shape)) if i not in reduced]
    return kept, *different(indices[:, kept])


def _reduced(op, indices, values, shape, axes, start, ufunc) -> tuple:
    """Places, values and shape of the reduced sparse tensor."""
    kept, rows, where = _groups(indices, shape, axes)
    result = np.full(len(rows), start(values.dtype), values.dtype)
    ufunc.at(result, where, values)
    if op.attrs["keep_dims"]:
        places = np.zeros((len(rows), len(shape)), np.int64)
        places[:, kept] = rows
        sizes = np.ones_like(shape)
        sizes[kept] = shape[kept]
        return places, result, sizes
    return rows, result, shape[kept]


def _reduced_to_dense(op, *arrays, **how):
    places, values, shape = _reduced(op, *arrays, **how)
    result = zeros(tuple(shape), values.dtype)
    result[tuple(places.T)] = values if len(shape) or not len(values) else values[0]
    return result


def _kept_axes(b, shape, axes) -> list[int]:
    rank = shape.shape[0]
    reduced = checked_axes(b.data(axes), rank)
    return [i for i in range(rank) if i not in reduced]


def _outside(b, indices, shape):
    return lambda at: outside(b.data(indices), at, b.data(shape))


def _to_dense_kernel(how: int):
    def lower(b, op, indices, values, shape, axes):
        sizes, kept, keep = array.sizes_of(b.data(shape)), _kept_axes(b, shape, axes), op.attrs["keep_dims"]
        steps, strides = layout.strides([sizes[i] for i in kept]), [0] * len(sizes)
        for i, step in zip(kept, steps):
            strides[i] = step
        given = range(len(sizes)) if keep else kept
        out = b.new([sizes[i] if i in kept else 1 for i in given], values.dtype)
        (count, rank), kernel = indices.shape, kernels.reduce_sparse[values.dtype]
        made, error = (out, b.new((out.size,), np.bool_)), _outside(b, indices, shape)
        b.call(kernel, indices, values, shape, *made, count, rank, out.size, how, strides, error=error)
        return out

    return lower


def _to_sparse_kernel(how: int):
    def lower(b, op, indices, values, shape, axes):
        sizes, kept, keep = b.data(shape), _kept_axes(b, shape, axes), op.attrs["keep_dims"]
        (count, rank), kernel, width = indices.shape, kernels.reduce_to_sparse[values.dtype], len(kept)
        columns = [n for i, axis in enumerate(kept) for n in (axis, axis if keep else i)]
        places = b.new((count, rank if keep else width), np.int64)
        out, found = b.new((count,), values.dtype), b.new((), np.int64)
        room = [b.new((n,), np.int64) for n in (count * width, count, count)]
        numbers, error = (count, rank, places.shape[1], how, width, columns), _outside(b, indices, shape)
        b.call(kernel, indices, values, shape, places, out, found, *room, *numbers, error=error)
        given = [n if i in kept else 1 for i, n in enumerate(sizes)] if keep else sizes[kept]
        return *b.first(found, places, out), b.constant(np.asarray(given, np.int64))

    return lower


def _dense_shape(op):
    shape, axes = constant_value(op.inputs[2]), constant_value(op.inputs[3])
    if shape is None or axes is None:
        return UNKNOWN
    shape = TensorShape(shape.tolist())
    # one out of range is refused when the op runs; until then TensorFlow counts it around once
    reduced = {int(np.fmod(axis + shape.rank, shape.rank)) for axis in np.ravel(axes)}
    kept = [1 if i in reduced else n for i, n in enumerate(shape.sizes)]
    return TensorShape(kept if op.attrs["keep_dims"] else [n for i, n in enumerate(kept) if i not in reduced])


def _sum_grad(op, g):
    indices, _, shape, axes = op.inputs
    rank = array.size(shape)
    axes = array.reshape(axes, [-1]) % rank
    gone = scatter_nd(array.expand_dims(axes, 1), array.ones_like(axes), array.reshape(rank, [1]))
    kept = 1 - cast(math.minimum(gone, 1), dtypes.int64)
    g = array.reshape(g, shape * kept + (1 - kept))
    return None, gather_nd(g, indices * kept), None, None


_INPUTS = "input_indices: int64~[n, rank], input_values: T~[n], input_shape: int64~[rank], reduction_axes: int32; "
_INPUTS += "keep_dims: bool = False"


def _reduction(type: str, kinds, doc: str, combined: int, grad=None, **how):
    """Defines two ops and returns their public functions: one gives a dense, one a sparse result."""
    define(
        type,
        f"{_INPUTS} -> output: T",
        T=kinds,
        shape=_dense_shape,
        grad=grad,
        numpy=lambda op, *arrays: _reduced_to_dense(op, *arrays, **how),
        kernel=_to_dense_kernel(combined),
    )
    define(
        f"{type}Sparse",
        f"{_INPUTS} -> output_indices: int64, output_values: T, output_shape: int64",
        T=kinds,
        shape=lambda op: [UNKNOWN] * 3,
        numpy=lambda op, *arrays: _reduced(op, *arrays, **how),
        kernel=_to_sparse_kernel(combined),
        counted=True,
    )

    def arguments(sp_input, axis, keepdims, reduction_axes, keep_dims):
        sp_input = as_sparse(sp_input)
        keep = patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims)
        axis = patterns.renamed("axis", axis, "reduction_axes", reduction_axes)
        with at_home(sp_input):
            axis = _all_axes(sp_input) if axis is None else axis
        return [*sp_input._components(), axis], bool(keep)

    name = f"sparse_reduce_{type[12:].lower()}"

    @named(name, f"{doc} along `axis` (default: all), as a dense tensor; 0 where there are no values.")
    def dense(
        sp_input, axis=None, keepdims: bool | None = None, reduction_axes=None, keep_dims: bool | None = None
    ) -> Tensor:
        inputs, keep = arguments(sp_input, axis, keepdims, reduction_axes, keep_dims)
        return apply(type, *inputs, keep_dims=keep)

    @named(f"{name}_sparse", f"{doc} along `axis` (default: all), as a SparseTensor; no gradient.")
    def sparse(
        sp_input, axis=None, keepdims: bool | None = None, reduction_axes=None, keep_dims: bool | None = None
    ) -> SparseTensor:
        inputs, keep = arguments(sp_input, axis, keepdims, reduction_axes, keep_dims)
        return SparseTensor(*apply(f"{type}Sparse", *inputs, keep_dims=keep))

    return dense, sparse


def _all_axes(sparse: SparseTensor) -> Tensor:
    rank = sparse.dense_shape.shape.dims[0].value if sparse.dense_shape.shape.rank else None
    if rank is not None:
        return constant(np.arange(rank, dtype=np.int32))
    return range_(0, apply("Size", sparse.dense_shape, name="Rank"))


sparse_reduce_sum, sparse_reduce_sum_sparse = _reduction(
    "SparseReduceSum", dtypes.NUMBER, "The sums of values", SUM, _sum_grad, start=lambda t: 0, ufunc=np.add
)
sparse_reduce_max, sparse_reduce_max_sparse = _reduction(
    "SparseReduceMax", dtypes.REAL, "The largest values; no gradient;", LARGER, start=lowest, ufunc=np.maximum
)

# ---- softmax


def _softmax(op, indices, values, shape):
    if len(shape) < 2:
        raise ValueError(f"softmax takes sparse tensors of rank 2 at least, not of shape {shape.tolist()}")
    _, rows, where = _groups(indices, shape, [len(shape) - 1])
    largest = np.full(len(rows), -np.inf, values.dtype)
    np.maximum.at(largest, where, values)
    powers = np.exp(values - largest[where])
    total = np.zeros(len(rows), values.dtype)
    np.add.at(total, where, powers)
    return powers / total[where]


def _softmax_kernel(b, op, indices, values, shape):
    (count, rank), out = indices.shape, b.new(values.shape, values.dtype)
    if rank < 2:
        raise ValueError(f"softmax takes sparse tensors of rank 2 at least, not of rank {rank}")
    room = [b.new((n,), np.int64) for n in (count * (rank - 1), count, count)]
    error, kernel = _outside(b, indices, shape), kernels.softmax_sparse[out.dtype]
    b.call(kernel, indices, values, shape, out, *room, count, rank, error=error)
    return out


def _softmax_grad(op, g):
    indices, _, shape = op.inputs
    y = op.outputs[0]
    totals = apply("SparseReduceSum", indices, g * y, shape, [-1])
    return None, y * (g - gather_nd(totals, indices[:, :-1])), None


define(
    "SparseSoftmax",
    "sp_indices: int64[n, rank], sp_values: T[~n], sp_shape: int64[~rank] -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[1].shape,
    numpy=_softmax,
    kernel=_softmax_kernel,
    grad=_softmax_grad,
)


def sparse_softmax(sp_input, name: str | None = None) -> SparseTensor:
    """The softmax of the values of each row (last axis); what is not there takes no part.

    Raises (at run time):
      InvalidArgumentError: for a rank below 2.
    """
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        return sp_input.mapped(lambda values: apply("SparseSoftmax", *sp_input._components()))
