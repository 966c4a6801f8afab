"""Broadcasting as ops of its own: to a shape, back to a shape, and of shapes."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape, broadcast_static_shape
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math.reduce import reduce_sum
from minitf.ops import patterns
from minitf.ops.array import array


def _check(sizes: tuple, target: tuple) -> tuple:
    """`target`, if `sizes` broadcasts to it (None fits everything)."""
    fits = len(sizes) <= len(target) and all(n in (1, m, None) or m is None for n, m in zip(sizes[::-1], target[::-1]))
    if not fits:
        raise ValueError(f"shape {TensorShape(sizes)} does not broadcast to {TensorShape(target)}")
    return target


def _broadcast_shape(op):
    wanted = constant_value_as_shape(op.inputs[1])
    if wanted.sizes is not None and op.inputs[0].shape.sizes is not None:
        _check(op.inputs[0].shape.sizes, wanted.sizes)
        return broadcast_static_shape(op.inputs[0].shape, wanted)
    return wanted


def _broadcast_kernel(b, op, x, target):
    target = _check(x.shape, array.sizes_of(b.data(target)))
    return patterns.walk(b, x, target, layout.broadcast_strides(x.shape, target))


define(
    "BroadcastTo",
    "input: T, shape: Tidx[n]; Tidx: type = int32 -> output: T",
    Tidx=dtypes.INDEX,
    shape=_broadcast_shape,
    numpy=lambda op, x, target: np.broadcast_to(x, _check(x.shape, array.sizes_of(target))),
    kernel=_broadcast_kernel,
    grad=lambda op, g: (array.sum_to_shape(g, op.inputs[0]), None),
)


def _summed_axes(sizes: tuple, target: tuple) -> tuple[int, ...]:
    _check(target, sizes)
    lead = len(sizes) - len(target)
    return (*range(lead), *[i + lead for i, n in enumerate(target) if n == 1 and sizes[i + lead] != 1])


def _sum_to(op, x, target):
    target = array.sizes_of(target)
    return x.sum(axis=_summed_axes(x.shape, target), dtype=x.dtype).reshape(target)


def _sum_to_kernel(b, op, x, target):
    target = array.sizes_of(b.data(target))
    lead, axes = len(x.shape) - len(target), _summed_axes(x.shape, target)
    alike = [b.always(f"axis {axis}", axis not in axes) for axis in range(len(x.shape))]
    axes = tuple([axis for axis, same in enumerate(alike) if not same and (axis < lead or target[axis - lead] == 1)])
    if not axes:
        return b.view(x, target)
    out, (rank, dims) = b.new(target, x.dtype), patterns.reduction_loops(b, x.shape, axes)
    b.call(reduce_sum[x.dtype], x, out, out.size, rank, dims)
    return out


define(
    "SumToShape",
    "x: T, shape: I[n] -> y: T",
    T=dtypes.NUMBER,
    I=dtypes.INDEX,
    shape=lambda op: array.wanted_shape(op, 1),
    numpy=_sum_to,
    kernel=_sum_to_kernel,
    grad=lambda op, g: (apply("BroadcastTo", g, array.shape(op.inputs[0])), None),
)


def broadcast_to(input, shape, name: str | None = None) -> Tensor:
    """`input` repeated along new axes and axes of size 1 until it has `shape`; ValueError if it does not fit.

    >>> broadcast_to([[1], [2]], [3, 2, 4]).shape.as_list()
    [3, 2, 4]
    """
    return apply("BroadcastTo", input, shape, name=name)


def _result_length(op):
    lengths = [t.shape.with_rank(1).sizes[0] for t in op.inputs]
    return TensorShape([None if None in lengths else max(lengths)])


define(
    "BroadcastArgs",
    "s0: T, s1: T; T: type = int32 -> r0: T",
    T=dtypes.INDEX,
    differentiable=False,
    shape=_result_length,
    numpy=lambda op, a, b: np.array(layout.broadcast_shape(tuple(a), tuple(b)), a.dtype),
)


def _repeated_axes(first, second) -> list[np.ndarray]:
    """For each of two shapes, the axes of what they broadcast to along which it is repeated."""
    rank = max(len(first), len(second))
    layout.broadcast_shape(tuple(first), tuple(second))
    whole = [(1,) * (rank - len(s)) + tuple(int(n) for n in s) for s in (first, second)]
    pairs = list(enumerate(zip(*whole)))  # where both are 1 TensorFlow sums as well, which changes nothing
    return [np.array([i for i, pair in pairs if pair[side] == 1], first.dtype) for side in (0, 1)]


define(
    "BroadcastGradientArgs",
    "s0: T[n], s1: T[m]; T: type = int32 -> r0: T, r1: T",
    T=dtypes.INDEX,
    differentiable=False,
    shape=lambda op: [TensorShape([None])] * 2,
    numpy=lambda op, first, second: _repeated_axes(first, second),
    kernel=lambda b, op, *s: [b.constant(a) for a in _repeated_axes(*map(b.data, s))],
)


def broadcast_dynamic_shape(shape_x, shape_y) -> Tensor:
    """The shape that tensors of shapes `shape_x` and `shape_y` (1-D integer tensors) broadcast to."""
    return apply("BroadcastArgs", shape_x, shape_y)
