"""Numbers and gradients kept within bounds."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import where
from minitf.ops.array.identity import stop_gradient
from minitf.ops.array.joining import stack
from minitf.ops.array.ranges import range as range_
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_sum


def _with_values(t, values: Tensor):
    """`values` as the kind of thing that t is."""
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values


def _values(t, name: str | None = "t") -> Tensor:
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def clip_by_value(t, clip_value_min, clip_value_max, name: str | None = None):
    """t with elements below `clip_value_min` or above `clip_value_max` set to that bound.

    The bounds are scalars or shaped like t; ValueError if they would make t larger.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = _values(t)
        below = math.minimum(values, clip_value_max)
        values.shape.assert_is_compatible_with(below.shape)
        clipped = math.maximum(below, clip_value_min, name=scope)
        values.shape.assert_is_compatible_with(clipped.shape)
        return _with_values(t, clipped)


def clipped_with_whole_gradient(t: Tensor, limit: float) -> Tensor:
    """t within -limit and limit, with the gradient of t itself, also where a bound is taken.

    The bounds move as t does, but their values are the limit.
    """
    moving = t - stop_gradient(t)
    return math.maximum(math.minimum(t, moving + limit), moving - limit)


def clip_by_norm(t, clip_norm, axes=None, name: str | None = None):
    """t scaled down where its 2-norm over `axes` (default all) exceeds `clip_norm`."""
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = _values(t)
        squares = reduce_sum(values * values, axes, keepdims=True)
        positive = squares > 0
        safe = where(positive, squares, array.ones_like(squares))
        norm = where(positive, math.sqrt(safe), squares)
        scaled = values * clip_norm
        values.shape.assert_is_compatible_with(scaled.shape)
        return _with_values(t, array.identity(scaled / math.maximum(norm, clip_norm), name=scope))


def clip_by_average_norm(t, clip_norm, name: str | None = None) -> Tensor:
    """t scaled down if its 2-norm divided by its number of elements exceeds `clip_norm`."""
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        count = cast(array.size(t), dtypes.float32)
        inverse = math.rsqrt(reduce_sum(t * t, range_(array.rank(t))))
        scaled = t * clip_norm
        return array.identity(scaled * math.minimum(inverse * count, constant(1.0) / clip_norm), name=scope)


def global_norm(t_list, name: str | None = None) -> Tensor:
    """The 2-norm of all tensors of a list taken together; None entries are left out."""
    t_list = _checked(t_list)
    with name_scope(name, "global_norm", t_list):
        values = [_values(t, f"t_{i}") for i, t in enumerate(t_list) if t is not None]
        half = reduce_sum(stack([_beside(v, lambda v: apply("L2Loss", v)) for v in values]) if values else [0.0])
        return math.sqrt(half * constant(2.0, half.dtype), name="global_norm")


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name: str | None = None):
    """(the tensors scaled down together if their global norm exceeds `clip_norm`, that norm).

    use_norm: the norm, if it is known already. None entries stay None. A norm that is not finite makes every
    result NaN (Pascanu et al. 2012, https://arxiv.org/abs/1211.5063).
    """
    t_list = _checked(t_list)
    use_norm = global_norm(t_list, name) if use_norm is None else use_norm
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as scope:
        use_norm = convert_to_tensor(use_norm)
        scale = clip_norm * math.minimum(1.0 / use_norm, constant(1.0, use_norm.dtype.base_dtype) / clip_norm)
        scale = where(math.is_finite(use_norm), scale, constant(float("nan"), use_norm.dtype.base_dtype))
        clipped = [_scaled(t, scale, f"{scope}_{i}") for i, t in enumerate(t_list)]
    return clipped, use_norm


def _scaled(t, scale: Tensor, name: str):
    if t is None:
        return None
    return _with_values(t, _beside(_values(t), lambda v: array.identity(v * scale, name=name)))


def _beside(value, make):
    """make(value), placed where the value is."""
    with colocate_with(value):
        return make(value)


def _checked(t_list) -> list:
    if isinstance(t_list, (Tensor, str)) or not hasattr(t_list, "__iter__"):
        raise TypeError(f"a list of tensors is expected, not {t_list!r}")
    return list(t_list)


def saturate_cast(value, dtype, name: str | None = None) -> Tensor:
    """Like `cast`, but numbers outside the range of `dtype` become its smallest or largest one."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        base = value.dtype.base_dtype
        if _number(base.min) < _number(dtype.min):
            value = math.maximum(value, constant(_bound(dtype.min, base), name="min"))
        if _number(base.max) > _number(dtype.max):
            value = math.minimum(value, constant(_bound(dtype.max, base), name="max"))
        return cast(value, dtype, name=scope)


def _number(limit):
    """A limit of a type as a Python number, which compares exactly."""
    return limit if isinstance(limit, int) else float(limit)


def _bound(limit, base: dtypes.DType) -> np.ndarray:
    """The number of type `base` next to `limit` on the side of 0."""
    bound = base.numpy.type(int(limit) if base.is_integer else limit)
    if base.is_floating and abs(float(bound)) > abs(_number(limit)):
        bound = np.nextafter(bound, base.numpy.type(0))
    return np.array(bound)
