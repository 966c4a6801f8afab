"""Counts, products and quotients that nothing spoils, polynomials: smaller functions of tf.math."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_max, reduce_sum
from minitf.ops.math.segment import unsorted_segment_sum
from minitf.ops.math.unary import lgamma, sqrt, square


def _counts(op, values, size, weights):
    if (values < 0).any():
        raise ValueError(f"Input arr must be non-negative! It holds {values.min()}")
    if size < 0:
        raise ValueError(f"size is not negative, but {size} was given")
    kept = values[values < size]
    return np.bincount(kept, minlength=int(size)).astype(op.outputs[0].dtype.numpy)


def _counts_shape(op):
    size = constant_value(op.inputs[1])
    if size is not None and size < 0:
        raise ValueError(f"size ({size}) must be non-negative")
    return TensorShape([None if size is None else int(size)])


define(
    "Bincount",
    "arr: int32, size: int32[], weights: T -> bins: T",
    T=dtypes.REAL,
    numpy=_counts,
    shape=_counts_shape,
    differentiable=False,
)


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32) -> Tensor:
    """How often each of 0, 1, ... occurs in the int32 tensor `arr` (or the sum of its weights).

    minlength, maxlength: how many counts are given at least, and at most; what is larger is not counted.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(bincount([1, 1, 3])))
    [0 2 0 1]
    """
    with name_scope(None, "bincount"):
        arr = convert_to_tensor(arr, dtypes.int32, name="arr")
        filled = reduce_sum(cast(array.size(arr), dtypes.int32)) > 0
        size = cast(filled, dtypes.int32) * (reduce_max(arr) + 1)
        if minlength is not None:
            size = math.maximum(convert_to_tensor(minlength, dtypes.int32), size)
        if maxlength is not None:
            size = math.minimum(convert_to_tensor(maxlength, dtypes.int32), size)
        if weights is not None:
            return unsorted_segment_sum(convert_to_tensor(weights, name="weights"), arr, size)
        return apply("Bincount", arr, size, convert_to_tensor([], dtypes.as_dtype(dtype)))


def lbeta(x, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of Beta(x), along the last axis, which is dropped.

    >>> import minitf as tf
    >>> lbeta([[1.0, 2.0], [3.0, 4.0]]).shape.as_list()
    [2]
    """
    with name_scope(name, "lbeta"):
        x = convert_to_tensor(x, name="x")
        return reduce_sum(lgamma(x), axis=[-1]) - lgamma(reduce_sum(x, axis=[-1]))


def reciprocal_no_nan(x, name: str | None = None) -> Tensor:
    """1 / x, and 0 where x is 0."""
    with name_scope(name, "reciprocal_no_nan") as scope:
        x = convert_to_tensor(x, name="x")
        return math.div_no_nan(convert_to_tensor(1, x.dtype.base_dtype, name="one"), x, name=scope)


define(
    "MulNoNan",
    "x: T, y: T -> z: T",
    T=dtypes.FLOAT | dtypes.COMPLEX,
    shape=patterns.broadcast,
    numpy=patterns.ufunc(lambda x, y: np.where(y == 0, np.zeros_like(y), x * y)),
    kernel=patterns.binary(elementwise.mul_no_nan),
    broadcasts=True,
    grad=lambda op, g: (apply("MulNoNan", g, op.inputs[1]), apply("MulNoNan", op.inputs[0], g)),
)


def multiply_no_nan(x, y, name: str | None = None) -> Tensor:
    """x * y, and 0 where y is 0, whatever x is."""
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("MulNoNan", x, convert_to_tensor(y, x.dtype.base_dtype, name="y"), name=scope)


def polyval(coeffs: list, x, name: str | None = None) -> Tensor:
    """The polynomial coeffs[0] * x ** (n - 1) + ... + coeffs[n - 1], by Horner's scheme."""
    with name_scope(name, "polyval", [*coeffs, x]):
        x = convert_to_tensor(x, name="x")
        total = array.zeros_like(x)
        for i, each in enumerate(coeffs):
            total = convert_to_tensor(each, x.dtype.base_dtype, name=f"coeff_{i}") + total * x
        return total


def reduce_euclidean_norm(input_tensor, axis=None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The square root of the sum of squares along axes (all if None)."""
    with name_scope(name, "reduce_euclidean_norm"):
        return sqrt(reduce_sum(square(convert_to_tensor(input_tensor)), axis, keepdims=keepdims))
