"""Ops that see colours as hue, saturation and value, and that of contrast."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.errors import AtRun, FailedPreconditionError, InvalidArgumentError
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import colours
from minitf.ops.array import array, joining
from minitf.ops.math import math, reduce
from minitf.ops.math.cast import cast


def _rgb_shape(op):
    shape = op.inputs[0].shape
    if shape.rank is None:
        return shape
    if shape.rank < 1 or shape.sizes[-1] not in (None, 3):
        raise ValueError(f"the last axis of colours is 3: red, green, blue; {op.inputs[0].name} has {shape}")
    return TensorShape([*shape.sizes[:-1], 3])


def _adjusted_shape(op):
    """Other channels than three are refused when the op runs, as in TensorFlow."""
    return op.inputs[0].shape.with_rank_at_least(3)


def _check_three(images, kind) -> None:
    if images.shape[-1:] != (3,):
        raise AtRun(f"input must have 3 channels, not be of shape {images.shape}", kind)


def _hue(images, largest, width):
    """Where colours lie on the circle, from 0 to 1; `width`: from the smallest to the largest channel."""
    r, g, b = np.moveaxis(images, -1, 0)
    step = 1 / (6 * np.where(width > 0, width, 1))
    hue = np.where(r == largest, step * (g - b), np.where(g == largest, step * (b - r) + 2 / 6, step * (r - g) + 4 / 6))
    hue = np.where(width > 0, hue, 0)
    return np.where(hue < 0, hue + 1, hue)


def _to_hsv(images):
    largest = np.fmax.reduce(images, -1)
    width = largest - np.fmin.reduce(images, -1)
    saturation = np.where(largest > 0, width / np.where(largest > 0, largest, 1), 0)
    return np.stack([_hue(images, largest, width), saturation, largest], -1).astype(images.dtype)


def _shares(hue):
    """How much of red, green and blue a pure colour has."""
    six = hue * 6
    return np.clip(np.stack([abs(six - 3) - 1, 2 - abs(six - 2), 2 - abs(six - 4)], -1), 0, 1)


def _to_rgb(images):
    hue, saturation, value = np.moveaxis(images, -1, 0)
    pale = 1 - saturation[..., None]
    return ((pale + saturation[..., None] * _shares(hue)) * value[..., None]).astype(images.dtype)


def _wide(images):
    return images.astype(np.float32) if images.dtype == np.float16 else images


def _colours(function):
    def numpy(op, images):
        _check_three(images, FailedPreconditionError)
        return function(_wide(images)).astype(images.dtype)

    return numpy


def _with_hue(images, delta):
    largest, smallest = images.max(-1), images.min(-1)
    hue = np.mod(_hue(images, largest, largest - smallest) + delta, 1).astype(images.dtype)
    return smallest[..., None] + (largest - smallest)[..., None] * _shares(hue)


def _with_saturation(images, scale):
    hsv = _to_hsv(images)
    hsv[..., 1] = np.clip(hsv[..., 1] * scale, 0, 1)
    return _to_rgb(hsv)


def _changed(function):
    def numpy(op, images, amount):
        _check_three(images, InvalidArgumentError)
        return function(_wide(images), amount).astype(images.dtype)

    return numpy


def _lowered(kernel, kind):
    """One pass over pixels; `kernel(a, *amounts, o, n)`."""

    def lower(b, op, images, *amounts):
        _check_three(images, kind)
        out = b.new(images.shape, images.dtype)
        b.call(kernel[images.dtype] if kernel.variables else kernel[()], images, *amounts, out, prod(images.shape[:-1]))
        return out

    return lower


def _contrast(op, images, factor):
    if images.ndim < 3:
        raise ValueError(f"input must be at least 3-D, not of shape {images.shape}")
    wide = _wide(images)
    mean = wide.mean((-3, -2), keepdims=True) if wide.size else 0
    return (mean + (wide - mean) * factor).astype(images.dtype)


def _contrast_kernel(b, op, images, factor):
    if len(images.shape) < 3:
        raise ValueError(f"input must be at least 3-D, not of shape {images.shape}")
    *before, height, width, channels = images.shape
    out = b.new(images.shape, images.dtype)
    b.call(colours.stretch_contrast[()], images, factor, out, prod(before), height * width, channels)
    return out


def _hsv_gradient(op, g):
    """Of each channel by which of red, green, blue is the largest, and which the smallest."""
    r, g_, b = (op.inputs[0][..., i] for i in range(3))
    of_hue, of_saturation, of_value = (g[..., i] for i in range(3))
    first = math.logical_and(r >= g_, r >= b)
    second = math.logical_and(math.logical_not(first), g_ >= b)
    third = math.logical_not(math.logical_or(first, second))
    largest = joining.stack([cast(c, g.dtype) for c in (first, second, third)], -1)
    low = math.logical_and(r < g_, r < b)
    middle = math.logical_and(math.logical_not(low), g_ < b)
    last = math.logical_not(math.logical_or(low, middle))
    smallest = joining.stack([cast(c, g.dtype) for c in (low, middle, last)], -1)
    value, least = math.maximum(math.maximum(r, g_), b), math.minimum(math.minimum(r, g_), b)
    width = value - least
    lit = cast(op.inputs[0] > 0, g.dtype)  # TensorFlow takes the saturation not to depend on other channels
    of_hue *= cast(value > 0, g.dtype)
    return (
        _spread(of_value) * largest
        + _spread(of_saturation * _inverse(value)) * (_spread(least * _inverse(value)) * largest - smallest) * lit
        + _hue_gradient(op.inputs[0], of_hue, largest, largest - smallest, width)
    )


def _hue_gradient(x: Tensor, of_hue: Tensor, largest: Tensor, spread: Tensor, width: Tensor) -> Tensor:
    """Hue is a difference of two channels over six times the width: that of the channels behind the largest."""
    before = array.concat([largest[..., 2:], largest[..., :2]], -1)
    behind = array.concat([largest[..., 1:], largest[..., :1]], -1)
    signs = before - behind
    difference = reduce.reduce_sum(x * signs, -1)
    part = of_hue * _inverse(width) / 6
    return _spread(part) * (signs - _spread(difference * _inverse(width)) * spread)


def _spread(x: Tensor) -> Tensor:
    return array.expand_dims(x, -1)


def _inverse(x: Tensor) -> Tensor:
    """1 / x, 0 where x is 0 or less."""
    return math.div_no_nan(cast(x > 0, x.dtype), x)


define(
    "RGBToHSV",
    "images: T; T: type = float32 -> output: T",
    T=dtypes.FLOAT,
    shape=_rgb_shape,
    numpy=_colours(_to_hsv),
    kernel=_lowered(colours.rgb_to_hsv, FailedPreconditionError),
    grad=_hsv_gradient,
)
define(
    "HSVToRGB",
    "images: T; T: type = float32 -> output: T",
    T=dtypes.FLOAT,
    shape=_rgb_shape,
    numpy=_colours(_to_rgb),
    kernel=_lowered(colours.hsv_to_rgb, FailedPreconditionError),
    differentiable=False,
)

_SINGLE = dtypes.FLOAT - {dtypes.float64}
define(
    "AdjustHue",
    "images: T, delta: float32~[]; T: type = float32 -> output: T",
    T=_SINGLE,
    shape=_adjusted_shape,
    numpy=_changed(_with_hue),
    kernel=_lowered(colours.turn_hue, InvalidArgumentError),
)
define(
    "AdjustSaturation",
    "images: T, scale: float32~[]; T: type = float32 -> output: T",
    T=_SINGLE,
    shape=_adjusted_shape,
    numpy=_changed(_with_saturation),
    kernel=_lowered(colours.scale_saturation, InvalidArgumentError),
)
define(
    "AdjustContrastv2",
    "images: T, contrast_factor: float32[]; T: type = float32 -> output: T",
    T=_SINGLE,
    shape=lambda op: op.inputs[0].shape.with_rank_at_least(3),
    numpy=_contrast,
    kernel=_contrast_kernel,
)


def adjusted(type: str, images: Tensor, amount, name: str | None) -> Tensor:
    """The op of this type on images."""
    return apply(type, images, amount, name=name)


def rgb_to_hsv(images, name: str | None = None) -> Tensor:
    """RGB images [..., 3] between 0 and 1 as hue, saturation and value, all between 0 and 1.

    Raises:
      ValueError: for images whose last axis is not 3.
    """
    return apply("RGBToHSV", images, name=name)


def hsv_to_rgb(images, name: str | None = None) -> Tensor:
    """Images of hue, saturation and value [..., 3], between 0 and 1, as RGB; no gradient.

    Raises:
      ValueError: for images whose last axis is not 3.
    """
    return apply("HSVToRGB", images, name=name)
