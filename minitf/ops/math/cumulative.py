"""Cumulative sums and products: scans along one axis."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import reduce as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math import math
from minitf.ops.math.extremes import around


def _cumulative(function, neutral):
    def rule(op, x, axis):
        axis = array.check_axis(int(axis), x.ndim)
        x = np.flip(x, axis) if op.attrs["reverse"] else x
        if op.attrs["exclusive"]:
            first = np.full_like(x.take([0] if x.shape[axis] else [], axis), neutral(x.dtype))
            x = np.concatenate([first, x.take(range(x.shape[axis] - 1), axis)], axis)
        result = function(x, axis=axis, dtype=x.dtype)
        return np.flip(result, axis) if op.attrs["reverse"] else result

    return rule


def _cumulate_back(op, g: Tensor) -> Tensor:
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    return apply("Cumsum", g, op.inputs[1], exclusive=exclusive, reverse=not reverse)


def _cumprod_grad(op, g):
    x, y = op.inputs[0], op.outputs[0]
    return _cumulate_back(op, math.conjugated(y) * g) / math.conjugated(x), None


def _cumulative_kernel(kernel):
    def lower(b, op, x, axis):
        axis = array.check_axis(int(b.data(axis)), len(x.shape))
        out = b.new(x.shape, x.dtype)
        b.call(kernel[x.dtype], x, out, *around(x.shape, axis), int(op.attrs["exclusive"]), int(op.attrs["reverse"]))
        return out

    return lower


def _cumulation(type: str, name: str, numpy, kernel, grad, doc: str, T=dtypes.NUMBER):  # noqa: N803
    define(
        type,
        "x: T, axis: Tidx~[]; exclusive: bool = False, reverse: bool = False, Tidx: type = int32 -> out: T",
        T=T,
        Tidx=dtypes.INDEX,
        shape=patterns.same,
        numpy=numpy,
        kernel=_cumulative_kernel(kernel),
        grad=grad,
    )

    @named(
        name,
        f"""{doc}

    exclusive: without the element itself; reverse: from the end. Shaped like x.
    """,
    )
    def function(x, axis=0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
        return apply(type, x, axis, exclusive=exclusive, reverse=reverse, name=name)

    return function


def _logsumexp(x, axis: int, dtype):
    return np.logaddexp.accumulate(x, axis, dtype)


def _logsumexp_grad(op, g):
    """Sums of exp(x - y) g over what comes after: the logarithms of positive and negative parts apart."""
    x, axis = op.inputs
    y, low = op.outputs[0], array.zeros_like(g) + g.dtype.min

    def back(part):
        log = apply("Select", math.greater(part, 0.0), math.log(part), low)
        turned = {"exclusive": op.attrs["exclusive"], "reverse": not op.attrs["reverse"]}
        return math.exp(apply("CumulativeLogsumexp", log - y, axis, **turned) + x)

    return back(g) - back(-g), None


cumsum = _cumulation(
    "Cumsum",
    "cumsum",
    _cumulative(np.cumsum, lambda dtype: 0),
    kernels.cumsum,
    lambda op, g: (_cumulate_back(op, g), None),
    "The running sum along an axis.",
)
cumprod = _cumulation(
    "Cumprod",
    "cumprod",
    _cumulative(np.cumprod, lambda dtype: 1),
    kernels.cumprod,
    _cumprod_grad,
    "The running product along an axis.",
)
cumulative_logsumexp = _cumulation(
    "CumulativeLogsumexp",
    "cumulative_logsumexp",
    _cumulative(_logsumexp, lambda dtype: np.finfo(dtype).min),
    kernels.cumlogsumexp,
    _logsumexp_grad,
    "The running log(sum(exp(x))) along an axis, without overflow.",
    dtypes.FLOAT,
)
