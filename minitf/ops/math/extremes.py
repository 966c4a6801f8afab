"""Where the largest and the smallest elements are."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import reduce as kernels
from minitf.ops import patterns
from minitf.ops.array import array


def _arg_shape(op):
    sizes, axis = op.inputs[0].shape.sizes, constant_value(op.inputs[1])
    if sizes is None:
        return UNKNOWN
    if axis is None:
        return TensorShape([None] * max(len(sizes) - 1, 0))
    if len(sizes) < 2:
        return SCALAR  # whatever the axis: a run refuses it
    axis = array.check_axis(int(axis), len(sizes))
    return TensorShape(sizes[:axis] + sizes[axis + 1 :])


def _place(function, worst):
    """The first place of the extreme along an axis; NaN never is it."""

    def rule(op, x, axis):
        axis = array.check_axis(int(axis), x.ndim)
        _check_not_empty(x.shape, axis)
        return function(np.where(np.isnan(x), worst, x) if x.dtype.kind == "f" else x, axis=axis)

    return rule


def around(sizes: tuple, axis: int) -> tuple[int, int, int]:
    """The numbers of elements before, along and behind an axis."""
    return prod(sizes[:axis]), sizes[axis], prod(sizes[axis + 1 :])


def _place_kernel(kernel):
    def lower(b, op, x, axis):
        axis = array.check_axis(int(b.data(axis)), len(x.shape))
        _check_not_empty(x.shape, axis)
        out = b.new((*x.shape[:axis], *x.shape[axis + 1 :]), op.outputs[0].dtype.numpy)
        b.call(kernel[x.dtype, out.dtype], x, out, *around(x.shape, axis))
        return out

    return lower


def _check_not_empty(sizes: tuple, axis: int) -> None:
    if sizes[axis] == 0:
        raise ValueError(f"axis {axis} of shape {sizes} is empty: it has no extreme")


def _argument_of(type: str, numpy, kernel, doc: str):
    define(
        type,
        "input: T, dimension: Tidx[]; Tidx: type = int32, output_type: type = int64 -> output: output_type",
        output_type=dtypes.INDEX,
        T=dtypes.REAL,
        Tidx=dtypes.INDEX,
        shape=_arg_shape,
        numpy=numpy,
        kernel=_place_kernel(kernel),
        differentiable=False,
    )

    @named(
        type.lower(),
        f"""{doc}

    axis: default 0 (`dimension` is its old name); output_type: int64 or int32.
    """,
    )
    def function(input, axis=None, name: str | None = None, dimension=None, output_type=dtypes.int64) -> Tensor:
        axis = patterns.renamed("axis", axis, "dimension", dimension)
        kind = dtypes.type_or(output_type, dtypes.int64)
        if kind not in dtypes.INDEX:
            raise TypeError(f"output_type of {type} is int32 or int64, not {kind.name}")
        return apply(type, input, 0 if axis is None else axis, output_type=kind, name=name)

    return function


argmax = _argument_of(
    "ArgMax", _place(np.argmax, -np.inf), kernels.argmax, "The place of the (first) largest element along an axis."
)
argmin = _argument_of(
    "ArgMin", _place(np.argmin, np.inf), kernels.argmin, "The place of the (first) smallest element along an axis."
)


def _check_given(dimension) -> None:
    if dimension is None:
        raise ValueError("None values not supported: 'dimension' is an integer")


def arg_max(input, dimension, output_type=dtypes.int64, name: str | None = None) -> Tensor:
    """`argmax` under its oldest name. ValueError without a dimension."""
    _check_given(dimension)
    return argmax(input, dimension, name, output_type=output_type)


def arg_min(input, dimension, output_type=dtypes.int64, name: str | None = None) -> Tensor:
    """`argmin` under its oldest name. ValueError without a dimension."""
    _check_given(dimension)
    return argmin(input, dimension, name, output_type=output_type)
