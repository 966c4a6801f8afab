"""Products and quotients of which 0 makes 0, whatever the other number is."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise
from minitf.ops import patterns
from minitf.ops.math import math


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
    summed="unlike",
    grad=lambda op, g: (apply("MulNoNan", g, op.inputs[1]), apply("MulNoNan", op.inputs[0], g)),
)


def multiply_no_nan(x, y, name: str | None = None) -> Tensor:
    """x * y, and 0 where y is 0, whatever x is."""
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("MulNoNan", x, convert_to_tensor(y, x.dtype.base_dtype, name="y"), name=scope)
