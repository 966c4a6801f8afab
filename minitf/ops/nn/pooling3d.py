"""The largest item, or the mean, of windows of volumes, and their gradients.

A window's largest item, or mean, is that of its planes' ones: so the kernels are those of images, used for
the planes and then along the first axis.
"""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.kernels.math import pooling as kernels
from minitf.ops.nn import axes
from minitf.ops.nn.windowed import Pooling, lowest
from minitf.ops.nn.windows import Windows, axis, check_moves, check_padding, check_positive, static_count, windows


class _OfVolumes(Pooling):
    rank, what = 5, "volumes"

    def shape(self, op):
        check_positive(op)
        x = op.inputs[0].shape.with_rank(5).sizes
        counts = [static_count(op, p, x[p], k) for p, k in zip(axes.spatial(op), self.window(op))]
        return axes.own_sizes(op, (x[0], *counts, x[axes.channel(op)]))

    def windows(self, op, sizes: tuple, along=axis) -> Windows:
        check_moves(op, "ksize")
        return windows(op, sizes, self.window(op), along)

    def call_max(self, b, x, found: Windows):
        return self._forward(b, kernels.max_pool, x, found, float(lowest(x.dtype)))[1]

    def call_max_grad(self, b, x, g, found: Windows):
        first, _ = self._forward(b, kernels.max_pool, x, found, float(lowest(x.dtype)))
        (images, planes), (volumes, along) = _stages(found, x.shape)
        between, out = b.new(first.shape, x.dtype), b.new(x.shape, x.dtype)
        if between.size:
            b.call(kernels.max_pool_grad[x.dtype], first, g, between, 0, volumes, *along, 0)
        if out.size:
            b.call(kernels.max_pool_grad[x.dtype], x, between, out, 0, images, *planes, 0)
        return out

    def call_avg(self, b, x, found: Windows):
        return self._forward(b, kernels.avg_pool, x, found)[1]

    def call_avg_grad(self, b, shape: tuple, g, found: Windows):
        (images, planes), (volumes, along) = _stages(found, shape)
        between, out = b.new(_between(found, shape), g.dtype), b.new(shape, g.dtype)
        if between.size:
            b.call(kernels.avg_pool_grad[g.dtype], g, between, 0, volumes, *along)
        if out.size:
            b.call(kernels.avg_pool_grad[g.dtype], between, out, 0, images, *planes)
        return out

    def _forward(self, b, kernel, x, found: Windows, *start) -> tuple:
        """Lowers to the pools of planes, and to those of the volumes."""
        (images, planes), (volumes, along) = _stages(found, x.shape)
        first = b.new(_between(found, x.shape), x.dtype)
        out = b.new(self.pooled(found, x.shape), x.dtype)
        if first.size:
            b.call(kernel[x.dtype], x, first, *start, 0, images * found[1].count, *planes)
        if out.size:
            b.call(kernel[x.dtype], first, out, *start, 0, volumes * found[0].count, *along)
        return first, out


def _between(found: Windows, sizes: tuple) -> tuple:
    """The shape of the planes' pools."""
    return (*sizes[:2], *found.counts[1:], sizes[4])


def _stages(found: Windows, sizes: tuple) -> tuple:
    """Pooling of planes, then of what they gave, as images: how many, and the numbers of kernels."""
    depth, rows, columns = found
    n, d, h, w, c = sizes
    width = rows.count * columns.count
    planes = [h, w, c, *Windows(found[1:]).each("count", "window", "stride", "before")]
    along = [d, width, c, depth.count, width, depth.window, 1, depth.stride, 1, depth.before, 0]
    return (n * d, planes), (n, along)


_HOW = "ksize: list(int), strides: list(int), padding: string, data_format: string = 'NDHWC'"
_pooling = _OfVolumes()
_pooling.define_max(
    "MaxPool3D", (_HOW, f"{_HOW}, T: type = float32, TInput: type = float32", _HOW), dtypes.FLOAT, native=False
)
_pooling.define_avg("AvgPool3D", "input", _HOW)


# ---- functions


def _pool(type: str, input, ksize, strides, padding, data_format, name) -> Tensor:
    data_format = axes.check_format(data_format, axes.VOLUMES)
    with name_scope(name, type, [input]) as scope:
        return apply(
            type,
            convert_to_tensor(input, name="input"),
            ksize=axes.for_each_axis(ksize, "ksize", data_format),
            strides=axes.for_each_axis(strides, "strides", data_format),
            padding=check_padding(padding),
            data_format=data_format,
            name=scope,
        )


def max_pool3d(input, ksize, strides, padding, data_format: str | None = "NDHWC", name: str | None = None) -> Tensor:
    """The largest item of each window of volumes [batch, d, h, w, c]: [batch, d', h', w', c].

    ksize, strides: a number, three, or five with 1 for batch and channels; padding, data_format ("NCDHW"):
    as for `max_pool`.

    >>> import minitf as tf
    >>> tf.nn.max_pool3d(tf.zeros([1, 8, 8, 8, 3]), 2, 2, "SAME").shape.as_list()
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
