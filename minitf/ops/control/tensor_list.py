"""TensorFlow 2's lists of tensors: values of variant tensors, of which writing makes new ones.

Graphs that minitf writes keep in them what loops hand to their gradients; a slice may be a list itself.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.datasets.base import boxed


def _list_op(type: str, signature: str, host, shape=lambda op: SCALAR) -> None:
    define(type, signature, shape=shape, host=host, differentiable=False)


def _listed(b, *items):
    return b.constant(boxed(items))


def _items(b, value) -> tuple:
    return b.data(value)[()]


def _kept(b, item):
    """A tensor that a list keeps: nobody changes it any more."""
    array = b.data(item)
    return array if array.dtype == object else array.copy()


def _with_item(b, op, handle, index, item):
    items, place = list(_items(b, handle)), _place(b, handle, b.data(index))
    items[place] = _kept(b, item)
    return _listed(b, *items)


def _item(b, op, handle, index, shape):
    return b.constant(_read(b, _items(b, handle)[_place(b, handle, b.data(index))], op, b.data(shape)))


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


def _read(b, item, op, shape) -> np.ndarray:
    """An element; zeros where none was written."""
    if item is not None:
        return item
    if shape.ndim == 0 or (shape < 0).any():
        b.fail("an element that was not written is read, and its shape is not known")
    return dtypes.zeros(tuple(shape), op.attrs["element_dtype"].numpy)


def _gather(b, op, handle, indices, shape):
    items = _items(b, handle)
    return _stacked(b, op, [items[_place(b, handle, i)] for i in b.data(indices)], b.data(shape))


def _scatter(b, op, tensor, indices, shape, count):
    places = b.data(indices)
    items = [None] * max(int(b.data(count)), 1 + max(places, default=-1))
    for place, item in zip(places, b.data(tensor)):
        items[place] = np.array(item)
    return _listed(b, *items)


def _stacked(b, op, items: list, shape):
    """Elements as one tensor."""
    items = [_read(b, item, op, shape) for item in items]
    if len({item.shape for item in items}) > 1:
        b.fail(f"tensors of different shapes cannot be stacked: {sorted({item.shape for item in items})}")
    if items:
        return b.constant(np.stack(items))
    return b.constant(dtypes.zeros((0, *np.maximum(np.atleast_1d(shape), 0)), op.attrs["element_dtype"].numpy))


def _sum(b, op, *handles):
    sizes = [len(_items(b, handle)) for handle in handles]
    if len(set(sizes)) > 1:
        b.fail(f"lists of {' and '.join(map(str, sizes))} tensors cannot be added")
    return _listed(b, *(_added(items) for items in zip(*(_items(b, handle) for handle in handles), strict=True)))


def _added(items: tuple):
    """The sum of what lists have at one place, which may be nothing, or lists themselves."""
    items = [item for item in items if item is not None]
    if not items or items[0].dtype != object:
        return sum(items) if items else None
    return boxed(tuple(map(_added, zip(*(item[()] for item in items), strict=True))))


def _zero(item):
    if item is None or item.dtype != object:
        return None if item is None else dtypes.zeros(item.shape, item.dtype)
    return boxed(tuple(map(_zero, item[()])))


_list_op(
    "EmptyTensorList",
    "element_shape: shape_type, max_num_elements: int32[]; element_dtype: type -> handle: variant",
    lambda b, op, *_: _listed(b),
)
_list_op(
    "TensorListReserve",
    "element_shape: shape_type, num_elements: int32[]; element_dtype: type -> handle: variant",
    lambda b, op, shape, count: _listed(b, *[None] * max(int(b.data(count)), 0)),
)
_list_op(
    "TensorListPushBack",
    "input_handle: variant, tensor: element_dtype -> output_handle: variant",
    lambda b, op, handle, item: _listed(b, *_items(b, handle), _kept(b, item)),
)
_list_op(
    "TensorListSetItem",
    "input_handle: variant, index: int32[], item: element_dtype; resize_if_index_out_of_bounds: later[bool] = False"
    " -> output_handle: variant",
    _with_item,
)
_list_op(
    "TensorListGetItem",
    "input_handle: variant, index: int32[], element_shape: int32 -> item: element_dtype",
    _item,
    lambda op: shape_said(op.inputs[2]),
)
_list_op(
    "TensorListStack",
    "input_handle: variant, element_shape: int32; num_elements: int = -1 -> tensor: element_dtype",
    lambda b, op, handle, shape: _stacked(b, op, _items(b, handle), b.data(shape)),
    lambda op: TensorShape([None]).concatenate(shape_said(op.inputs[1])),
)
_list_op(
    "TensorListLength",
    "input_handle: variant -> length: int32",
    lambda b, op, handle: b.constant(np.int32(len(_items(b, handle)))),
)
_list_op(
    "TensorListGather",
    "input_handle: variant, indices: int32[n], element_shape: int32 -> values: element_dtype",
    _gather,
    lambda op: TensorShape([None]).concatenate(shape_said(op.inputs[2])),
)
_list_op(
    "TensorListScatterV2",
    "tensor: element_dtype[n, ...], indices: int32[n], element_shape: shape_type, num_elements: int32[] "
    "-> output_handle: variant",
    _scatter,
)
# In TensorFlow these are AddN and ZerosLike.
_list_op("SumOfTensorLists", "inputs: *variant -> sum: variant", _sum)
_list_op(
    "ZerosLikeTensorList", "x: variant -> y: variant", lambda b, op, handle: _listed(b, *map(_zero, _items(b, handle)))
)
