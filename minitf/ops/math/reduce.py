"""Reductions along axes, the places of extremes, and cumulative sums and products."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import at_home, name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value, partial_value
from minitf.framework.taking import arguments, taking
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import reduce as kernels
from minitf.kernels.math.cast import cast
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import where
from minitf.ops.array.identity import stop_gradient
from minitf.ops.array.ranges import range as range_
from minitf.ops.math import math

# ---- axes and shapes


def checked_axes(axes, rank: int, kind=ValueError) -> tuple[int, ...]:
    """The axes counted from 0, in order, each once; an error of the kind if one is out of range."""
    return tuple(sorted({array.check_axis(int(a), rank, "reduction axis", kind) for a in np.ravel(axes)}))


def _kept(sizes: tuple, axes: tuple) -> tuple:
    """The shape with reduced axes of size 1."""
    return tuple(1 if i in axes else n for i, n in enumerate(sizes))


def _left(sizes: tuple, axes: tuple) -> tuple:
    """The shape without the reduced axes."""
    return tuple(n for i, n in enumerate(sizes) if i not in axes)


def _reduced(op, sizes: tuple, axes: tuple) -> tuple:
    """The shape of a reduction."""
    return _kept(sizes, axes) if op.attrs["keep_dims"] else _left(sizes, axes)


def _reduced_shape(op):
    sizes, axes, keep = op.inputs[0].shape.sizes, constant_value(op.inputs[1]), op.attrs["keep_dims"]
    if sizes is None:
        return UNKNOWN
    if axes is not None:
        axes = checked_axes(axes, len(sizes))
        return TensorShape(_reduced(op, sizes, axes))
    return TensorShape([None] * len(sizes)) if keep else UNKNOWN


def _all_axes(x):
    if isinstance(x, Tensor) and x.shape.rank is not None:
        return constant(np.arange(x.shape.rank, dtype=np.int32))
    return range_(0, array.rank(x))


def _reduce(type: str, x, axis, keep_dims: bool, name: str | None) -> Tensor:
    """Adds a reduction op; without axes the result is known to be a scalar."""
    if axis is None:
        with at_home(x):
            axes = _all_axes(x)
    else:
        axes = np.zeros(0, np.int32) if isinstance(axis, (list, tuple)) and not axis else axis
    result = apply(type, x, axes, keep_dims=keep_dims, name=name)
    if axis is None and not keep_dims and result.shape.rank is None:
        result.set_shape(SCALAR)
    return result


# ---- reductions


def _over_axes(function):
    """A NumPy reduction as an op's meaning."""

    def rule(op, x, axes):
        return function(x, axis=checked_axes(axes, x.ndim), keepdims=op.attrs["keep_dims"])

    return rule


def _unless_alone(rule):
    """The rule, where it has anything to do: a single element is its sum, its product and its extreme."""

    def lower(b, op, x, axes):
        found = checked_axes(b.data(axes), len(x.shape))
        alone = b.always("alone", all([x.shape[axis] == 1 for axis in found]))
        return b.view(x, _reduced(op, x.shape, found)) if alone else rule(b, op, x, axes)

    return lower


def _lowered(kernel):
    """The reduction by kernels."""

    def lower(b, op, x, axes):
        axes = checked_axes(b.data(axes), len(x.shape))
        out = b.new(_reduced(op, x.shape, axes), x.dtype)
        b.call(kernel[x.dtype], x, out, out.size, *patterns.reduction_loops(b, x.shape, axes))
        return out

    return lower


def _lowered_mean(b, op, x, axes):
    """The mean by kernels; integers are added up as int64, in which few sums overflow."""
    wide = b.new(x.shape, np.int64) if x.dtype.kind in "iu" and x.dtype.itemsize < 8 else x
    if wide is not x:
        b.call(cast[x.dtype, np.int64], x, wide, x.size)
    total = _lowered(kernels.reduce_sum)(b, op, wide, axes)
    count = prod(x.shape[a] for a in checked_axes(b.data(axes), len(x.shape)))
    b.call(kernels.divide_by_count[total.dtype], total, count, total.size)
    if wide is x:
        return total
    out = b.new(total.shape, x.dtype)
    b.call(cast[np.int64, x.dtype], total, out, out.size)
    return out


def _mean(x, axis, keepdims):
    wide = np.int64 if x.dtype.kind in "iu" and x.dtype.itemsize < 8 else x.dtype
    total, count = x.sum(axis=axis, keepdims=keepdims, dtype=wide), prod(x.shape[a] for a in axis)
    if x.dtype.kind in "fc":
        return total / x.dtype.type(count)
    magnitude = np.abs(total) // max(count, 1)  # towards 0
    return np.where(total < 0, -magnitude, magnitude).astype(x.dtype)


def lowest(dtype: np.dtype):
    """The number that is the largest of none."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def highest(dtype: np.dtype):
    """The number that is the smallest of none."""
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


def _sum_grad(op, g):
    return _spread(op, g, "Tile"), None


def _spread(op, g: Tensor, name: str | None = None) -> Tensor:
    """g, shaped like the result of a reduction, repeated to the shape of its input."""
    return apply_like(op, "SumGrad", g, array.shape(op.inputs[0]), op.inputs[1], name=name)


def _mean_grad(op, g):
    before, after = array.size(op.inputs[0]), array.size(op.outputs[0])
    count = math.floor_div(before, math.maximum(after, 1))
    return _spread(op, apply("RealDiv", g, math.cast(count, g.dtype.base_dtype)), "truediv"), None


def _extreme_grad(op, g):
    """Equal extremes share the gradient."""
    chosen = math.cast(math.equal(op.inputs[0], _spread(op, op.outputs[0])), g.dtype.base_dtype)
    count = _reduce("Sum", chosen, op.inputs[1], op.attrs["keep_dims"], None)
    return chosen * _spread(op, g / count), None


def _prod_grad(op, g):
    return _spread(op, g) * math.conjugated(apply("ProdOfOthers", *op.inputs)), None


def _reduction(type: str, numpy, kernel, grad, doc: str, T=dtypes.NUMBER, **rules):  # noqa: N803
    """Defines a reduction op and returns its public function."""
    of = "bool" if T is None else "T"
    define(
        type,
        f"input: {of}, reduction_indices: Tidx; keep_dims: bool = False, Tidx: type = int32 -> output: {of}",
        Tidx=dtypes.INDEX,
        **({} if T is None else {"T": T}),
        shape=_reduced_shape,
        numpy=_over_axes(numpy),
        kernel=_unless_alone(kernel),
        grad=grad,
        differentiable=grad is not None,
        **rules,
    )

    @named(
        f"reduce_{type.lower()}",
        f"""{doc}

    axis: an axis or list of axes, negative ones counted from the end (default: all); keepdims: whether they
    stay with size 1. `reduction_indices` and `keep_dims` are the old names. ValueError for axes that x lacks.
    """,
    )
    def function(
        input_tensor,
        axis=None,
        keepdims: bool | None = None,
        name: str | None = None,
        reduction_indices=None,
        keep_dims: bool | None = None,
    ) -> Tensor:
        axis = patterns.renamed("axis", axis, "reduction_indices", reduction_indices)
        keep = patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims)
        return _reduce(type, input_tensor, axis, bool(keep), name)

    return function


reduce_sum = _reduction(
    "Sum",
    lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims, dtype=x.dtype),
    _lowered(kernels.reduce_sum),
    _sum_grad,
    "The sum along axes.",
    polynomial=(1,),
)
reduce_mean = _reduction("Mean", _mean, _lowered_mean, _mean_grad, "The mean along axes; NaN where there is nothing.")
reduce_prod = _reduction(
    "Prod",
    lambda x, axis, keepdims: x.prod(axis=axis, keepdims=keepdims, dtype=x.dtype),
    _lowered(kernels.reduce_prod),
    _prod_grad,
    "The product along axes.",
    polynomial=(1,),
)
reduce_max = _reduction(
    "Max",
    lambda x, axis, keepdims: x.max(axis=axis, keepdims=keepdims, initial=lowest(x.dtype)),
    _lowered(kernels.reduce_max),
    _extreme_grad,
    "The largest element along axes; equal ones share the gradient.",
    dtypes.REAL,
)
reduce_min = _reduction(
    "Min",
    lambda x, axis, keepdims: x.min(axis=axis, keepdims=keepdims, initial=highest(x.dtype)),
    _lowered(kernels.reduce_min),
    _extreme_grad,
    "The smallest element along axes; equal ones share the gradient.",
    dtypes.REAL,
)
reduce_all = _reduction(
    "All", np.all, _lowered(kernels.reduce_all), None, "Whether all elements along axes are true.", None
)
reduce_any = _reduction(
    "Any", np.any, _lowered(kernels.reduce_any), None, "Whether any element along axes is true.", None
)


def _spread_shape(op):
    value = partial_value(op.inputs[1])
    if value is not None:
        return TensorShape(list(value))
    return TensorShape([None] * op.inputs[1].shape.sizes[0]) if op.inputs[1].shape.is_fully_defined() else UNKNOWN


def _spread_numpy(op, g, shape, axes):
    shape = tuple(int(n) for n in shape)
    return np.broadcast_to(g.reshape(_kept(shape, checked_axes(axes, len(shape)))), shape)


def _spread_kernel(b, op, g, shape, axes):
    shape = tuple(int(n) for n in b.data(shape))
    kept = _kept(shape, checked_axes(b.data(axes), len(shape)))
    if g.size != prod(kept):
        raise ValueError(f"a gradient of shape {g.shape} for a reduction of {shape} to {kept}")
    return patterns.walk(b, g, shape, layout.reduced_strides(shape, checked_axes(b.data(axes), len(shape))))


define(
    "SumGrad",
    "dy: T, shape: Tshape[n], reduction_indices: Tidx; keep_dims: bool = False -> dx: T",
    T=dtypes.NUMBER,
    Tshape=dtypes.INDEX,
    Tidx=dtypes.INDEX,
    shape=_spread_shape,
    numpy=_spread_numpy,
    kernel=_spread_kernel,
    grad=lambda op, g: (_reduce("Sum", g, op.inputs[2], op.attrs["keep_dims"], None), None, None),
)


# ---- made of reductions


@taking(arguments(reduce_sum))
def reduce_logsumexp(input_tensor, axis, keepdims, name, reduction_indices, keep_dims) -> Tensor:
    """log(sum(exp(x))) along axes, without overflow; arguments as those of `reduce_sum`."""
    axis = patterns.renamed("axis", axis, "reduction_indices", reduction_indices)
    keep = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "ReduceLogSumExp", [input_tensor]):
        largest = reduce_max(input_tensor, axis, keepdims=True)
        largest = stop_gradient(where(math.is_finite(largest), largest, array.zeros_like(largest)))
        result = math.log(reduce_sum(math.exp(math.subtract(input_tensor, largest)), axis, keepdims=keep))
        if not keep:
            largest = array.reshape(largest, array.shape(result))
        return math.add(result, largest)


def reduce_variance(input_tensor, axis=None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The mean squared distance from the mean along axes."""
    with name_scope(name or "reduce_variance"):
        distance = input_tensor - reduce_mean(input_tensor, axis, keepdims=True)
        return reduce_mean(math.square(distance), axis, keepdims=keepdims)


def reduce_std(input_tensor, axis=None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The square root of `reduce_variance`."""
    with name_scope(name or "reduce_std"):
        return math.sqrt(reduce_variance(input_tensor, axis, keepdims))


def count_nonzero(
    input_tensor=None,
    axis=None,
    keepdims: bool | None = None,
    dtype=dtypes.int64,
    name: str | None = None,
    reduction_indices=None,
    keep_dims: bool | None = None,
    input=None,
) -> Tensor:
    """The number of elements other than 0 (False, "") along axes, as `dtype`; arguments as `reduce_sum`'s."""
    input_tensor = patterns.renamed("input", input, "input_tensor", input_tensor)
    with name_scope(name, "count_nonzero", [input_tensor]):
        x = convert_to_tensor(input_tensor, name="input_tensor")
        nonzero = math.not_equal(x, array.zeros([], x.dtype.base_dtype))
        counts = reduce_sum(math.cast(nonzero, dtypes.int64), axis, keepdims, None, reduction_indices, keep_dims)
        return math.cast(counts, dtype)


def reduce_euclidean_norm(input_tensor, axis=None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The square root of the sum of squares along axes (all if None)."""
    with name_scope(name, "EuclideanNorm") as scope:
        op_counts.skip(op_counts.EUCLIDEAN_NORM)
        squares = math.square(convert_to_tensor(input_tensor, name="input"))
        return math.sqrt(reduce_sum(squares, axis, keepdims=keepdims), name=scope)
