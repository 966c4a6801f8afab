"""Patches of volumes side by side."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.nn.axes import listed
from minitf.ops.nn.item_filters import filters_of_one_item
from minitf.ops.nn.windows import Windows, axis, check_across_space, check_padding

_AXES = (1, 2, 3)


def _windows(op, sizes) -> Windows:
    return Windows([axis(op, p, sizes[p], op.attrs["ksizes"][p]) for p in _AXES])


def _patches(op, x):
    check_across_space(op, "ksizes", "strides")
    if x.ndim != 5:
        raise ValueError(f"input must be 5-dimensional, not of shape {x.shape}")
    found = _windows(op, x.shape)
    out = np.zeros((len(x), *found.counts, *found.each("window"), x.shape[4]), x.dtype)
    for place, to, at in found.taps():
        out[(*to, *place)] = x[at]
    return out.reshape(*out.shape[:4], np.prod(out.shape[4:], dtype=int))


def _shape(op):
    if min(op.attrs["strides"]) < 1:
        raise ValueError(f"Stride must be > 0, not {op.attrs['strides']}")
    sizes = op.inputs[0].shape.with_rank(5).sizes
    counts = [None if sizes[p] is None else axis(op, p, sizes[p], op.attrs["ksizes"][p]).count for p in _AXES]
    depth = None if sizes[4] is None else sizes[4] * int(np.prod(op.attrs["ksizes"]))
    return TensorShape([sizes[0], *counts, depth])


def _grad(op, g):
    """Of the convolution with a filter for each item of a patch."""
    x = op.inputs[0]
    each = filters_of_one_item(op.attrs["ksizes"][1:4], x)
    return apply_like(op, "Conv3DBackpropInputV2", array.shape(x), each, g, dilations=[1] * 5)


_REAL = dtypes.FLOAT | {dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16, dtypes.int32, dtypes.int64}
define(
    "ExtractVolumePatches",
    "input: T; ksizes: list(int), strides: list(int), padding: string -> patches: T",
    T=_REAL,
    shape=_shape,
    numpy=_patches,
    grad=_grad,
)


def extract_volume_patches(input, ksizes, strides, padding, name: str | None = None) -> Tensor:
    """Patches of volumes [batch, d, h, w, c] side by side: [batch, d', h', w', values of a patch].

    ksizes: of a patch, five numbers of which the first and last are 1; strides: from patch to patch,
    likewise; padding: "SAME" (zeros around) or "VALID".

    Raises:
      ValueError: for another number of numbers, or another padding.
      tf.errors.OutOfRangeError, tf.errors.UnimplementedError: when it runs, for other numbers.
    """
    return apply(
        "ExtractVolumePatches",
        input,
        ksizes=listed(ksizes, "ksizes", "NDHWC"),
        strides=listed(strides, "strides", "NDHWC"),
        padding=check_padding(padding),
        name=name,
    )
