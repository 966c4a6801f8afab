"""Element-wise maths and comparisons, with broadcasting."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor, overload
from minitf.ops import patterns


def _operator(name: str, function) -> None:
    """Makes `x <op> y` and `y <op> x` call `function`; the other operand takes on the tensor's type."""

    def forward(x, y):
        y = y if isinstance(y, Tensor) else convert_to_tensor(y, dtype=x.dtype.base_dtype, name="y")
        return function(x, y)

    def reflected(y, x):
        return function(convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x"), y)

    overload(f"__{name}__", forward)
    overload(f"__r{name}__", reflected)


def _unary(type: str, numpy, kernel, grad, T=dtypes.FLOAT | dtypes.COMPLEX):
    define(type, "x: T -> y: T", T=T, shape=patterns.same, numpy=patterns.ufunc(numpy), kernel=patterns.unary(kernel),
           grad=grad)  # fmt: skip


def _binary(type: str, numpy, kernel, grad, T=dtypes.NUMBER):
    define(type, "x: T, y: T -> z: T", T=T, shape=patterns.broadcast, numpy=patterns.ufunc(numpy), broadcasts=True,
           grad=grad)  # fmt: skip


_binary("Add", np.add, None, lambda op, g: (g, g))
_binary("Mul", np.multiply, None, lambda op, g: (g * op.inputs[1], g * op.inputs[0]))
define("AddN", "inputs: *T -> sum: T", shape=patterns.merged, numpy=lambda op, *a: sum(a[1:], a[0]), grad=lambda op, g: [g] * len(op.inputs))
define("Cast", "x: SrcT -> y: @DstT", shape=patterns.same, numpy=lambda op, x: x.astype(op.attrs["DstT"].numpy),
       grad=lambda op, g: cast(g, op.inputs[0].dtype.base_dtype))  # fmt: skip


def add(x, y, name: str | None = None) -> Tensor:
    """x + y."""
    return apply("Add", x, y, name=name)


def multiply(x, y, name: str | None = None) -> Tensor:
    """x * y."""
    return apply("Mul", x, y, name=name)


def cast(x, dtype, name: str | None = None) -> Tensor:
    """x converted."""
    x = convert_to_tensor(x, name="x")
    dtype = dtypes.as_dtype(dtype).base_dtype
    if x.dtype.base_dtype is dtype:
        return x
    return apply("Cast", x, DstT=dtype, name=name)


def add_n(inputs, name=None):
    """sum."""
    return apply("AddN", inputs, name=name)


_operator("add", lambda x, y: add(x, y, name="add"))
_operator("mul", lambda x, y: multiply(x, y, name="mul"))
