"""Convolutions with their gradients, each of which is made of the other two: what those of all kinds share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply_like
from minitf.framework.registry import define
from minitf.ops import patterns
from minitf.ops.array import array, shapes
from minitf.ops.nn import axes
from minitf.ops.nn.axes import channels_last, own_order
from minitf.ops.nn.windows import (
    Windows,
    axis,
    check_moves,
    check_padding,
    check_strides,
    found_by,
    static_count,
    windows,
)


def moves(strides, padding, data_format, dilations, formats: tuple = axes.IMAGES, taken: Callable = axes.listed):
    """How a filter moves, as attributes, of which `taken` takes numbers; ValueError or TypeError for what they
    cannot be.
    """
    data_format = axes.check_format(data_format, formats)
    return {
        "strides": taken(strides, "strides", data_format),
        "padding": check_padding(padding),
        "data_format": data_format,
        "dilations": taken([1] * len(data_format) if dilations is None else dilations, "dilations", data_format),
    }


class Convolution:
    """The rules of a convolution op, of the gradient for what it is of, and of that for its filter.

    Subclasses say what is special: which depths go with which filters, and the kernels.
    """

    rank, what = 4, "images"
    sizes: Callable = staticmethod(shapes.shape_n)  # gives those of the inputs as tensors, each when it is needed
    check: Callable = staticmethod(check_strides)  # the moves, when an op is made

    def __init__(self, forward: str, of_input: str, of_filter: str, attributes: str, of_input_too: str = ""):
        self.types, self.of_filter = (forward, of_input, of_filter), of_filter
        numpy = self.numpy, self.input_numpy, self.filter_numpy
        kernels = self.kernel, self.input_kernel, self.filter_kernel
        grads = self.grad, self.grad_of_input, self.grad_of_filter
        inputs = (
            f"input: T, filter: T; {attributes}",
            f"input_sizes: int32, filter: T, out_backprop: T; {attributes}{of_input_too}",
            f"input: T, filter_sizes: int32, out_backprop: T; {attributes}",
        )
        for i, type in enumerate(self.types):
            rules = {"shape": self.wanted if i else self.shape, "numpy": numpy[i], "kernel": kernels[i]}
            define(type, f"{inputs[i]} -> output: T", T=dtypes.FLOAT, grad=grads[i], **rules)

    # ---- shapes

    def shape(self, op):
        """That of the result."""
        self.check(op)
        x, f = [t.shape.with_rank(self.rank).sizes for t in op.inputs]
        depth = x[axes.channel(op)]
        if None not in (depth, f[-2]):
            self.check_depth(depth, f)
        f = (*f[:-2], depth if f[-2] is None else f[-2], f[-1])
        counts = [static_count(op, p, x[p], k) for p, k in zip(axes.spatial(op), f)]
        return axes.own_sizes(op, (x[0], *counts, self.depth(f)))

    def wanted(self, op):
        """The static shape that the sizes among the inputs ask for."""
        self.check(op)
        return array.wanted_shape(op, 1 if op.type == self.of_filter else 0).with_rank(self.rank)

    def depth(self, f: tuple):
        """How many channels the results of a filter of shape f have, None if it is unknown."""
        return f[-1]

    def check_depth(self, depth: int, f: tuple) -> None:
        """ValueError for a depth for which a filter of shape f is not made."""
        raise NotImplementedError

    def lies(self, op, sizes: tuple, f: tuple, g: tuple | None = None, along: Callable = axis) -> Windows:
        """How a filter of shape f lies on images of sizes [images, h, w, c], if gradients of shape g go with them.
        along: finds the windows along an axis.
        """
        check_moves(op)
        self.check_depth(sizes[-1], f)
        found = windows(op, sizes, f, along)
        expected = (sizes[0], *found.counts, self.depth(f))
        if g not in (None, expected):
            raise ValueError(
                f"Size of out_backprop doesn't match computed: it is {g}; {self.what} of {sizes} and a filter of {f} "
                f"with these strides and paddings make {expected}"
            )
        return found

    def numbers(self, found: Windows, sizes: tuple, f: tuple) -> list:
        """The numbers that all kernels have: sizes, and how the filter moves."""
        inside = f[: self.rank - 2]
        return [*sizes[1:], *found.counts, f[-1], *inside, *found.each("stride", "dilation", "before")]

    # ---- inputs with the channels last

    def _given(self, b, op, x, f):
        axes.expect_axes(x, "input", self.rank)
        axes.expect_axes(f, "filter", self.rank)
        return channels_last(b, op, x), f

    def _given_for_input(self, b, op, wanted, f, g):
        axes.expect_axes(f, "filter", self.rank)
        axes.expect_axes(g, "out_backprop", self.rank)
        return axes.last_sizes(op, axes.wanted_sizes(wanted, "input", self.rank)), f, channels_last(b, op, g)

    def _given_for_filter(self, b, op, x, wanted, g):
        axes.expect_axes(x, "input", self.rank)
        axes.expect_axes(g, "out_backprop", self.rank)
        return channels_last(b, op, x), axes.wanted_sizes(wanted, "filter", self.rank), channels_last(b, op, g)

    # ---- kernels: subclasses call them, for results that have items

    def kernel(self, b, op, x, f):
        """Lowers the convolution."""
        x, f = self._given(b, op, x, f)
        found = self.lies(op, x.shape, f.shape, None, found_by(b, op.inputs[0]))
        out = b.new((x.shape[0], *found.counts, self.depth(f.shape)), x.dtype)
        if b.fills(out):
            self.call(b, x, f, out, found)
        return own_order(b, op, out)

    def input_kernel(self, b, op, wanted, f, g):
        """Lowers the gradient for the input."""
        shape, f, g = self._given_for_input(b, op, b.data(wanted), f, g)
        found = self.lies(op, shape, f.shape, g.shape, found_by(b, op.outputs[0], g.shape))
        out = b.new(shape, f.dtype)
        if b.fills(out):
            self.call_for_input(b, f, g, out, found)
        return own_order(b, op, out)

    def filter_kernel(self, b, op, x, wanted, g):
        """Lowers the gradient for the filter."""
        x, shape, g = self._given_for_filter(b, op, x, b.data(wanted), g)
        found = self.lies(op, x.shape, shape, g.shape, found_by(b, op.inputs[0], g.shape))
        out = b.new(shape, x.dtype)
        if b.fills(out):
            self.call_for_filter(b, x, g, out, found)
        return out

    # ---- NumPy meanings

    def numpy(self, op, x, f):
        """The convolution."""
        x, f = map(patterns.wide, self._given(None, op, x, f))
        found = self.lies(op, x.shape, f.shape)
        out = np.zeros((x.shape[0], *found.counts, self.depth(f.shape)), x.dtype)
        for place, to, at in found.taps():
            out[to] += self.product(x[at], f[place])
        return own_order(None, op, out)

    def input_numpy(self, op, wanted, f, g):
        """The gradient for the input."""
        shape, f, g = self._given_for_input(None, op, wanted, f, g)
        f, g = patterns.wide(f), patterns.wide(g)
        out = np.zeros(shape, f.dtype)
        for place, to, at in self.lies(op, shape, f.shape, g.shape).taps():
            out[at] += self.product_for_input(g[to], f[place])
        return own_order(None, op, out)

    def filter_numpy(self, op, x, wanted, g):
        """The gradient for the filter."""
        x, shape, g = self._given_for_filter(None, op, x, wanted, g)
        x, g = patterns.wide(x), patterns.wide(g)
        out = np.zeros(shape, x.dtype)
        for place, to, at in self.lies(op, x.shape, shape, g.shape).taps():
            out[place] = self.product_for_filter(x[at], g[to])
        return out

    def product(self, x, f):
        """What pixels and the numbers of a filter that lie on them give."""
        return x @ f

    def product_for_input(self, g, f):
        """The gradient of `product` for the pixels."""
        return g @ f.T

    def product_for_filter(self, x, g):
        """The gradient of `product` for the filter."""
        return np.tensordot(x, g, [list(range(self.rank - 1))] * 2)

    # ---- gradients

    def grad(self, op, g):
        """That of the convolution."""
        (x, f), of_each = op.inputs, iter(self.sizes(op.inputs))
        _, of_input, of_filter = self.types
        return apply_like(op, of_input, next(of_each), f, g), apply_like(op, of_filter, x, next(of_each), g)

    def grad_of_input(self, op, g):
        """That of the gradient for the input."""
        (_, f, back), (forward, _, of_filter) = op.inputs, self.types
        return None, apply_like(op, of_filter, g, array.shape(f), back), apply_like(op, forward, g, f)

    def grad_of_filter(self, op, g):
        """That of the gradient for the filter."""
        (x, _, back), (forward, of_input, _) = op.inputs, self.types
        return apply_like(op, of_input, array.shape(x), g, back), None, apply_like(op, forward, x, g)
