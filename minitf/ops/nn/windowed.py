"""The largest item, or the mean, of windows of images or volumes, and their gradients: what both share."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply_like
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.nn import axes
from minitf.ops.nn.axes import channels_last, expect_axes, own_order
from minitf.ops.nn.windows import Windows, axis, found_by


class Pooling:
    """The rules of the ops that pool, of their gradients, and of the gradients of these.

    Subclasses say how windows lie, and which kernels are called.
    """

    rank, what = 4, "images"

    def shape(self, op):
        """The static shape of the result."""
        raise NotImplementedError

    def windows(self, op, sizes: tuple, along=axis) -> Windows:
        """The windows over images of sizes [images, h, w, c]; along: what finds those along an axis."""
        raise NotImplementedError

    def window(self, op) -> list[int]:
        """The sizes of a window."""
        return [op.attrs["ksize"][p] for p in axes.spatial(op)]

    def pooled(self, found: Windows, sizes: tuple) -> tuple:
        """The shape of the result."""
        return (sizes[0], *found.counts, sizes[-1])

    # ---- inputs with the channels last

    def _given(self, b, op, x) -> tuple:
        expect_axes(x, "input", self.rank)
        x = channels_last(b, op, x)
        return x, self._windows(b, op, x.shape, op.inputs[0])

    def _given_three(self, b, op, *values) -> tuple:
        """Images, their pools and a gradient, whose shape the caller compares."""
        for value in values:
            expect_axes(value, "tensor", self.rank)
        x, y, g = [channels_last(b, op, value) for value in values]
        found = self._windows(b, op, x.shape, op.inputs[0], y.shape)
        self._expect(found, x.shape, y)
        return x, y, g, found

    def _given_sizes(self, b, op, shape, g) -> tuple:
        expect_axes(g, "grad", self.rank)
        shape = axes.last_sizes(op, axes.wanted_sizes(shape, "orig_input_shape", self.rank))
        g = channels_last(b, op, g)
        found = self._windows(b, op, shape, op.outputs[0], g.shape)
        self._expect(found, shape, g)
        return shape, g, found

    def _windows(self, b, op, sizes: tuple, images: Tensor, pooled: tuple | None = None) -> Windows:
        return self.windows(op, sizes, axis if b is None else found_by(b, images, pooled))

    def _expect(self, found: Windows, sizes: tuple, other) -> None:
        pooled = self.pooled(found, sizes)
        if tuple(other.shape) != pooled:
            raise ValueError(f"{self.what} of {sizes} have windows of shape {pooled}, not {tuple(other.shape)}")

    def _like_input(self, x, g) -> None:
        if tuple(g.shape) != tuple(x.shape):
            raise ValueError(f"grad is shaped like the {self.what}, {x.shape}, not {g.shape}")

    # ---- kernels

    def max_kernel(self, b, op, x):
        """Lowers the largest items."""
        x, found = self._given(b, op, x)
        return own_order(b, op, self.call_max(b, x, found))

    def max_grad_kernel(self, b, op, x, y, g):
        """Lowers their gradient."""
        x, _, g, found = self._given_three(b, op, x, y, g)
        self._expect(found, x.shape, g)
        return own_order(b, op, self.call_max_grad(b, x, g, found))

    def max_grad_grad_kernel(self, b, op, x, y, g):
        """Lowers what of a gradient of the images is that of the largest items."""
        x, y, g, found = self._given_three(b, op, x, y, g)
        self._like_input(x, g)
        return own_order(b, op, self.call_max_grad_grad(b, x, y, g, found))

    def avg_kernel(self, b, op, x):
        """Lowers the means."""
        x, found = self._given(b, op, x)
        return own_order(b, op, self.call_avg(b, x, found))

    def avg_grad_kernel(self, b, op, shape, g):
        """Lowers their gradient."""
        shape, g, found = self._given_sizes(b, op, b.data(shape), g)
        return own_order(b, op, self.call_avg_grad(b, shape, g, found))

    # ---- NumPy meanings

    def max_numpy(self, op, x):
        """The largest items."""
        x, found = self._given(None, op, x)
        out = np.full(self.pooled(found, x.shape), lowest(x.dtype), x.dtype)
        for _, to, at in found.taps():
            np.copyto(out[to], x[at], where=x[at] > out[to])
        return own_order(None, op, out)

    def max_grad_numpy(self, op, x, y, g):
        """Their gradient, which goes to the first of the largest."""
        x, _, g, found = self._given_three(None, op, x, y, g)
        self._expect(found, x.shape, g)
        best, places = np.zeros_like(g), np.full(g.shape, -1)
        for number, (_, to, at) in enumerate(found.taps()):
            larger = (places[to] < 0) | (x[at] > best[to])
            np.copyto(best[to], x[at], where=larger)
            places[to][larger] = number
        out = np.zeros_like(x)
        for number, (_, to, at) in enumerate(found.taps()):
            out[at] += np.where(places[to] == number, g[to], 0).astype(x.dtype)
        return own_order(None, op, out)

    def max_grad_grad_numpy(self, op, x, y, g):
        """What of a gradient of the images is that of the largest items."""
        x, y, g, found = self._given_three(None, op, x, y, g)
        self._like_input(x, g)
        out = np.zeros_like(y)
        for _, to, at in reversed(list(found.taps())):
            np.copyto(out[to], g[at], where=x[at] == y[to])
        return own_order(None, op, out)

    def avg_numpy(self, op, x):
        """The means."""
        x, found = self._given(None, op, x)
        x = patterns.wide(x)
        out = np.zeros(self.pooled(found, x.shape), x.dtype)
        for _, to, at in found.taps():
            out[to] += x[at]
        return own_order(None, op, out / _counts(found, x.dtype))

    def avg_grad_numpy(self, op, shape, g):
        """Their gradient."""
        shape, g, found = self._given_sizes(None, op, shape, g)
        g = patterns.wide(g)
        out, parts = np.zeros(shape, g.dtype), g * (1 / _counts(found, g.dtype))
        for _, to, at in found.taps():
            out[at] += parts[to]
        return own_order(None, op, out)

    # ---- definitions

    def define_max(self, type: str, attributes: tuple[str, str, str], T, native: bool = True) -> None:  # noqa: N803
        """Defines the op, its gradient and the gradient of that; native: whether that has a kernel."""
        of, of_grad, of_grad_grad = attributes
        three = "orig_input: T, orig_output: T, grad: T"
        define(
            type,
            f"input: T; {of} -> output: T",
            T=T,
            shape=self.shape,
            numpy=self.max_numpy,
            kernel=self.max_kernel,
            grad=lambda op, g: apply_like(op, f"{type}Grad", op.inputs[0], op.outputs[0], g),
        )
        define(
            f"{type}Grad",
            f"{three}; {of_grad} -> output: T",
            T=dtypes.FLOAT,
            shape=lambda op: op.inputs[0].shape.with_rank(self.rank),
            numpy=self.max_grad_numpy,
            kernel=self.max_grad_kernel,
            grad=_of_gradient(f"{type}GradGrad"),
        )
        define(
            f"{type}GradGrad",
            f"{three}; {of_grad_grad} -> output: T",
            T=dtypes.FLOAT,
            shape=lambda op: op.inputs[1].shape.with_rank(self.rank),
            numpy=self.max_grad_grad_numpy,
            kernel=self.max_grad_grad_kernel if native else None,
            grad=_of_gradient(f"{type}Grad"),
        )

    def define_avg(self, type: str, of: str, attributes: str) -> None:
        """Defines the op of an input called `of`, and its gradient."""
        define(
            type,
            f"{of}: T; {attributes} -> output: T",
            T=dtypes.FLOAT,
            shape=self.shape,
            numpy=self.avg_numpy,
            kernel=self.avg_kernel,
            grad=lambda op, g: apply_like(op, f"{type}Grad", array.shape(op.inputs[0]), g),
        )
        define(
            f"{type}Grad",
            f"orig_input_shape: int32, grad: T; {attributes} -> output: T",
            T=dtypes.FLOAT,
            shape=lambda op: array.wanted_shape(op, 0).with_rank(self.rank),
            numpy=self.avg_grad_numpy,
            kernel=self.avg_grad_kernel,
            grad=lambda op, g: (None, apply_like(op, type, g)),
        )


def lowest(dtype):
    """The smallest number of a NumPy type."""
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _counts(found: Windows, dtype):
    """How many items of each window are inside."""
    counts = np.zeros((1, *found.counts, 1), dtype)
    for _, to, _ in found.taps():
        counts[to] += 1
    return np.maximum(counts, 1)


def _of_gradient(type: str):
    """The gradient of an op of (images, largest items, gradient): by the gradient only."""

    def grad(op, g):
        x, y, _ = op.inputs
        none = [array.zeros(array.shape(t), t.dtype.base_dtype) for t in (x, y)]
        return *none, apply_like(op, type, x, y, g)

    return grad
