"""Local response normalization."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import lrn as kernels
from minitf.ops import patterns
from minitf.ops.nn.axes import expect_axes


def _shape(op):
    return op.inputs[-1].shape.with_rank(4)


def _around(x, radius: int):
    """The sums of each item and those up to `radius` places away along the last axis."""
    total = np.zeros_like(x)
    for k in range(-min(radius, x.shape[-1]), min(radius, x.shape[-1]) + 1):
        first, end = max(k, 0), x.shape[-1] + min(k, 0)
        total[..., first - k : end - k] += x[..., first:end]
    return total


def _radius(op) -> int:
    if op.attrs["depth_radius"] < 0:
        raise ValueError(f"depth_radius is 0 or more, not {op.attrs['depth_radius']}")
    return op.attrs["depth_radius"]


def _scales(op, x):
    return op.attrs["bias"] + op.attrs["alpha"] * _around(x * x, _radius(op))


def _lrn(op, x):
    expect_axes(x, "input", 4)
    x = patterns.wide(x)
    return x * _scales(op, x) ** -op.attrs["beta"]


def _lrn_grad(op, g, x, y):
    _same_shapes(g, x, y)
    (g, x, y), beta = map(patterns.wide, (g, x, y)), op.attrs["beta"]
    scales = _scales(op, x)
    others = 2 * op.attrs["alpha"] * beta * x * _around(g * y / scales, _radius(op))
    return g * scales**-beta - others


def _same_shapes(g, x, y) -> None:
    expect_axes(x, "input_image", 4)
    if not tuple(g.shape) == tuple(x.shape) == tuple(y.shape):
        raise ValueError(f"images and gradients of one shape are expected, not {g.shape}, {x.shape}, {y.shape}")


def _numbers(op, x) -> list:
    names = ("bias", "alpha", "beta")
    width = x.shape[3]
    return [*[float(op.attrs[n]) for n in names], _radius(op), x.size // max(width, 1), width]


def _kernel(b, op, x):
    expect_axes(x, "input", 4)
    out = b.new(x.shape, x.dtype)
    b.call(kernels.lrn[x.dtype], x, out, *_numbers(op, x))
    return out


def _grad_kernel(b, op, g, x, y):
    _same_shapes(g, x, y)
    scales, out = b.new(x.shape, x.dtype), b.new(x.shape, x.dtype)
    b.call(kernels.lrn_grad[x.dtype], g, x, y, scales, out, *_numbers(op, x))
    return out


define(
    "LRN",
    "input: T; depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5, T: type = float32"
    " -> output: T",
    T=dtypes.FLOAT,
    shape=_shape,
    numpy=_lrn,
    kernel=_kernel,
    grad=lambda op, g: apply_like(op, "LRNGrad", g, op.inputs[0], op.outputs[0]),
)
define(
    "LRNGrad",
    "input_grads: T, input_image: T, output_image: T; depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, "
    "beta: float = 0.5, T: type = float32 -> output: T",
    T=dtypes.FLOAT,
    shape=_shape,
    numpy=_lrn_grad,
    kernel=_grad_kernel,
)


def lrn(
    input, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Tensor:
    """Images [batch, h, w, c] divided by (bias + alpha * sum of squares) ** beta (Krizhevsky 2012).

    The sum runs over the channels up to depth_radius away. There is no second derivative, as in TensorFlow.

    Raises:
      ValueError: for inputs of another rank.
      TypeError: for a depth_radius that is no whole number, or other arguments that are no numbers.

    >>> lrn([[[[3.0, 0.0]]]], 1).shape.as_list()
    [1, 1, 1, 2]
    """
    if isinstance(depth_radius, bool) or not isinstance(depth_radius, (int, np.integer)):
        raise TypeError(f"depth_radius is a whole number, not {depth_radius!r}")
    for number in (bias, alpha, beta):
        if isinstance(number, bool) or not isinstance(number, (int, float, np.number)):
            raise TypeError(f"bias, alpha and beta are numbers, not {number!r}")
    return apply(
        "LRN", input, depth_radius=int(depth_radius), bias=float(bias), alpha=float(alpha), beta=float(beta), name=name
    )


local_response_normalization = lrn
