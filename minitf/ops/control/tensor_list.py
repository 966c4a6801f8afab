"""TensorFlow 2's lists of tensors: values of variant tensors, of which writing makes new ones.

Graphs that minitf writes keep in them what loops hand to their gradients; a slice may be a list itself. Lists of
TensorFlow's graphs are minitf's TensorArrays where it is understood what becomes of them, and elsewhere these.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.control.dataflow import refuse_gradient
from minitf.ops.patterns import boxed


class _List(tuple):
    """The elements of a list, None where nothing was written, and what is said of their shape."""

    shape = UNKNOWN


def _list_op(type: str, signature: str, host, shape=lambda op: SCALAR) -> None:
    define(type, signature, shape=shape, host=host, grad=refuse_gradient)


def _listed(b, items, shape: TensorShape):
    found = _List(items)
    found.shape = shape
    return b.constant(boxed(found))


def _items(b, value) -> _List:
    return b.data(value)[()]


def _with(b, handle, items):
    """A list like another one, with other elements."""
    return _listed(b, items, _items(b, handle).shape)


def _shape(b, value) -> TensorShape:
    """The shape that a tensor says."""
    sizes = b.data(value)
    return UNKNOWN if sizes.ndim == 0 else TensorShape([None if n < 0 else int(n) for n in sizes])


def _said(shape: TensorShape, like) -> np.ndarray:
    """A shape as lists say it, in the type of an output."""
    sizes = -1 if shape.rank is None else [-1 if n is None else n for n in shape.sizes]
    return np.array(sizes, like.dtype.numpy)


def _kept(b, item):
    """A tensor that a list keeps: nobody changes it any more."""
    array = b.data(item)
    return array if array.dtype == object else array.copy()


def _with_item(b, op, handle, index, item):
    items, place = list(_items(b, handle)), int(b.data(index))
    if op.attrs["resize_if_index_out_of_bounds"]:
        items += [None] * (place + 1 - len(items))
    if not 0 <= place < len(items):
        b.fail(f"Trying to modify element {place} in a list with {len(items)} elements.")
    items[place] = _kept(b, item)
    return _with(b, handle, items)


def _appended(b, op, handle, item):
    return _with(b, handle, [*_items(b, handle), _kept(b, item)])


def _item(b, op, handle, index, shape):
    items = _items(b, handle)
    return b.constant(_read(b, items[_place(b, handle, b.data(index))], op, _elements(b, items, shape)))


def _elements(b, items: _List, said) -> TensorShape:
    """The shape of a list's elements, of which a tensor says more."""
    shape = _shape(b, said)
    if not shape.is_compatible_with(items.shape):
        b.fail(f"Tried to read elements of shape {shape} from a list of elements of shape {items.shape}")
    return shape.merge_with(items.shape)


def _popped(b, op, handle, shape):
    items = _items(b, handle)
    if not items:
        b.fail("Trying to pop from an empty list.")
    return _with(b, handle, items[:-1]), b.constant(_read(b, items[-1], op, _elements(b, items, shape)))


def _resized(b, op, handle, size):
    count, items = int(b.data(size)), _items(b, handle)
    if count < 0:
        b.fail(f"TensorListResize expects size to be non-negative. Got: {count}")
    return _with(b, handle, [*items[:count], *[None] * (count - len(items))])


def shape_said(tensor: Tensor) -> TensorShape:
    """The shape of elements that a tensor tells, as far as that is known."""
    value = constant_value(tensor)
    if value is None:
        count = tensor.shape.sizes[0] if tensor.shape.sizes else None
        return UNKNOWN if count is None else TensorShape([None] * count)
    if value.ndim == 0:
        return UNKNOWN
    return TensorShape([None if size < 0 else int(size) for size in value])


def _place(b, handle, index) -> int:
    place, count = int(index), len(_items(b, handle))
    if not 0 <= place < count:
        b.fail(f"index {place} is not in a list of {count} tensors")
    return place


def _read(b, item, op, shape: TensorShape) -> np.ndarray:
    """An element; zeros where none was written."""
    if item is not None:
        return item
    if not shape.is_fully_defined():
        b.fail("an element that was not written is read, and its element_shape is not fully defined")
    return dtypes.zeros(tuple(shape.sizes), op.attrs["element_dtype"].numpy)


def _gather(b, op, handle, indices, shape):
    items = _items(b, handle)
    return _stacked(b, op, handle, [items[_place(b, handle, i)] for i in b.data(indices)], shape)


def _scatter(b, op, tensor, indices, shape, count=None):
    places = b.data(indices)
    items = [None] * max(0 if count is None else int(b.data(count)), 1 + max(places, default=-1))
    return _listed(b, _filled(items, places, b.data(tensor)), _shape(b, shape))


def _scattered_into(b, op, handle, tensor, indices):
    places, items = b.data(indices), list(_items(b, handle))
    items += [None] * (1 + max(places, default=-1) - len(items))
    return _with(b, handle, _filled(items, places, b.data(tensor)))


def _filled(items: list, places, rows) -> list:
    for place, row in zip(places, rows):
        items[place] = np.array(row)
    return items


def _split(b, op, tensor, shape, lengths):
    rows, counts = b.data(tensor), b.data(lengths)
    if counts.sum() != len(rows):
        b.fail(f"Attempted to split a tensor of {len(rows)} rows into parts of {counts.tolist()}")
    ends = np.cumsum(counts)
    return _listed(b, [np.array(rows[end - n : end]) for n, end in zip(counts, ends)], _shape(b, shape))


def _filling(items) -> list:
    """The elements' own shape, where they have one and some were not written."""
    return [TensorShape(item.shape) for item in items if item is not None][:1]


def _stacked(b, op, handle, items, shape):
    """Elements as one tensor."""
    known = _elements(b, _items(b, handle), shape)
    if not known.is_fully_defined():
        known = next(iter(_filling(items)), known)
    items = [_read(b, item, op, known) for item in items]
    if len({item.shape for item in items}) > 1:
        b.fail(f"tensors of different shapes cannot be stacked: {sorted({item.shape for item in items})}")
    if items:
        return b.constant(np.stack(items))
    sizes = [0 if n is None else n for n in known.sizes or ()]
    return b.constant(dtypes.zeros((0, *sizes), op.attrs["element_dtype"].numpy))


def _joined(b, op, handle, *rest):
    """All elements one behind the other, and their lengths."""
    items = _items(b, handle)
    known = _elements(b, items, rest[0]) if rest else items.shape
    leading = iter(b.data(rest[1]) if rest else ())
    parts = []
    for item in items:
        shape = known
        if item is None and not known.is_fully_defined() and known.rank:
            shape = TensorShape([next(leading, None)]).concatenate(known[1:])
        parts.append(_read(b, item, op, shape))
    if not parts:
        sizes = [0 if n is None else n for n in (known.sizes or (None,))[1:]]
        parts = [dtypes.zeros((0, *sizes), op.attrs["element_dtype"].numpy)]
    if any(part.ndim == 0 for part in parts):
        b.fail("Concat requires elements to be at least vectors, found scalars instead.")
    lengths = [len(part) for part in parts[: len(items)]]
    return b.constant(np.concatenate(parts)), b.constant(np.array(lengths, np.int64))


def _both(b, op, first, second):
    """The lists of two tensors of lists, or two lists, one behind the other."""
    return _with(b, first, [*_items(b, first), *_items(b, second)])


def _sum(b, op, *handles):
    sizes = [len(_items(b, handle)) for handle in handles]
    if len(set(sizes)) > 1:
        b.fail(f"lists of {' and '.join(map(str, sizes))} tensors cannot be added: they have different lengths")
    return _with(b, handles[0], map(_added, zip(*(_items(b, handle) for handle in handles), strict=True)))


def _added(items: tuple):
    """The sum of what lists have at one place, which may be nothing, or lists themselves."""
    items = [item for item in items if item is not None]
    if not items or items[0].dtype != object:
        return sum(items) if items else None
    return boxed(_List(map(_added, zip(*(item[()] for item in items), strict=True))))


def _zero(item):
    if item is None or item.dtype != object:
        return None if item is None else dtypes.zeros(item.shape, item.dtype)
    return boxed(_List(map(_zero, item[()])))


_list_op(
    "EmptyTensorList",
    "element_shape: shape_type, max_num_elements: int32~[]; element_dtype: type -> handle: variant",
    lambda b, op, shape, most: _listed(b, (), _shape(b, shape)),
)
_list_op(
    "TensorListReserve",
    "element_shape: shape_type, num_elements: int32~[]; element_dtype: type -> handle: variant",
    lambda b, op, shape, count: _listed(b, [None] * max(int(b.data(count)), 0), _shape(b, shape)),
)
_list_op("TensorListPushBack", "input_handle: variant, tensor: element_dtype -> output_handle: variant", _appended)
_list_op(
    "TensorListPopBack",
    "input_handle: variant, element_shape: int32 -> output_handle: variant, tensor: element_dtype",
    _popped,
    lambda op: [SCALAR, shape_said(op.inputs[1])],
)
_list_op("TensorListResize", "input_handle: variant, size: int32[] -> output_handle: variant", _resized)
_list_op("TensorListConcatLists", "input_a: variant, input_b: variant; element_dtype: type -> output: variant", _both)
_list_op(
    "TensorListElementShape",
    "input_handle: variant -> element_shape: shape_type",
    lambda b, op, handle: b.constant(_said(_items(b, handle).shape, op.outputs[0])),
    lambda op: UNKNOWN,
)
_list_op(
    "TensorListFromTensor",
    "tensor: element_dtype[n, ...], element_shape: shape_type -> output_handle: variant",
    lambda b, op, tensor, shape: _listed(b, [np.array(row) for row in b.data(tensor)], _shape(b, shape)),
)
_list_op(
    "TensorListSplit",
    "tensor: element_dtype[n, ...], element_shape: shape_type, lengths: int64[m] -> output_handle: variant",
    _split,
)
_list_op(
    "TensorListConcat",
    "input_handle: variant; element_shape: shape = None -> tensor: element_dtype, lengths: int64",
    _joined,
    lambda op: [UNKNOWN, TensorShape([None])],
)
_list_op(
    "TensorListConcatV2",
    "input_handle: variant, element_shape: shape_type, leading_dims: int64[n] -> tensor: element_dtype, lengths: int64",
    _joined,
    lambda op: [UNKNOWN, TensorShape([None])],
)
_list_op(
    "TensorListSetItem",
    "input_handle: variant, index: int32~[], item: element_dtype; resize_if_index_out_of_bounds: later[bool] = False"
    " -> output_handle: variant",
    _with_item,
)
_list_op(
    "TensorListGetItem",
    "input_handle: variant, index: int32~[], element_shape: int32 -> item: element_dtype",
    _item,
    lambda op: shape_said(op.inputs[2]),
)
_list_op(
    "TensorListStack",
    "input_handle: variant, element_shape: int32; num_elements: int = -1 -> tensor: element_dtype",
    lambda b, op, handle, shape: _stacked(b, op, handle, _items(b, handle), shape),
    lambda op: TensorShape([None]).concatenate(shape_said(op.inputs[1])),
)
_list_op(
    "TensorListLength",
    "input_handle: variant -> length: int32",
    lambda b, op, handle: b.constant(np.int32(len(_items(b, handle)))),
)
_list_op(
    "TensorListGather",
    "input_handle: variant, indices: int32~[n], element_shape: int32 -> values: element_dtype",
    _gather,
    lambda op: TensorShape([None]).concatenate(shape_said(op.inputs[2])),
)
_list_op(
    "TensorListScatterV2",
    "tensor: element_dtype~[n, ...], indices: int32~[n], element_shape: shape_type, num_elements: int32~[] "
    "-> output_handle: variant",
    _scatter,
)
_list_op(
    "TensorListScatter",
    "tensor: element_dtype~[n, ...], indices: int32~[n], element_shape: shape_type -> output_handle: variant",
    _scatter,
)
_list_op(
    "TensorListScatterIntoExistingList",
    "input_handle: variant, tensor: element_dtype~[n, ...], indices: int32~[n] -> output_handle: variant",
    _scattered_into,
)
# In TensorFlow these are AddN and ZerosLike.
_list_op("SumOfTensorLists", "inputs: *variant -> sum: variant", _sum)
_list_op(
    "ZerosLikeTensorList",
    "x: variant -> y: variant",
    lambda b, op, handle: _with(b, handle, map(_zero, _items(b, handle))),
)
