"""Convolutions of each channel by itself, and those followed by a mixing of channels."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import depthwise as kernels
from minitf.ops import patterns
from minitf.ops.array import array, constant
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
from minitf.ops.nn.conv_forms import spatial_sizes
from minitf.ops.nn.convolution import conv2d
from minitf.ops.nn.convolving import gradient_rules, moves
from minitf.ops.nn.spaces import with_space_to_batch
from minitf.ops.nn.windows import Windows, check_moves, check_strides, static_count, windows


def _shape(op):
    check_strides(op)
    x, f = (t.shape.with_rank(4).sizes for t in op.inputs)
    depth = x[channel(op)]
    if None not in (depth, f[2]) and depth != f[2]:
        raise ValueError(f"the filter of shape {TensorShape(f)} is made for {f[2]} channels, not {depth}")
    depth = f[2] if depth is None else depth
    out = None if None in (depth, f[3]) else depth * f[3]
    return own_sizes(op, (x[0], *[static_count(op, p, x[p], k) for p, k in zip(spatial(op), f[:2])], out))


def _wanted(op):
    check_strides(op)
    return array.wanted_shape(op, 0 if op.type.endswith("Input") else 1).with_rank(4)


def _windows(op, sizes: tuple, f: tuple, g: tuple | None = None) -> Windows:
    """How a filter of shape f lies on images of sizes [images, h, w, c], if gradients g go with them."""
    check_moves(op)
    if len(sizes) != 4 or len(f) != 4:
        raise ValueError(f"images and filters must be 4-dimensional, not {sizes} and {f}")
    if sizes[3] != f[2]:
        raise ValueError(f"a filter of shape {f} is made for {f[2]} channels, not {sizes[3]}")
    found = windows(op, sizes, f[:2])
    expected = (sizes[0], found.rows.count, found.columns.count, f[2] * f[3])
    if g not in (None, expected):
        raise ValueError(f"Size of out_backprop doesn't match computed: it is {g}, not {expected}")
    return found


def _numbers(found: Windows, sizes: tuple, f: tuple) -> list:
    rows, columns = found
    sizes = [*sizes[1:], rows.count, columns.count, f[3]]
    return [*sizes, *f[:2], *found.strides, rows.dilation, columns.dilation, *found.reach]


# ---- kernels


def _kernel(b, op, x, f):
    expect_axes(x, "input", 4)
    x = channels_last(b, op, x)
    found = _windows(op, x.shape, f.shape)
    out = b.new((x.shape[0], found.rows.count, found.columns.count, f.shape[2] * f.shape[3]), x.dtype)
    if out.size:
        each = (*x.shape[:3], out.shape[3])
        x = _repeated(b, x, f.shape[3])
        h, w, _, oh, ow, _, *others = _numbers(found, each, f.shape)
        rows = out.shape[0] * out.shape[1]
        b.call(kernels.depthwise[x.dtype], x, f, out, 0, rows, h, w, each[3], oh, ow, *others)
    return own_order(b, op, out)


def _repeated(b, x, times: int):
    """Lowers to images with each channel several times side by side."""
    if times == 1:
        return x
    steps = layout.strides(x.shape)
    wide = patterns.walk(b, x, (*x.shape, times), (*steps, 0))
    return b.view(wide, (*x.shape[:3], x.shape[3] * times))


def _input_kernel(b, op, wanted, f, g):
    expect_axes(g, "out_backprop", 4)
    sizes, g = last_sizes(op, wanted_sizes(b.data(wanted), "input", 4)), channels_last(b, op, g)
    found = _windows(op, sizes, f.shape, g.shape)
    out = b.new(sizes, g.dtype)
    if out.size:
        b.call(kernels.depthwise_input[g.dtype], g, f, out, 0, sizes[0], *_numbers(found, sizes, f.shape))
    return own_order(b, op, out)


def _filter_kernel(b, op, x, wanted, g):
    expect_axes(x, "input", 4)
    expect_axes(g, "out_backprop", 4)
    f, x, g = wanted_sizes(b.data(wanted), "filter", 4), channels_last(b, op, x), channels_last(b, op, g)
    found = _windows(op, x.shape, f, g.shape)
    out = b.new(f, x.dtype)
    if out.size:
        numbers = (0, f[0] * f[1], x.shape[0], *_numbers(found, x.shape, f))
        b.call(kernels.depthwise_filter[x.dtype], x, g, out, *numbers)
    return out


# ---- NumPy meanings


def _forward(op, x, f):
    expect_axes(x, "input", 4)
    x, f = map(patterns.wide, (channels_last(None, op, x), f))
    found = _windows(op, x.shape, f.shape)
    out = np.zeros((x.shape[0], found.rows.count, found.columns.count, *f.shape[2:]), x.dtype)
    for ky, kx, to, at in found.taps():
        out[to] += x[at][..., None] * f[ky, kx]
    return own_order(None, op, out.reshape(*out.shape[:3], f.shape[2] * f.shape[3]))


def _input_grad(op, wanted, f, g):
    expect_axes(g, "out_backprop", 4)
    sizes, (f, g) = (
        last_sizes(op, wanted_sizes(wanted, "input", 4)),
        map(patterns.wide, (f, channels_last(None, op, g))),
    )
    found, out = _windows(op, sizes, f.shape, g.shape), np.zeros(sizes, g.dtype)
    g = g.reshape(*g.shape[:3], *f.shape[2:])
    for ky, kx, to, at in found.taps():
        out[at] += (g[to] * f[ky, kx]).sum(-1)
    return own_order(None, op, out)


def _filter_grad(op, x, wanted, g):
    expect_axes(x, "input", 4)
    expect_axes(g, "out_backprop", 4)
    f, (x, g) = (
        wanted_sizes(wanted, "filter", 4),
        map(patterns.wide, (channels_last(None, op, x), channels_last(None, op, g))),
    )
    found, out = _windows(op, x.shape, f, g.shape), np.zeros(f, x.dtype)
    g = g.reshape(*g.shape[:3], *f[2:])
    for ky, kx, to, at in found.taps():
        out[ky, kx] = np.einsum("nhwc,nhwcm->cm", x[at], g[to])
    return out


# ---- definitions

_HOW = (
    "strides: list(int), padding: string, data_format: string = 'NHWC', dilations: list(int) = [1, 1, 1, 1], "
    "explicit_paddings: later[list(int)] = []"
)
_TYPE = "DepthwiseConv2dNative"
_grad, _input_grad_grad, _filter_grad_grad = gradient_rules(
    _TYPE, f"{_TYPE}BackpropInput", f"{_TYPE}BackpropFilter", lambda inputs: map(array.shape, inputs)
)
define(
    "DepthwiseConv2dNative",
    f"input: T, filter: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_shape,
    numpy=_forward,
    kernel=_kernel,
    grad=_grad,
)
define(
    "DepthwiseConv2dNativeBackpropInput",
    f"input_sizes: int32, filter: T, out_backprop: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_input_grad,
    kernel=_input_kernel,
    grad=_input_grad_grad,
)
define(
    "DepthwiseConv2dNativeBackpropFilter",
    f"input: T, filter_sizes: int32, out_backprop: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_filter_grad,
    kernel=_filter_kernel,
    grad=_filter_grad_grad,
)


# ---- functions


def depthwise_conv2d_native(
    input, filter, strides, padding, data_format: str | None = "NHWC", dilations=(1, 1, 1, 1), name: str | None = None
) -> Tensor:
    """The convolution of each channel by itself: images [batch, h, w, c] and a filter [kh, kw, c, m] to
    [batch, h', w', c * m].

    strides, dilations, data_format: as those of `conv2d`; padding: "SAME" or "VALID". ValueError or
    TypeError for what does not fit.
    """
    attributes = moves(strides, padding, data_format, dilations)
    return apply("DepthwiseConv2dNative", input, filter, name=name, **attributes)


def depthwise_conv2d(
    input, filter, strides, padding, rate=None, name: str | None = None, data_format: str | None = None, dilations=None
) -> Tensor:
    """`depthwise_conv2d_native`, with holes `rate` (a pair of numbers) apart; strides then count within the
    images of every rate-th pixel.

    >>> depthwise_conv2d(array.zeros([1, 9, 9, 3]), array.zeros([3, 3, 3, 2]), [1, 2, 2, 1],
    ...                  "SAME").shape.as_list()
    [1, 5, 5, 6]
    """
    rate = patterns.renamed("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        filter = convert_to_tensor(filter, name="filter_in")
        input = convert_to_tensor(input, name="tensor_in")
        return _with_holes(input, filter, strides, padding, rate, data_format, scope)


def _with_holes(input: Tensor, filter: Tensor, strides, padding, rate, data_format, name: str) -> Tensor:
    """The op; the graph counts as many ops as TensorFlow needs."""
    data_format = check_format(data_format)
    strides = for_each_axis(strides, "strides", data_format)
    rates = for_each_axis(rate, "rate", data_format)
    spaced = rates[2:] if data_format == "NCHW" else rates[1:3]
    if spaced != [1, 1] and strides != [1] * 4:  # as TensorFlow does it: the strides are those within each phase

        def strided(phases: Tensor, _, padding: str) -> Tensor:
            return depthwise_conv2d_native(phases, filter, strides, padding, data_format, name=name)

        return with_space_to_batch(input, spaced, padding, strided, array.shape(filter), data_format=data_format)
    array.shape(filter)  # two ops that TensorFlow makes and no one needs
    constant.constant(spaced, name="dilation_rate")
    if spaced == [1, 1]:
        return depthwise_conv2d_native(input, filter, strides, padding, data_format, name=name)
    op_counts.skip(op_counts.holes(spatial_sizes(input, 2, data_format)))
    result = depthwise_conv2d_native(input, filter, strides, padding, data_format, rates, name)
    op_counts.skip(op_counts.HOLES_CLOSED)
    return result


def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    rate=None,
    name: str | None = None,
    data_format: str | None = None,
    dilations=None,
) -> Tensor:
    """`depthwise_conv2d` with a filter [kh, kw, c, m], then `conv2d` with one of [1, 1, c * m, out].

    >>> separable_conv2d(array.zeros([1, 9, 9, 3]), array.zeros([3, 3, 3, 2]), array.zeros([1, 1, 6, 4]),
    ...                  [1, 1, 1, 1], "VALID").shape.as_list()
    [1, 7, 7, 4]

    Raises:
      ValueError: as there, or for a second filter of more than one pixel.
    """
    rate = patterns.renamed("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        sizes = pointwise_filter.shape.with_rank(4).sizes
        if sizes[:2] != (1, 1):
            raise ValueError(f"pointwise_filter has one pixel, [1, 1, c * m, out], not {sizes}")
        each = _with_holes(input, depthwise_filter, strides, padding, rate, data_format, "depthwise")
        return conv2d(each, pointwise_filter, 1, "VALID", data_format=check_format(data_format), name=scope)


def depthwise_conv2d_native_backprop_input(
    input_sizes,
    filter,
    out_backprop,
    strides,
    padding,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for images of shape `input_sizes` (4 numbers, int32), given
    that of its result; the other arguments are those of `depthwise_conv2d_native`.
    """
    attributes = moves(strides, padding, data_format, dilations)
    return apply("DepthwiseConv2dNativeBackpropInput", input_sizes, filter, out_backprop, name=name, **attributes)


def depthwise_conv2d_native_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for a filter of shape `filter_sizes` (4 numbers, int32),
    given that of its result; the other arguments are those of `depthwise_conv2d_native`.
    """
    attributes = moves(strides, padding, data_format, dilations)
    return apply("DepthwiseConv2dNativeBackpropFilter", input, filter_sizes, out_backprop, name=name, **attributes)
