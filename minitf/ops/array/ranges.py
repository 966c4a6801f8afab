"""Numbers in sequence: range, linspace, meshgrid, masks of lengths, positions in sorted sequences."""

from __future__ import annotations

import builtins
import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.machine import alloc
from minitf.kernels.math import counts
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.joining import stack

# ---- range


def _length(start, limit, delta) -> int:
    """How many numbers; for floats worked out in their own precision, as TensorFlow does."""
    start, limit, delta = (np.asarray(end)[()] for end in (start, limit, delta))
    if delta == 0:
        raise ValueError("the delta of a range cannot be 0")
    if limit < start if delta > 0 else limit > start:
        sign = "negative" if delta > 0 else "positive"
        raise ValueError(f"a range from {start} to {limit} needs a {sign} delta, not {delta}")
    if isinstance(start, np.integer):
        return len(builtins.range(int(start), int(limit), int(delta)))
    return math.ceil(abs((limit - start) / delta))


def _lengths(start: int, limit: int, delta: int) -> tuple[int]:
    return (_length(start, limit, delta),)


def _range(op, *ends):
    length = _length(*ends)
    alloc.require(length * ends[2].itemsize)
    steps = np.full(length, ends[2], ends[2].dtype)
    steps[:1] = ends[0]
    return np.cumsum(steps, dtype=steps.dtype)  # TensorFlow adds step by step as well


def _range_kernel(b, op, *ends):
    """Where only the limit changes, the numbers are known if it is; else they are made when they are known."""
    start, _, delta = (b.known(end) for end in ends)
    dtype = ends[0].dtype
    if start is not None and delta is not None and start.dtype.kind == "i":
        (length,) = b.derived(_lengths, (), *[int(b.data(end)) for end in ends])
        if not b.follows:
            return b.constant(_range(op, *map(b.data, ends)))
    else:
        length = _steps(b, ends)
    alloc.require(length * dtype.itemsize)
    out = b.new((length,), dtype)
    b.call(counts.steps[dtype], ends[0], ends[2], out, length)
    return out


def _steps(b, ends) -> int:
    """How many numbers there are, as a kernel finds out."""
    count = b.new((), np.int64)
    error = lambda at: _no_way(*[b.data(end) for end in ends])  # noqa: E731
    b.call(counts.step_count[ends[0].dtype], *ends, count, error=error)
    return int(b.data(count))


def _no_way(*ends) -> str:
    try:
        return f"a range of {_length(*ends)} numbers is too large"
    except (ValueError, ArithmeticError) as error:
        return str(error)


def _range_shape(op):
    ends = [constant_value(t) for t in op.inputs]
    return TensorShape([None if any(e is None for e in ends) else _length(*ends)])


define(
    "Range",
    "start: Tidx[], limit: Tidx[], delta: Tidx[]; Tidx: type = int32 -> output: Tidx",
    Tidx=dtypes.REAL,
    shape=_range_shape,
    numpy=_range,
    kernel=_range_kernel,
    counted=True,
    differentiable=False,
)

_BY_WIDTH = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]


def range(start, limit=None, delta=1, dtype=None, name: str | None = "range") -> Tensor:  # noqa: A001
    """The numbers from `start` (default 0) up to but not including `limit` in steps of `delta`.

    Called with one number, that is the limit. dtype: default the widest type of the three.

    >>> range(3, 18, 3).shape.as_list()
    [5]
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "range", [start, limit, delta]) as scope:
        ends = [convert_to_tensor(v, dtype, name=n) for v, n in ((start, "start"), (limit, "limit"), (delta, "delta"))]
        types = [e.dtype.base_dtype for e in ends]
        if dtype is None and len(set(types)) > 1:
            widest = max(types, key=lambda t: _BY_WIDTH.index(t) if t in _BY_WIDTH else -1)
            ends = [e if t is widest else apply("Cast", e, DstT=widest) for e, t in zip(ends, types)]
        return apply("Range", *ends, name=scope)


# ---- linspace


def _check_num(num) -> int:
    if num < 1:
        raise ValueError(f"linspace gives 1 number or more, not {num}")
    return int(num)


def _linspace(op, start, stop, num):
    num = _check_num(num)
    alloc.require(num * start.itemsize)
    if num == 1:
        return start.reshape(1)
    step = ((stop - start) / (num - 1)).astype(start.dtype)
    values = start + step * np.arange(num).astype(start.dtype)
    values[-1] = stop
    return values


def _linspace_kernel(b, op, start, stop, num):
    num = _check_num(b.data(num))
    alloc.require(num * start.dtype.itemsize)
    out = b.new((num,), start.dtype)
    b.call(counts.between[out.dtype], start, stop, out, num)
    return out


def _linspace_shape(op):
    num = constant_value(op.inputs[2])
    return TensorShape([None if num is None else _check_num(num)])


define(
    "LinSpace",
    "start: T[], stop: T[], num: Tidx[]; Tidx: type = int32 -> output: T",
    T=dtypes.FLOAT,
    Tidx=dtypes.INDEX,
    shape=_linspace_shape,
    numpy=_linspace,
    kernel=_linspace_kernel,
    counted=True,
    differentiable=False,
)


def linspace(start, stop, num, name: str | None = None) -> Tensor:
    """`num` numbers at equal distances from `start` to `stop`, both included.

    >>> linspace(0.0, 1.0, 5).shape.as_list()
    [5]
    """
    return apply("LinSpace", start, stop, num, name=name)


lin_space = linspace

# ---- meshgrid


def meshgrid(*args, indexing: str = "xy", name: str | None = "meshgrid") -> list[Tensor]:
    """For n vectors, n tensors of rank n with the coordinates of each point of their grid.

    indexing: "xy" (the first two axes swapped, as for images) or "ij".

    >>> [t.shape.as_list() for t in meshgrid([1, 2, 3], [4, 5])]
    [[2, 3], [2, 3]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"the indexing of meshgrid is 'xy' or 'ij', not {indexing!r}")
    with name_scope(name, "meshgrid"):
        count = len(args)
        vectors = [array.reshape(stack(x), [1] * i + [-1] + [1] * (count - i - 1)) for i, x in enumerate(args)]
        sizes = [array.size(x) for x in args]
        if not args:
            return []
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and count > 1:
            vectors[0] = array.reshape(vectors[0], [1, -1] + [1] * (count - 2))
            vectors[1] = array.reshape(vectors[1], [-1, 1] + [1] * (count - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        all_ones = array.ones(sizes, dtype)
        return [v * all_ones for v in vectors]


# ---- sequence_mask


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name: str | None = None) -> Tensor:
    """True (1) in the first `lengths[...]` of `maxlen` places (default: the largest length), one row per length.

    lengths: integers of any shape; result: shape lengths.shape + [maxlen].

    >>> sequence_mask([1, 3, 2], 5).shape.as_list()
    [3, 5]
    """
    with name_scope(name, "SequenceMask", [lengths]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            most = apply("Max", lengths, _all_axes(lengths))
            maxlen = apply("Maximum", constant(0, most.dtype), most)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.rank not in (None, 0):
            raise ValueError(f"the maxlen of sequence_mask is one number, not of shape {maxlen.shape}")
        places = apply("Range", constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        ends = apply("Cast", array.expand_dims(lengths, -1), DstT=maxlen.dtype.base_dtype)
        result = apply("Less", places, ends)
        dtype = dtypes.type_or(dtype, dtypes.bool)
        return result if dtype is dtypes.bool else apply("Cast", result, DstT=dtype)


def _all_axes(x: Tensor) -> Tensor:
    if x.shape.rank is None:
        return apply("Range", 0, array.rank(x), 1)
    return constant(np.arange(x.shape.rank, dtype=np.int32))


# ---- searchsorted


def _bound(side: str):
    def search(op, rows, values):
        if rows.ndim != 2 or values.ndim != 2 or len(rows) != len(values):
            raise ValueError(f"sequences and values are matrices of as many rows, not {rows.shape} and {values.shape}")
        found = np.empty(values.shape, op.outputs[0].dtype.numpy)
        for row, wanted, result in zip(rows, values, found):
            result[...] = np.searchsorted(row, wanted, side)
        return found

    return search


for _type, _side in (("LowerBound", "left"), ("UpperBound", "right")):
    define(
        _type,
        "sorted_inputs: T, values: T; out_type: type = int32 -> output: out_type",
        out_type=dtypes.INDEX,
        shape=lambda op: op.inputs[1].shape,
        numpy=_bound(_side),
        differentiable=False,
    )


def searchsorted(sorted_sequence, values, side: str = "left", out_type=dtypes.int32, name: str | None = None) -> Tensor:
    """Where each of `values` would be inserted in its sorted sequence (along the last axis) to keep it sorted.

    side: "left" (before equal items) or "right" (behind them).
    """
    if side not in ("left", "right"):
        raise ValueError(f"the side of searchsorted is 'left' or 'right', not {side!r}")
    sequences = convert_to_tensor(sorted_sequence)
    values = convert_to_tensor(values, preferred_dtype=sequences.dtype.base_dtype)
    rows = array.reshape(sequences, [-1, array.shape(sequences)[-1]])
    wanted = array.reshape(values, [-1, array.shape(values)[-1]])
    type = "LowerBound" if side == "left" else "UpperBound"
    return array.reshape(
        apply(type, rows, wanted, out_type=dtypes.type_or(out_type, dtypes.int32), name=name), array.shape(values)
    )
