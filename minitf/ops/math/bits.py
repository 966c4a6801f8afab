"""Ops on the bits of numbers."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise
from minitf.ops import patterns


def _bitwise(type: str, numpy, kernel, doc: str):
    define(
        type,
        "x: T, y: T -> z: T",
        T=dtypes.INTEGER,
        shape=patterns.broadcast,
        numpy=patterns.ufunc(numpy),
        kernel=kernel and patterns.binary(kernel),
        differentiable=False,
    )

    return patterns.of_two(type, doc, type)


def _shift(function):
    """A shift by at most the number of bits: what lies outside is undefined in C."""

    def shifted(x, y):
        return function(x, np.clip(y, 0, x.dtype.itemsize * 8 - 1).astype(x.dtype))

    return shifted


bitwise_and = _bitwise("BitwiseAnd", np.bitwise_and, elementwise.and_, "The bits that are set in x and in y.")
bitwise_or = _bitwise("BitwiseOr", np.bitwise_or, elementwise.or_, "The bits that are set in x or in y.")
bitwise_xor = _bitwise("BitwiseXor", np.bitwise_xor, elementwise.xor, "The bits that are set in one of x and y.")
left_shift = _bitwise("LeftShift", _shift(np.left_shift), None, "x with its bits moved up by y places.")
right_shift = _bitwise("RightShift", _shift(np.right_shift), None, "x with its bits moved down by y; keeps the sign.")
define(
    "Invert",
    "x: T -> y: T",
    T=dtypes.INTEGER,
    shape=patterns.same,
    numpy=patterns.ufunc(np.invert),
    kernel=patterns.unary(elementwise.invert),
    differentiable=False,
)
invert = patterns.of_one("Invert", "The bits that are not set in x.")

# ---- the same bits as another type


def _recast_shape(op):
    shape, before, after = op.inputs[0].shape, op.inputs[0].dtype.size, op.attrs["type"].size
    if shape.rank is None or before == after:
        return shape
    if before > after:
        return shape.concatenate([before // after])
    if not shape.rank or shape.sizes[-1] not in (None, after // before):
        raise ValueError(f"the last axis of shape {shape} does not hold the {after // before} parts of one element")
    return shape[:-1]


def _recast_sizes(x, dtype: np.dtype) -> tuple:
    if x.itemsize >= dtype.itemsize:
        return x.shape if x.itemsize == dtype.itemsize else (*x.shape, x.itemsize // dtype.itemsize)
    if x.shape[-1:] != (dtype.itemsize // x.itemsize,):
        raise ValueError(f"shape {x.shape} does not hold whole elements of {dtype}")
    return x.shape[:-1]


def _recast(op, x):
    dtype = op.attrs["type"].numpy
    return np.ascontiguousarray(x).reshape(-1).view(dtype).reshape(_recast_sizes(x, dtype))


define("Bitcast", "input: T -> output: type", T=dtypes.NUMBER, shape=_recast_shape, numpy=_recast)


def bitcast(input, type, name: str | None = None) -> Tensor:
    """The bits of `input` read as `type`; a last axis appears or vanishes if the sizes of the types differ.

    ValueError if the elements do not divide; TypeError for a type that is none of numbers.
    """
    kind = dtypes.as_dtype(type).base_dtype
    if kind not in dtypes.NUMBER:
        raise TypeError(f"bits are read as numbers, not as {kind.name}")
    return apply("Bitcast", input, type=kind, name=name)
