"""The product of all other elements: the gradient of products, which is right where elements are 0."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.kernels.compile import layout
from minitf.kernels.math import elementwise, products
from minitf.kernels.math import reduce as kernels
from minitf.ops import patterns
from minitf.ops.array import array, shapes
from minitf.ops.array.gather import gather
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.sets import setdiff1d
from minitf.ops.math import math
from minitf.ops.math.reduce import checked_axes, reduce_prod, reduce_sum


def _groups(x, axes):
    """x with the reduced axes as one axis 0, and a function that undoes it."""
    axes = checked_axes(axes, x.ndim)
    order = [*axes, *[i for i in range(x.ndim) if i not in axes]]
    moved = x.transpose(order)
    flat = moved.reshape(int(np.prod(moved.shape[: len(axes)], dtype=np.int64)), *moved.shape[len(axes) :])
    return flat, lambda y: y.reshape(moved.shape).transpose(np.argsort(order))


def _exclusive_products(x):
    """For each row the product of the rows before it."""
    return np.cumprod(np.concatenate([np.ones_like(x[:1]), x[:-1]]), axis=0, dtype=x.dtype)


def _product_of_others(op, x, axes):
    rows, back = _groups(x, axes)
    return back(_exclusive_products(rows) * _exclusive_products(rows[::-1])[::-1])


def _turned(b, x, axes):
    """x with the reduced axes in front, how many rows of how many numbers these are, and what turns it back."""
    axes = checked_axes(b.data(axes), len(x.shape))
    order = [*axes, *[i for i in range(len(x.shape)) if i not in axes]]
    sizes, back = [x.shape[i] for i in order], np.argsort(order)
    rows = patterns.walk(b, x, sizes, [layout.strides(x.shape)[i] for i in order])
    count, width = prod(sizes[: len(axes)]), prod(sizes[len(axes) :])
    return rows, count, width, lambda y: patterns.walk(b, y, x.shape, [layout.strides(sizes)[i] for i in back])


def _product_of_others_kernel(b, op, x, axes):
    """The products from both ends."""
    rows, count, width, back = _turned(b, x, axes)
    before, after = b.new(rows.shape, x.dtype), b.new(rows.shape, x.dtype)
    for part, reverse in ((before, 0), (after, 1)):
        b.call(kernels.cumprod[x.dtype], rows, part, 1, count, width, 1, reverse)
    b.call(elementwise.mul[x.dtype], before, after, before, 1, (x.size, 1, 1))
    return back(before)


def _product_of_others_grad(op, x, axes, dy):
    """The sum over i != k of dy[i] * product of x[j] for j not in (i, k), gathered from both ends."""
    _check_alike(x, dy)
    rows, back = _groups(x, axes)
    dy = _groups(dy, axes)[0]

    def from_front(x, dy):
        products, total, totals = _exclusive_products(x), np.zeros_like(x[:1]).sum(axis=0), []
        for row, product, d in zip(x, products, dy):
            totals.append(total)
            total = total * row + d * product
        return products, np.stack(totals) if totals else np.zeros_like(x)

    before, sums_before = from_front(rows, dy)
    after, sums_after = (part[::-1] for part in from_front(rows[::-1], dy[::-1]))
    return back(sums_before * after + before * sums_after)


def _check_alike(x, dy) -> None:
    if x.shape != dy.shape:
        raise ValueError(f"factors of shape {x.shape} cannot have slopes of shape {dy.shape}")


def _product_of_others_grad_kernel(b, op, x, axes, dy):
    _check_alike(x, dy)
    rows, count, width, back = _turned(b, x, axes)
    slopes = _turned(b, dy, axes)[0]
    out, before = b.new(rows.shape, x.dtype), b.new(rows.shape, x.dtype)
    scratch = b.new((width,), x.dtype), b.new((width,), x.dtype)
    b.call(products.products_of_others_grad[x.dtype], rows, slopes, out, before, *scratch, count, width)
    return back(out)


def _second_grad(op, g):
    """Of the factors i and k that are left out, both have slopes: all pairs of them stand in a matrix, in whose row k
    is what is multiplied but for k.
    """
    x, axes, dy = op.inputs
    rows, back = last(x, axes)
    slopes, above = last(dy, axes)[0], last(g, axes)[0]
    none = array.zeros_like(rows)
    square = array.expand_dims(rows, -2) * array.expand_dims(array.ones_like(rows), -1)
    square = apply("MatrixSetDiag", square, array.ones_like(rows))
    pairs = array.expand_dims(math.conjugated(above), -1) * array.expand_dims(slopes, -2)
    found = apply("ProdOfOthersGrad", square, [-1], apply("MatrixSetDiag", pairs, none))
    of_x = back(reduce_sum(apply("MatrixSetDiag", found, none), -2))
    return math.conjugated(of_x), None, apply("ProdOfOthersGrad", math.conjugated(x), axes, g)


def last(x, axes):
    """x with the axes that are multiplied behind the others, as one axis; what puts them back again."""
    count = shapes.rank(x)
    axes = math.floormod(array.reshape(math.cast(axes, dtypes.int32), [-1]) + count, count)
    others, _ = setdiff1d(range_(count), axes)
    order = array.concat([others, axes], 0)
    turned, sizes = array.transpose(x, order), array.shape(x)
    wide = array.concat([gather(sizes, others), [reduce_prod(gather(sizes, axes))]], 0)

    def put_back(rows):
        return array.transpose(array.reshape(rows, array.shape(turned)), apply("InvertPermutation", order))

    return array.reshape(turned, wide), put_back


define(
    "ProdOfOthers",
    "x: T, reduction_indices: Tidx -> y: T",
    T=dtypes.NUMBER,
    Tidx=dtypes.INDEX,
    shape=patterns.same,
    numpy=_product_of_others,
    kernel=_product_of_others_kernel,
    grad=lambda op, g: (apply("ProdOfOthersGrad", math.conjugated(op.inputs[0]), op.inputs[1], g), None),
)
define(
    "ProdOfOthersGrad",
    "x: T, reduction_indices: Tidx, dy: T -> dx: T",
    T=dtypes.NUMBER,
    Tidx=dtypes.INDEX,
    shape=patterns.same,
    numpy=_product_of_others_grad,
    kernel=_product_of_others_grad_kernel,
    grad=_second_grad,
)
