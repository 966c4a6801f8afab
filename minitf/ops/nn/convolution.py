"""Convolutions of images with filters, and their gradients, each of which is made of the other two."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import batches
from minitf.kernels.math import convolution as kernels
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
from minitf.ops.nn.convolving import gradient_rules
from minitf.ops.nn.windows import Windows, check_moves, check_strides, explicit, static_count, windows

_BATCH = 8  # images: from so many on they are the rows of products
_LONG, _SMALL = 16, 1 << 16  # images that are added up by one product, into a filter that stays in the cache

# ---- shapes


def _sizes(tensor) -> tuple:
    return tensor.shape.with_rank(4).sizes


def _conv_shape(op):
    check_strides(op)
    x, f = _sizes(op.inputs[0]), _sizes(op.inputs[1])
    depth, expected = x[channel(op)], f[2]
    if None not in (depth, expected) and (depth % expected if expected else depth):
        raise ValueError(
            f"the filter of shape {TensorShape(f)} is made for {expected} channels; the images have {depth} "
            f"(depth of input ({depth}) is not a multiple of input depth of filter ({expected}))"
        )
    groups = depth // expected if depth and expected else 1
    if f[3] is not None and f[3] % groups:
        raise ValueError(f"the depth of the output ({f[3]}) is not a multiple of the number of groups ({groups})")
    counts = [static_count(op, p, x[p], k) for p, k in zip(spatial(op), f[:2])]
    return own_sizes(op, (x[0], *counts, f[3]))


def _wanted(op):
    """The static shape that the sizes among the inputs ask for."""
    check_strides(op)
    at = 0 if op.type == "Conv2DBackpropInput" else 1
    return array.wanted_shape(op, at).with_rank(4)


# ---- numbers


def _windows(op, sizes: tuple, f: tuple) -> Windows:
    """How a filter of shape f lies on images of sizes [images, h, w, c]."""
    check_moves(op)
    if sizes[3] != f[2]:
        if sizes[3] and f[2] and sizes[3] % f[2] == 0:
            raise errors.UnimplementedError(
                None,
                op,
                f"grouped convolutions are not supported: images of {sizes[3]} channels, a filter "
                f"for {f[2]}; use depthwise_conv2d, or split the channels",
            )
        raise ValueError(f"input depth must be evenly divisible by filter depth: {sizes[3]} vs {f[2]}")
    return windows(op, sizes, f[:2])


def _of_gradient(op, sizes: tuple, f: tuple, g: tuple) -> Windows:
    """`_windows`, if gradients of shape g [images, oh, ow, out] go with them."""
    found = _windows(op, sizes, f)
    expected = (sizes[0], found.rows.count, found.columns.count, f[3])
    if g != expected:
        raise ValueError(
            f"Size of out_backprop doesn't match computed: it is {g}; images of {sizes} and a filter of {f} "
            f"with these strides and paddings make {expected}"
        )
    return found


def _numbers(found: Windows, sizes: tuple, f: tuple) -> list:
    """The numbers that all kernels have: sizes, and how the filter moves."""
    rows, columns = found
    sizes = [*sizes[1:], rows.count, columns.count, f[3]]
    return [*sizes, *f[:2], *found.strides, rows.dilation, columns.dilation, *found.reach]


def _many(found: Windows, images: int) -> bool:
    """Whether kernels for batches are the faster ones, and the filter has no holes that they cannot do."""
    return images >= _BATCH and 1 in (found.columns.dilation, found.columns.window)


# ---- kernels


def _overlapping(found: Windows, f: tuple) -> bool:
    """Whether patches for a filter of shape f are read where they overlap, which is faster."""
    rows, columns = found
    return f[0] * f[1] * f[2] <= kernels.MOST and columns.dilation == 1 and columns.count >= kernels.FEWEST


def _forward(found: Windows, sizes: tuple, f: tuple) -> tuple:
    """The kernel for results of sizes [images, oh, ow, out], and how many pieces of work it counts."""
    if _many(found, sizes[0]) and not _overlapping(found, f):
        return batches.conv2d_batch, sizes[0]
    return kernels.conv2d, sizes[0] * sizes[1] * sizes[2]


def _conv_kernel(b, op, x, f):
    expect_axes(x, "input", 4)
    expect_axes(f, "filter", 4)
    x = channels_last(b, op, x)
    found = _windows(op, x.shape, f.shape)
    out = b.new((x.shape[0], found.rows.count, found.columns.count, f.shape[3]), x.dtype)
    if out.size:
        kernel, count = _forward(found, out.shape, f.shape)
        b.call(kernel[x.dtype], x, f, out, 0, count, *_numbers(found, x.shape, f.shape))
    return own_order(b, op, out)


def _input_kernel(b, op, wanted, f, g):
    expect_axes(f, "filter", 4)
    expect_axes(g, "out_backprop", 4)
    shape, g = last_sizes(op, wanted_sizes(b.data(wanted), "input", 4)), channels_last(b, op, g)
    found = _of_gradient(op, shape, f.shape, g.shape)
    items = f.size // f.shape[3] if f.size else 0
    turned = patterns.walk(b, f, (f.shape[3], items), (1, f.shape[3]))
    out = b.new(shape, f.dtype)
    if out.size:
        kernel = batches.conv2d_input_batch if _many(found, shape[0]) else kernels.conv2d_input
        b.call(kernel[f.dtype], g, turned, out, 0, shape[0], *_numbers(found, shape, f.shape))
    return own_order(b, op, out)


def _filter_kernel(b, op, x, wanted, g):
    expect_axes(x, "input", 4)
    expect_axes(g, "out_backprop", 4)
    shape, x, g = wanted_sizes(b.data(wanted), "filter", 4), channels_last(b, op, x), channels_last(b, op, g)
    found = _of_gradient(op, x.shape, shape, g.shape)
    out = b.new(shape, x.dtype)
    if out.size:
        long = x.shape[0] >= _LONG and out.size <= _SMALL
        kernel = batches.conv2d_filter_batch if long and _many(found, x.shape[0]) else kernels.conv2d_filter
        rows, scratch = out.size // shape[3], b.new(shape, x.dtype)
        b.call(kernel[x.dtype], x, g, scratch, out, 0, rows, *shape[3:], x.shape[0], *_numbers(found, x.shape, shape))
    return out


# ---- NumPy meanings


def _conv(op, x, f):
    expect_axes(x, "input", 4)
    expect_axes(f, "filter", 4)
    x, f = map(patterns.wide, (channels_last(None, op, x), f))
    found = _windows(op, x.shape, f.shape)
    out = np.zeros((x.shape[0], found.rows.count, found.columns.count, f.shape[3]), x.dtype)
    for ky, kx, to, at in found.taps():
        out[to] += x[at] @ f[ky, kx]
    return own_order(None, op, out)


def _input_grad(op, wanted, f, g):
    expect_axes(f, "filter", 4)
    expect_axes(g, "out_backprop", 4)
    shape, (f, g) = (
        last_sizes(op, wanted_sizes(wanted, "input", 4)),
        map(patterns.wide, (f, channels_last(None, op, g))),
    )
    out = np.zeros(shape, f.dtype)
    for ky, kx, to, at in _of_gradient(op, shape, f.shape, g.shape).taps():
        out[at] += g[to] @ f[ky, kx].T
    return own_order(None, op, out)


def _filter_grad(op, x, wanted, g):
    expect_axes(x, "input", 4)
    expect_axes(g, "out_backprop", 4)
    shape = wanted_sizes(wanted, "filter", 4)
    x, g = map(patterns.wide, (channels_last(None, op, x), channels_last(None, op, g)))
    out = np.zeros(shape, x.dtype)
    for ky, kx, to, at in _of_gradient(op, x.shape, shape, g.shape).taps():
        out[ky, kx] = np.tensordot(x[at], g[to], ([0, 1, 2], [0, 1, 2]))
    return out


# ---- definitions

_HOW = (
    "strides: list(int), use_cudnn_on_gpu: bool = True, padding: string, "
    "explicit_paddings: list(int) = [], data_format: string = 'NHWC', dilations: list(int) = [1, 1, 1, 1]"
)
_conv_grad, _input_grad_grad, _filter_grad_grad = gradient_rules(
    "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"
)
define(
    "Conv2D",
    f"input: T, filter: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_conv_shape,
    numpy=_conv,
    kernel=_conv_kernel,
    grad=_conv_grad,
)
define(
    "Conv2DBackpropInput",
    f"input_sizes: int32, filter: T, out_backprop: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_input_grad,
    kernel=_input_kernel,
    grad=_input_grad_grad,
)
define(
    "Conv2DBackpropFilter",
    f"input: T, filter_sizes: int32, out_backprop: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_filter_grad,
    kernel=_filter_kernel,
    grad=_filter_grad_grad,
)


# ---- functions


def _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu: bool = True) -> dict:
    """The attributes that all three ops have; ValueError or TypeError for what they cannot be."""
    padding, paddings = explicit(padding)
    data_format = check_format(data_format)
    return {
        "strides": for_each_axis(strides, "strides", data_format),
        "padding": padding,
        "explicit_paddings": paddings,
        "data_format": data_format,
        "dilations": for_each_axis(dilations, "dilations", data_format),
        "use_cudnn_on_gpu": bool(use_cudnn_on_gpu),
    }


def conv2d(
    input,
    filter=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The convolution of images [batch, h, w, c] with a filter [kh, kw, c, out]: [batch, h', w', out].

    strides: how far the filter moves on, a number, a pair, or four with 1 for batch and channels; dilations:
    likewise, how far apart the pixels are that it is laid upon. padding: "VALID" stays inside of the image,
    "SAME" gives h' = h / stride, rounded up, with zeros around, and four pairs say how many zeros there are
    before and behind each axis. data_format "NCHW": images and results have the channels second.
    `use_cudnn_on_gpu` changes nothing.

    >>> conv2d(array.zeros([1, 28, 28, 1]), array.zeros([5, 5, 1, 32]), 2, "SAME").shape.as_list()
    [1, 14, 14, 32]

    Raises:
      ValueError: if the shapes do not fit each other, or the other arguments are not as above.
      TypeError: for a padding that is neither text nor a list, or a filter of another type than the images.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    attributes = _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu)
    return apply("Conv2D", input, filter, name=name, **attributes)


def conv2d_backprop_input(
    input_sizes,
    filter=None,
    out_backprop=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The gradient of `conv2d` for images of shape `input_sizes` (4 numbers, int32), given that of its
    result.

    The other arguments are those of `conv2d`; ValueError and TypeError as there.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    attributes = _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu)
    return apply("Conv2DBackpropInput", input_sizes, filter, out_backprop, name=name, **attributes)


def conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv2d` for a filter of shape `filter_sizes` (4 numbers, int32), given that of its
    result.

    The other arguments are those of `conv2d`; ValueError and TypeError as there.
    """
    attributes = _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu)
    return apply("Conv2DBackpropFilter", input, filter_sizes, out_backprop, name=name, **attributes)


def conv2d_transpose(
    value=None,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format: str | None = "NHWC",
    name: str | None = None,
    input=None,
    filters=None,
    dilations=None,
) -> Tensor:
    """The transpose of `conv2d`: [batch, h', w', in] and a filter [kh, kw, out, in] to `output_shape`.

    output_shape: 4 numbers, of which `conv2d` would make the shape of `value`; other arguments as there.
    """
    value = patterns.renamed("input", input, "value", value)
    filter = patterns.renamed("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        attributes = _attributes(strides, padding, data_format, dilations)
        return apply("Conv2DBackpropInput", output_shape, filter, value, name=scope, **attributes)
