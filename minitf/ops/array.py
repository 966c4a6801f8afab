"""Shapes, reshaping, joining and splitting."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.constant import constant


def _identity_kernel(b, op, x):
    """A variable's initial read follows the variable; any other identity of a variable is what it holds now."""
    return x if op.attrs.get("follows") else b.snapshot(x)


define("Identity", "input: T -> output: T", shape=patterns.same, numpy=lambda op, x: x, kernel=_identity_kernel,
       grad=lambda op, g: g)  # fmt: skip
define("Shape", "input: T -> output: @out_type", shape=lambda op: TensorShape([op.inputs[0].shape.rank]),
       static=lambda op, depth: _static_shape(op.inputs[0]), kernel=lambda b, op, x: b.constant(
           np.array(x.shape, op.outputs[0].dtype.numpy)), differentiable=False)  # fmt: skip


def _static_shape(x: Tensor):
    return None if x.shape.sizes is None else np.array(x.shape.sizes + (None,), object)[:-1]


def _fitting(op):
    return constant_value_as_shape(op.inputs[1])


define("Fill", "dims: index_type, value: T -> output: T", index_type=dtypes.INDEX,
       shape=lambda op: constant_value_as_shape(op.inputs[0]), numpy=lambda op, dims, value: np.full(dims, value))
define("SumToShape", "x: T, shape: I -> y: T", I=dtypes.INDEX, shape=_fitting, numpy=lambda op, x, shape: _sum_to(x, tuple(shape)))
define("OnesLike", "x: T -> y: T", shape=patterns.same, numpy=lambda op, x: np.ones_like(x), differentiable=False)
define("ZerosLike", "x: T -> y: T", shape=patterns.same, numpy=lambda op, x: np.zeros_like(x), differentiable=False)


def _sum_to(x, shape):
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1 and x.shape[i + lead] != 1)
    return x.sum(axis=axes, keepdims=True).reshape(shape).astype(x.dtype)


def identity(input, name: str | None = None) -> Tensor:
    """The same value as a new tensor."""
    return apply("Identity", input, name=name)


def shape(input, name: str | None = None, out_type=dtypes.int32) -> Tensor:
    """The shape as a 1-D tensor; a constant where it is known already."""
    input = convert_to_tensor(input)
    if input.shape.is_fully_defined():
        return constant(np.array(input.shape.sizes, out_type.numpy), name=name or "Shape")
    return apply("Shape", input, out_type=out_type, name=name)


def fill(dims, value, name: str | None = None) -> Tensor:
    """A tensor full of value."""
    return apply("Fill", dims, value, name=name)


def ones_like(tensor, dtype=None, name=None, optimize=True):
    """ones."""
    return apply("OnesLike", tensor, name=name)


def zeros_like(tensor, dtype=None, name=None, optimize=True):
    """zeros."""
    return apply("ZerosLike", tensor, name=name)


def sum_to_shape(x: Tensor, like: Tensor) -> Tensor:
    """x summed over the axes along which something shaped like `like` was broadcast to it."""
    return apply("SumToShape", x, shape(like))


def concat(values, axis, name=None):
    """join."""
    raise NotImplementedError
