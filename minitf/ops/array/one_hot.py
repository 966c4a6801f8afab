"""Rows with a value at one place."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.kernels.math.cast import cast
from minitf.ops.array.array import check_axis
from minitf.ops.array.constant import constant


def _one_hot(op, indices, depth, on, off):
    axis = check_axis(op.attrs["axis"], indices.ndim + 1)
    _one_hot_sizes(indices.shape, depth, axis)
    hot = np.expand_dims(indices, -1) == np.arange(depth)
    return np.moveaxis(np.where(hot, on, off), -1, axis).astype(on.dtype)


def _one_hot_kernel(b, op, indices, depth, on, off):
    depth, axis = int(b.data(depth)), check_axis(op.attrs["axis"], len(indices.shape) + 1)
    shape = _one_hot_sizes(indices.shape, depth, axis)
    if indices.dtype not in (np.int32, np.int64):
        indices, narrow = b.new(indices.shape, np.int64), indices
        b.call(cast[narrow.dtype, indices.dtype], narrow, indices, narrow.size)
    out = b.new(shape, on.dtype)
    kernel = movement.one_hot[indices.dtype, layout.carrier(on.dtype)]
    b.call(kernel, indices, on, off, out, math.prod(shape[:axis]), depth, math.prod(shape[axis + 1 :]))
    return out


def _one_hot_sizes(sizes: tuple, depth: int, axis: int) -> tuple:
    if depth < 0:
        raise ValueError(f"the depth of one_hot is 0 or more, not {depth}")
    return (*sizes[:axis], depth, *sizes[axis:])


def _one_hot_shape(op):
    """An axis behind the last one is refused when the op runs, as in TensorFlow."""
    sizes, depth = op.inputs[0].shape.sizes, constant_value(op.inputs[1])
    if op.attrs["axis"] < -1:
        raise ValueError(f"axis must be >= -1, not {op.attrs['axis']}")
    if sizes is None:
        return UNKNOWN
    axis = op.attrs["axis"] % (len(sizes) + 1) if op.attrs["axis"] < 0 else op.attrs["axis"]
    return TensorShape((*sizes[:axis], None if depth is None else int(depth), *sizes[axis:]))


define(
    "OneHot",
    "indices: TI, depth: int32~[], on_value: T~[], off_value: T~[]; axis: int = -1, TI: type = int64 -> output: T",
    TI=dtypes.INTEGER,
    shape=_one_hot_shape,
    numpy=_one_hot,
    kernel=_one_hot_kernel,
    differentiable=False,
)


def one_hot(
    indices, depth, on_value=None, off_value=None, axis: int | None = None, dtype=None, name: str | None = None
) -> Tensor:
    """`on_value` (default 1) where the new axis of size `depth` meets its index, `off_value` (default 0) elsewhere.

    axis: where the new axis goes (default: last); dtype: default that of the values, or float32. An index
    outside [0, depth) has no hot place.

    >>> one_hot([0, 2], 3)
    <tf.Tensor 'one_hot:0' shape=(2, 3) dtype=float32>
    """
    with name_scope(name, "one_hot", [indices]) as scope:
        types = [None if v is None else convert_to_tensor(v).dtype.base_dtype for v in (on_value, off_value)]
        given = next((t for t in types if t is not None), None)
        dtype = given or dtypes.float32 if dtype is None else dtypes.as_dtype(dtype)
        for value, found in zip((on_value, off_value), types):
            if found not in (None, dtype):
                raise TypeError(f"one_hot of {dtype.name} cannot have {value!r}, which is {found.name}")
        on_value = constant(np.array(1, dtype.numpy), name="on_value") if on_value is None else on_value
        off_value = constant(np.array(0, dtype.numpy), name="off_value") if off_value is None else off_value
        indices = convert_to_tensor(indices, preferred_dtype=dtypes.int64, name="indices")
        axis = -1 if axis is None else axis
        return apply("OneHot", indices, depth, on_value, off_value, axis=axis, name=scope)
