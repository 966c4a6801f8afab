"""Convolutions of each channel by itself, and those followed by a mixing of channels."""

from __future__ import annotations

import numpy as np

from minitf.framework import op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.taking import arguments, taking_also
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import depthwise as kernels
from minitf.ops import patterns
from minitf.ops.array import array, constant
from minitf.ops.nn.axes import check_format, for_each_axis
from minitf.ops.nn.conv_forms import closed, spatial_sizes
from minitf.ops.nn.convolution import conv2d
from minitf.ops.nn.convolving import Convolution, moves
from minitf.ops.nn.spaces import with_space_to_batch
from minitf.ops.nn.windows import Windows


class _OfChannels(Convolution):
    sizes = staticmethod(lambda inputs: map(array.shape, inputs))

    def depth(self, f: tuple):
        return None if None in f[2:] else f[2] * f[3]

    def check_depth(self, depth: int, f: tuple) -> None:
        if depth != f[2]:
            raise ValueError(f"the filter of shape {TensorShape(f)} is made for {f[2]} channels, not {depth}")

    def call(self, b, x, f, out, found: Windows) -> None:
        each = (*x.shape[:3], out.shape[3])
        h, w, c, oh, ow, _, *others = self.numbers(found, each, f.shape)
        rows = out.shape[0] * out.shape[1]
        x = _repeated(b, x, f.shape[3])
        b.call(kernels.depthwise[x.dtype], x, f, out, 0, rows, h, w, c, oh, ow, *others)

    def call_for_input(self, b, f, g, out, found: Windows) -> None:
        numbers = self.numbers(found, out.shape, f.shape)
        h, w, c, oh, ow, m, kh, kw, sh, sw, dh, dw, top, left = numbers
        if (m, sh, sw) != (1, 1, 1):
            b.call(kernels.depthwise_input[g.dtype], g, f, out, 0, out.shape[0], *numbers)
            return
        down, across, *others = layout.strides(f.shape)  # what came from a pixel is what lies around it, turned about
        turned = patterns.walk(b, f, f.shape, (-down, -across, *others), (kh - 1) * down + (kw - 1) * across)
        moves = 1, 1, dh, dw, (kh - 1) * dh - top, (kw - 1) * dw - left
        b.call(kernels.depthwise[g.dtype], g, turned, out, 0, out.shape[0] * h, oh, ow, c, h, w, kh, kw, *moves)

    def call_for_filter(self, b, x, g, out, found: Windows) -> None:
        numbers = (0, out.shape[0] * out.shape[1], x.shape[0], *self.numbers(found, x.shape, out.shape))
        b.call(kernels.depthwise_filter[x.dtype], x, g, out, *numbers)

    def product(self, x, f):
        made = x[..., None] * f
        return made.reshape(*made.shape[:3], f.shape[0] * f.shape[1])

    def product_for_input(self, g, f):
        return (g.reshape(*g.shape[:3], *f.shape) * f).sum(-1)

    def product_for_filter(self, x, g):
        channels = x.shape[3]
        each = g.reshape(*g.shape[:3], channels, g.shape[3] // channels if channels else 0)
        return np.einsum("nhwc,nhwcm->cm", x, each)


def _repeated(b, x, times: int):
    """Lowers to images with each channel several times side by side."""
    if times == 1:
        return x
    steps = layout.strides(x.shape)
    wide = patterns.walk(b, x, (*x.shape, times), (*steps, 0))
    return b.view(wide, (*x.shape[:3], x.shape[3] * times))


_TYPE = "DepthwiseConv2dNative"
_OfChannels(
    _TYPE,
    f"{_TYPE}BackpropInput",
    f"{_TYPE}BackpropFilter",
    "strides: list(int), padding: string, data_format: string = 'NHWC', dilations: list(int) = [1, 1, 1, 1], "
    "explicit_paddings: later[list(int)] = []",
)


# ---- functions


def depthwise_conv2d_native(
    input, filter, strides, padding, data_format: str | None = "NHWC", dilations=(1, 1, 1, 1), name: str | None = None
) -> Tensor:
    """The convolution of each channel by itself: images [batch, h, w, c] and a filter [kh, kw, c, m] to
    [batch, h', w', c * m].

    strides, dilations: lists of four numbers; data_format: as that of `conv2d`; padding: "SAME" or "VALID".
    ValueError or TypeError for what does not fit.
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
    rates = for_each_axis(_pair(rate), "rate", data_format)
    spaced = rates[2:] if data_format == "NCHW" else rates[1:3]
    if spaced != [1, 1] and list(strides) != [1] * 4:  # as TensorFlow does it: the strides are those within each phase

        def strided(phases: Tensor, _, padding: str) -> Tensor:
            return depthwise_conv2d_native(phases, filter, strides, padding, data_format, name=name)

        return with_space_to_batch(input, spaced, padding, strided, array.shape(filter), data_format=data_format)
    array.shape(filter)  # two ops that TensorFlow makes and no one needs
    constant.constant(spaced, name="dilation_rate")
    if spaced == [1, 1]:
        return depthwise_conv2d_native(input, filter, strides, padding, data_format, name=name)
    op_counts.skip(op_counts.holes(spatial_sizes(input, 2, data_format)))
    result = depthwise_conv2d_native(input, filter, strides, padding, data_format, rates, name)
    return closed(result, input, 2, data_format)


def _pair(rate):
    if rate is not None and np.ndim(rate) != 1:
        raise ValueError(f"rate must be rank 1: two numbers, not {rate!r}")
    return rate


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
        if not pointwise_filter.shape[:2].is_compatible_with([1, 1]):
            raise ValueError(f"pointwise_filter has one pixel, [1, 1, c * m, out], not {sizes}")
        each = _with_holes(input, depthwise_filter, strides, padding, rate, data_format, "depthwise")
        return conv2d(each, pointwise_filter, 1, "VALID", data_format=check_format(data_format), name=scope)


@taking_also(arguments(depthwise_conv2d_native)[2:])
def depthwise_conv2d_native_backprop_input(input_sizes, filter, out_backprop, *, name, **how) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for images of shape `input_sizes` (4 numbers, int32), given
    that of its result; the other arguments are those of `depthwise_conv2d_native`.
    """
    return apply("DepthwiseConv2dNativeBackpropInput", input_sizes, filter, out_backprop, name=name, **moves(**how))


@taking_also(arguments(depthwise_conv2d_native)[2:])
def depthwise_conv2d_native_backprop_filter(input, filter_sizes, out_backprop, *, name, **how) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for a filter of shape `filter_sizes` (4 numbers, int32),
    given that of its result; the other arguments are those of `depthwise_conv2d_native`.
    """
    return apply("DepthwiseConv2dNativeBackpropFilter", input, filter_sizes, out_backprop, name=name, **moves(**how))
