"""The largest item, or the mean, of windows of images, and their gradients."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import pooling as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.nn.axes import (
    channel,
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
from minitf.ops.nn.windows import Windows, check_moves, check_padding, check_strides, static_count, windows

# ---- shapes and numbers


def _pool_shape(op):
    check_strides(op)
    if any(n < 1 for n in op.attrs["ksize"]):
        raise ValueError(f"ksize are 1 or more, not {op.attrs['ksize']} (ksize cannot be zero)")
    x, ksize = op.inputs[0].shape.with_rank(4).sizes, op.attrs["ksize"]
    depth = x[channel(op)]
    if op.type == "MaxPool":
        depth = static_count(op, channel(op), depth, ksize[channel(op)])
    counts = [static_count(op, p, x[p], ksize[p]) for p in spatial(op)]
    return own_sizes(op, (x[0], *counts, depth))


def _deep(op) -> bool:
    """Whether windows are of channels rather than of pixels."""
    return op.attrs["ksize"][channel(op)] > 1


def _windows(op, sizes: tuple) -> Windows:
    """The windows over images of sizes [images, h, w, c]."""
    check_moves(op)
    if op.attrs["ksize"][0] != 1 or _deep(op):
        raise errors.UnimplementedError(
            None,
            op,
            f"{op.type} is not supported on the batch dimension, nor, with this op, on the depth "
            f"dimension: ksize {op.attrs['ksize']}",
        )
    return windows(op, sizes, [op.attrs["ksize"][p] for p in spatial(op)])


def _groups(op, sizes: tuple) -> int:
    """How many channels a window of channels has; UnimplementedError for what is not supported."""
    ksize, strides, at = op.attrs["ksize"], op.attrs["strides"], channel(op)
    others = [n for i, n in enumerate(ksize) if i != at] + [n for i, n in enumerate(strides) if i != at]
    if others != [1] * 6 or strides[at] != ksize[at] or sizes[3] % ksize[at]:
        raise errors.UnimplementedError(
            None,
            op,
            f"pooling of the depth dimension requires the window to evenly divide the input depth "
            f"({sizes[3]}), to equal the depth stride, and no other windows: ksize {ksize}, strides {strides}",
        )
    return ksize[at]


def _numbers(found: Windows, sizes: tuple) -> list:
    """The numbers that all kernels have, but for those of rows or images."""
    rows, columns = found
    sizes = [*sizes[1:], rows.count, columns.count]
    return [*sizes, rows.window, columns.window, *found.strides, *found.reach]


def _pooled(found: Windows, sizes: tuple) -> tuple:
    return sizes[0], found.rows.count, found.columns.count, sizes[3]


def _expect(found: Windows, sizes: tuple, *others) -> None:
    """ValueError unless the others are shaped like the result for images of these sizes."""
    for other in others:
        if tuple(other.shape) != _pooled(found, sizes):
            raise ValueError(f"images of {sizes} have windows of shape {_pooled(found, sizes)}, not {other.shape}")


def _lowest(dtype):
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


# ---- kernels


def _max_kernel(b, op, x):
    expect_axes(x, "input", 4)
    x = channels_last(b, op, x)
    if _deep(op):
        return own_order(b, op, _max_of_channels(b, op, x))
    found = _windows(op, x.shape)
    out = b.new(_pooled(found, x.shape), x.dtype)
    if out.size:
        rows = x.shape[0] * found.rows.count
        numbers = (0, rows, *_numbers(found, x.shape))
        b.call(kernels.max_pool[x.dtype], x, out, float(_lowest(x.dtype)), *numbers)
    return own_order(b, op, out)


def _max_of_channels(b, op, x):
    """Channels are the pixels of one image of a single channel."""
    size = _groups(op, x.shape)
    rows = x.size // size
    out = b.new((*x.shape[:3], x.shape[3] // size), x.dtype)
    if out.size:
        numbers = (0, rows, rows, size, 1, rows, 1, 1, size, 1, 1, 0, 0)
        b.call(kernels.max_pool[x.dtype], x, out, float(_lowest(x.dtype)), *numbers)
    return out


def _max_grad_kernel(b, op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 4)
    x, y, g = (channels_last(b, op, value) for value in (x, y, g))
    found = _windows(op, x.shape)
    _expect(found, x.shape, y, g)
    out = b.new(x.shape, x.dtype)
    if out.size:
        numbers = (0, x.shape[0], *_numbers(found, x.shape), 0)
        b.call(kernels.max_pool_grad[x.dtype], x, g, out, *numbers)
    return own_order(b, op, out)


def _max_grad_grad_kernel(b, op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 4)
    x, y, g = (channels_last(b, op, value) for value in (x, y, g))
    found = _windows(op, x.shape)
    _expect(found, x.shape, y)
    _like_image(x, g)
    out = b.new(y.shape, x.dtype)
    if out.size:
        numbers = (0, y.shape[0] * y.shape[1], *_numbers(found, x.shape))
        b.call(kernels.max_pool_grad_grad[x.dtype], x, y, g, out, *numbers)
    return own_order(b, op, out)


def _like_image(x, g) -> None:
    if tuple(g.shape) != tuple(x.shape):
        raise ValueError(f"grad is shaped like the images, {x.shape}, not {g.shape}")


def _avg_kernel(b, op, x):
    expect_axes(x, "input", 4)
    x = channels_last(b, op, x)
    found = _windows(op, x.shape)
    out = b.new(_pooled(found, x.shape), x.dtype)
    if out.size:
        numbers = (0, x.shape[0] * found.rows.count, *_numbers(found, x.shape))
        b.call(kernels.avg_pool[x.dtype], x, out, *numbers)
    return own_order(b, op, out)


def _avg_grad_kernel(b, op, shape, g):
    expect_axes(g, "grad", 4)
    shape, g = last_sizes(op, wanted_sizes(b.data(shape), "orig_input_shape", 4)), channels_last(b, op, g)
    found = _windows(op, shape)
    _expect(found, shape, g)
    out = b.new(shape, g.dtype)
    if out.size:
        b.call(kernels.avg_pool_grad[g.dtype], g, out, 0, shape[0], *_numbers(found, shape))
    return own_order(b, op, out)


# ---- NumPy meanings


def _max(op, x):
    expect_axes(x, "input", 4)
    x = channels_last(None, op, x)
    if _deep(op):
        parts = x.reshape(*x.shape[:3], -1, _groups(op, x.shape))
        return own_order(None, op, np.fmax.reduce(parts, -1, initial=_lowest(x.dtype)))
    found = _windows(op, x.shape)
    out = np.full(_pooled(found, x.shape), _lowest(x.dtype), x.dtype)
    for _, _, to, at in found.taps():
        np.copyto(out[to], x[at], where=x[at] > out[to])
    return own_order(None, op, out)


def _max_grad(op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 4)
    x, y, g = (channels_last(None, op, value) for value in (x, y, g))
    found = _windows(op, x.shape)
    _expect(found, x.shape, y, g)
    best, places = np.zeros_like(g), np.full(g.shape, -1)
    for ky, kx, to, at in found.taps():
        larger = (places[to] < 0) | (x[at] > best[to])
        np.copyto(best[to], x[at], where=larger)
        places[to][larger] = ky * found.columns.window + kx
    out = np.zeros_like(x)
    for ky, kx, to, at in found.taps():
        out[at] += np.where(places[to] == ky * found.columns.window + kx, g[to], 0).astype(x.dtype)
    return own_order(None, op, out)


def _max_grad_grad(op, x, y, g):
    for value in (x, y, g):
        expect_axes(value, "tensor", 4)
    x, y, g = (channels_last(None, op, value) for value in (x, y, g))
    found = _windows(op, x.shape)
    _expect(found, x.shape, y)
    _like_image(x, g)
    out = np.zeros_like(y)
    for _, _, to, at in reversed(list(found.taps())):
        np.copyto(out[to], g[at], where=x[at] == y[to])
    return own_order(None, op, out)


def _counts(found: Windows, sizes: tuple, dtype):
    """How many pixels of each window are inside of the image: [1, oh, ow, 1]."""
    counts = np.zeros((1, found.rows.count, found.columns.count, 1), dtype)
    for _, _, to, _ in found.taps():
        counts[to] += 1
    return np.maximum(counts, 1)


def _avg(op, x):
    expect_axes(x, "input", 4)
    x = patterns.wide(channels_last(None, op, x))
    found = _windows(op, x.shape)
    out = np.zeros(_pooled(found, x.shape), x.dtype)
    for _, _, to, at in found.taps():
        out[to] += x[at]
    return own_order(None, op, out / _counts(found, x.shape, x.dtype))


def _avg_grad(op, shape, g):
    expect_axes(g, "grad", 4)
    shape, g = last_sizes(op, wanted_sizes(shape, "orig_input_shape", 4)), patterns.wide(channels_last(None, op, g))
    found = _windows(op, shape)
    _expect(found, shape, g)
    out, parts = np.zeros(shape, g.dtype), g * (1 / _counts(found, shape, g.dtype))
    for _, _, to, at in found.taps():
        out[at] += parts[to]
    return own_order(None, op, out)


# ---- gradients


def _max_pool_grad(op, g):
    return apply_like(op, "MaxPoolGrad", op.inputs[0], op.outputs[0], g)


def _zeros(*tensors) -> list:
    return [array.zeros(array.shape(t), t.dtype.base_dtype) for t in tensors]


def _max_pool_grad_grad(op, g):
    x, y, _ = op.inputs
    return *_zeros(x, y), apply_like(op, "MaxPoolGradGrad", x, y, g)


def _max_pool_grad_grad_grad(op, g):
    x, y, _ = op.inputs
    return *_zeros(x, y), apply_like(op, "MaxPoolGrad", x, y, g)


define(
    "MaxPool",
    "input: T; T: type = float32, ksize: list(int), strides: list(int), padding: string, "
    "data_format: string = 'NHWC', explicit_paddings: later[list(int)] = [] -> output: T",
    T=dtypes.REAL,
    shape=_pool_shape,
    numpy=_max,
    kernel=_max_kernel,
    grad=_max_pool_grad,
)
define(
    "MaxPoolGrad",
    "orig_input: T, orig_output: T, grad: T; ksize: list(int), strides: list(int), padding: string, "
    "data_format: string = 'NHWC', T: type = float32, explicit_paddings: later[list(int)] = [] -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[0].shape.with_rank(4),
    numpy=_max_grad,
    kernel=_max_grad_kernel,
    grad=_max_pool_grad_grad,
)
define(
    "MaxPoolGradGrad",
    "orig_input: T, orig_output: T, grad: T; ksize: list(int), strides: list(int), padding: string, "
    "data_format: string = 'NHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[1].shape.with_rank(4),
    numpy=_max_grad_grad,
    kernel=_max_grad_grad_kernel,
    grad=_max_pool_grad_grad_grad,
)
define(
    "AvgPool",
    "value: T; ksize: list(int), strides: list(int), padding: string, data_format: string = 'NHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=_pool_shape,
    numpy=_avg,
    kernel=_avg_kernel,
    grad=lambda op, g: apply_like(op, "AvgPoolGrad", array.shape(op.inputs[0]), g),
)
define(
    "AvgPoolGrad",
    "orig_input_shape: int32, grad: T; ksize: list(int), strides: list(int), padding: string, "
    "data_format: string = 'NHWC' -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: array.wanted_shape(op, 0).with_rank(4),
    numpy=_avg_grad,
    kernel=_avg_grad_kernel,
    grad=lambda op, g: (None, apply_like(op, "AvgPool", g)),
)


# ---- functions


def _pool(type: str, value, ksize, strides, padding, data_format, name) -> Tensor:
    data_format = check_format(data_format)
    return apply(
        type,
        value,
        ksize=for_each_axis(ksize, "ksize", data_format),
        strides=for_each_axis(strides, "strides", data_format),
        padding=check_padding(padding),
        data_format=data_format,
        name=name,
    )


def max_pool(
    value, ksize, strides, padding, data_format: str | None = "NHWC", name: str | None = None, input=None
) -> Tensor:
    """The largest item of each window of images [batch, h, w, c]: [batch, h', w', c].

    ksize: height and width of a window: a number, a pair, or four with 1 for batch and channels; strides:
    likewise, from window to window. padding: "VALID" keeps windows inside of the image, with "SAME" they
    reach out of it, but what is there does not count. data_format "NCHW": the channels are second. A ksize of
    [1, 1, 1, n] and the same strides take the largest of each n channels. The gradient goes to the first of
    equal items.

    >>> max_pool(array.zeros([1, 28, 28, 3]), 2, 2, "SAME").shape.as_list()
    [1, 14, 14, 3]

    Raises:
      ValueError: if there is no room for a window, or the arguments are not as above.
    """
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        return _pool("MaxPool", convert_to_tensor(value, name="input"), ksize, strides, padding, data_format, scope)


def max_pool2d(input, ksize, strides, padding, data_format: str | None = "NHWC", name: str | None = None) -> Tensor:
    """`max_pool` of images."""
    with name_scope(name, "MaxPool2d", [input]) as scope:
        return _pool("MaxPool", convert_to_tensor(input, name="input"), ksize, strides, padding, data_format, scope)


def avg_pool(
    value, ksize, strides, padding, data_format: str | None = "NHWC", name: str | None = None, input=None
) -> Tensor:
    """The mean of each window of images [batch, h, w, c]: [batch, h', w', c].

    Arguments and errors as those of `max_pool`; what is outside of the image does not count here either.

    >>> avg_pool(array.zeros([1, 28, 28, 3]), 2, 2, "VALID").shape.as_list()
    [1, 14, 14, 3]
    """
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "AvgPool", [value]) as scope:
        return _pool("AvgPool", convert_to_tensor(value, name="value"), ksize, strides, padding, data_format, scope)


avg_pool2d = avg_pool
