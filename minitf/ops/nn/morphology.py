"""Dilation and erosion of images: the largest sum, or smallest difference, of pixels and a filter."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import UnimplementedError
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import morphology as kernels
from minitf.ops import patterns
from minitf.ops.array import rearranging
from minitf.ops.math import math
from minitf.ops.nn.axes import listed
from minitf.ops.nn.windowed import lowest
from minitf.ops.nn.windows import Windows, axis, check_padding, static_count


def _lain(op) -> object:
    """The op with its attributes under the names that windows ask for."""
    return _Lain({"strides": op.attrs["strides"], "dilations": op.attrs["rates"], "padding": op.attrs["padding"]})


class _Lain:
    def __init__(self, attrs: dict):
        self.attrs = attrs


def _shape(op):
    x, f = op.inputs[0].shape.with_rank(4).sizes, op.inputs[1].shape.with_rank(3).sizes
    if None not in (x[3], f[2]) and x[3] != f[2]:
        raise ValueError(f"input and filter must have the same depth: {x[3]} and {f[2]}")
    counts = [static_count(_lain(op), p, x[p], k) for p, k in zip((1, 2), f[:2])]
    if None in (*x[1:3], *f[:2]):
        counts = [None, None]
    return TensorShape([x[0], *counts, f[2]])


def _windows(op, x, f, b=None) -> Windows:
    for name in ("strides", "rates"):
        if op.attrs[name][0] != 1 or op.attrs[name][3] != 1:
            wrong = f"{name} is only supported across spatial dimensions, not {op.attrs[name]}"
            raise UnimplementedError(None, op, wrong)
    if len(x.shape) != 4 or len(f.shape) != 3 or x.shape[3] != f.shape[2]:
        raise ValueError(f"images of shape {x.shape} and a filter of {f.shape} must have the same depth")
    return Windows([axis(_lain(op), p, x.shape[p], k, b) for p, k in zip((1, 2), f.shape)])


def _largest(op, x, f) -> tuple:
    """The largest sums, and which place of the filter each is of: -1 if no sum is larger than the lowest number."""
    found = _windows(op, x, f)
    shape = (x.shape[0], *found.counts, x.shape[3])
    best, places = np.full(shape, lowest(x.dtype), x.dtype), np.full(shape, -1)
    for (ky, kx), to, at in found.taps():
        sums = x[at] + f[ky, kx]
        larger = sums > best[to]
        np.copyto(best[to], sums, where=larger)
        places[to][larger] = ky * f.shape[1] + kx
    return best, places, found


def _check_back(places, g) -> None:
    if places.shape != g.shape:
        raise ValueError(f"out_backprop has incompatible size: {g.shape}, not {places.shape}")


def _of_images(op, x, f, g):
    _, places, found = _largest(op, x, f)
    _check_back(places, g)
    out = np.zeros_like(x)
    for (ky, kx), to, at in found.taps():
        out[at] += np.where(places[to] == ky * f.shape[1] + kx, g[to], 0).astype(x.dtype)
    rows, columns = (np.maximum(np.arange(a.count) * a.stride - a.before, 0) for a in found)
    nowhere = np.where(places < 0, g, 0).astype(x.dtype)
    np.add.at(out, np.ix_(range(x.shape[0]), rows, columns), nowhere)  # the first pixel of the window
    return out


def _of_filter(op, x, f, g):
    _, places, _ = _largest(op, x, f)
    _check_back(places, g)
    out = np.zeros_like(f)
    places = np.maximum(places, 0)
    for ky, kx in np.ndindex(*f.shape[:2]):
        out[ky, kx] = np.where(places == ky * f.shape[1] + kx, g, 0).sum((0, 1, 2), dtype=f.dtype)
    return out


def _lowered(b, op, x, f):
    found = _windows(op, x, f, b)
    out = b.new((x.shape[0], *found.counts, x.shape[3]), x.dtype)
    if out.size:
        sizes = 0, x.shape[0] * found.counts[0], *_numbers(found, x.shape)
        b.call(kernels.dilation[x.dtype], x, f, out, float(lowest(x.dtype)), *sizes)
    return out


def _lowered_grad(of_filter: bool):
    def lower(b, op, x, f, g):
        found = _windows(op, x, f, b)
        wanted = (x.shape[0], *found.counts, x.shape[3])
        if g.shape != wanted:
            raise ValueError(f"out_backprop has incompatible size: {g.shape}, not {wanted}")
        out = b.new(f.shape if of_filter else x.shape, x.dtype)
        sizes = int(of_filter), float(lowest(x.dtype)), x.shape[0], *_numbers(found, x.shape)
        scratch = b.new(x.shape[3:], x.dtype), b.new(x.shape[3:], np.int64)
        b.call(kernels.dilation_grad[x.dtype], x, f, g, out, *scratch, out.size, *sizes)
        return out

    return lower


def _numbers(found: Windows, shape: tuple) -> tuple:
    return (*shape[1:], *found.each("count", "window", "stride", "dilation", "before"))


def _grad(op, g):
    x, f = op.inputs
    return apply_like(op, "Dilation2DBackpropInput", x, f, g), apply_like(op, "Dilation2DBackpropFilter", x, f, g)


define(
    "Dilation2D",
    "input: T[b, h, w, c], filter: T[kh, kw, ~c]; strides: list(int), rates: list(int), padding: string -> output: T",
    T=dtypes.REAL,
    shape=_shape,
    numpy=lambda op, x, f: _largest(op, x, f)[0],
    kernel=_lowered,
    grad=_grad,
)
_HOW = "strides: list(int), rates: list(int), padding: string"
_BACK = f"input: T~[b, h, w, c], filter: T~[kh, kw, c], out_backprop: T; {_HOW}"
define(
    "Dilation2DBackpropInput",
    f"{_BACK} -> in_backprop: T",
    T=dtypes.REAL,
    shape=lambda op: op.inputs[0].shape,
    numpy=_of_images,
    kernel=_lowered_grad(False),
)
define(
    "Dilation2DBackpropFilter",
    f"{_BACK} -> filter_backprop: T",
    T=dtypes.REAL,
    shape=lambda op: op.inputs[1].shape,
    numpy=_of_filter,
    kernel=_lowered_grad(True),
)


def _four(numbers, what: str) -> list[int]:
    numbers = listed(numbers, what, "NHWC")
    if min(numbers) < 1:
        raise ValueError(f"{what} is [1, rows, columns, 1], of positive numbers; not {numbers}")
    return numbers


def dilation2d(
    input, filter=None, strides=None, rates=None, padding=None, name: str | None = None, filters=None, dilations=None
) -> Tensor:
    """The largest sum of pixels and a filter [kh, kw, c] at each place of images [batch, h, w, c].

    strides: [1, rows, columns, 1]; rates (or dilations): likewise, how far apart the pixels are; padding:
    "SAME" or "VALID". Integers are taken, too. The gradient goes to the first of equal sums.

    >>> from minitf.ops.array import array
    >>> dilation2d(array.zeros([1, 5, 5, 2]), array.zeros([3, 3, 2]), [1] * 4, [1] * 4,
    ...            "VALID").shape.as_list()
    [1, 3, 3, 2]

    Raises:
      ValueError: for shapes that do not fit each other, or other arguments.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    rates = patterns.renamed("dilations", dilations, "rates", rates)
    return apply(
        "Dilation2D",
        input,
        filter,
        strides=_four(strides, "strides"),
        rates=_four(rates, "rates"),
        padding=check_padding(padding),
        name=name,
    )


def erosion2d(value, kernel, strides, rates, padding, name: str | None = None) -> Tensor:
    """The smallest difference of pixels and a kernel [kh, kw, c] at each place of images [batch, h, w, c];
    the arguments are those of `dilation2d`.
    """
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        value = math.negative(value)
        turned = rearranging.reverse(convert_to_tensor(kernel, name="kernel"), [0, 1])
        found = dilation2d(value, turned, strides, rates, padding, name=scope)
        return math.negative(found)
