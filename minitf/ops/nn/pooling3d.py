"""The largest item, or the mean, of windows of volumes, and their gradients.

A window's largest item, or mean, is that of its planes' ones: so the kernels are those of images, used for
the planes and then along the first axis.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import pooling as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.nn.axes import (
    VOLUMES,
    channels_last,
    check_format,
    expect_axes,
    for_each_axis,
    last_sizes,
    own_order,
    own_sizes,
    spatial,
    wanted_sizes,
)
from minitf.ops.nn.volumes import check_positive, static_counts, taps, windows
from minitf.ops.nn.windows import check_padding


def _shape(op):
    check_positive(op)
    x = op.inputs[0].shape.with_rank(5).sizes
    counts = static_counts(op, x, _window(op))
    channels = x[1] if op.attrs["data_format"] == "NCDHW" else x[4]
    return own_sizes(op, (x[0], *counts, channels))


def _window(op) -> list[int]:
    return [op.attrs["ksize"][p] for p in spatial(op)]


def _pooled(found: list, sizes: tuple) -> tuple:
    return sizes[0], *[a.count for a in found], sizes[4]


def _expect(found: list, sizes: tuple, *others) -> None:
    for other in others:
        if tuple(other.shape) != _pooled(found, sizes):
            raise ValueError(
                f"volumes of {sizes} have windows of shape {_pooled(found, sizes)}, not {tuple(other.shape)}"
            )


# ---- kernels


def _stages(found: list, sizes: tuple) -> tuple:
    """Pooling of planes, then of what they gave, as images: how many, and the numbers of kernels."""
    depth, rows, columns = found
    n, d, h, w, c = sizes
    width = rows.count * columns.count
    planes = [
        h,
        w,
        c,
        rows.count,
        columns.count,
        rows.window,
        columns.window,
        rows.stride,
        columns.stride,
        rows.before,
        columns.before,
    ]
    along = [d, width, c, depth.count, width, depth.window, 1, depth.stride, 1, depth.before, 0]
    return (n * d, planes), (n, along)


def _max_kernel(b, op, x):
    expect_axes(x, "input", 5)
    x = channels_last(b, op, x)
    found = windows(op, x.shape, _window(op))
    return own_order(b, op, _max_stages(b, x, found)[1])


def _max_stages(b, x, found) -> tuple:
    lowest = float(np.finfo(x.dtype).min)
    (images, planes), (volumes, along) = _stages(found, x.shape)
    first = b.new((*x.shape[:2], found[1].count, found[2].count, x.shape[4]), x.dtype)
    out = b.new(_pooled(found, x.shape), x.dtype)
    if first.size:
        b.call(kernels.max_pool[x.dtype], x, first, lowest, 0, images * found[1].count, *planes)
    if out.size:
        b.call(kernels.max_pool[x.dtype], first, out, lowest, 0, volumes * found[0].count, *along)
    return first, out


def _max_grad_kernel(b, op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 5)
    x, y, g = (channels_last(b, op, value) for value in (x, y, g))
    found = windows(op, x.shape, _window(op))
    _expect(found, x.shape, y, g)
    first, _ = _max_stages(b, x, found)
    (images, planes), (volumes, along) = _stages(found, x.shape)
    between, out = b.new(first.shape, x.dtype), b.new(x.shape, x.dtype)
    if between.size:
        b.call(kernels.max_pool_grad[x.dtype], first, g, between, 0, volumes, *along, 0)
    if out.size:
        b.call(kernels.max_pool_grad[x.dtype], x, between, out, 0, images, *planes, 0)
    return own_order(b, op, out)


def _avg_kernel(b, op, x):
    expect_axes(x, "input", 5)
    x = channels_last(b, op, x)
    found = windows(op, x.shape, _window(op))
    (images, planes), (volumes, along) = _stages(found, x.shape)
    first = b.new((*x.shape[:2], found[1].count, found[2].count, x.shape[4]), x.dtype)
    out = b.new(_pooled(found, x.shape), x.dtype)
    if first.size:
        b.call(kernels.avg_pool[x.dtype], x, first, 0, images * found[1].count, *planes)
    if out.size:
        b.call(kernels.avg_pool[x.dtype], first, out, 0, volumes * found[0].count, *along)
    return own_order(b, op, out)


def _avg_grad_kernel(b, op, shape, g):
    expect_axes(g, "grad", 5)
    shape, g = last_sizes(op, wanted_sizes(b.data(shape), "orig_input_shape", 5)), channels_last(b, op, g)
    found = windows(op, shape, _window(op))
    _expect(found, shape, g)
    (images, planes), (volumes, along) = _stages(found, shape)
    between = b.new((*shape[:2], found[1].count, found[2].count, shape[4]), g.dtype)
    out = b.new(shape, g.dtype)
    if between.size:
        b.call(kernels.avg_pool_grad[g.dtype], g, between, 0, volumes, *along)
    if out.size:
        b.call(kernels.avg_pool_grad[g.dtype], between, out, 0, images, *planes)
    return own_order(b, op, out)


# ---- NumPy meanings


def _max(op, x):
    expect_axes(x, "input", 5)
    x = channels_last(None, op, x)
    found = windows(op, x.shape, _window(op))
    out = np.full(_pooled(found, x.shape), np.finfo(x.dtype).min, x.dtype)
    for _, to, at in taps(found):
        np.copyto(out[to], x[at], where=x[at] > out[to])
    return own_order(None, op, out)


def _places(x, g, found) -> np.ndarray:
    """Which tap of each window is the first of the largest."""
    best, places = np.zeros(g.shape, x.dtype), np.full(g.shape, -1)
    for number, (_, to, at) in enumerate(taps(found)):
        larger = (places[to] < 0) | (x[at] > best[to])
        np.copyto(best[to], x[at], where=larger)
        places[to][larger] = number
    return places


def _max_grad(op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 5)
    x, y, g = (channels_last(None, op, value) for value in (x, y, g))
    found = windows(op, x.shape, _window(op))
    _expect(found, x.shape, y, g)
    places, out = _places(x, g, found), np.zeros_like(x)
    for number, (_, to, at) in enumerate(taps(found)):
        out[at] += np.where(places[to] == number, g[to], 0).astype(x.dtype)
    return own_order(None, op, out)


def _max_grad_grad(op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 5)
    x, y, g = (channels_last(None, op, value) for value in (x, y, g))
    found = windows(op, x.shape, _window(op))
    _expect(found, x.shape, y)
    if g.shape != x.shape:
        raise ValueError(f"grad is shaped like the volumes, {x.shape}, not {g.shape}")
    places, out = _places(x, y, found), np.zeros_like(y)
    for number, (_, to, at) in enumerate(taps(found)):
        np.copyto(out[to], g[at], where=places[to] == number)
    return own_order(None, op, out)


def _counts(found: list, dtype):
    """How many items of each window are inside of the volume."""
    counts = np.zeros((1, *[a.count for a in found], 1), dtype)
    for _, to, _ in taps(found):
        counts[to] += 1
    return np.maximum(counts, 1)


def _avg(op, x):
    expect_axes(x, "input", 5)
    x = patterns.wide(channels_last(None, op, x))
    found = windows(op, x.shape, _window(op))
    out = np.zeros(_pooled(found, x.shape), x.dtype)
    for _, to, at in taps(found):
        out[to] += x[at]
    return own_order(None, op, out / _counts(found, x.dtype))


def _avg_grad(op, shape, g):
    expect_axes(g, "grad", 5)
    shape, g = last_sizes(op, wanted_sizes(shape, "orig_input_shape", 5)), patterns.wide(channels_last(None, op, g))
    found = windows(op, shape, _window(op))
    _expect(found, shape, g)
    out, parts = np.zeros(shape, g.dtype), g / _counts(found, g.dtype)
    for _, to, at in taps(found):
        out[at] += parts[to]
    return own_order(None, op, out)


# ---- gradients


def _of_both(type: str):
    """The gradient of an op of (volumes, largest items, gradient): by the gradient only."""

    def grad(op, g):
        x, y, _ = op.inputs
        none = [array.zeros(array.shape(t), t.dtype.base_dtype) for t in (x, y)]
        return *none, apply_like(op, type, x, y, g)

    return grad


_WINDOW = "ksize: list(int), strides: list(int), padding: string, data_format: string = 'NDHWC'"
_THREE = f"orig_input: T, orig_output: T, grad: T; {_WINDOW}"
define(
    "MaxPool3D",
    "input: T; ksize: list(int), strides: list(int), padding: string, data_format: string = 'NDHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=_shape,
    numpy=_max,
    kernel=_max_kernel,
    grad=lambda op, g: apply_like(op, "MaxPool3DGrad", op.inputs[0], op.outputs[0], g),
)
define(
    "MaxPool3DGrad",
    f"{_THREE}, T: type = float32, TInput: type = float32 -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[0].shape.with_rank(5),
    numpy=_max_grad,
    kernel=_max_grad_kernel,
    grad=_of_both("MaxPool3DGradGrad"),
)
define(
    "MaxPool3DGradGrad",
    f"{_THREE} -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[1].shape.with_rank(5),
    numpy=_max_grad_grad,
    grad=_of_both("MaxPool3DGrad"),
)
define(
    "AvgPool3D",
    "input: T; ksize: list(int), strides: list(int), padding: string, data_format: string = 'NDHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=_shape,
    numpy=_avg,
    kernel=_avg_kernel,
    grad=lambda op, g: apply_like(op, "AvgPool3DGrad", array.shape(op.inputs[0]), g),
)
define(
    "AvgPool3DGrad",
    "orig_input_shape: int32, grad: T; ksize: list(int), strides: list(int), padding: string, "
    "data_format: string = 'NDHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: array.wanted_shape(op, 0).with_rank(5),
    numpy=_avg_grad,
    kernel=_avg_grad_kernel,
    grad=lambda op, g: (None, apply_like(op, "AvgPool3D", g)),
)


# ---- functions


def _pool(type: str, input, ksize, strides, padding, data_format, name) -> Tensor:
    data_format = check_format(data_format, VOLUMES)
    with name_scope(name, type, [input]) as scope:
        return apply(
            type,
            convert_to_tensor(input, name="input"),
            ksize=for_each_axis(ksize, "ksize", data_format),
            strides=for_each_axis(strides, "strides", data_format),
            padding=check_padding(padding),
            data_format=data_format,
            name=scope,
        )


def max_pool3d(input, ksize, strides, padding, data_format: str | None = "NDHWC", name: str | None = None) -> Tensor:
    """The largest item of each window of volumes [batch, d, h, w, c]: [batch, d', h', w', c].

    ksize, strides: a number, three, or five with 1 for batch and channels; padding, data_format ("NCDHW"):
    as for `max_pool`.

    >>> max_pool3d(array.zeros([1, 8, 8, 8, 3]), 2, 2, "SAME").shape.as_list()
    [1, 4, 4, 4, 3]

    Raises:
      ValueError: if there is no room for a window, or the arguments are not as above.
    """
    return _pool("MaxPool3D", input, ksize, strides, padding, data_format, name)


def avg_pool3d(input, ksize, strides, padding, data_format: str | None = "NDHWC", name: str | None = None) -> Tensor:
    """The mean of each window of volumes [batch, d, h, w, c]: [batch, d', h', w', c]; arguments and errors as
    those of `max_pool3d`.
    """
    return _pool("AvgPool3D", input, ksize, strides, padding, data_format, name)
