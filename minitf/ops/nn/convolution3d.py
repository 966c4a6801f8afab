"""Convolutions of volumes with filters, and their gradients, each of which is made of the other two."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import volumes as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.nn.axes import (
    VOLUMES,
    channel,
    channels_last,
    expect_axes,
    last_sizes,
    own_order,
    own_sizes,
    wanted_sizes,
)
from minitf.ops.nn.convolving import gradient_rules, moves
from minitf.ops.nn.volumes import check_positive, static_counts, taps, windows

# ---- shapes


def _sizes(tensor) -> tuple:
    return tensor.shape.with_rank(5).sizes


def _conv_shape(op):
    check_positive(op)
    x, f = _sizes(op.inputs[0]), _sizes(op.inputs[1])
    depth = x[channel(op)]
    if None not in (depth, f[3]) and depth != f[3]:
        raise ValueError(
            f"the filter of shape {TensorShape(f)} is for {f[3]} channels; the volumes have {depth} "
            "(Dimensions must be equal)"
        )
    return own_sizes(op, (x[0], *static_counts(op, x, f[:3]), f[4]))


def _wanted(op):
    check_positive(op)
    return array.wanted_shape(op, 0 if op.type == "Conv3DBackpropInputV2" else 1).with_rank(5)


def _found(op, sizes: tuple, f: tuple, g: tuple | None = None) -> list:
    """How a filter of shape f lies on volumes of these sizes; ValueError unless gradients of shape g fit."""
    if sizes[4] != f[3]:
        raise ValueError(f"input depth and filter depth differ: {sizes[4]} and {f[3]}")
    found = windows(op, sizes, f[:3])
    expected = (sizes[0], *[a.count for a in found], f[4])
    if g is not None and g != expected:
        raise ValueError(
            f"Size of out_backprop doesn't match computed: it is {g}; volumes of {sizes} and a filter of {f} "
            f"with these strides and paddings make {expected}"
        )
    return found


def _numbers(found: list, sizes: tuple, f: tuple) -> list:
    """The numbers that all kernels have."""
    moves = [getattr(a, name) for name in ("stride", "dilation", "before") for a in found]
    return [*sizes[1:], *[a.count for a in found], f[4], *f[:3], *moves]


# ---- kernels


def _conv_kernel(b, op, x, f):
    expect_axes(x, "input", 5)
    expect_axes(f, "filter", 5)
    x = channels_last(b, op, x)
    found = _found(op, x.shape, f.shape)
    out = b.new((x.shape[0], *[a.count for a in found], f.shape[4]), x.dtype)
    if out.size:
        planes = x.shape[0] * found[0].count
        b.call(kernels.conv3d[x.dtype], x, f, out, 0, planes, *_numbers(found, x.shape, f.shape))
    return own_order(b, op, out)


def _input_kernel(b, op, wanted, f, g):
    expect_axes(f, "filter", 5)
    expect_axes(g, "out_backprop", 5)
    shape, g = last_sizes(op, wanted_sizes(b.data(wanted), "input", 5)), channels_last(b, op, g)
    found = _found(op, shape, f.shape, g.shape)
    items = f.size // f.shape[4] if f.size else 0
    turned = patterns.walk(b, f, (f.shape[4], items), (1, f.shape[4]))
    out = b.new(shape, f.dtype)
    if out.size:
        numbers = _numbers(found, shape, f.shape)
        b.call(kernels.conv3d_input[f.dtype], g, turned, out, 0, shape[0], *numbers)
    return own_order(b, op, out)


def _filter_kernel(b, op, x, wanted, g):
    expect_axes(x, "input", 5)
    expect_axes(g, "out_backprop", 5)
    shape, x, g = wanted_sizes(b.data(wanted), "filter", 5), channels_last(b, op, x), channels_last(b, op, g)
    found = _found(op, x.shape, shape, g.shape)
    out = b.new(shape, x.dtype)
    if out.size:
        numbers = (0, out.size // shape[4], x.shape[0], *_numbers(found, x.shape, shape))
        b.call(kernels.conv3d_filter[x.dtype], x, g, out, *numbers)
    return out


# ---- NumPy meanings


def _conv(op, x, f):
    expect_axes(x, "input", 5)
    expect_axes(f, "filter", 5)
    x, f = map(patterns.wide, (channels_last(None, op, x), f))
    found = _found(op, x.shape, f.shape)
    out = np.zeros((x.shape[0], *[a.count for a in found], f.shape[4]), x.dtype)
    for place, to, at in taps(found):
        out[to] += x[at] @ f[place]
    return own_order(None, op, out)


def _input_grad(op, wanted, f, g):
    expect_axes(f, "filter", 5)
    expect_axes(g, "out_backprop", 5)
    shape, (f, g) = (
        last_sizes(op, wanted_sizes(wanted, "input", 5)),
        map(patterns.wide, (f, channels_last(None, op, g))),
    )
    out = np.zeros(shape, f.dtype)
    for place, to, at in taps(_found(op, shape, f.shape, g.shape)):
        out[at] += g[to] @ f[place].T
    return own_order(None, op, out)


def _filter_grad(op, x, wanted, g):
    expect_axes(x, "input", 5)
    expect_axes(g, "out_backprop", 5)
    shape = wanted_sizes(wanted, "filter", 5)
    x, g = map(patterns.wide, (channels_last(None, op, x), channels_last(None, op, g)))
    out = np.zeros(shape, x.dtype)
    for place, to, at in taps(_found(op, x.shape, shape, g.shape)):
        out[place] = np.tensordot(x[at], g[to], ([0, 1, 2, 3], [0, 1, 2, 3]))
    return out


# ---- definitions

_HOW = "strides: list(int), padding: string, data_format: string = 'NDHWC', dilations: list(int) = [1, 1, 1, 1, 1]"
_conv_grad, _input_grad_grad, _filter_grad_grad = gradient_rules(
    "Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"
)
define(
    "Conv3D",
    f"input: T, filter: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_conv_shape,
    numpy=_conv,
    kernel=_conv_kernel,
    grad=_conv_grad,
)
define(
    "Conv3DBackpropInputV2",
    f"input_sizes: int32, filter: T, out_backprop: T; {_HOW}, Tshape: type = int32 -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_input_grad,
    kernel=_input_kernel,
    grad=_input_grad_grad,
)
define(
    "Conv3DBackpropFilterV2",
    f"input: T, filter_sizes: int32, out_backprop: T; {_HOW} -> output: T",
    T=dtypes.FLOAT,
    shape=_wanted,
    numpy=_filter_grad,
    kernel=_filter_kernel,
    grad=_filter_grad_grad,
)


# ---- functions


def conv3d(
    input,
    filter=None,
    strides=None,
    padding=None,
    data_format: str | None = "NDHWC",
    dilations=(1, 1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The convolution of volumes [batch, d, h, w, c] with a filter [kd, kh, kw, c, out]: [batch, d', h', w',
    out].

    strides, dilations: a number, three, or five with 1 for batch and channels; padding: "SAME" or "VALID";
    data_format "NCDHW": the channels are second. See `conv2d`.

    >>> conv3d(array.zeros([1, 8, 8, 8, 1]), array.zeros([3, 3, 3, 1, 4]), 2, "SAME").shape.as_list()
    [1, 4, 4, 4, 4]

    Raises:
      ValueError: if the shapes do not fit each other, or the other arguments are not as above.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    return apply("Conv3D", input, filter, name=name, **moves(strides, padding, data_format, dilations, VOLUMES))


def conv3d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format: str | None = "NDHWC",
    dilations=(1, 1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv3d` for a filter of shape `filter_sizes` (5 numbers, int32), given that of its
    result.
    """
    attributes = moves(strides, padding, data_format, dilations, VOLUMES)
    return apply("Conv3DBackpropFilterV2", input, filter_sizes, out_backprop, name=name, **attributes)


def conv3d_transpose(
    value,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format: str | None = "NDHWC",
    name: str | None = None,
    input=None,
    filters=None,
    dilations=None,
) -> Tensor:
    """The transpose of `conv3d`: [batch, d', h', w', in] and a filter [kd, kh, kw, out, in] to
    `output_shape`, five numbers.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "conv3d_transpose", [value, filter, output_shape]) as scope:
        attributes = moves(strides, padding, data_format, dilations, VOLUMES)
        return apply("Conv3DBackpropInputV2", output_shape, filter, value, name=scope, **attributes)
