"""The k largest elements of each row, and whether a class is among them."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import largest as kernels
from minitf.ops.array import array, gather, joining, ranges
from minitf.ops.nn.nn import rows_of


def _k_shape(op):
    shape, k = op.inputs[0].shape.with_rank_at_least(1), constant_value(op.inputs[1])
    if shape.sizes is None:
        return [UNKNOWN, UNKNOWN]
    last = shape.sizes[-1]
    if k is not None and last is not None and int(k) > last:
        raise ValueError(f"the input has {last} columns, fewer than k = {int(k)}")
    return [TensorShape([*shape.sizes[:-1], None if k is None else int(k)])] * 2


def _check_k(shape: tuple, k) -> None:
    if not shape or not 0 <= k <= shape[-1]:
        raise ValueError(f"k = {k} is not between 0 and the number of columns of an input of shape {shape}")


def _checked_k(k: int, *shape: int) -> tuple:
    _check_k(shape, k)
    return ()


def _top_k(op, x, k):
    _check_k(x.shape, k)
    key = -x.astype(np.float64) if x.dtype.kind == "f" else np.invert(x) if x.dtype.kind == "u" else -x.astype(np.int64)
    order = np.argsort(key, axis=-1, kind="stable")[..., : int(k)]
    return np.take_along_axis(x, order, -1), order.astype(np.int32)


def _top_k_kernel(b, op, x, k):
    k = int(b.counted(k, x.shape[-1] if x.shape else 0))
    b.derived(_checked_k, (), k, *x.shape)
    values, places = b.new((*x.shape[:-1], k), x.dtype), b.new((*x.shape[:-1], k), np.int32)
    here, there = (b.new(x.shape, np.int32) for _ in range(2))
    b.call(kernels.top_k[x.dtype], x, values, places, here, there, *rows_of(x.shape), k)
    return values, places


def _top_k_grad(op, g, _):
    x, indices = op.inputs[0], op.outputs[1]
    columns = array.shape(x)[-1]
    k = array.shape(indices)[-1]
    flat = array.reshape(indices, joining.stack([-1, k]))
    starts = ranges.range(array.shape(flat)[0]) * columns
    places = array.reshape(flat + array.expand_dims(starts, 1), [-1, 1])
    spread = gather.scatter_nd(places, array.reshape(g, [-1]), array.reshape(array.size(x), [1]))
    return array.reshape(spread, array.shape(x)), None


define(
    "TopKV2",
    "input: T, k: int32~[]; sorted: bool = True, Tk: later[fixed[type]] = int32, "
    "index_type: later[fixed[type]] = int32 -> values: T, indices: int32",
    T=dtypes.REAL,
    shape=_k_shape,
    numpy=_top_k,
    kernel=_top_k_kernel,
    grad=_top_k_grad,
)


def top_k(input, k=1, sorted: bool = True, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The k largest elements of each row (last axis) and their positions (int32), largest first.

    Of equal elements the first comes first. The result is a namedtuple `(values, indices)`.
    """
    return apply("TopKV2", input, k, sorted=sorted, name=name)


def _in_top_k_shape(op):
    rows = op.inputs[0].shape.with_rank(2)[:1]
    return rows.merge_with(op.inputs[1].shape.with_rank(1))


def _check_targets(predictions, targets) -> None:
    if len(predictions.shape) != 2 or targets.shape != predictions.shape[:1]:
        raise ValueError(f"targets of shape {targets.shape} do not fit predictions of shape {predictions.shape}")


def _in_top_k_kernel(b, op, predictions, targets, k):
    _check_targets(predictions, targets)
    out = b.new(targets.shape, np.bool_)
    b.call(kernels.in_top_k[targets.dtype], predictions, targets, k, out, *predictions.shape)
    return out


def _in_top_k(op, predictions, targets, k):
    _check_targets(predictions, targets)
    if not predictions.shape[1]:
        return np.zeros(targets.shape, bool)
    valid = (targets >= 0) & (targets < predictions.shape[1])
    own = np.take_along_axis(predictions, np.where(valid, targets, 0)[:, None], 1)
    finite = np.isfinite(own[:, 0]) & np.isfinite(predictions).all(axis=1)
    return valid & finite & ((predictions > own).sum(axis=1) < k)


define(
    "InTopKV2",
    "predictions: float32[batch, classes], targets: T[batch], k: T~[]; T: type = int32 -> precision: bool",
    T=dtypes.INDEX,
    shape=_in_top_k_shape,
    numpy=_in_top_k,
    kernel=_in_top_k_kernel,
    differentiable=False,
)


def in_top_k(predictions, targets, k, name: str | None = None) -> Tensor:
    """Whether each target class is among the k largest predictions of its row: [batch] bools.

    predictions: [batch, classes] float32; targets: [batch] int32 or int64. Ties at the border all count as
    in; a row with a prediction that is not finite, and a class out of range, are not in.
    """
    with name_scope(name, "in_top_k", [predictions]):
        return apply("InTopKV2", predictions, targets, k)
