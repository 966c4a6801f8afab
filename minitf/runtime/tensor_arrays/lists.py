"""The values of TensorArray flows: lists of slots, each holding a value or nothing."""

from __future__ import annotations

import numpy as np

from minitf.framework.dtypes import zeros
from minitf.framework.errors import InvalidArgumentError
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.runtime.execute.bodies import Ragged


class Slots(Ragged):
    """One version of a TensorArray."""

    __slots__ = ("grows", "read_once", "adds", "name", "shape", "alike")

    def __init__(
        self,
        slices: list,
        name: str,
        grows: bool = True,
        read_once: set | None = None,
        adds: bool = True,
        shape: TensorShape = UNKNOWN,
        alike: bool = False,
    ):
        super().__init__(slices)
        self.name, self.grows = name, grows
        self.read_once = read_once  # the slots read so far, if each may be read only once
        self.adds = adds  # whether what is written to a full slot is added (in gradients)
        self.shape, self.alike = shape, alike  # what the elements' shapes are; whether all are the same

    @property
    def array(self):
        """What a list is not."""
        raise InvalidArgumentError(
            None, None, f"the flow of TensorArray {self.name} is a list, no tensor: take its stack() instead"
        )

    def having(self, slices: list, shape: TensorShape | None = None) -> Slots:
        """The same array with other contents."""
        shape = self.shape if shape is None else shape
        return Slots(slices, self.name, self.grows, self.read_once, self.adds, shape, self.alike)

    def mapped(self, op, slices: list) -> Slots:
        """The same array after an identity; sums and zeros of arrays are gradients."""
        return self.having(slices) if op.definition.on_lists == "same" else Slots(slices, self.name)


def empty(b, op, size) -> Slots:
    """A new array."""
    count, attrs = int(b.data(size)), op.attrs
    if count < 0:
        raise ValueError(f"a TensorArray of size {count}")
    read_once = set() if attrs["clear_after_read"] else None
    return Slots(
        [None] * count,
        attrs["tensor_array_name"] or op.name,
        attrs["dynamic_size"],
        read_once,
        False,
        attrs["element_shape"],
        attrs["identical_element_shapes"],
    )


def like(b, op, flow) -> Slots:
    """An empty array of gradients for the elements of `flow`."""
    return Slots([None] * len(flow.slices), f"gradient of {getattr(flow, 'name', 'array')}")


def size(b, op, flow):
    """The number of slots."""
    return b.constant(np.asarray(len(flow.slices), np.int32))


# ---- messages


def outside(name: str, index: int, size: int, writing: bool) -> str:
    """What is wrong with an index."""
    fix = "; with dynamic_size=True writing makes it grow" if writing else ""
    return f"index {index} is outside of TensorArray {name} of size {size}{fix}"


def twice(name: str, index: int) -> str:
    """What is wrong with writing a slot that is full."""
    return f"slot {index} of TensorArray {name} is written a second time; each slot may be written once"


def again(name: str, index: int) -> str:
    """What is wrong with reading a slot once more."""
    return f"slot {index} of TensorArray {name} is read a second time; make the array with clear_after_read=False"


def unwritten(name: str, index: int) -> str:
    """What is wrong with reading an empty slot."""
    return f"slot {index} of TensorArray {name} is read before it was written, and its shape is not known"


# ---- ops


def _check(op, flow: Slots, index: int, growing: bool) -> None:
    if not 0 <= index < len(flow.slices) and not (growing and flow.grows and index >= 0):
        raise InvalidArgumentError(None, op, outside(flow.name, index, len(flow.slices), growing))


def _put(op, b, flow: Slots, slices: list, shape: TensorShape, index: int, value) -> TensorShape:
    """Writes one element; returns what is known of the elements' shape after that."""
    _check(op, flow, index, growing=True)
    if not flow.adds and not shape.is_compatible_with(value.shape):
        raise InvalidArgumentError(
            None,
            op,
            f"an element of shape {value.shape} is written into slot {index} of TensorArray {flow.name}, whose "
            f"elements have shape {shape}; with infer_shape=False and no element_shape they may differ",
        )
    if index >= len(slices):
        slices.extend([None] * (index + 1 - len(slices)))
    full = slices[index] is not None and not op.attrs.get("overwrites")
    if full and not flow.adds:
        raise InvalidArgumentError(None, op, twice(flow.name, index))
    if full:
        value = b.constant(b.data(slices[index]) + b.data(value))
    slices[index] = value
    return TensorShape(value.shape) if flow.alike else shape


def write(b, op, flow: Slots, index, value) -> Slots:
    """The array with one more slot filled."""
    slices = list(flow.slices)
    return flow.having(slices, _put(op, b, flow, slices, flow.shape, int(b.data(index)), b.snapshot(value)))


def read(b, op, flow, index):
    """One element; zeros for a slot never written, if its shape is known."""
    position = int(b.data(index))
    if not isinstance(flow, Slots):
        flow = Slots(flow.slices, "gradient")
    if flow.adds and position >= len(flow.slices):
        return _absent(b, op, flow, position)
    _check(op, flow, position, growing=False)
    if flow.read_once is not None:
        if position in flow.read_once:
            raise InvalidArgumentError(None, op, again(flow.name, position))
        if flow.slices[position] is not None:
            flow.read_once.add(position)
    value = flow.slices[position]
    return _absent(b, op, flow, position) if value is None else value


def _absent(b, op, flow: Slots, position: int):
    shape, dtype = op.attrs["element_shape"], op.outputs[0].dtype.numpy
    if flow.alike and flow.shape.is_fully_defined():  # as that of what was written elsewhere
        shape = flow.shape
    there = next((v for v in flow.slices if v is not None), None) if op.attrs.get("fills") else None
    if there is not None:
        shape = TensorShape(there.shape)
    if shape.is_fully_defined() and not dtype.hasobject:
        return b.constant(np.zeros(shape.sizes, dtype))
    if flow.adds:
        return b.constant(np.zeros((), dtype))  # a gradient that is zero everywhere; it broadcasts
    raise InvalidArgumentError(None, op, unwritten(flow.name, position))


def gather(b, op, flow, indices):
    """Some elements, stacked."""
    positions = b.data(indices).reshape(-1)
    values = [b.data(read(b, op, flow, b.constant(np.asarray(i)))) for i in positions]
    if not values:
        return b.constant(_nothing(op, op.attrs["element_shape"]))
    shapes = {v.shape for v in values}
    if len(shapes) > 1 and not getattr(flow, "adds", True):
        raise InvalidArgumentError(
            None, op, f"the elements of TensorArray have different shapes, {sorted(shapes)}, and cannot be stacked"
        )
    return b.constant(np.stack(np.broadcast_arrays(*values)))


def scatter(b, op, flow: Slots, indices, value) -> Slots:
    """The array with several slots filled."""
    rows, positions = b.data(value), b.data(indices).reshape(-1)
    slices, shape = list(flow.slices), flow.shape
    for i, row in zip(positions, rows):
        shape = _put(op, b, flow, slices, shape, int(i), b.constant(np.array(row)))
    return flow.having(slices, shape)


def concat(b, op, flow):
    """All elements joined along axis 0, and their lengths."""
    values = [b.data(read(b, op, flow, b.constant(np.asarray(i)))) for i in range(len(flow.slices))]
    if any(v.ndim == 0 for v in values):
        raise InvalidArgumentError(
            None, op, f"the elements of TensorArray {getattr(flow, 'name', '')} are scalars, which have no axis to join"
        )
    joined = np.concatenate(values) if values else _nothing(op, rest(op))
    return b.constant(joined), b.constant(np.array([len(v) for v in values], np.int64))


def rest(op) -> TensorShape:
    """What is known of the elements' shapes behind axis 0; where nothing is, they count as vectors."""
    shape = op.attrs["element_shape"]
    return TensorShape([]) if shape.rank is None else shape[1:]


def _nothing(op, shape: TensorShape) -> np.ndarray:
    """No slices of a shape."""
    if shape.is_fully_defined():
        return zeros((0, *shape.sizes), op.outputs[0].dtype.numpy)
    raise InvalidArgumentError(
        None, op, f"no elements are read and their shape {shape} is not fully known: give element_shape"
    )


def split(b, op, flow: Slots, value, lengths) -> Slots:
    """The array with consecutive parts of a value as elements."""
    rows, counts = b.data(value), b.data(lengths)
    if counts.sum() != len(rows):
        raise InvalidArgumentError(
            None, op, f"the lengths {counts.tolist()} add up to {counts.sum()}, the value has {len(rows)} rows"
        )
    if len(counts) != len(flow.slices) and not flow.grows:
        raise InvalidArgumentError(
            None, op, f"{len(counts)} lengths are given for TensorArray {flow.name} of size {len(flow.slices)}"
        )
    slices, shape, start = list(flow.slices), flow.shape, 0
    for i, count in enumerate(counts):
        shape = _put(op, b, flow, slices, shape, i, b.constant(np.array(rows[start : start + count])))
        start += int(count)
    return flow.having(slices, shape)


RULES = {
    "make": empty,
    "like": like,
    "write": write,
    "read": read,
    "gather": gather,
    "scatter": scatter,
    "concat": concat,
    "split": split,
    "size": size,
}
