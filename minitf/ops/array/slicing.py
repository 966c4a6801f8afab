"""Slices of tensors: `tf.slice`, `tf.strided_slice` and `tensor[...]`."""

from __future__ import annotations

import builtins

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import Decided, define
from minitf.framework.shape import UNKNOWN, Dimension, TensorShape
from minitf.framework.static import AsShape, constant_value, full, partial_value
from minitf.framework.tensor import Tensor, overload
from minitf.kernels.math import counts
from minitf.ops.array import array, indexing
from minitf.ops.array.constant import constant
from minitf.ops.array.indexing import ALL, At, Extent, Part, Range, check_position, check_sliced, extent, items
from minitf.ops.array.joining import stack

# ---- slice


def _slice_shape(op):
    """What is beyond the input, or begins before it, is refused when the op runs, as in TensorFlow."""
    sizes = op.inputs[0].shape.sizes
    begin, wanted = (partial_value(t) for t in op.inputs[1:])
    if sizes is None:
        known = op.inputs[1].shape.merge_with(op.inputs[2].shape).with_rank(1).sizes[0]
        if known is None:
            return UNKNOWN
        sizes = (None,) * known
    for value in (begin, wanted):
        if value is not None:
            _check_lengths(sizes, value)
    begin, wanted = items(begin, len(sizes)), items(wanted, len(sizes))
    return TensorShape([_static_extent(*parts) for parts in zip(sizes, begin, wanted)])


def _static_extent(size, begin, wanted):
    if any(n is not None and n < -1 for n in (begin, wanted)):
        raise ValueError(f"Invalid value in a tensor used for shape: a slice has no begin {begin} and size {wanted}")
    if wanted != -1:
        return wanted
    if size is None or begin in (None, -1):
        return None
    if begin > size:
        raise ValueError(f"a slice cannot begin at {begin} of {size} items (Negative dimension size)")
    return size - begin


def _check_lengths(sizes: tuple, *bounds) -> None:
    if any(np.shape(bound) != (len(sizes),) for bound in bounds):
        given = " and ".join(str(np.asarray(bound).tolist()) for bound in bounds)
        raise ValueError(f"begin and size need one number for each of the {len(sizes)} axes, not {given}")


def _cut(sizes: tuple, begin, wanted) -> tuple:
    """A slice as an index of NumPy's."""
    _check_lengths(sizes, begin, wanted)
    begin = [int(n) for n in begin]
    counts = [extent(n, b, int(w), axis) for axis, (n, b, w) in enumerate(zip(sizes, begin, wanted))]
    return tuple(builtins.slice(b, b + n) for b, n in zip(begin, counts))


def _ranges(b, op, sizes: tuple, begin, wanted, whole: list[int]) -> list:
    """What a slice takes along each axis, as an index; along the `whole` ones it is all."""
    known, index = [None] * begin.size if b.counts_parts else indexing.known(b, op.inputs[1], begin), []
    _check_lengths(sizes, known, wanted)
    if any(first is None and count == -1 for first, count in zip(known, wanted)):
        known = [int(first) for first in b.data(begin)]  # how much the rest is depends on it
    for axis, (size, first, count) in enumerate(zip(sizes, known, wanted)):
        found = extent(size, first, int(count), axis)
        if axis in whole:
            index.append(ALL)
        else:
            index.append(At(axis, found) if first is None else Extent(first, int(count), found))
    return index


def _whole(part: Tensor, whole: Tensor) -> list[int]:
    """The axes along which a part is known to be as large as the whole."""
    return [
        axis for axis, (n, m) in enumerate(zip(part.shape.sizes or (), whole.shape.sizes or ())) if None is not n == m
    ]


def _slice_kernel(b, op, x, begin, wanted):
    first, counts = (partial_value(t) for t in op.inputs[1:])
    whole = _whole(op.outputs[0], op.inputs[0])
    if first is not None and counts is not None:
        whole += [axis for axis, pair in enumerate(zip(first, counts)) if pair == (0, -1)]
    if b.counts_parts:
        index = [ALL if axis in whole else _part_from(b, begin, wanted, axis, n) for axis, n in enumerate(x.shape)]
    else:
        index = _ranges(b, op, x.shape, begin, b.data(wanted), whole)
    return indexing.taken(b, x, index, begin)


def _part_from(b, begin, wanted, axis: int, size: int) -> Part:
    """What a slice takes along an axis, as kernels find out."""
    found = b.new((2,), np.int64)
    b.call(counts.part_from[begin.dtype], begin, wanted, found, axis, size, error=_not_within)
    return Part(*b.counted(found, size).tolist())


def _slice_grad(op, g):
    x, begin, _ = op.inputs
    return apply("SliceGrad", _shape_of(x, begin), begin, g, name="Pad"), None, None


def _slice_grad_grad(op, g):
    _, begin, dy = op.inputs
    return None, None, apply("Slice", g, begin, _shape_of(dy, begin))


def _shape_of(x: Tensor, begin: Tensor) -> Tensor:
    return array.shape(x, out_type=begin.dtype.base_dtype)


def _slice_grad_numpy(op, shape, begin, dy):
    result = np.zeros(tuple(shape), dy.dtype)
    result[_cut(result.shape, begin, dy.shape)] = dy
    return result


def _slice_grad_kernel(b, op, shape, begin, dy):
    sizes = array.sizes_of(b.data(shape))
    ranges = _ranges(b, op, sizes, begin, dy.shape, _whole(op.inputs[2], op.outputs[0]))
    return indexing.placed(b, dy, ranges, begin, sizes)


define(
    "Slice",
    "input: T, begin: Index[n], size: Index[n] -> output: T",
    Index=dtypes.INDEX,
    shape=_slice_shape,
    kernel=_slice_kernel,
    grad=_slice_grad,
    numpy=lambda op, x, begin, wanted: x[_cut(x.shape, begin, wanted)],
)
define(
    "SliceGrad",
    "shape: Index[n], begin: Index[n], dy: T -> output: T",
    Index=dtypes.INDEX,
    shape=lambda op: array.wanted_shape(op, 0),
    numpy=_slice_grad_numpy,
    kernel=_slice_grad_kernel,
    grad=_slice_grad_grad,
)


def slice(input_, begin, size, name: str | None = None) -> Tensor:
    """`size` items of `input_` from `begin` on, along each axis; -1 takes the rest.

    Raises:
      ValueError: if the slice is not within the tensor (InvalidArgumentError if that shows only at run time).

    >>> slice([[1, 2, 3], [4, 5, 6]], [0, 1], [-1, 2]).shape.as_list()
    [2, 2]
    """
    return apply("Slice", input_, begin, size, name=name)


# ---- strided slice

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


def index_of(attrs, begin, end, strides, rank: int) -> tuple:
    """The index that begin, end, strides and the masks mean for a tensor of `rank`; see `indexing`.

    Bounds that are not known are None.
    """
    bit = {mask: [attrs[mask] >> i & 1 for i in range(len(begin))] for mask in _MASKS}
    if sum(bit["ellipsis_mask"]) > 1:
        raise ValueError("an index has at most one ellipsis (...)")
    used = sum(not (e or n) for e, n in zip(bit["ellipsis_mask"], bit["new_axis_mask"]))
    if used > rank:
        raise ValueError(f"{used} indices are too many for a tensor of rank {rank}")
    index: list = []
    for i in range(len(begin)):
        if bit["ellipsis_mask"][i]:
            index.extend([ALL] * (rank - used))
        elif bit["new_axis_mask"][i]:
            index.append(None)
        elif bit["shrink_axis_mask"][i]:
            index.append(At(i) if begin[i] is None else begin[i])
        else:
            index.append(Range(begin[i], end[i], strides[i], bit["begin_mask"][i], bit["end_mask"][i], i))
    missing = rank - sum(item is not None for item in index)
    return (*index, *[ALL] * missing)


def numpy_index(attrs, sizes: tuple, begin, end, strides) -> tuple:
    """The index that begin, end, strides and the masks mean for an array of these sizes, as NumPy takes it."""
    index = index_of(attrs, *[[int(v) for v in values] for values in (begin, end, strides)], len(sizes))
    axes = [item for item in index if item is not None]
    for axis, (item, size) in enumerate(zip(axes, sizes)):
        if isinstance(item, int):
            check_position(item, size, axis)
    return tuple(item.slice() if isinstance(item, Range) else item for item in index)


def _strided_slice_kernel(b, op, x, *bounds):
    index = _counted_index(b, op, x.shape, bounds) if b.counts_parts else _lowered_index(b, op, x.shape, bounds)
    return indexing.taken(b, x, index, bounds[0])


def _counted_index(b, op, sizes: tuple, bounds, dy=None) -> list:
    """The index, with positions and what it takes of an axis as kernels find out; dy: what it took."""
    strides, unknown = indexing.known(b, op.inputs[3], bounds[2]), [None] * bounds[0].size
    axes, kept, found = iter(sizes), iter(() if dy is None else dy.shape), []
    for item in index_of(op.attrs, unknown, unknown, strides, len(sizes)):
        size = None if item is None else next(axes)
        wanted = -1 if isinstance(item, At) else next(kept, -1)
        if not isinstance(item, Range) or item.from_start and item.to_end and item.step == 1:
            found.append(item)
        else:
            found.append(_part_of_range(b, bounds, item, size, wanted))
    return found


def _part_of_range(b, bounds, item: Range, size: int, wanted: int) -> Part:
    found, open_ends = b.new((2,), np.int64), (int(item.from_start), int(item.to_end))
    step = int(b.data(bounds[2])[item.element]) if item.step is None else item.step
    kernel, error = counts.part_of_range[bounds[0].dtype], None if wanted < 0 else _not_within
    b.call(kernel, *bounds[:2], found, item.element, size, step, *open_ends, wanted, error=error)
    first, count = b.counted(found, size).tolist()
    return Part(first, count if wanted < 0 else wanted, step)


def _not_within(_) -> str:
    return "what is taken is not within the tensor, or is not what was taken"


def _lowered_index(b, op, sizes: tuple, bounds) -> list:
    """The index, with positions that are known only at run time as they are."""
    index = index_of(op.attrs, *[indexing.known(b, *pair) for pair in zip(op.inputs[1:4], bounds)], len(sizes))
    axes = [item for item in index if item is not None]
    if b.follows and any(isinstance(item, Range) and item.from_both_ends for item in axes):
        raise ValueError("how much is taken depends on the size in more than one way")
    if any(isinstance(item, Range) and item.size(size) is None for item, size in zip(axes, sizes)):
        given = b.example(op, tuple(sizes))
        if given is not None:
            return _with_counts(index, index_of(op.attrs, *plain(given), len(sizes)), sizes)
        return index_of(op.attrs, *plain([b.data(bound) for bound in bounds]), len(sizes))
    return index


def plain(bounds) -> list[list[int]]:
    """Bounds as lists of Python's numbers."""
    return [[int(v) for v in values] for values in bounds]


def _with_counts(index: tuple, example: tuple, sizes: tuple) -> list:
    """An index with bounds that are not known: what an example takes from there on, or just what it takes."""
    found, axes = [], iter(sizes)
    for item, other in zip(index, example):
        size = None if item is None else next(axes)
        if not isinstance(item, Range) or item.size(size) is not None:
            found.append(item)
            continue
        count = other.count(size)
        if count is None:
            found.append(other)
        elif item.from_start or item.begin is not None:
            first = 0 if item.from_start else item.begin
            found.append(Range(first, first + count, 1))
        else:
            found.append(At(item.element, count))
    return found


def _deciding(op, sizes: tuple, bounds: list) -> tuple:
    """What an index decides: of a range how much it takes, or all of it where more than that matters."""
    index = index_of(op.attrs, *plain(bounds), len(sizes))
    ranges = [(item, size) for item, size in zip([i for i in index if i is not None], sizes)]
    counts = [(item.count(size), item) for item, size in ranges if isinstance(item, Range)]
    return tuple((r.begin, r.end, r.step) if count is None else count for count, r in counts)


_DECIDED = Decided((1, 2, 3), _deciding)


def _strided_slice_grad_kernel(b, op, shape, begin, end, strides, dy):
    sizes = array.sizes_of(b.data(shape))
    bounds = begin, end, strides
    index = _counted_index(b, op, sizes, bounds, dy) if b.counts_parts else _lowered_index(b, op, sizes, bounds)
    return indexing.placed(b, dy, index, begin, sizes)


def _strided_shape(op):
    sizes, bounds = op.inputs[0].shape.sizes, [constant_value(t) for t in op.inputs[1:4]]
    known = [t.shape.sizes[0] for t in op.inputs[1:4] if t.shape.rank == 1 and t.shape.sizes[0] is not None]
    if len(set(known)) < 2 and (sizes is None or bounds[2] is None):
        return UNKNOWN
    if len(set(known)) > 1:
        raise ValueError(f"begin, end and strides have to be of one length, not {', '.join(map(str, known))}")
    return _sliced_shape(op.attrs, TensorShape(sizes), *[items(b, known[0]) for b in bounds])


def _sliced_shape(attrs, shape: TensorShape, begin, end, strides) -> TensorShape:
    result, axis = [], 0
    for item in index_of(attrs, begin, end, strides, shape.rank):
        if item is None:
            result.append(1)
            continue
        size = shape.sizes[axis]
        if isinstance(item, Range):
            result.append(item.size(size))
        elif isinstance(item, int) and size is not None:
            check_position(item, size, axis)
        axis += 1
    return TensorShape(result)


def _known_elements(op, depth):
    """Elements of a partly known vector, such as `tf.shape(x)[:-1]`; a single one only of a known vector, as in
    TensorFlow.
    """
    x = op.inputs[0]
    value = partial_value(x, depth)
    if value is None and x.dtype.is_integer and x.shape.rank == 1 and x.shape.is_fully_defined():
        value = np.full(x.shape.sizes, None, object)
    bounds = [constant_value(t) for t in op.inputs[1:4]]
    if value is None or any(b is None for b in bounds):
        return None
    try:
        part = np.asarray(value[numpy_index(op.attrs, value.shape, *bounds)], value.dtype)
    except ValueError:
        return None  # bad bounds are reported when the op runs
    if full(value) is not None:
        return part
    return part.view(AsShape) if part.ndim else None


def _strided_slice_grad(op, g):
    x, *bounds = op.inputs
    shape = array.shape(x, out_type=bounds[0].dtype.base_dtype)
    return apply_like(op, "StridedSliceGrad", shape, *bounds, g), None, None, None


def _strided_slice_grad_numpy(op, shape, begin, end, strides, dy):
    result = np.zeros(tuple(shape), dy.dtype)
    index = numpy_index(op.attrs, result.shape, begin, end, strides)
    check_sliced(result[index].shape, dy.shape)
    result[index] = dy
    return result


_MASKED = (
    "begin_mask: int = 0, end_mask: int = 0, ellipsis_mask: int = 0, new_axis_mask: int = 0, shrink_axis_mask: int = 0"
)
define(
    "StridedSlice",
    f"input: T, begin: Index[n], end: Index[n], strides: Index[n]; {_MASKED} -> output: T",
    Index=dtypes.INDEX,
    shape=_strided_shape,
    static=_known_elements,
    grad=_strided_slice_grad,
    kernel=_strided_slice_kernel,
    decided=_DECIDED,
    numpy=lambda op, x, *bounds: x[numpy_index(op.attrs, x.shape, *bounds)],
    polynomial=(1, 2, 3),
)
define(
    "StridedSliceGrad",
    f"shape: Index[rank], begin: Index[n], end: Index[n], strides: Index[n], dy: T; {_MASKED} -> output: T",
    Index=dtypes.INDEX,
    shape=lambda op: array.wanted_shape(op, 0),
    numpy=_strided_slice_grad_numpy,
    kernel=_strided_slice_grad_kernel,
    decided=_DECIDED,
    grad=lambda op, g: [None] * 4 + [apply_like(op, "StridedSlice", g, *op.inputs[1:4])],
)


def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var=None,
    name: str | None = None,
) -> Tensor:
    """`input_[begin:end:strides]` along its first axes, with negative bounds counted from the end.

    Bit i of a mask makes index i: begin or end open, an ellipsis, a new axis, or a position whose axis is
    dropped. var: the variable that `input_` is the value of, to whose part the result's `assign(value)` assigns.

    >>> strided_slice([1, 2, 3, 4], [-1], [-4], [-1]).shape.as_list()
    [3]
    """
    if strides is None:
        strides = array.ones_like(begin)
    masks = dict(zip(_MASKS, (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)))
    part = apply("StridedSlice", input_, begin, end, strides, name=name, **masks)
    part.assign = _assigning(var, (begin, end, strides), masks, "strided_slice_" if name is None else name)
    return part


def _assigning(var, bounds: tuple, masks: dict, parent: str):
    """The method by which a part of a variable is assigned to."""

    def assign(val, name: str | None = None):
        """Sets this part of the variable to `val`; what the variable holds then."""
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables: this is a part of a tensor")
        return var._strided_slice_assign(*bounds, val, name or f"{parent}_assign", masks)

    return assign


# ---- tensor[...]

newaxis = None  # `x[tf.newaxis]` reads better than `x[None]`


def getitem(tensor: Tensor, key, var=None) -> Tensor:
    """`tensor[key]`: integers, slices (steps too), `...`, None or tf.newaxis for a new axis; tensors as
    bounds. var: the variable of which the tensor is the value.
    """
    begin, end, strides, masks = [], [], [], dict.fromkeys(_MASKS, 0)
    for i, item in enumerate(key if isinstance(key, (list, tuple)) else (key,)):
        start, stop, step, bits = _bounds_of(item)
        begin.append(start)
        end.append(stop)
        strides.append(step)
        for mask in bits:
            masks[mask] |= 1 << i
    with name_scope("strided_slice", None, [tensor]) as scope:
        bounds = [stack(values) for values in (begin, end, strides)] if begin else [constant([], dtypes.int32)] * 3
        if any(b.dtype is dtypes.int64 for b in bounds):
            bounds = [apply("Cast", b, DstT=dtypes.int64) if b.dtype is not dtypes.int64 else b for b in bounds]
        part = apply("StridedSlice", tensor, *bounds, name=scope, **masks)
        part.assign = _assigning(var, tuple(bounds), masks, scope)
        return part


def _bounds_of(item):
    """(begin, end, stride, masks) of one item of an index."""
    if isinstance(item, builtins.slice):
        open_ends = [m for m, bound in (("begin_mask", item.start), ("end_mask", item.stop)) if bound is None]
        step = 1 if item.step is None else _bound(item.step)
        start, stop = (0 if bound is None else _bound(bound) for bound in (item.start, item.stop))
        return start, stop, step, open_ends
    if item is Ellipsis:
        return 0, 0, 1, ["ellipsis_mask"]
    if item is None:
        return 0, 0, 1, ["new_axis_mask"]
    item = _bound(item)
    return item, item + 1, 1, ["shrink_axis_mask"]


def _bound(item):
    """A bound: a Python integer, or an integer scalar tensor."""
    if isinstance(item, Dimension):
        item = item.value
    if isinstance(item, (bool, np.bool_)) or not (isinstance(item, (int, np.integer)) or hasattr(item, "dtype")):
        raise TypeError(f"an index is an integer, a slice, `...`, tf.newaxis or an integer scalar tensor, not {item!r}")
    if isinstance(item, (int, np.integer)):
        return int(item)
    item = convert_to_tensor(item)
    if item.dtype.base_dtype not in dtypes.INDEX or item.shape.rank not in (None, 0):
        hint = "; tf.boolean_mask selects by a mask, tf.gather by many indices"
        raise TypeError(
            f"{item.name}, {item.dtype.name} of shape {item.shape}, is no scalar integer, so no index{hint}"
        )
    return item


overload("__getitem__", getitem)
