"""Images normalized channel by channel over a batch, and the gradients of that to second order."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.kernels.math import batch_norm as kernels
from minitf.ops.array import array, constant
from minitf.ops.math import math, reduce
from minitf.ops.nn.axes import channel, channels_last, check_format, expect_axes, own_order

_LEAST_EPSILON = 1.001e-5  # what TensorFlow puts for less, on account of GPUs
_SINGLE = frozenset([dtypes.float32])
_HALF_OR_SINGLE = frozenset([dtypes.float16, dtypes.float32])

# ---- what the ops mean


def _shape(op):
    x, sizes = op.inputs[0].shape.with_rank(4), op.inputs[1].shape
    at, x = channel(op), x.sizes or (None,) * 4
    sizes = sizes.merge_with(TensorShape([x[at]]))
    for vector in op.inputs[2:] if not op.attrs["is_training"] else op.inputs[2:3]:
        sizes = sizes.merge_with(vector.shape)
    return [TensorShape([*x[:at], sizes.sizes[0], *x[at + 1 :]]), *[sizes] * 4, UNKNOWN]


def _checked(op, x, vectors) -> int:
    """The number of channels; ValueError for images or vectors of other shapes."""
    expect_axes(x, "input", 4)
    count = x.shape[channel(op)]
    given = vectors[:2] if op.attrs["is_training"] else vectors
    if any(tuple(v.shape) != (count,) for v in given):
        raise ValueError(
            f"images of {count} channels need vectors of that size: scale, offset"
            f"{'' if op.attrs['is_training'] else ', mean, variance'} are of {[v.shape for v in given]}"
        )
    return count


def _statistics(images):
    with np.errstate(all="ignore"):  # an empty batch has NaN, as in TensorFlow
        rows = images.reshape(-1, images.shape[3]).astype(np.float64)
        mean = rows.sum(0) / len(rows)
        variance = np.square(rows - mean).sum(0) / len(rows)
    return mean.astype(np.float32), variance.astype(np.float32)


def _unbiased(rows: int) -> float:
    return rows / max(rows - 1, 1)


def _factors(rows: int) -> tuple[float, float]:
    """By what a variance of so many rows is multiplied to be unbiased, and the share of each of them."""
    return float(_unbiased(rows)), 1 / max(rows, 1)


def _numpy(op, x, scale, offset, mean, variance):
    _checked(op, x, (scale, offset, mean, variance))
    images = channels_last(None, op, x)
    batch_variance = variance
    if op.attrs["is_training"]:
        mean, variance = _statistics(images)
        batch_variance = (variance * _unbiased(images.size // max(images.shape[3], 1))).astype(np.float32)
    y = (images - mean) * (_inverse(op, variance) * scale) + offset
    y = own_order(None, op, y.astype(x.dtype))
    return y, mean, batch_variance, mean, variance, np.zeros((), np.float32)


def _inverse(op, variance):
    return 1 / np.sqrt(variance + np.float32(op.attrs["epsilon"]))


def _kernel(b, op, x, scale, offset, mean, variance):
    width = _checked(op, x, (scale, offset, mean, variance))
    x = channels_last(b, op, x)
    rows, batch_variance = x.size // max(width, 1), variance
    if op.attrs["is_training"]:
        mean, variance, batch_variance = (b.new((width,), x.dtype) for _ in range(3))
        b.call(kernels.channel_moments[x.dtype], x, mean, variance, b.new((width,), np.float64), rows, width)
        b.call(kernels.scaled[x.dtype], variance, batch_variance, b.derived(_factors, (), rows)[0], width)
    inverse, out = b.new((width,), x.dtype), b.new(x.shape, x.dtype)
    b.call(kernels.inverse_deviation[x.dtype], variance, inverse, float(op.attrs["epsilon"]), width)
    b.call(kernels.normalize_channels[x.dtype], x, mean, inverse, scale, offset, out, rows, width)
    none = b.new((), x.dtype)
    b.call(kernels.scaled[x.dtype], none, none, 0.0, 0)
    return own_order(b, op, out), mean, batch_variance, mean, variance, none


# ---- the gradient


def _grad(op, g, *others):
    outputs = op.outputs
    dx, dscale, doffset, _, _ = apply_like(
        op, "FusedBatchNormGradV3", g, op.inputs[0], op.inputs[1], outputs[3], outputs[4], outputs[5]
    )
    return dx, dscale, doffset, None, None


def _grad_shape(op):
    x = op.inputs[1].shape.with_rank(4)
    sizes = op.inputs[2].shape.with_rank(1)
    if x.sizes is not None:
        sizes = sizes.merge_with(TensorShape([x.sizes[channel(op)]]))
    return [x.merge_with(op.inputs[0].shape), sizes, sizes, TensorShape([0]), TensorShape([0])]


def _check_grad(op, g, x, *vectors) -> int:
    expect_axes(x, "x", 4)
    width = x.shape[channel(op)]
    if tuple(g.shape) != tuple(x.shape) or any(tuple(v.shape) != (width,) for v in vectors):
        raise ValueError(
            f"images {x.shape} need gradients of that shape, not {g.shape}, and vectors of {width}, not "
            f"{[v.shape for v in vectors]}"
        )
    return width


def _grad_numpy(op, g, x, scale, mean, variance, _):
    _check_grad(op, g, x, scale, mean, variance)
    images, slopes = (channels_last(None, op, a).astype(np.float32) for a in (x, g))
    inverse = _inverse(op, variance)
    normal = (images - mean) * inverse
    axes, rows = (0, 1, 2), images.size // max(images.shape[3], 1)
    products, totals = (slopes * normal).sum(axes), slopes.sum(axes)
    share = np.float32(1 / max(rows, 1) if op.attrs["is_training"] else 0)
    dx = (slopes - share * (totals + normal * products)) * (inverse * scale)
    empty = np.zeros(0, np.float32)
    return own_order(None, op, dx.astype(x.dtype)), products, totals, empty, empty


def _grad_kernel(b, op, g, x, scale, mean, variance, _):
    width = _check_grad(op, g, x, scale, mean, variance)
    x, g = channels_last(b, op, x), channels_last(b, op, g)
    rows = x.size // max(width, 1)
    inverse, products, totals = (b.new((width,), x.dtype) for _ in range(3))
    out, empty, sums = b.new(x.shape, x.dtype), b.new((0,), x.dtype), b.new((2 * width,), np.float64)
    share = b.derived(_factors, (), rows)[1] if op.attrs["is_training"] else 0.0
    b.call(kernels.inverse_deviation[x.dtype], variance, inverse, float(op.attrs["epsilon"]), width)
    b.call(kernels.channel_sums[x.dtype], g, x, mean, inverse, products, totals, sums, rows, width)
    b.call(
        kernels.normalize_channels_grad[x.dtype], g, x, mean, inverse, scale, products, totals, out, share, rows, width
    )
    return own_order(b, op, out), products, totals, empty, empty


def _grad_grad(op, ddx, ddscale, ddoffset, *others):
    """The gradients of ddx * dx + ddscale * dscale + ddoffset * doffset, summed, for g, x and scale; what is half a
    float is worked out in whole ones, as the parameters are.
    """
    half, scale = op.inputs[1].dtype, op.inputs[2]
    g, x, ddx = (None if t is None else math.cast(t, scale.dtype) for t in (*op.inputs[:2], ddx))
    at = channel(op)
    axes, spread = [i for i in range(4) if i != at], [1, -1, 1, 1] if at == 1 else [-1]

    def along(vector):
        return array.reshape(vector, spread)

    mean, inverse = along(op.inputs[3]), along(math.rsqrt(op.inputs[4] + op.attrs["epsilon"]))
    normal = (x - mean) * inverse
    scales = along(scale)

    def center(t):
        """What a gradient for `normal` is for x, but for a factor."""
        return reduce.reduce_mean(t, axes, keepdims=True)

    def without(t):
        return t - center(t) - normal * center(t * normal)

    training = op.attrs["is_training"]
    ddx = array.zeros_like(x) if ddx is None else ddx
    moved = without(ddx) if training else ddx
    for_g, for_normal = scales * inverse * moved, array.zeros_like(x)
    for_scale = array.reshape(inverse, [-1]) * reduce.reduce_sum(moved * g, axes)
    for_x = None
    if training:
        for_normal = -scales * inverse * (ddx * center(g * normal) + g * center(ddx * normal))
        # The inverse deviation is a factor of dx, too, and depends on x.
        for_x = -scales * inverse * inverse * normal * center(moved * g)
    if ddscale is not None:
        for_g, for_normal = for_g + along(ddscale) * normal, for_normal + along(ddscale) * g
    if ddoffset is not None:
        for_g += along(ddoffset)
    back = inverse * (without(for_normal) if training else for_normal)
    back = back if for_x is None else back + for_x
    return math.cast(for_g, half), math.cast(back, half), for_scale, None, None, None


define(
    "FusedBatchNormV3",
    "x: T, scale: U[n], offset: U[n], mean: U[m], variance: U[m]; epsilon: float = 0.0001, "
    "data_format: string = 'NHWC', is_training: bool = True, exponential_avg_factor: later[float] = 1.0 -> y: T, "
    "batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U",
    T=_HALF_OR_SINGLE,
    U=_SINGLE,
    shape=_shape,
    numpy=_numpy,
    kernel=_kernel,
    grad=_grad,
)
define(
    "FusedBatchNormGradV3",
    "y_backprop: T, x: T, scale: float32[n], reserve_space_1: U[n], reserve_space_2: U[n], reserve_space_3: U; "
    "epsilon: float = 0.0001, data_format: string = 'NHWC', is_training: bool = True -> x_backprop: T, "
    "scale_backprop: U, offset_backprop: U, reserve_space_4: U, reserve_space_5: U",
    T=_HALF_OR_SINGLE,
    U=_SINGLE,
    shape=_grad_shape,
    numpy=_grad_numpy,
    kernel=_grad_kernel,
    grad=_grad_grad,
)


def fused_batch_norm(
    x,
    scale,
    offset,
    mean=None,
    variance=None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
):
    """Images [batch, h, w, c] normalized: scale * (x - mean) / sqrt(variance + epsilon) + offset, and the
    mean and variance of the batch (Ioffe and Szegedy 2015).

    x: float32 or float16; scale, offset, mean, variance: float32 [c]. is_training: mean and variance are
    those of x, and none may be given; else they have to be. The variance that is returned is the unbiased
    one. data_format "NCHW": the channels are second.

    Raises:
      ValueError: for other shapes, or mean and variance given in training or missing otherwise.
    """
    format = check_format(data_format)
    if is_training and not (mean is None and variance is None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    if not is_training and (mean is None or variance is None):
        raise ValueError("'mean' and 'variance' have to be given if is_training is False")
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    mean = constant.constant([]) if mean is None else mean
    variance = constant.constant([]) if variance is None else variance
    y, batch_mean, batch_variance, *_ = apply(
        "FusedBatchNormV3",
        x,
        scale,
        offset,
        mean,
        variance,
        epsilon=max(float(epsilon), _LEAST_EPSILON),
        data_format=format,
        is_training=is_training,
        name=name,
    )
    return y, batch_mean, batch_variance
