"""Shapes, sizes and ranks as tensors, and tensors read as shapes."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor
from minitf.framework.static import constant_value_as_shape, known_sizes, partial_value
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array.constant import constant


def _known_shape(x: Tensor, depth: int):
    sizes = known_sizes(x, depth).sizes
    return None if sizes is None else np.array((*sizes, None), object)[:-1]


def _shape_kernel(b, op, *x):
    return [b.constant(np.array(v.shape, t.dtype.numpy)) for v, t in zip(x, op.outputs)]


define(
    "Shape",
    "input: T; out_type: type = int32 -> output: out_type",
    out_type=dtypes.INDEX,
    shape=lambda op: TensorShape([op.inputs[0].shape.rank]),
    static=lambda op, depth: _known_shape(op.inputs[0], depth),
    numpy=lambda op, x: np.array(x.shape, np.int64),
    kernel=_shape_kernel,
    reads="shape",
    differentiable=False,
)
define(
    "ShapeN",
    "input: *T; out_type: type = int32 -> output: *out_type",
    out_type=dtypes.INDEX,
    shape=lambda op: [TensorShape([t.shape.rank]) for t in op.inputs],
    static=lambda op, depth: [_known_shape(t, depth) for t in op.inputs],
    kernel=_shape_kernel,
    numpy=lambda op, *x: [np.array(v.shape, np.int64) for v in x],
    reads="shape",
    differentiable=False,
)


def _count(number):
    return lambda b, op, x: b.constant(np.array(number(x.shape), op.outputs[0].dtype.numpy))


def _known_count(number):
    def rule(op, depth):
        count = number(known_sizes(op.inputs[0], depth))
        return None if count is None else np.array(count)

    return rule


define(
    "Size",
    "input: T; out_type: type = int32 -> output: out_type",
    out_type=dtypes.INDEX,
    shape=patterns.scalar,
    numpy=lambda op, x: np.array(x.size),
    static=_known_count(TensorShape.num_elements),
    kernel=_count(math.prod),
    reads="shape",
    differentiable=False,
)
define(
    "Rank",
    "input: T -> output: int32",
    shape=patterns.scalar,
    numpy=lambda op, x: np.array(x.ndim),
    static=_known_count(lambda shape: shape.rank),
    kernel=_count(len),
    reads="shape",
    differentiable=False,
)


def shape(input, name: str | None = None, out_type=dtypes.int32) -> Tensor:
    """The shape as a 1-D tensor of `out_type`; a constant where it is known already."""
    out_type = dtypes.type_or(out_type, dtypes.int32)
    with name_scope(name, "Shape", [input]) as scope:
        if isinstance(input, SparseTensor):
            return _sizes(input, out_type)
        input = convert_to_tensor(input)
        if input.shape.is_fully_defined():
            return constant(np.array(input.shape.sizes, out_type.numpy), name=scope)
        return apply("Shape", input, out_type=out_type, name=scope)


def _sizes(sparse: SparseTensor, out_type) -> Tensor:
    """The shape of a sparse tensor in a type."""
    sizes = sparse.dense_shape
    return sizes if out_type is dtypes.int64 else apply("Cast", sizes, DstT=out_type)


def shape_n(input: list, out_type=dtypes.int32, name: str | None = None) -> list[Tensor]:
    """The shapes of several tensors of one type, each a 1-D tensor."""
    out_type = dtypes.type_or(out_type, dtypes.int32)
    return list(apply_op("ShapeN", list(input), out_type=out_type, name=name).outputs)


def size(input, name: str | None = None, out_type=dtypes.int32) -> Tensor:
    """The number of elements, a scalar of `out_type`; a constant where it is known already."""
    out_type = dtypes.type_or(out_type, dtypes.int32)
    with name_scope(name, "Size", [input]) as scope:
        if isinstance(input, SparseTensor):
            return apply("Prod", _sizes(input, out_type), 0, name=scope)
        input = convert_to_tensor(input)
        count = input.shape.num_elements()
        if count is not None:
            return constant(count, out_type, name=scope)
        return apply("Size", input, out_type=out_type, name=scope)


def rank(input, name: str | None = None) -> Tensor:
    """The number of dimensions, an int32 scalar; a constant where it is known already."""
    with name_scope(name, "Rank", [input]) as scope:
        if isinstance(input, SparseTensor):
            return apply("Size", input.dense_shape, name=scope)
        input = convert_to_tensor(input)
        if input.shape.rank is not None:
            return constant(input.shape.rank, dtypes.int32, name=scope)
        return apply("Rank", input, name=scope)


# ---- tensors read as shapes


def sizes_of(values) -> tuple[int, ...]:
    """The shape that integers describe; ValueError for negative sizes."""
    sizes = tuple(int(n) for n in values)
    if any(n < 0 for n in sizes):
        raise ValueError(f"a shape has sizes of 0 or more, not {sizes}")
    return sizes


def optional_sizes(values) -> list:
    """A partly known shape value as a list of integers and None."""
    return [None if n is None or n < 0 else int(n) for n in values]


def wanted_shape(op, at: int) -> TensorShape:
    """The shape that the op's input number `at` asks for, as far as it is known."""
    value = partial_value(op.inputs[at])
    if value is not None and value.ndim == 1:
        sizes_of(n for n in value if n is not None)
    return constant_value_as_shape(op.inputs[at])
