"""Sets of values and partitions: unique, setdiff1d, dynamic_partition, dynamic_stitch, invert_permutation."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import counts, movement
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.gather import bad_index, check_indices, gather

_LARGEST = 2**31  # where int32 ends

# ---- unique


def _unique(op, x):
    """Values in the order in which they first appear, where each item is among them, and how often each occurs."""
    _, first, where, times = np.unique(x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return [x[first[order]], place[where.reshape(-1)], times[order]][: len(op.outputs)]


def _table(b, size: int):
    """(memory for a table of positions, its size): twice as many places as are needed."""
    places = 2 * size + 2
    return b.new((places,), np.int64), places


def _unique_kernel(b, op, x):
    index = b.new(x.shape, op.outputs[1].dtype.numpy)
    values, times, count = b.new(x.shape, x.dtype), b.new(x.shape, index.dtype), b.new((), np.int64)
    table, places = _table(b, x.size)
    b.call(counts.unique[x.dtype, index.dtype], x, values, index, times, count, table, x.size, places)
    values, times = b.first(count, values, times)
    return [values, index, times][: len(op.outputs)]


def _unique_shapes(op):
    return [TensorShape([None]), op.inputs[0].shape, TensorShape([None])][: len(op.outputs)]


for _type, _times in (("Unique", ""), ("UniqueWithCounts", ", count: out_idx")):
    define(
        _type,
        f"x: T{'~' if _times else ''}[n]; out_idx: type = int32 -> y: T, idx: out_idx{_times}",
        out_idx=dtypes.INDEX,
        shape=_unique_shapes,
        numpy=_unique,
        kernel=_unique_kernel,
        counted=True,
    )


def _unique_slices(op, x, axis):
    """The same of slices along an axis."""
    if axis.size > 1:
        raise ValueError(f"axis does not support input tensors larger than 1 elements: it is {axis.tolist()}")
    if axis.ndim != 1:
        raise ValueError(f"axis expects a 1D vector, not {axis.tolist()}")
    if not axis.size and x.ndim != 1:
        raise ValueError(f"unique expects a 1D vector where there is no axis, not the shape {x.shape}")
    if axis.size and not -x.ndim < axis[0] + 1 <= x.ndim:
        raise ValueError(f"axis is between {-x.ndim} and {x.ndim - 1}, not {axis[0]}")
    if x.ndim == 1 and not x.dtype.hasobject:
        return _unique(op, x)
    along = int(axis[0]) if axis.size else 0
    seen: dict = {}
    rows = np.moveaxis(x, along, 0)
    rows = rows.reshape(len(rows), math.prod(rows.shape[1:])).tolist()
    index = np.array([seen.setdefault(tuple(row), len(seen)) for row in rows], np.int64)
    first = np.unique(index, return_index=True)[1]
    return [x.take(first, along), index, np.bincount(index, minlength=len(seen))][: len(op.outputs)]


def _unique_slices_shapes(op):
    """What they are; TensorFlow takes them for those of a vector, whatever the axis is."""
    x, axis = op.inputs[0].shape, constant_value(op.inputs[1])
    if x.rank is None:
        return [UNKNOWN, TensorShape([None]), TensorShape([None])][: len(op.outputs)]
    is_known = axis is not None and axis.shape == (1,) and -x.rank <= axis[0] < x.rank
    along = int(axis[0]) % x.rank if is_known else None
    found = [None if along in (None, i) else size for i, size in enumerate(x.sizes)]
    count = x.sizes[along] if is_known else x.sizes[0] if x.rank == 1 else None
    return [TensorShape(found), TensorShape([count]), TensorShape([None])][: len(op.outputs)]


for _type, _times in (("UniqueV2", ""), ("UniqueWithCountsV2", ", count: out_idx")):
    define(
        _type,
        f"x: T, axis: Taxis; Taxis: type = int64, out_idx: type = int32 -> y: T, idx: out_idx{_times}",
        Taxis=dtypes.INDEX,
        out_idx=dtypes.INDEX,
        shape=_unique_slices_shapes,
        numpy=_unique_slices,
        counted=True,
    )


def unique(x, out_idx=dtypes.int32, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(y, idx): the values of the vector `x` in order of appearance, and for each item its place in y."""
    return apply("Unique", x, out_idx=dtypes.type_or(out_idx, dtypes.int32), name=name)


def unique_with_counts(x, out_idx=dtypes.int32, name: str | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """(y, idx, count): as `unique`, and how often each value occurs."""
    return apply("UniqueWithCounts", x, out_idx=dtypes.type_or(out_idx, dtypes.int32), name=name)


def _check_vectors(*shapes) -> None:
    if any(len(shape) != 1 for shape in shapes):
        raise ValueError(f"the difference of two lists takes vectors, not shapes {' and '.join(map(str, shapes))}")


def _difference_shapes(op):
    for x in op.inputs:
        x.shape.with_rank(1)
    return [TensorShape([None])] * 2


def _difference(op, x, y):
    _check_vectors(x.shape, y.shape)
    kept = np.flatnonzero(~np.isin(x, y) | (x != x))
    return [x[kept], kept]


def _difference_kernel(b, op, x, y):
    _check_vectors(x.shape, y.shape)
    values, index = b.new(x.shape, x.dtype), b.new(x.shape, op.outputs[1].dtype.numpy)
    count, (table, places) = b.new((), np.int64), _table(b, y.size)
    kernel = counts.difference[x.dtype, index.dtype]
    b.call(kernel, x, y, values, index, count, table, x.size, y.size, places)
    return b.first(count, values, index)


define(
    "ListDiff",
    "x: T, y: T; out_idx: type = int32 -> out: T, idx: out_idx",
    out_idx=dtypes.INDEX,
    shape=_difference_shapes,
    numpy=_difference,
    kernel=_difference_kernel,
    counted=True,
)


def setdiff1d(x, y, index_dtype=dtypes.int32, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(out, idx): the items of the vector `x` that are not in `y`, in their order, and where they stand in x."""
    return apply("ListDiff", x, y, out_idx=dtypes.type_or(index_dtype, dtypes.int32), name=name)


listdiff = setdiff1d

# ---- permutations


def _inverted(op, x):
    result = np.full_like(x, -1)
    for i, place in enumerate(x):
        if not 0 <= place < len(x) or result[place] >= 0:
            raise ValueError(_no_permutation(x, i))
        result[place] = i
    return result


def _no_permutation(x, position: int) -> str:
    return f"{x.tolist()} is no permutation of [0, {len(x)}): {x[position]} is out of range or repeated"


def _inverted_kernel(b, op, x):
    out = b.new(x.shape, x.dtype)
    b.call(movement.invert_permutation[x.dtype], x, out, x.size, error=lambda at: _no_permutation(b.data(x), at))
    return out


define(
    "InvertPermutation",
    "x: T~[n]; T: type = int32 -> y: T",
    T=dtypes.INDEX,
    shape=lambda op: op.inputs[0].shape.with_rank(1),
    numpy=_inverted,
    kernel=_inverted_kernel,
    differentiable=False,
)
invert_permutation = patterns.of_one(
    "InvertPermutation", "The vector y with y[x[i]] = i; `x` holds each of 0 ... n - 1 once.", "invert_permutation"
)

# ---- partitions


def _check_partitions(data: tuple, partitions: tuple) -> None:
    if data[: len(partitions)] != partitions:
        raise ValueError(f"partitions of shape {partitions} have to be shaped like the first axes of data {data}")


def _partition(op, data, partitions):
    check_indices(partitions, op.attrs["num_partitions"], "partitions")
    _check_partitions(data.shape, partitions.shape)
    return [data[partitions == i] for i in range(op.attrs["num_partitions"])]


def _partition_shapes(op):
    data, partitions, count = op.inputs[0].shape, op.inputs[1].shape, op.attrs["num_partitions"]
    if count < 1:
        raise ValueError(f"Attr 'num_partitions' of DynamicPartition is 1 at least, not {count}")
    if data.sizes is None or partitions.sizes is None:
        return [UNKNOWN] * count
    data[: partitions.rank].assert_is_compatible_with(partitions)
    return [TensorShape((None, *data.sizes[partitions.rank :]))] * count


def _partition_grad(op, *grads):
    """The gradients of the parts, put back where the parts were taken from."""
    data, partitions = op.inputs
    grads = [array.zeros_like(t) if g is None else g for t, g in zip(op.outputs, grads)]
    places = array.reshape(apply("Range", 0, array.size(partitions), 1), array.shape(partitions))
    indices = apply_op("DynamicPartition", places, partitions, num_partitions=op.attrs["num_partitions"]).outputs
    return array.reshape(dynamic_stitch(list(indices), grads), array.shape(data)), None


def _part_sizes(b, sizes, size: int) -> list[int]:
    """How many items each part has; of two the second one has the rest."""
    if not b.follows or sizes.size != 2 or b.counts_parts:
        return b.counted(sizes, size).tolist()
    first = int(b.counted(b.view(sizes, (1,)), size)[0])
    return [first, size - first]


def _partition_kernel(b, op, data, partitions):
    """All rows, in the order of their parts; each part is some of them."""
    _check_partitions(data.shape, partitions.shape)
    count, rest = op.attrs["num_partitions"], data.shape[len(partitions.shape) :]
    sizes, rows = b.new((count,), np.int64), b.new((partitions.size, *rest), data.dtype)
    error = lambda at: bad_index(b.data(partitions), at, count, "partitions")  # noqa: E731
    b.call(counts.part_sizes[()], partitions, sizes, partitions.size, count, error=error)
    found, width = _part_sizes(b, sizes, partitions.size), math.prod(rest)
    kernel, ends = counts.part_rows[layout.carrier(data.dtype)], b.new((count,), np.int64)
    b.call(kernel, partitions, data, sizes, rows, ends, partitions.size, count, width)
    begins = 0, *b.derived(array.ends_of, (), *found)
    return [b.view(rows, (n, *rest), begin * width) for begin, n in zip(begins, found)]


define(
    "DynamicPartition",
    "data: T, partitions: int32 -> outputs: num_partitions*T",
    shape=_partition_shapes,
    numpy=_partition,
    kernel=_partition_kernel,
    counted=True,
    grad=_partition_grad,
)


def dynamic_partition(data, partitions, num_partitions: int, name: str | None = None) -> list[Tensor]:
    """The items of `data` in `num_partitions` tensors, each item in the one that `partitions` says.

    >>> [t.shape.as_list() for t in dynamic_partition([[1, 2], [3, 4]], [1, 0], 2)]
    [[None, 2], [None, 2]]
    """
    return list(apply_op("DynamicPartition", data, partitions, num_partitions=int(num_partitions), name=name).outputs)


def _stitch(op, *inputs):
    count = len(inputs) // 2
    indices, data = inputs[:count], inputs[count:]
    rest = data[0].shape[indices[0].ndim :]
    size = max((int(i.max()) + 1 for i in indices if i.size), default=0)
    result = dtypes.zeros((size, *rest), data[0].dtype)
    for where, values in zip(indices, data):
        check_indices(where, size)
        _check_stitched(where.shape, values.shape, rest)
        result[where, ...] = values
    return result


def _check_stitched(indices: tuple, data: tuple, rest: tuple) -> None:
    if data != indices + rest:
        raise ValueError(f"data of shape {data} does not fit indices of shape {indices} and rows {rest}")


def _stitched(op):
    count = op.attrs["N"]
    indices, data = op.inputs[:count], op.inputs[count:]
    rest = UNKNOWN
    for where, values in zip(indices, data):
        if where.shape.sizes is not None and values.shape.sizes is not None:
            values.shape[: where.shape.rank].assert_is_compatible_with(where.shape)
            rest = rest.merge_with(values.shape[where.shape.rank :])
    known = [constant_value(where) for where in indices]
    size = None if any(k is None for k in known) else max((int(k.max()) + 1 for k in known if k.size), default=0)
    return TensorShape([size]).concatenate(rest)


def _stitch_grad(op, g):
    indices = op.inputs[: op.attrs["N"]]
    return [None] * len(indices) + [gather(g, where) for where in indices]


def _stitch_kernel(b, op, *inputs):
    count = len(inputs) // 2
    indices, data = inputs[:count], inputs[count:]
    rest = data[0].shape[len(indices[0].shape) :]
    for where, values in zip(indices, data):
        _check_stitched(where.shape, values.shape, rest)
    halves = b.follows and count == 2 and _are_all_places(op.inputs[:count])  # the second one has the rest
    size = sum([where.size for where in indices]) if halves else _stitched_size(b, indices)
    width = math.prod(rest)
    out = b.new((size, *rest), data[0].dtype)
    kernel = counts.put_rows[layout.carrier(out.dtype)]
    b.call(movement.clear[layout.carrier(out.dtype)], out, out.size)
    for where, values in zip(indices, data):
        b.call(kernel, where, values, out, where.size, width)
    return out


def _are_all_places(tensors) -> bool:
    """Whether they are all the parts of the numbers from 0 on."""
    part = tensors[0].op
    if part.type != "DynamicPartition" or {*tensors} != {*part.outputs} or len(tensors) != len(part.outputs):
        return False
    places = part.inputs[0]
    while places.op.type in ("Reshape", "Identity"):
        places = places.op.inputs[0]
    if places.op.type == "Range":
        start, delta = (constant_value(places.op.inputs[k]) for k in (0, 2))
        return start is not None and delta is not None and (start, delta) == (0, 1)
    known = constant_value(places)
    return known is not None and np.array_equal(np.sort(known, axis=None), np.arange(known.size))


def _stitched_size(b, indices) -> int:
    """1 + the largest index."""
    known = [b.known(where) for where in indices]
    if all(where is not None for where in known):
        for where in known:
            check_indices(where, _LARGEST)
        return max([int(where.max()) + 1 for where in known if where.size], default=0)
    size = b.new((), np.int64)
    b.call(movement.clear[np.uint64], size, 1)
    for where in indices:
        error = lambda at, where=where: bad_index(b.data(where), at, _LARGEST)  # noqa: E731
        b.call(counts.after_largest[()], where, size, where.size, error=error)
    return int(b.data(size))


for _type in ("DynamicStitch", "ParallelDynamicStitch"):
    define(
        _type,
        "indices: *int32, data: *T -> merged: T",
        shape=_stitched,
        numpy=_stitch,
        kernel=_stitch_kernel,
        counted=True,
        grad=_stitch_grad,
    )


def dynamic_stitch(indices, data, name: str | None = None) -> Tensor:
    """One tensor with `data[k][i]` at place `indices[k][i]`; later ones win where places repeat.

    indices: integer tensors; data: as many tensors, each shaped like its indices and then like one item.
    """
    return apply("DynamicStitch", list(indices), list(data), name=name)


def parallel_dynamic_stitch(indices, data, name: str | None = None) -> Tensor:
    """`dynamic_stitch` for indices that do not repeat."""
    return apply("ParallelDynamicStitch", list(indices), list(data), name=name)
