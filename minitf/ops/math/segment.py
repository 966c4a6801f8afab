"""Sums, means, products and extremes of the rows that belong to one segment."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import reduce as kernels
from minitf.kernels.math import segments as sorted_kernels
from minitf.ops.array import array
from minitf.ops.array.gather import gather, where
from minitf.ops.math import math
from minitf.ops.math.reduce import highest, lowest

# ---- sorted segments


def _sorted_shape(op):
    data, _ = op.inputs[0].shape, op.inputs[1].shape.with_rank(1)
    if data.rank == 0:
        raise ValueError("segments are made of rows: the data cannot be a scalar")
    if data.rank is None:
        return UNKNOWN
    return TensorShape([None]).concatenate(data[1:])


def _check_sorted(data, ids) -> int:
    """The number of segments."""
    if ids.shape != data.shape[:1]:
        raise ValueError(f"segment ids of shape {ids.shape} for data of shape {data.shape}")
    _check_rising(ids)
    return int(ids[-1]) + 1 if ids.size else 0


def _check_rising(ids) -> None:
    if ids.size and ids[0] < 0:
        raise ValueError(f"segment id {ids[0]} at 0 is negative")
    falls = np.flatnonzero(np.diff(ids) < 0)
    if falls.size:
        raise ValueError(
            f"segment ids have to be sorted: {ids[falls[0] + 1]} follows {ids[falls[0]]} at {falls[0] + 1}"
        )


def _gathered(data, ids, count: int, ufunc, start) -> np.ndarray:
    result = np.full((count, *data.shape[ids.ndim :]), start, data.dtype)
    ufunc.at(result, ids, data)
    return result


def _sorted(ufunc, start, empty: int = 0):
    """The rule that folds the rows of each segment; those without members are `empty`."""

    def rule(op, data, ids):
        count = _check_sorted(data, ids)
        result = _gathered(data, ids, count, ufunc, start(data.dtype))
        result[np.bincount(ids, minlength=count)[:count] == 0] = empty
        return result

    return rule


def _mean(op, data, ids):
    count = _check_sorted(data, ids)
    members = np.maximum(np.bincount(ids, minlength=count)[:count], 1)
    total = _gathered(data, ids, count, np.add, 0)
    return (total / members.reshape(-1, *[1] * (data.ndim - 1))).astype(data.dtype)


def refusal(check, b, *values):
    """What a check says of values that a kernel refused."""

    def complaint(_):
        try:
            check(*[v if v is None else b.data(v) for v in values])
        except ValueError as error:
            return str(error)

    return complaint


def segment_count(b, ids, error) -> int:
    """How many segments there are: 1 + the last id."""
    known = b.known(ids)
    if known is not None:
        _check_rising(known)
        return int(known[-1]) + 1 if known.size else 0
    size = b.new((), np.int64)
    b.call(sorted_kernels.segment_count[ids.dtype], ids, size, ids.size, error=error)
    return int(b.data(size))


def _sorted_kernel(fold, finish=None):
    """The rule that folds rows by a kernel, and does something more with what comes of each segment."""

    def lower(b, op, data, ids):
        if ids.shape != data.shape[:1]:
            raise ValueError(f"segment ids of shape {ids.shape} for data of shape {data.shape}")
        count, width = segment_count(b, ids, refusal(_check_rising, b, ids)), prod(data.shape[1:])
        out = b.new((count, *data.shape[1:]), data.dtype)
        b.call(fold[data.dtype, ids.dtype], data, ids, out, ids.size, width, count)
        if finish is not None:
            b.call(finish[ids.dtype, data.dtype], ids, out, ids.size, width)
        return out

    return lower


def _members(ids: Tensor, like: Tensor) -> Tensor:
    """The size of each segment, shaped to divide rows of `like` [segments, ...]."""
    ones = array.ones_like(ids, dtype=like.dtype.base_dtype)
    counts = segment_sum(ones, ids)
    return over_rows(counts, like)


def over_rows(numbers: Tensor, like: Tensor) -> Tensor:
    """One number for each row of `like`, shaped to be multiplied with it."""
    tail = array.ones_like(array.shape(like)[1:])
    return array.reshape(numbers, array.concat([array.shape(numbers), tail], 0))


def _mean_grad(op, g):
    ids = op.inputs[1]
    return gather(g / math.maximum(_members(ids, g), 1.0), ids), None


def _extreme_grad(op, g):
    """Equal extremes share the gradient."""
    data, ids = op.inputs
    chosen = math.cast(math.equal(data, gather(op.outputs[0], ids)), g.dtype.base_dtype)
    share = g / math.maximum(segment_sum(chosen, ids), 1.0)
    return chosen * gather(share, ids), None


def _segments(type: str, numpy, kernel, grad, doc: str, T=dtypes.NUMBER):  # noqa: N803
    define(
        type,
        "data: T, segment_ids: Tindices -> output: T",
        T=T,
        Tindices=dtypes.INDEX,
        shape=_sorted_shape,
        numpy=numpy,
        kernel=kernel,
        counted=True,
        grad=grad,
    )

    @named(
        f"segment_{type[7:].lower()}",
        f"""{doc}

    data: [n, ...]; segment_ids: [n], rising from 0 (InvalidArgumentError if not). Segments without rows give
    0 if nothing else is said.
    """,
    )
    def function(data, segment_ids, name: str | None = None) -> Tensor:
        return apply(type, data, segment_ids, name=name)

    return function


segment_sum = _segments(
    "SegmentSum",
    _sorted(np.add, lambda dtype: 0),
    _sorted_kernel(kernels.segment_sum),
    lambda op, g: (gather(g, op.inputs[1]), None),
    "The sum of each segment's rows.",
)
segment_mean = _segments(
    "SegmentMean",
    _mean,
    _sorted_kernel(kernels.segment_sum, sorted_kernels.divide_segments),
    _mean_grad,
    "The mean of each segment's rows.",
)
segment_prod = _segments(
    "SegmentProd",
    _sorted(np.multiply, lambda dtype: 1, 1),
    _sorted_kernel(kernels.segment_prod),
    None,
    "The product of each segment's rows, 1 for those without any; no gradient.",
)
segment_max = _segments(
    "SegmentMax",
    _sorted(np.maximum, lowest),
    _sorted_kernel(kernels.segment_max, sorted_kernels.clear_empty_segments),
    _extreme_grad,
    "The maximum of each segment's rows.",
    dtypes.REAL,
)
segment_min = _segments(
    "SegmentMin",
    _sorted(np.minimum, highest),
    _sorted_kernel(kernels.segment_min, sorted_kernels.clear_empty_segments),
    _extreme_grad,
    "The minimum of each segment's rows.",
    dtypes.REAL,
)


# ---- segments in any order


def _unsorted_shape(op):
    data, ids = op.inputs[0].shape, op.inputs[1].shape
    count = constant_value(op.inputs[2])
    if count is not None and count < 0 and ids.rank is not None:
        raise ValueError(f"the number of segments cannot be {count}")
    if data.rank is None or ids.rank is None:
        return UNKNOWN
    data[: ids.rank].assert_is_compatible_with(ids)
    return TensorShape([None if count is None else int(count)]).concatenate(data[ids.rank :])


def _unsorted(ufunc, start):
    def rule(op, data, ids, count):
        if data.shape[: ids.ndim] != ids.shape:
            raise ValueError(f"segment ids of shape {ids.shape} for data of shape {data.shape}")
        if count < 0:
            raise ValueError(f"the number of segments cannot be {count}")
        wrong = np.flatnonzero(ids >= count)
        if wrong.size:
            raise ValueError(f"segment id {ids.flat[wrong[0]]} at {wrong[0]} is not below the {count} segments")
        kept = ids >= 0
        result = np.full((int(count), *data.shape[ids.ndim :]), start(data.dtype), data.dtype)
        ufunc.at(result, ids[kept], data[kept])
        return result

    return rule


def _unsorted_kernel(kernel):
    def lower(b, op, data, ids, count):
        count, rank = int(b.data(count)), len(ids.shape)
        if data.shape[:rank] != ids.shape or count < 0:
            raise ValueError(f"{count} segments, ids of shape {ids.shape} for data of shape {data.shape}")
        out = b.new((count, *data.shape[rank:]), data.dtype)
        width = prod(data.shape[rank:])
        b.call(
            kernel[data.dtype, ids.dtype],
            data,
            ids,
            out,
            ids.size,
            width,
            count,
            error=lambda at: f"segment id {b.data(ids).flat[at]} at {at} is not below the {count} segments",
        )
        return out

    return lower


def _gathered_back(rows: Tensor, ids: Tensor) -> Tensor:
    """rows[ids], and zeros where an id is negative."""
    found = gather(rows, math.maximum(ids, array.zeros_like(ids)))
    kept = math.greater_equal(ids, array.zeros_like(ids))
    tail = array.ones_like(array.shape(found)[array.rank(ids) :])
    kept = array.reshape(kept, array.concat([array.shape(kept), tail], 0))
    kept = math.logical_and(kept, array.ones_like(found, dtype=dtypes.bool))
    return where(kept, found, array.zeros_like(found))


def _unsorted_extreme_grad(op, g):
    data, ids, count = op.inputs
    chosen = math.cast(math.equal(data, _gathered_back(op.outputs[0], ids)), g.dtype.base_dtype)
    share = g / math.maximum(unsorted_segment_sum(chosen, ids, count), 1.0)
    return chosen * _gathered_back(share, ids), None, None


def _unsorted_prod_grad(op, g):
    """g times the product of the segment's other rows, which a division gives unless the row itself is 0."""
    data, ids, count = op.inputs
    zero = math.equal(data, array.zeros_like(data))
    zeros = unsorted_segment_sum(math.cast(zero, dtypes.int32), ids, count)
    g = where(math.greater(zeros, 1), array.zeros_like(g), g)
    others = unsorted_segment_prod(where(zero, array.ones_like(data), data), ids, count)
    quotient = math.div_no_nan(_gathered_back(op.outputs[0], ids), data)
    return _gathered_back(g, ids) * where(zero, _gathered_back(others, ids), quotient), None, None


def _unsorted_segments(type: str, numpy, kernel, grad, doc: str, T=dtypes.NUMBER):  # noqa: N803
    define(
        type,
        "data: T, segment_ids: Tindices, num_segments: Tnumsegments[]; Tnumsegments: type = int32 -> output: T",
        T=T,
        Tindices=dtypes.INDEX,
        Tnumsegments=dtypes.INDEX,
        shape=_unsorted_shape,
        numpy=numpy,
        kernel=_unsorted_kernel(kernel),
        grad=grad,
    )

    @named(
        f"unsorted_segment_{type[15:].lower()}",
        f"""{doc}

    data: [*s, ...]; segment_ids: [*s], below num_segments (InvalidArgumentError if not), negative ones are
    left out. Returns [num_segments, ...].
    """,
    )
    def function(data, segment_ids, num_segments, name: str | None = None) -> Tensor:
        return apply(type, data, segment_ids, num_segments, name=name)

    return function


unsorted_segment_sum = _unsorted_segments(
    "UnsortedSegmentSum",
    _unsorted(np.add, lambda dtype: 0),
    kernels.segment_sum,
    lambda op, g: (_gathered_back(g, op.inputs[1]), None, None),
    "The sum of each segment's rows, in any order.",
)
unsorted_segment_prod = _unsorted_segments(
    "UnsortedSegmentProd",
    _unsorted(np.multiply, lambda dtype: 1),
    kernels.segment_prod,
    _unsorted_prod_grad,
    "The product of each segment's rows, in any order.",
)
unsorted_segment_max = _unsorted_segments(
    "UnsortedSegmentMax",
    _unsorted(np.maximum, lambda dtype: np.finfo(dtype).min if dtype.kind == "f" else lowest(dtype)),
    kernels.segment_max,
    _unsorted_extreme_grad,
    "The maximum of each segment's rows, in any order; the least number for an empty one.",
    dtypes.REAL,
)
unsorted_segment_min = _unsorted_segments(
    "UnsortedSegmentMin",
    _unsorted(np.minimum, lambda dtype: np.finfo(dtype).max if dtype.kind == "f" else highest(dtype)),
    kernels.segment_min,
    _unsorted_extreme_grad,
    "The minimum of each segment's rows, in any order; the largest number for an empty one.",
    dtypes.REAL,
)


def unsorted_segment_mean(data, segment_ids, num_segments, name: str | None = None) -> Tensor:
    """The mean of each segment's rows, in any order; 0 for an empty one. See `unsorted_segment_sum`."""
    with name_scope(name, "UnsortedSegmentMean", [data]):
        total, count = _total_and_count(data, segment_ids, num_segments)
        return total / count


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name: str | None = None) -> Tensor:
    """The sum of each segment's n rows over sqrt(n), in any order. Arguments as `unsorted_segment_sum`."""
    with name_scope(name, "UnsortedSegmentSqrtN", [data]):
        total, count = _total_and_count(data, segment_ids, num_segments)
        return total / math.sqrt(count)


def _total_and_count(data, ids, num_segments) -> tuple[Tensor, Tensor]:
    data, ids = convert_to_tensor(data), convert_to_tensor(ids)
    ones = array.ones(array.shape(ids), data.dtype.base_dtype)
    count = unsorted_segment_sum(ones, ids, num_segments)
    if None in (data.shape.rank, ids.shape.rank):
        total = unsorted_segment_sum(data, ids, num_segments)
        return total, over_rows(math.maximum(count, 1), total)
    sizes = [num_segments] + [1] * (data.shape.rank - ids.shape.rank)
    count = math.maximum(array.reshape(count, sizes), 1)
    return unsorted_segment_sum(data, ids, num_segments), count
