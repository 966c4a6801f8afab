"""Norms of vectors and matrices."""

from __future__ import annotations

import numbers

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array, ranges
from minitf.ops.array.sets import setdiff1d
from minitf.ops.linalg.linalg import over_matrices
from minitf.ops.linalg.singular import svd
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_max, reduce_sum


def norm(
    tensor,
    ord="euclidean",
    axis=None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The norm of vectors along `axis`, or of matrices along a pair of axes (default: all as one vector).

    ord: "euclidean", or a positive number p for (sum |x|^p)^(1/p), or infinity; for matrices "euclidean" (and "fro"), 2
    for the largest singular value, 1 or infinity for the largest column or row sum. ValueError for any other.
    """
    keep = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    matrices = isinstance(axis, (list, tuple)) and len(axis) == 2
    _check_norm(ord, axis, matrices)
    with name_scope(name, "norm", [tensor]):
        x = convert_to_tensor(tensor)
        if matrices and ord == 2:
            result = _spectral_norm(x, axis)
        elif ord in ("fro", "euclidean", 2):
            # The gradient at 0 is NaN, as it is in TensorFlow.
            result = math.sqrt(reduce_sum(x * math.conjugated(x), axis, keepdims=True))
        else:
            result = _power_norm(math.abs(x), ord, axis, matrices)
        return result if keep else array.squeeze(result, axis)


def normalize(tensor, ord="euclidean", axis=None, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(tensor divided by its norms, the norms), which keep the axes they are along; see `norm`."""
    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        norms = math.cast(norm(tensor, ord, axis, keepdims=True), tensor.dtype)
        return tensor / norms, norms


def _check_norm(ord, axis, matrices: bool) -> None:
    one = axis is None or isinstance(axis, numbers.Integral)
    if not one and (not matrices or not all(isinstance(a, numbers.Integral) for a in axis) or axis[0] == axis[1]):
        raise ValueError(f"norm along axes {axis}: give one axis, or two different ones for matrices")
    if matrices:
        allowed = ord in ("euclidean", "fro", 1, 2, np.inf)
    else:
        allowed = ord == "euclidean" or not isinstance(ord, str) and ord > 0
    if not allowed:
        known = '"euclidean", "fro", 1, 2, inf' if matrices else '"euclidean" or a positive number'
        raise ValueError(f"{'a matrix' if matrices else 'a vector'} norm has ord {known}, not {ord!r}")


def _power_norm(x: Tensor, ord, axis, matrices: bool) -> Tensor:
    if matrices:
        inner, outer = axis if ord == 1 else axis[::-1]
        return reduce_max(reduce_sum(x, inner, keepdims=True), outer, keepdims=True)
    if ord == 1:
        return reduce_sum(x, axis, keepdims=True)
    if ord == np.inf:
        return reduce_max(x, axis, keepdims=True)
    return math.pow(reduce_sum(math.pow(x, ord), axis, keepdims=True), 1.0 / ord)


def _spectral_norm(x: Tensor, axis) -> Tensor:
    """The largest singular value, with the two axes kept."""
    order, back = _matrices_last(x, axis)
    values = svd(array.transpose(x, order), compute_uv=False)
    largest = over_matrices(reduce_max(values, -1))
    return array.transpose(largest, back)


def _matrices_last(x: Tensor, axis) -> tuple:
    """The order of axes in which the two stand last, and that which undoes it."""
    if x.shape.rank is not None:
        pair = [array.check_axis(int(a), x.shape.rank) for a in axis]
        order = [i for i in range(x.shape.rank) if i not in pair] + pair
        return order, np.argsort(order)
    rank = array.rank(x)
    pair = math.floormod(convert_to_tensor([int(a) for a in axis]), rank)
    order = array.concat([setdiff1d(ranges.range(rank), pair)[0], pair], 0)
    return order, apply("InvertPermutation", order)
