"""TensorFlow's TensorArrays as resources that writing changes: graphs that are run in frames have them.

What minitf's own graphs have are values (`minitf.ops.control.tensor_array`); where values go in no order that is
understood, only handles tell which array is meant.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.ops.control.dataflow import refuse_gradient
from minitf.ops.datasets.base import boxed


class _Array:
    """One TensorArray. adds: whether what is written where something is adds up, as in gradients."""

    def __init__(self, op, name: str, dtype, size: int, shape: TensorShape, grows=False, once=False, alike=False):
        self.op, self.name, self.dtype, self.shape = op, name, dtype, shape
        self.slots: list = [None] * size
        self.gone: set = set()  # the slots that were cleared when they were read
        self.grows, self.once, self.alike, self.adds = grows, once, alike, False
        self.examples: list = []  # of gradients: what they are the gradients of
        self.gradients: dict[str, _Array] = {}

    def gradient(self, op, source: str, more: tuple) -> _Array:
        """The array of gradients that a source has; from then on this one grows no more."""
        if source not in self.gradients:
            self.grows = False
            shape = UNKNOWN if self.shape.rank is None else TensorShape(more).concatenate(self.shape)
            found = _Array(op, f"{self.name}@{source}", self.dtype, len(self.slots), shape)
            found.adds, found.examples = True, [v if v is None else np.zeros((*more, *v.shape)) for v in self.slots]
            self.gradients[source] = found
        return self.gradients[source]

    def write(self, b, index: int, value: np.ndarray) -> None:
        """Fills a slot."""
        if not 0 <= index < len(self.slots) and not (self.grows and index >= 0):
            b.fail(
                f"Tried to write to index {index} but array is not resizeable and size is: {len(self.slots)} "
                f"(TensorArray {self.name})"
            )
        self.slots += [None] * (index + 1 - len(self.slots))
        if index in self.gone:
            b.fail(f"Could not write to TensorArray index {index} because it has already been read ({self.name})")
        if not self.shape.is_compatible_with(value.shape):
            b.fail(
                f"Could not write to TensorArray index {index} because the value shape is {list(value.shape)} which is "
                f"incompatible with the TensorArray's inferred element shape: {self.shape} ({self.name})"
            )
        there = self.slots[index]
        if there is not None and not self.adds:
            b.fail(f"Could not write to TensorArray index {index} because it has already been written to ({self.name})")
        if self.alike:
            self.shape = TensorShape(value.shape)
        self.slots[index] = value.copy() if there is None else there + value

    def read(self, b, index: int) -> np.ndarray:
        """What a slot holds; zeros where nothing was written, if their shape is known."""
        if not 0 <= index < len(self.slots):
            b.fail(f"Tried to read from index {index} but array size is: {len(self.slots)} (TensorArray {self.name})")
        if index in self.gone:
            b.fail(
                f"Could not read index {index} twice because it was cleared after a previous read of TensorArray "
                f"{self.name} (perhaps try setting clear_after_read = false?)"
            )
        value = self.slots[index]
        if value is None:
            value = self.slots[index] = self.zeros(b, index)
        if self.once:
            self.slots[index] = None
            self.gone.add(index)
        return value

    def zeros(self, b, index: int) -> np.ndarray:
        """An element that was not written."""
        if self.shape.is_fully_defined():
            return dtypes.zeros(tuple(self.shape.sizes), self.dtype.numpy)
        if index < len(self.examples) and self.examples[index] is not None:
            return np.zeros(self.examples[index].shape, self.dtype.numpy)
        b.fail(
            f"Could not read from TensorArray index {index} of {self.name}: nothing was written there, and the element "
            f"shape is not fully defined: {self.shape}; say it as element_shape of the array"
        )

    def together(self, b, indices, join, none: TensorShape) -> np.ndarray:
        """Several elements as one tensor, none of shape `none` if there are no indices."""
        values = [self.read(b, int(i)) for i in indices]
        if not values and not none.is_fully_defined():
            b.fail(f"TensorArray {self.name} has no elements to read, and their shape {none} is not fully known")
        return join(values) if values else dtypes.zeros((0, *none.sizes), self.dtype.numpy)


def _array(b, handle) -> _Array:
    return b.data(handle)[()]


def _given(b, op, found: _Array) -> list:
    return [b.constant(boxed(found)), b.constant(np.float32(0))]


def _made(b, op, size):
    attrs, count = op.attrs, int(b.data(size))
    if count < 0:
        b.fail(f"Size should be >= 0, not {count}")
    keys = ("dynamic_size", "clear_after_read", "identical_element_shapes")
    name = attrs["tensor_array_name"] or op.name
    return _given(b, op, _Array(op, name, attrs["dtype"], count, attrs["element_shape"], *(attrs[key] for key in keys)))


def _gradient(b, op, handle, flow, more=None):
    more = () if more is None else tuple(int(n) for n in b.data(more))
    return _given(b, op, _array(b, handle).gradient(op, op.attrs["source"], more))


def _write(b, op, handle, index, value, flow):
    _array(b, handle).write(b, int(b.data(index)), b.data(value))
    return flow


def _scatter(b, op, handle, indices, value, flow):
    array, rows, places = _array(b, handle), b.data(value), b.data(indices)
    if len(places) != len(rows):
        b.fail(f"Expected len(indices) == values.shape[0], but saw: {len(places)} vs. {len(rows)}")
    array.slots += [None] * (len(rows) - len(array.slots) if array.grows else 0)
    for place, row in zip(places, rows):
        array.write(b, int(place), np.asarray(row))
    return flow


def _split(b, op, handle, value, lengths, flow):
    array, rows, counts = _array(b, handle), b.data(value), b.data(lengths)
    if counts.sum() != len(rows):
        b.fail(
            f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is {counts.sum()} and "
            f"value's shape is: {list(rows.shape)}"
        )
    if len(counts) != len(array.slots) and not array.grows:
        b.fail(
            f"TensorArray's size is not equal to the size of lengths ({len(array.slots)} vs. {len(counts)}), and the "
            "TensorArray is not marked as dynamically resizeable"
        )
    for i, part in enumerate(np.split(rows, np.cumsum(counts)[:-1]) if len(counts) else ()):
        array.write(b, i, part)
    return flow


def _stack(b, values: list) -> np.ndarray:
    shapes = sorted({v.shape for v in values})
    if len(shapes) > 1:
        b.fail(f"TensorArray has inconsistent shapes, which cannot be stacked: {shapes}")
    return np.stack(values)


def _gather(b, op, handle, indices, flow):
    array = _array(b, handle)
    shape = array.shape.merge_with(op.attrs["element_shape"])
    return b.constant(array.together(b, b.data(indices), lambda values: _stack(b, values), shape))


def _concat(b, op, handle, flow):
    array, rest = _array(b, handle), op.attrs["element_shape_except0"]
    if array.shape.rank:
        rest = rest.merge_with(array.shape[1:])
    lengths: list[int] = []

    def joined(values: list) -> np.ndarray:
        if any(v.ndim == 0 for v in values):
            b.fail("Concat saw a scalar shape, which has no axis to join")
        lengths.extend(len(v) for v in values)
        return np.concatenate(values)

    value = array.together(b, range(len(array.slots)), joined, rest)
    return b.constant(value), b.constant(np.array(lengths, np.int64))


def _size(b, op, handle, flow):
    return b.constant(np.int32(len(_array(b, handle).slots)))


def _close(b, op, handle):
    _array(b, handle).slots.clear()


def _define(name: str, signature: str, host, shape=None) -> None:
    define(f"Handled{name}", signature, shape=shape, grad=refuse_gradient, host=host, stateful=True)


def _scalar(op) -> TensorShape:
    return SCALAR


def _handle_and_flow(op) -> list[TensorShape]:
    return [TensorShape([2]), SCALAR]


_define(
    "TensorArrayV3",
    "size: int32[]; dtype: type, element_shape: shape = None, dynamic_size: bool = False, clear_after_read: bool = "
    "True, identical_element_shapes: bool = False, tensor_array_name: string = '' -> handle: resource, flow: float32",
    _made,
    _handle_and_flow,
)
_define(
    "TensorArrayGradV3",
    "handle: resource, flow_in: float32; source: string -> grad_handle: resource, flow_out: float32",
    _gradient,
    _handle_and_flow,
)
_define(
    "TensorArrayGradWithShape",
    "handle: resource, flow_in: float32, shape_to_prepend: int32; source: string "
    "-> grad_handle: resource, flow_out: float32",
    _gradient,
    _handle_and_flow,
)
_define(
    "TensorArrayWriteV3",
    "handle: resource, index: int32[], value: T, flow_in: float32 -> flow_out: float32",
    _write,
    _scalar,
)
_define(
    "TensorArrayReadV3",
    "handle: resource, index: int32[], flow_in: float32 -> value: dtype",
    lambda b, op, handle, index, flow: b.constant(_array(b, handle).read(b, int(b.data(index)))),
    lambda op: UNKNOWN,
)
_define(
    "TensorArrayGatherV3",
    "handle: resource, indices: int32[n], flow_in: float32; element_shape: shape = None -> value: dtype",
    _gather,
    lambda op: TensorShape([None]).concatenate(op.attrs["element_shape"]),
)
_define(
    "TensorArrayScatterV3",
    "handle: resource, indices: int32[n], value: T, flow_in: float32 -> flow_out: float32",
    _scatter,
    _scalar,
)
_define(
    "TensorArrayConcatV3",
    "handle: resource, flow_in: float32; element_shape_except0: shape = None -> value: dtype, lengths: int64",
    _concat,
    lambda op: [TensorShape([None]).concatenate(op.attrs["element_shape_except0"]), TensorShape([None])],
)
_define(
    "TensorArraySplitV3",
    "handle: resource, value: T, lengths: int64[n], flow_in: float32 -> flow_out: float32",
    _split,
    _scalar,
)
_define("TensorArraySizeV3", "handle: resource, flow_in: float32 -> size: int32", _size, _scalar)
_define("TensorArrayCloseV3", "handle: resource ->", _close)
