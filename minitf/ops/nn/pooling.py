"""The largest item, or the mean, of windows of images, and their gradients."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.kernels.math import pooling as kernels
from minitf.ops import patterns
from minitf.ops.nn import axes
from minitf.ops.nn.axes import channel, channels_last, own_order
from minitf.ops.nn.windowed import Pooling, lowest
from minitf.ops.nn.windows import Windows, axis, check_moves, check_padding, check_strides, static_count, windows


class _OfImages(Pooling):
    def shape(self, op):
        check_strides(op)
        if any(n < 1 for n in op.attrs["ksize"]):
            raise ValueError(f"ksize are 1 or more, not {op.attrs['ksize']} (ksize cannot be zero)")
        x, ksize = op.inputs[0].shape.with_rank(4).sizes, op.attrs["ksize"]
        depth = x[channel(op)]
        if op.type == "MaxPool":
            depth = static_count(op, channel(op), depth, ksize[channel(op)])
        counts = [static_count(op, p, x[p], ksize[p]) for p in axes.spatial(op)]
        return axes.own_sizes(op, (x[0], *counts, depth))

    def windows(self, op, sizes: tuple, along=axis) -> Windows:
        check_moves(op)
        if op.attrs["ksize"][0] != 1 or _deep(op):
            raise errors.UnimplementedError(
                None,
                op,
                f"{op.type} is not supported on the batch dimension, nor, with this op, on the depth "
                f"dimension: ksize {op.attrs['ksize']}",
            )
        return windows(op, sizes, self.window(op), along)

    # ---- windows of channels

    def max_kernel(self, b, op, x):
        if not _deep(op):
            return super().max_kernel(b, op, x)
        axes.expect_axes(x, "input", 4)
        return own_order(b, op, _max_of_channels(b, op, channels_last(b, op, x)))

    def max_numpy(self, op, x):
        if not _deep(op):
            return super().max_numpy(op, x)
        axes.expect_axes(x, "input", 4)
        x = channels_last(None, op, x)
        parts = x.reshape(*x.shape[:3], -1, _groups(op, x.shape))
        return own_order(None, op, np.fmax.reduce(parts, -1, initial=lowest(x.dtype)))

    # ---- kernels

    def call_max(self, b, x, found: Windows):
        out = b.new(self.pooled(found, x.shape), x.dtype)
        if b.fills(out):
            numbers = (0, out.shape[0] * out.shape[1], *_numbers(found, x.shape))
            b.call(kernels.max_pool[x.dtype], x, out, float(lowest(x.dtype)), *numbers)
        return out

    def call_max_grad(self, b, x, g, found: Windows):
        out = b.new(x.shape, x.dtype)
        if b.fills(out):
            b.call(kernels.max_pool_grad[x.dtype], x, g, out, 0, x.shape[0], *_numbers(found, x.shape), 0)
        return out

    def call_max_grad_grad(self, b, x, y, g, found: Windows):
        out = b.new(y.shape, x.dtype)
        if b.fills(out):
            numbers = (0, y.shape[0] * y.shape[1], *_numbers(found, x.shape))
            b.call(kernels.max_pool_grad_grad[x.dtype], x, y, g, out, *numbers)
        return out

    def call_avg(self, b, x, found: Windows):
        out = b.new(self.pooled(found, x.shape), x.dtype)
        if b.fills(out):
            b.call(kernels.avg_pool[x.dtype], x, out, 0, out.shape[0] * out.shape[1], *_numbers(found, x.shape))
        return out

    def call_avg_grad(self, b, shape: tuple, g, found: Windows):
        out = b.new(shape, g.dtype)
        if b.fills(out):
            b.call(kernels.avg_pool_grad[g.dtype], g, out, 0, shape[0], *_numbers(found, shape))
        return out


def _deep(op) -> bool:
    """Whether windows are of channels rather than of pixels."""
    return op.attrs["ksize"][channel(op)] > 1


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


def _max_of_channels(b, op, x):
    """Channels are the pixels of one image of a single channel."""
    size = _groups(op, x.shape)
    rows = x.size // size
    out = b.new((*x.shape[:3], x.shape[3] // size), x.dtype)
    if b.fills(out):
        numbers = (0, rows, rows, size, 1, rows, 1, 1, size, 1, 1, 0, 0)
        b.call(kernels.max_pool[x.dtype], x, out, float(lowest(x.dtype)), *numbers)
    return out


def _numbers(found: Windows, sizes: tuple) -> list:
    """The numbers that all kernels have, but for those of rows or images."""
    return [*sizes[1:], *found.each("count", "window", "stride", "before")]


_HOW = "ksize: list(int), strides: list(int), padding: string, data_format: string = 'NHWC'"
_PADDED = "explicit_paddings: later[list(int)] = []"
_pooling = _OfImages()
_pooling.define_max(
    "MaxPool", (f"T: type = float32, {_HOW}, {_PADDED}", f"{_HOW}, T: type = float32, {_PADDED}", _HOW), dtypes.REAL
)
_pooling.define_avg("AvgPool", "value", _HOW)


# ---- functions


def _pool(type: str, value, ksize, strides, padding, data_format, name) -> Tensor:
    data_format = axes.check_format(data_format)
    return apply(
        type,
        value,
        ksize=axes.for_each_axis(ksize, "ksize", data_format),
        strides=axes.for_each_axis(strides, "strides", data_format),
        padding=check_padding(padding),
        data_format=data_format,
        name=name,
    )


def max_pool(
    value, ksize, strides, padding, data_format: str | None = "NHWC", name: str | None = None, input=None
) -> Tensor:
    """The largest item of each window of images [batch, h, w, c]: [batch, h', w', c].

    ksize: height and width of a window: a number, a pair, or four with 1 for batch and channels; strides: likewise,
    from window to window. padding: "VALID" keeps windows inside of the image, with "SAME" they reach out of it, but
    what is there does not count. data_format "NCHW": the channels are second. A ksize of [1, 1, 1, n] and the same
    strides take the largest of each n channels. The gradient goes to the first of equal items.

    >>> import minitf as tf
    >>> tf.nn.max_pool(tf.zeros([1, 28, 28, 3]), 2, 2, "SAME").shape.as_list()
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
        return _pool("MaxPool", input, ksize, strides, padding, data_format, scope)


def avg_pool(
    value, ksize, strides, padding, data_format: str | None = "NHWC", name: str | None = None, input=None
) -> Tensor:
    """The mean of each window of images [batch, h, w, c]: [batch, h', w', c].

    Arguments and errors as those of `max_pool`; what is outside of the image does not count here either.

    >>> import minitf as tf
    >>> tf.nn.avg_pool(tf.zeros([1, 28, 28, 3]), 2, 2, "VALID").shape.as_list()
    [1, 14, 14, 3]
    """
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "AvgPool", [value]) as scope:
        return _pool("AvgPool", convert_to_tensor(value, name="value"), ksize, strides, padding, data_format, scope)


avg_pool2d = avg_pool
