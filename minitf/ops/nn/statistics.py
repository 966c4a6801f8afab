"""Mean and variance from sums."""

from __future__ import annotations

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array, constant
from minitf.ops.array.gather import gather
from minitf.ops.math import math, reduce
from minitf.ops.math.cast import cast


def sufficient_statistics(
    x, axes, shift=None, keep_dims: bool | None = None, name: str | None = None, keepdims: bool | None = None
):
    """(count, sum, sum of squares, shift) of a tensor along axes, for `normalize_moments`.

    axes: a list of axes; shift: what is taken off first, where means are large, or None; keepdims: the axes
    stay, with size 1. Reals only.
    """
    keep = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    axes = sorted({int(axis) for axis in axes})
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        count = _count(x, axes)
        if shift is None:
            sums, squares = x, math.square(x)
        else:
            shift = convert_to_tensor(shift, name="shift")
            sums, squares = math.subtract(x, shift), math.squared_difference(x, shift)
        sums = reduce.reduce_sum(sums, axes, keepdims=keep, name="mean_ss")
        return count, sums, reduce.reduce_sum(squares, axes, keepdims=keep, name="var_ss"), shift


def _count(x: Tensor, axes: list) -> Tensor:
    """How many items are summed up."""
    sizes = x.shape.sizes
    if sizes is not None and all(sizes[axis] is not None for axis in axes):
        number = 1
        for axis in axes:
            number *= sizes[axis]
        return constant.constant(number, x.dtype)
    picked = gather(cast(array.shape(x), x.dtype), axes)
    return reduce.reduce_prod(picked, name="count")


def normalize_moments(counts, mean_ss, variance_ss, shift, name: str | None = None):
    """(mean, variance) from what `sufficient_statistics` gives."""
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = math.reciprocal(counts, name="divisor")
        if shift is None:
            mean = moved = math.multiply(mean_ss, divisor, name="mean")
        else:
            moved = math.multiply(mean_ss, divisor, name="shifted_mean")
            mean = math.add(moved, shift, name="mean")
        variance = math.subtract(math.multiply(variance_ss, divisor), math.square(moved), name="variance")
        return mean, variance
