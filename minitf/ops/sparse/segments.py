"""Sums and means of segments of rows that are chosen by index."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import segments as kernels
from minitf.ops.array import array
from minitf.ops.array.gather import check_indices, gather
from minitf.ops.math import math
from minitf.ops.math.segment import over_rows, refusal, segment_count, unsorted_segment_sum


def _shape(op):
    """As many rows as there are segments, if that is said."""
    data = op.inputs[0].shape.with_rank_at_least(1)
    count = constant_value(op.inputs[3]) if len(op.inputs) > 3 else None
    if data.rank is None:
        return UNKNOWN
    return TensorShape([None if count is None else int(count)]).concatenate(data[1:])


def _check_ids(ids, count) -> int:
    """The number of segments, which is that of the last id if `count` is None."""
    falls = np.flatnonzero(np.diff(ids) < 0)
    if falls.size:
        at = falls[0] + 1
        raise ValueError(f"segment ids have to be sorted: {ids[at]} follows {ids[at - 1]} at {at}")
    count = (int(ids[-1]) + 1 if ids.size else 0) if count is None else int(count)
    check_indices(ids, count, "segment_ids")
    return count


def _scale(members, power: float, dtype):
    """What each segment's sum is divided by: its number of members to a power."""
    return (np.maximum(members, 1) ** power).astype(dtype)


def _rule(power: float):
    def rule(op, data, indices, ids, count=None):
        count = _check(data, indices, ids, count)
        total = zeros((count, *data.shape[1:]), data.dtype)
        first = np.flatnonzero(np.diff(ids, prepend=-1))
        total[ids[first]] = np.add.reduceat(data[indices], first, dtype=data.dtype)
        if not power:
            return total
        members = np.bincount(ids, minlength=count)[:count]
        return total / _scale(members, power, data.dtype).reshape(-1, *[1] * (data.ndim - 1))

    return rule


def _kernel(finish):
    def lower(b, op, data, indices, ids, count=None):
        error = refusal(_check, b, data, indices, ids, count)
        count = segment_count(b, ids, refusal(_check_ids, b, ids, None)) if count is None else int(b.data(count))
        out, width, n = b.new((count, *data.shape[1:]), data.dtype), prod(data.shape[1:]), ids.size
        kernel = kernels.sum_picked_segments[data.dtype, indices.dtype]
        b.call(kernel, data, indices, ids, out, n, data.shape[0], width, count, error=error)
        if finish is not None:
            b.call(finish[ids.dtype, data.dtype], ids, out, n, width)
        return out

    return lower


def _check(data, indices, ids, count) -> int:
    """The number of segments; ValueError for ids and indices that are not right."""
    count = _check_ids(ids, count)
    check_indices(indices, len(data))
    return count


def _grad(power: float):
    """The gradient of a segment goes to each of its rows, divided as the sum was."""

    def grad(op, g):
        data, indices, ids = op.inputs[:3]
        if power:
            count = array.shape(g)[0]
            members = unsorted_segment_sum(array.ones_like(ids, dtype=g.dtype.base_dtype), ids, count)
            g = g / over_rows(math.pow(math.maximum(members, 1), power), g)
        spread = unsorted_segment_sum(gather(g, ids), indices, array.shape(data)[0])
        return [spread, *[None] * (len(op.inputs) - 1)]

    return grad


_FINISH = {0: None, 1: kernels.divide_segments, 0.5: kernels.divide_by_roots}
_SAID = "Tidx: type = int32, Tsegmentids: later[fixed[type]] = int32, sparse_gradient: later[fixed[bool]] = False"


def _segments(name: str, type: str, power: float, kinds, doc: str):
    inputs = "data: T, indices: Tidx[n], segment_ids: int32[n]"
    define(
        type,
        f"{inputs}; {_SAID} -> output: T",
        T=kinds,
        Tidx=dtypes.INDEX,
        shape=_shape,
        numpy=_rule(power),
        kernel=_kernel(_FINISH[power]),
        counted=True,
        grad=_grad(power),
    )
    define(
        f"{type}WithNumSegments",
        f"{inputs}, num_segments: Tnumsegments[]; Tnumsegments: type = int32, {_SAID} -> output: T",
        T=kinds,
        Tidx=dtypes.INDEX,
        Tnumsegments=dtypes.INDEX,
        shape=_shape,
        numpy=_rule(power),
        kernel=_kernel(_FINISH[power]),
        grad=_grad(power),
    )

    @named(
        name,
        f"""{doc}

    data: [rows, ...]; indices: [n]; segment_ids: [n] int32, rising from 0; num_segments: how many there are,
    else as many as the last id says. Empty segments give 0.

    Raises (at run time):
      InvalidArgumentError: for ids out of order, and indices out of range.
    """,
    )
    def function(data, indices, segment_ids, name: str | None = None, num_segments=None) -> Tensor:
        if num_segments is None:
            return apply(type, data, indices, segment_ids, name=name)
        return apply(f"{type}WithNumSegments", data, indices, segment_ids, num_segments, name=name)

    return function


sparse_segment_sum = _segments(
    "sparse_segment_sum", "SparseSegmentSum", 0, dtypes.REAL, "The sum of each segment's rows data[indices]."
)
sparse_segment_mean = _segments(
    "sparse_segment_mean", "SparseSegmentMean", 1, dtypes.FLOAT, "The mean of each segment's rows data[indices]."
)
sparse_segment_sqrt_n = _segments(
    "sparse_segment_sqrt_n",
    "SparseSegmentSqrtN",
    0.5,
    dtypes.FLOAT,
    "The sum of each segment's rows data[indices] over the root of their number.",
)
