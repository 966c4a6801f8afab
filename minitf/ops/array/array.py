"""Reshaping, permuting, filling and joining."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape, as_shape
from minitf.framework.static import constant_value, constant_value_as_shape, partial_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.machine.alloc import empty
from minitf.ops import patterns
from minitf.ops.array.constant import constant
from minitf.ops.array.fitting import fitted, fitted_by
from minitf.ops.array.identity import identity
from minitf.ops.array.shapes import rank, shape, size, sizes_of, wanted_shape  # noqa: F401 - size is known as array.size

_SMALL = 1000  # elements: larger tensors of zeros or ones are filled when they are needed, not kept as constants

# ---- the same elements in another shape


def _reshaped(op):
    x, target = op.inputs[0].shape, partial_value(op.inputs[1])
    if target is None or target.ndim != 1:
        return constant_value_as_shape(op.inputs[1])
    target, count = [None if n is None else int(n) for n in target], x.num_elements()
    if count is not None and None not in target and target.count(-1) < 2:
        return TensorShape(fitted(x.sizes, target))
    sizes = constant_value_as_shape(op.inputs[1]).sizes
    if count and sizes.count(None) == 1:
        return TensorShape(fitted(x.sizes, [-1 if n is None else n for n in sizes]))
    return TensorShape(sizes)


define(
    "Reshape",
    "tensor: T, shape: Tshape[n]; Tshape: type = int32 -> output: T",
    Tshape=dtypes.INDEX,
    shape=_reshaped,
    numpy=lambda op, x, shape: x.reshape(fitted(x.shape, shape)),
    kernel=lambda b, op, x, shape: b.view(x, fitted_by(b, x.shape, b.data(shape).tolist())),
    grad=lambda op, g: (apply("Reshape", g, shape(op.inputs[0])), None),
)


def reshape(tensor, shape, name: str | None = None) -> Tensor:
    """The same elements in row-major order as another shape; one size may be -1 and follows from the others.

    Raises:
      ValueError: if the elements cannot fit the shape (InvalidArgumentError if that shows only at run time).

    >>> reshape([[1, 2, 3], [4, 5, 6]], [3, -1]).shape.as_list()
    [3, 2]
    """
    return apply("Reshape", tensor, shape, name=name)


def check_axis(axis: int, rank: int, what: str = "axis", kind=ValueError) -> int:
    """`axis` counted from the front; an error of the kind if there is no such axis."""
    if not -rank <= axis < rank:
        raise kind(f"{what} {axis} is not in [{-rank}, {rank}), the axes of rank {rank}")
    return axis % rank


def _expanded_sizes(sizes: tuple, axis: int) -> tuple:
    axis = check_axis(int(axis), len(sizes) + 1)
    return (*sizes[:axis], 1, *sizes[axis:])


def _expanded(op):
    sizes, axis = op.inputs[0].shape.sizes, constant_value(op.inputs[1])
    if sizes is None or axis is None:
        return UNKNOWN
    return TensorShape(_expanded_sizes(sizes, axis.item()))


define(
    "ExpandDims",
    "input: T, dim: Tdim; Tdim: type = int32 -> output: T",
    Tdim=dtypes.INDEX,
    shape=_expanded,
    numpy=lambda op, x, dim: x.reshape(_expanded_sizes(x.shape, dim.item())),
    kernel=lambda b, op, x, dim: b.view(x, _expanded_sizes(x.shape, b.data(dim).item())),
    polynomial=(1,),
    grad=lambda op, g: (apply("Reshape", g, shape(op.inputs[0])), None),
)


def expand_dims(input, axis=None, name: str | None = None, dim=None) -> Tensor:
    """The same elements with a new axis of size 1 at position `axis` (old name: `dim`), in [-rank-1, rank].

    >>> expand_dims([1, 2, 3], -1).shape.as_list()
    [3, 1]
    """
    axis = patterns.renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("expand_dims needs an axis")
    return apply("ExpandDims", input, axis, name=name)


def _squeezed_sizes(sizes: tuple, axes) -> tuple:
    axes = {check_axis(axis, len(sizes)) for axis in axes}
    for axis in axes:
        if sizes[axis] not in (None, 1):
            raise ValueError(f"axis {axis} has size {sizes[axis]} and cannot be squeezed; only axes of size 1 can")
    return tuple(n for i, n in enumerate(sizes) if i not in axes) if axes else tuple(n for n in sizes if n != 1)


def _squeezed(op):
    sizes, axes = op.inputs[0].shape.sizes, op.attrs["squeeze_dims"]
    if sizes is None or not axes and None in sizes:
        return UNKNOWN
    return TensorShape(_squeezed_sizes(sizes, axes))


define(
    "Squeeze",
    "input: T; squeeze_dims: list(int) = [] -> output: T",
    shape=_squeezed,
    numpy=lambda op, x: x.reshape(_squeezed_sizes(x.shape, op.attrs["squeeze_dims"])),
    kernel=lambda b, op, x: b.view(x, _squeezed_sizes(x.shape, op.attrs["squeeze_dims"])),
    grad=lambda op, g: apply("Reshape", g, shape(op.inputs[0])),
)


def squeeze(input, axis=None, name: str | None = None, squeeze_dims=None) -> Tensor:
    """The same elements without the axes of size 1 named by `axis` (old name: `squeeze_dims`), or without all such.

    >>> squeeze([[[1], [2]]], [0]).shape.as_list()
    [2, 1]
    """
    axis = patterns.renamed("axis", axis, "squeeze_dims", squeeze_dims)
    axes = [] if axis is None else [int(a) for a in np.atleast_1d(axis)]
    return apply("Squeeze", input, squeeze_dims=axes, name=name)


# ---- permuted axes


def _permutation(perm, rank: int) -> tuple[int, ...]:
    perm = tuple(int(axis) for axis in np.ravel(perm))
    if sorted(perm) != list(range(rank)):
        raise ValueError(f"perm {list(perm)} does not name each of the {rank} axes once")
    return perm


def _transposed(op):
    """What no permutation is, negative axes among it, is refused when the op runs, as in TensorFlow."""
    shape, perm = op.inputs[0].shape, constant_value(op.inputs[1])
    count = (op.inputs[1].shape.sizes or (None,))[0]
    if shape.rank not in (None, count) and count is not None:
        raise ValueError(f"perm names {count} axes, not each of the {shape.rank} of a tensor of shape {shape} once")
    count = count if shape.rank is None else shape.rank
    if count is None:
        return UNKNOWN
    sizes = shape.sizes or (None,) * count
    if perm is None:
        return TensorShape([None] * count)
    return TensorShape([sizes[check_axis(int(axis), count, "axis of perm")] for axis in perm])


def _transpose_kernel(b, op, x, perm):
    perm, steps = _permutation(b.data(perm), len(x.shape)), layout.strides(x.shape)
    return patterns.walk(b, x, [x.shape[axis] for axis in perm], [steps[axis] for axis in perm])


def _transpose_grad(op, g):
    perm = constant_value(op.inputs[1])
    back = apply("InvertPermutation", op.inputs[1]) if perm is None else np.argsort(perm).astype(np.int32)
    return apply(op.type, g, back, name="transpose"), None


define(
    "Transpose",
    "x: T, perm: Tperm~[n]; Tperm: type = int32 -> y: T",
    Tperm=dtypes.INDEX,
    shape=_transposed,
    numpy=lambda op, x, perm: x.transpose(_permutation(perm, x.ndim)),
    kernel=_transpose_kernel,
    grad=_transpose_grad,
)
define(
    "ConjugateTranspose",
    "x: T, perm: Tperm~[n]; Tperm: type = int32 -> y: T",
    Tperm=dtypes.INDEX,
    T=dtypes.COMPLEX,
    shape=_transposed,
    numpy=lambda op, x, perm: x.transpose(_permutation(perm, x.ndim)).conj(),
    grad=_transpose_grad,
)


def transpose(a, perm=None, name: str | None = "transpose", conjugate: bool = False) -> Tensor:
    """`a` with axis `perm[k]` as its axis k; without `perm` the axes are reversed.

    conjugate: also takes the complex conjugate.

    >>> transpose([[1, 2, 3], [4, 5, 6]]).shape.as_list()
    [3, 2]
    """
    with name_scope(name, "transpose", [a]) as scope:
        a = convert_to_tensor(a, name="a")
        type = "ConjugateTranspose" if conjugate and a.dtype.is_complex else "Transpose"
        if perm is None and not a.shape.rank:
            count = apply("Rank", a)
            perm = (count - 1) - apply("Range", 0, count, 1)
        elif perm is None:
            perm = np.arange(a.shape.rank, dtype=np.int32)[::-1]
        return apply(type, a, perm, name=scope)


def matrix_transpose(a, name: str | None = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """`a` with its last two axes swapped; ValueError for a rank below 2."""
    with name_scope(name, "matrix_transpose", [a]):
        a = convert_to_tensor(a, name="a")
        ndims = a.shape.with_rank_at_least(2).rank
        if ndims is None:
            count = rank(a)
            perm = concat([apply("Range", 0, count - 2, 1), [count - 1, count - 2]], 0)
        else:
            perm = [*np.arange(ndims - 2), ndims - 1, ndims - 2]
        return transpose(a, perm, conjugate=conjugate)


# ---- one value everywhere


def _scalar_value(op):
    if op.inputs[1].shape.rank not in (None, 0):
        raise ValueError(f"the value to fill with is a scalar, not of shape {op.inputs[1].shape}")
    return wanted_shape(op, 0)


def _sum_all(x: Tensor) -> Tensor:
    return apply("SumToShape", x, np.zeros(0, np.int32))


def _filled(op, dims, value):
    result = empty(sizes_of(dims), value.dtype)
    result[...] = value
    return result


define(
    "Fill",
    "dims: index_type[n], value: T[]; index_type: type = int32 -> output: T",
    index_type=dtypes.INDEX,
    shape=_scalar_value,
    numpy=_filled,
    kernel=lambda b, op, dims, value: patterns.filled(b, sizes_of(b.data(dims)), value.dtype, value),
    polynomial=(),
    grad=lambda op, g: (None, _sum_all(g)),
)
define(
    "ZerosLike",
    "x: T -> y: T",
    shape=patterns.same,
    numpy=lambda op, x: _full(x.shape, 0, op.outputs[0].dtype),
    kernel=lambda b, op, x: patterns.filled(b, x.shape, x.dtype),
    reads="shape",
    on_lists="zeros",
    differentiable=False,
)
define(
    "OnesLike",
    "x: T -> y: T",
    shape=patterns.same,
    numpy=lambda op, x: _full(x.shape, 1, op.outputs[0].dtype),
    kernel=lambda b, op, x: patterns.filled(b, x.shape, x.dtype, b.constant(np.ones((), x.dtype))),
    reads="shape",
    differentiable=False,
)


def _full(sizes: tuple[int, ...], number: int, dtype: dtypes.DType) -> np.ndarray:
    return np.full(sizes, _in_type(number, dtype), dtype.numpy)


def _in_type(number: int, dtype: dtypes.DType):
    return b"" if dtype is dtypes.string and not number else bool(number) if dtype is dtypes.bool else number


def fill(dims, value, name: str | None = None) -> Tensor:
    """A tensor of shape `dims` (1-D integers) with the scalar `value` everywhere."""
    return apply("Fill", dims, value, name=name)


def zeros(shape, dtype=dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros (False, empty strings) of `shape`, which may hold tensors or be one.

    >>> zeros([2, 3])
    <tf.Tensor 'zeros:0' shape=(2, 3) dtype=float32>
    """
    return _numbers(0, shape, dtype, name, "zeros")


def ones(shape, dtype=dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of ones (True) of `shape`, which may hold tensors or be one."""
    return _numbers(1, shape, dtype, name, "ones")


def _numbers(number: int, shape, dtype, name: str | None, default: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype).base_dtype
    value = _in_type(number, dtype)
    with name_scope(name, default) as scope:
        sizes = None if isinstance(shape, Tensor) else _static_sizes(shape)
        if sizes is not None and math.prod(sizes) < _SMALL and np.ndim(shape):
            return constant(np.full(sizes, value, dtype.numpy), dtype, name=scope)
        if not isinstance(shape, Tensor):
            if sizes is None and isinstance(shape, (list, tuple)):
                op_counts.skip(op_counts.product([isinstance(n, Tensor) for n in shape]))
            shape = convert_to_tensor(
                shape if sizes is None else list(sizes),
                dtypes.int32,
                name="packed" if sizes is None else "shape_as_tensor",
            )
        if shape.shape.rank != 1:
            shape = reshape(shape, [-1])
        return fill(shape, constant(value, dtype), name=scope)


def _static_sizes(shape):
    """The sizes if Python knows all of them, None if there are tensors among them."""
    try:
        sizes = as_shape(shape).sizes
    except TypeError:
        return None
    if sizes is None or None in sizes:
        raise ValueError(f"shape {shape} is not fully known; use tf.shape(x) for sizes known only at run time")
    return sizes


def zeros_like(tensor, dtype=None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros shaped like `tensor` and of its type, or of `dtype`; a constant where the shape is known (`optimize`)."""
    with name_scope(name, "zeros_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        base = tensor.dtype.base_dtype
        dtype = base if dtype is None else dtypes.as_dtype(dtype).base_dtype
        if optimize and tensor.shape.is_fully_defined():
            return zeros(tensor.shape, dtype, name=scope)
        if dtype is not base:
            return zeros(_shape_of(tensor, optimize), dtype, name=scope)
        return apply("ZerosLike", tensor, name=scope)


def ones_like(tensor, dtype=None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones shaped like `tensor` and of its type, or of `dtype`."""
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        dtype = tensor.dtype.base_dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype
        result = ones(_shape_of(tensor, optimize), dtype, name=scope)
        result.set_shape(tensor.shape)
        return result


def _shape_of(tensor: Tensor, optimize: bool) -> Tensor:
    return shape(tensor) if optimize else apply("Shape", tensor)


def sum_to_shape(x: Tensor, like: Tensor) -> Tensor:
    """x summed over the axes along which something shaped like `like` was broadcast to it."""
    return apply("SumToShape", x, shape(like), name="Reshape")


# ---- joining


def _joined_sizes(op):
    """The static shape of a concatenation, and what is known of its axis."""
    *parts, axis = op.inputs
    axis, known = constant_value(axis), [t.shape for t in parts if t.shape.sizes is not None]
    if not known:
        return UNKNOWN
    if any(s.rank != known[0].rank for s in known):
        raise ValueError(f"tensors of different ranks cannot be joined: {', '.join(map(str, known))}")
    if axis is None:
        return TensorShape([None] * known[0].rank)
    axis = check_axis(axis.item(), known[0].rank)
    rest, total = known[0].sizes, 0
    for part in known:
        others = part.sizes[:axis] + rest[axis : axis + 1] + part.sizes[axis + 1 :]
        if others != rest:
            rest = _merged(others, rest, known, axis)
    sizes = [None if t.shape.sizes is None else t.shape.sizes[axis] for t in parts]
    total = None if None in sizes else sum(sizes)
    return TensorShape((*rest[:axis], total, *rest[axis + 1 :]))


def _merged(others: tuple, rest: tuple, parts: list, axis: int) -> tuple:
    """What two shapes say together; `axis` of both is the same."""
    try:
        return TensorShape(others).merge_with(TensorShape(rest)).sizes
    except ValueError:
        differ = next(i for i, (a, b) in enumerate(zip(others, rest)) if None not in (a, b) and a != b)
        shapes = ", ".join(map(str, parts))
        raise ValueError(
            f"tensors of shapes {shapes} cannot be joined along axis {axis}: axis {differ} is {rest[differ]} in one "
            f"and {others[differ]} in another (dimension {differ} in both shapes must be equal)"
        ) from None


def _concat_kernel(b, op, *values):
    *parts, axis = values
    axis = check_axis(b.data(axis).item(), len(parts[0].shape))
    rest = [part.shape[:axis] + part.shape[axis + 1 :] for part in parts]
    if any(sizes != rest[0] for sizes in rest):
        raise ValueError(
            f"shapes {[part.shape for part in parts]} differ in more than axis {axis} and cannot be joined"
        )
    ends = b.derived(ends_of, (), *[part.shape[axis] for part in parts])
    shape = (*rest[0][:axis], ends[-1], *rest[0][axis:])
    out, steps = b.new(shape, parts[0].dtype), layout.strides(shape)
    for part, begin in zip(parts, (0, *ends)):
        patterns.place(b, part, out, steps, begin * steps[axis], [axis])
    return out


def ends_of(*sizes: int) -> tuple[int, ...]:
    """Where parts of these sizes end, one behind the other."""
    return tuple(itertools.accumulate(sizes))


def _concat_grad(op, g):
    *parts, axis = op.inputs
    known = constant_value(axis)
    sizes = [None if known is None or t.shape.sizes is None else t.shape.sizes[known.item()] for t in parts]
    if None in sizes:
        sizes = apply("Pack", [_size_along(t, axis) for t in parts])
    return [*apply_op("SplitV", g, sizes, axis, num_split=len(parts)).outputs, None]


def _size_along(x: Tensor, axis: Tensor) -> Tensor:
    return apply("GatherV2", shape(x), apply("FloorMod", axis, rank(x)), 0)


define(
    "ConcatV2",
    "values: *T, axis: Tidx[]; Tidx: type = int32 -> output: T",
    Tidx=dtypes.INDEX,
    shape=_joined_sizes,
    kernel=_concat_kernel,
    numpy=lambda op, *x: np.concatenate(x[:-1], x[-1].item()),
    static=lambda op, depth: patterns.joined_parts(op, op.inputs[:-1], depth),
    describes=lambda op: functools.reduce(TensorShape.concatenate, map(constant_value_as_shape, op.inputs[:-1])),
    grad=_concat_grad,
    joins=True,
    polynomial=(-1,),
)


def concat(values, axis, name: str | None = "concat") -> Tensor:
    """Tensors joined along `axis`; their other sizes agree.

    >>> concat([[[1, 2]], [[3, 4]]], 0).shape.as_list()
    [2, 2]
    """
    if isinstance(values, int) or isinstance(axis, (list, tuple)):
        raise ValueError("concat takes (values, axis): since TensorFlow 1.0 the tensors come first, then the axis")
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    if len(values) != 1:
        return apply("ConcatV2", values, axis, name=name)
    with name_scope(name):
        if convert_to_tensor(axis, dtypes.int32, name="concat_dim").shape.rank not in (None, 0):
            raise ValueError(f"the axis of concat is one number, not {axis}")
        return identity(values[0], name=name)
