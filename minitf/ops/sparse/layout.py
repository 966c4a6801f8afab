"""Sparse tensors in other shapes: reshape, slice, concat, split, and shapes that are set anew."""

from __future__ import annotations

import math as python_math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import at_home, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor, as_sparse
from minitf.framework.static import constant_value, full, partial_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math.places import append_sparse, cut_sparse
from minitf.kernels.math.state import assign
from minitf.ops import patterns
from minitf.ops.array import array, gather
from minitf.ops.array.constant import constant
from minitf.ops.array.identity import identity
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.slicing import slice as slice_
from minitf.ops.control import check
from minitf.ops.control.control import with_dependencies
from minitf.ops.math import math, reduce
from minitf.ops.math.cast import cast
from minitf.ops.sparse.sparse import any_number, check_places, rank_of, reordered, row_major

# ---- reshape


def _new_sizes(shape: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The sizes asked for, with the one of -1 worked out."""
    count, open_at = python_math.prod(shape.tolist()), np.flatnonzero(wanted == -1)
    if (wanted < -1).any() or len(open_at) > 1:
        raise ValueError(f"a new shape has sizes of 0 or more and one -1 at most, not {wanted.tolist()}")
    sizes = wanted.copy()
    if len(open_at):
        others = python_math.prod(wanted[wanted != -1].tolist())
        if not others or count % others:
            raise ValueError(
                f"a sparse tensor of shape {shape.tolist()} has {count} elements, of which {wanted.tolist()} "
                f"needs a multiple of {others}"
            )
        sizes[open_at] = count // others
    elif python_math.prod(sizes.tolist()) != count:
        raise ValueError(
            f"cannot reshape a sparse tensor of shape {shape.tolist()} ({count} elements) to {sizes.tolist()}"
        )
    return sizes


def _reshaped(op, indices, shape, wanted):
    sizes = _new_sizes(shape, wanted)
    check_places(indices, shape)
    flat = indices @ np.array([python_math.prod(shape[i + 1 :].tolist()) for i in range(len(shape))], np.int64)
    places = np.stack(np.unravel_index(flat, sizes), 1) if len(sizes) and sizes.all() else indices[:, :0]
    return places.reshape(len(indices), len(sizes)), sizes


def _known_sizes(op, depth):
    indices, shape, wanted = (full(partial_value(t, depth)) for t in op.inputs)
    if shape is None or wanted is None:
        return [None, None]
    try:
        shape, wanted = shape.astype(np.int64), wanted.astype(np.int64)
        places = None if indices is None else _reshaped(op, indices.astype(np.int64), shape, wanted)[0]
        return [places, _new_sizes(shape, wanted)]
    except ValueError:
        return [None, None]  # said when the op runs


def _reshaped_shapes(op):
    wanted = op.inputs[2].shape
    return [TensorShape([(op.inputs[0].shape.sizes or [None])[0], rank_of(wanted)]), wanted.with_rank(1)]


define(
    "SparseReshape",
    "input_indices: int64[n, rank], input_shape: int64[~rank], new_shape: int64[new]"
    "-> output_indices: int64, output_shape: int64",
    shape=_reshaped_shapes,
    numpy=_reshaped,
    static=_known_sizes,
    differentiable=False,
)


def sparse_reshape(sp_input, shape, name: str | None = None) -> SparseTensor:
    """The same values in row-major order in another shape, of which one size may be -1.

    Raises:
      ValueError: if the numbers of elements are known and differ; else InvalidArgumentError when it runs.
    """
    sp_input = as_sparse(sp_input)
    with at_home(sp_input):
        shape = cast(shape, dtypes.int64)
    with name_scope(name, "SparseReshape", [sp_input]) as scope:
        indices, sizes = apply("SparseReshape", sp_input.indices, sp_input.dense_shape, shape, name=scope)
        wanted, old = _written(shape), sp_input.shape
        if wanted is not None and old.is_fully_defined():
            sizes = constant(_new_sizes(np.array(old.sizes, np.int64), wanted), dtypes.int64)
        return SparseTensor(indices, identity(sp_input.values), sizes)


def _written(shape: Tensor):
    """The value of a shape that is given as numbers, or None."""
    source = shape.op.inputs[0] if shape.op.type == "Cast" else shape
    return constant_value(shape) if source.op.type == "Const" else None


def sparse_expand_dims(sp_input, axis=None, name: str | None = None) -> SparseTensor:
    """The same with a new axis of size 1 before `axis` (default: -1, the last)."""
    sp_input = as_sparse(sp_input)
    rank = rank_of(sp_input.dense_shape.shape)
    if rank is None:
        raise ValueError("sparse.expand_dims needs a sparse tensor of known rank")
    with name_scope(name, "expand_dims", [sp_input]):
        if not isinstance(axis, Tensor):
            array.check_axis(-1 if axis is None else axis, rank + 1)
        axis = convert_to_tensor(-1 if axis is None else axis, dtypes.int32, name="axis")
        at = gather.where(axis >= 0, axis, axis + rank + 1)
        zeros = array.zeros([array.shape(sp_input.indices)[0], 1], dtypes.int64)
        indices, shape = sp_input.indices, sp_input.dense_shape
        indices = array.concat([slice_(indices, [0, 0], [-1, at]), zeros, slice_(indices, [0, at], [-1, -1])], 1)
        before, behind = slice_(shape, [0], [at]), slice_(shape, [at], [-1])
        one = constant([1], dtypes.int64, name="new_shape")
        return SparseTensor(indices, sp_input.values, array.concat([before, one, behind], 0))


def sparse_reset_shape(sp_input, new_shape=None) -> SparseTensor:
    """The same values in the least shape that holds them, or in `new_shape`, which is not smaller anywhere.

    Raises:
      ValueError: if the shapes are known and new_shape is too small; else InvalidArgumentError when it runs.
    """
    sp_input = as_sparse(sp_input)
    indices, values, shape = [identity(t) for t in sp_input._components()]
    with at_home(sp_input):
        if new_shape is None:
            last = reduce.reduce_max(indices, 0)
            sizes = math.maximum(constant(0, dtypes.int64), math.add(last, array.ones_like(shape)))
        else:
            sizes = _checked_shape(sp_input, shape, convert_to_tensor(new_shape, name="Const"))
        return SparseTensor(indices, values, sizes)


def _checked_shape(sp_input, shape: Tensor, wanted: Tensor):
    wanted.shape.with_rank(1)
    wanted = cast(wanted, dtypes.int64)
    wanted.shape.assert_is_compatible_with(shape.shape)
    sizes, old = constant_value(wanted), sp_input.shape
    if sizes is not None and old.is_fully_defined():
        if (np.array(old.sizes) > sizes).any():
            raise ValueError(f"the new shape {sizes.tolist()} is smaller than {old} somewhere")
        return sizes
    equal = check.assert_equal(array.shape(shape), array.shape(wanted))
    wanted = with_dependencies([equal], wanted)
    return with_dependencies([check.assert_less_equal(shape, wanted)], wanted)


# ---- slice


def _sliced(op, indices, values, shape, start, size):
    kept = ((indices >= start) & (indices < start + size)).all(axis=1)
    return indices[kept] - start, values[kept], np.maximum(np.minimum(size, shape - start), 0)


def _slice_kernel(b, op, indices, values, shape, start, size):
    made = [b.new(t.shape, t.dtype) for t in (indices, values, shape)]
    found, kernel = b.new((), np.int64), cut_sparse[layout.carrier(values.dtype)]
    b.call(kernel, indices, values, shape, start, size, *made, found, *indices.shape)
    return *b.first(found, *made[:2]), made[2]


def _slice_grad(op, _, g, __):
    """The gradients of the values that were kept, and 0 for the others."""
    indices, values, shape, start, size = op.inputs
    places = range_(array.size(values))
    kept = apply("SparseSlice", indices, places, shape, start, size)[1]
    spread = gather.scatter_nd(array.expand_dims(kept, 1), g, array.shape(values))
    return None, spread, None, None, None


define(
    "SparseSlice",
    "indices: int64~[n, rank], values: T~[n], shape: int64~[rank], start: int64~[rank], size: int64~[rank]"
    "-> output_indices: int64, output_values: T, output_shape: int64",
    shape=lambda op: any_number(op.inputs[0].shape, op.inputs[2].shape),
    numpy=_sliced,
    kernel=_slice_kernel,
    counted=True,
    grad=_slice_grad,
)


def sparse_slice(sp_input, start, size, name: str | None = None) -> SparseTensor:
    """The part of a sparse tensor from `start` of `size` along each axis, or as much of it as there is."""
    sp_input = as_sparse(sp_input)
    with at_home(sp_input):
        start = convert_to_tensor(start, dtypes.int64, name="Const")
        size = convert_to_tensor(size, dtypes.int64, name="Const")
    with name_scope(name, "SparseSlice", [sp_input]) as scope:
        parts = apply("SparseSlice", *sp_input._components(), start, size, name=scope)
        return SparseTensor(*parts)


# ---- concat and split


def _concat(op, *arrays):
    count, axis = op.attrs["N"], op.attrs["concat_dim"]
    indices, values, shapes = arrays[:count], arrays[count : 2 * count], arrays[2 * count :]
    for i, (places, shape) in enumerate(zip(indices, shapes)):
        if places.ndim != 2 or len(shape) != len(shapes[0]) or places.shape[1] != len(shape):
            raise ValueError(f"sparse tensor {i} has not the rank of the first, {len(shapes[0])}")
        check_places(places, shape)
    axis = array.check_axis(axis, len(shapes[0]), "the axis of concat")
    sizes = np.stack(shapes)
    differ = np.delete((sizes != sizes[0]).any(axis=0), axis)
    if differ.any():
        raise ValueError(f"input shapes must match but for axis {axis}: {sizes.tolist()}")
    ends, shape, places = np.cumsum(sizes[:, axis]), sizes[0].copy(), np.concatenate(indices)
    places[:, axis] += np.repeat(ends - sizes[:, axis], [len(each) for each in indices])
    shape[axis] = ends[-1]
    order = row_major(places)
    return places[order], np.concatenate(values)[order], shape


def _concat_kernel(b, op, *inputs):
    count = op.attrs["N"]
    indices, values, shapes = inputs[:count], inputs[count : 2 * count], inputs[2 * count :]
    (rank,) = shapes[0].shape
    if any([len(shape.shape) != 1 or shape.shape != (rank,) for shape in shapes]):
        raise ValueError(f"sparse tensors of ranks {[shape.shape for shape in shapes]} have to be of one rank")
    axis, total = array.check_axis(op.attrs["concat_dim"], rank, "the axis of concat"), sum(t.size for t in values)
    places, joined = b.new((total, rank), np.int64), b.new((total,), values[0].dtype)
    whole = b.new((rank,), np.int64)
    b.call(assign[layout.carrier(whole.dtype)], shapes[0], whole, rank)
    done, kernel = 0, append_sparse[layout.carrier(joined.dtype)]
    for k, (own, items, shape) in enumerate(zip(indices, values, shapes)):
        if own.shape != (items.size, rank):
            raise ValueError(f"sparse tensor {k} has places of shape {own.shape} for {items.size} values")
        room = b.view(places, own.shape, done * rank), b.view(joined, items.shape, done)
        error = lambda at, own=own, shape=shape: _no_part(b, own, shape, whole, at)  # noqa: E731
        b.call(kernel, own, items, shape, *room, whole, items.size, rank, axis, -1 if k else 0, error=error)
        done += items.size
    return *reordered(b, places, joined), whole


def _no_part(b, own, shape, whole, at: int) -> str:
    """Why a sparse tensor cannot be put behind others that are `whole` together."""
    try:
        check_places(b.data(own), b.data(shape))
    except ValueError as error:
        return str(error)
    return f"input shapes must match but for the axis of concat: {[b.data(each).tolist() for each in (whole, shape)]}"


def _concat_shapes(op):
    count = op.attrs["N"]
    indices = [t.shape.with_rank(2) for t in op.inputs[:count]]
    rows = [(shape.sizes or [None])[0] for shape in indices]
    total = None if None in rows else sum(rows)
    shapes = [t.shape for t in op.inputs[2 * count :]]
    return [TensorShape([total, rank_of(*indices)]), TensorShape([total]), TensorShape([rank_of(*shapes)])]


define(
    "SparseConcat",
    "indices: *int64, values: *T, shapes: *int64; concat_dim: int -> output_indices: int64, output_values: T, "
    "output_shape: int64",
    shape=_concat_shapes,
    numpy=_concat,
    kernel=_concat_kernel,
    differentiable=False,
)


def sparse_concat(
    axis,
    sp_inputs: list,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: int | None = None,
    expand_nonconcat_dims=None,
) -> SparseTensor:
    """Sparse tensors one behind the other along `axis`, in row-major order.

    expand_nonconcat_dim: take the largest size along each other axis, which must agree otherwise.
    """
    axis = patterns.renamed("axis", axis, "concat_dim", concat_dim)
    expand = patterns.renamed(
        "expand_nonconcat_dims", expand_nonconcat_dims or None, "expand_nonconcat_dim", expand_nonconcat_dim or None
    )
    sp_inputs = [as_sparse(s) for s in sp_inputs]
    if not sp_inputs:
        raise ValueError("sparse_concat needs one sparse tensor at least")
    if len(sp_inputs) == 1:
        return sp_inputs[0]
    parts = [list(part) for part in zip(*[s._components() for s in sp_inputs])]
    with at_home(sp_inputs):
        if expand:
            parts[2] = _widened(parts[2], axis)
        indices, values, shape = apply("SparseConcat", *parts, concat_dim=axis, name=name)
        if not expand and all(s.shape.is_fully_defined() for s in sp_inputs):
            sizes = np.array([s.shape.sizes for s in sp_inputs], np.int64)
            sizes[0, axis] = sizes[:, axis].sum()
            shape = constant(sizes[0])
        return SparseTensor(indices, values, shape)


def _widened(shapes: list[Tensor], axis: int) -> list[Tensor]:
    """Each shape with the largest sizes of all but along `axis`."""
    largest = reduce.reduce_max(array.concat([array.reshape(s, [1, -1]) for s in shapes], 0), 0)

    def widened(shape: Tensor) -> Tensor:
        before = largest[:axis]
        own = shape[-1:] if axis == -1 else shape[axis : axis + 1]
        return array.concat([before, own, [] if axis == -1 else largest[axis + 1 :]], 0)

    return [widened(shape) for shape in shapes]


def _split(op, axis, indices, values, shape):
    count, axis = op.attrs["num_split"], int(axis)
    if not 0 <= axis < len(shape):
        raise ValueError(f"the axis to split should be between 0 and rank ({len(shape)}), got {axis}")
    if not 1 <= count <= shape[axis]:
        raise ValueError(f"num_split should be between 1 and the size {shape[axis]} to split, got {count}")
    check_places(indices, shape)
    sizes = shape[axis] // count + (np.arange(count) < shape[axis] % count)
    ends = np.cumsum(sizes)
    part = np.searchsorted(ends, indices[:, axis], side="right")
    unit = np.eye(len(shape), dtype=np.int64)[axis]
    places = [indices[part == i] - unit * (ends[i] - sizes[i]) for i in range(count)]
    shapes = [shape + unit * (size - shape[axis]) for size in sizes]
    return [*places, *[values[part == i] for i in range(count)], *shapes]


def _split_shapes(op):
    shape = op.inputs[3].shape
    shapes = [TensorShape([None, rank_of(shape)]), TensorShape([None]), shape]
    return [each for each in shapes for _ in range(op.attrs["num_split"])]


define(
    "SparseSplit",
    "split_dim: int64~[], indices: int64~[n, rank], values: T~[n], shape: int64~[rank]"
    " -> output_indices: num_split*int64, output_values: num_split*T, output_shape: num_split*int64",
    shape=_split_shapes,
    numpy=_split,
)

_NAMED = object()


def sparse_split(
    keyword_required=_NAMED,
    sp_input=None,
    num_split: int | None = None,
    axis=None,
    name: str | None = None,
    split_dim=None,
) -> list[SparseTensor]:
    """A sparse tensor in `num_split` parts along `axis`, the first ones larger by 1 if they do not divide it.

    Arguments have to be named.
    """
    if keyword_required is not _NAMED:
        raise ValueError("keyword arguments are required: sparse_split(sp_input=..., num_split=..., axis=...)")
    axis = patterns.renamed("axis", axis, "split_dim", split_dim)
    for what, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"sparse_split needs {what}")
    sp_input = as_sparse(sp_input)
    if num_split < 1:
        raise ValueError(f"num_split is 1 at least, not {num_split}")
    op = apply_op("SparseSplit", axis, *sp_input._components(), num_split=int(num_split), name=name)
    parts = [op.outputs[i::num_split] for i in range(num_split)]
    return [SparseTensor(*part) for part in parts]
