"""The values of TensorArray flows: lists of slots, each holding a value or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from minitf.framework.dtypes import zeros
from minitf.framework.errors import refusal
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.runtime.execute.bodies import Ragged


@dataclass(frozen=True)
class Said:
    """What a script says of a TensorArray; by default what holds for gradients."""

    name: str
    grows: bool = True
    once: bool = False  # whether each slot may be read only once
    adds: bool = True  # whether what is written to a full slot is added (in gradients)
    shape: TensorShape = UNKNOWN  # of the elements, as far as it is known
    alike: bool = False  # whether the elements are all of one shape

    @classmethod
    def by(cls, op) -> Said:
        """What is said by the op that makes the array."""
        name, attrs = op.attrs["tensor_array_name"] or op.name, op.attrs
        once, alike = attrs["clear_after_read"], attrs["identical_element_shapes"]
        return cls(name, attrs["dynamic_size"], once, False, attrs["element_shape"], alike)


class Slots(Ragged):
    """One version of a TensorArray."""

    __slots__ = ("said", "read_once")

    def __init__(self, slices: list, said: Said, read_once: set | None = None):
        super().__init__(slices)
        self.said, self.read_once = said, read_once  # the slots read so far, if each may be read only once

    @property
    def array(self):
        """What a list is not."""
        raise refusal(None, f"the flow of TensorArray {self.said.name} is a list, no tensor: take its stack() instead")

    def having(self, slices: list, shape: TensorShape | None = None) -> Slots:
        """The same array with other contents."""
        return Slots(slices, self.said if shape is None else replace(self.said, shape=shape), self.read_once)

    def mapped(self, op, slices: list, example=None) -> Slots:
        """The same array after an identity; sums and zeros of arrays are gradients."""
        return self.having(slices) if op.definition.on_lists == "same" else Slots(slices, Said(self.said.name))


class Ghost(Slots):
    """A version of a TensorArray, or those of all trips of a loop, of which only what is said of it is known."""

    __slots__ = ("kind",)
    count = 2**62  # as many as any loop asks for

    def __init__(self, kind):
        super().__init__([], Said(kind.name, kind.grows, kind.once, kind.adds, kind.shape, kind.alike))
        self.kind = kind

    def item(self, index: int) -> Ghost:
        """The version of one trip."""
        return self

    def having(self, slices: list, shape: TensorShape | None = None) -> Ghost:
        """The same: it has no contents."""
        return self


def empty(b, op, size) -> Slots:
    """A new array."""
    count, said = int(b.data(size)), Said.by(op)
    if count < 0:
        raise ValueError(f"a TensorArray of size {count}")
    return Slots([None] * count, said, set() if said.once else None)


def like(b, op, flow) -> Slots:
    """An empty array of gradients for the elements of `flow`."""
    name = flow.said.name if isinstance(flow, Slots) else "array"
    return Slots([None] * len(flow.slices), Said(f"gradient of {name}"))


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
    if not 0 <= index < len(flow.slices) and not (growing and flow.said.grows and index >= 0):
        raise refusal(op, outside(flow.said.name, index, len(flow.slices), growing))


def _put(op, b, flow: Slots, slices: list, shape: TensorShape, index: int, value) -> TensorShape:
    """Writes one element; returns what is known of the elements' shape after that."""
    _check(op, flow, index, growing=True)
    if not flow.said.adds and not shape.is_compatible_with(value.shape):
        raise refusal(
            op,
            f"an element of shape {value.shape} is written into slot {index} of TensorArray {flow.said.name}, whose "
            f"elements have shape {shape}; with infer_shape=False and no element_shape they may differ",
        )
    if index >= len(slices):
        slices.extend([None] * (index + 1 - len(slices)))
    full = slices[index] is not None and not op.attrs.get("overwrites")
    if full and not flow.said.adds:
        raise refusal(op, twice(flow.said.name, index))
    if full:
        value = b.constant(b.data(slices[index]) + b.data(value))
    slices[index] = value
    return TensorShape(value.shape) if flow.said.alike else shape


def write(b, op, flow: Slots, index, value) -> Slots:
    """The array with one more slot filled."""
    slices = list(flow.slices)
    return flow.having(slices, _put(op, b, flow, slices, flow.said.shape, int(b.data(index)), b.snapshot(value)))


def read(b, op, flow, index):
    """One element; zeros for a slot never written, if its shape is known."""
    position = int(b.data(index))
    if not isinstance(flow, Slots):
        flow = Slots(flow.slices, Said("gradient"))
    if flow.said.adds and position >= len(flow.slices):
        return _absent(b, op, flow, position)
    _check(op, flow, position, growing=False)
    if flow.read_once is not None:
        if position in flow.read_once:
            raise refusal(op, again(flow.said.name, position))
        if flow.slices[position] is not None:
            flow.read_once.add(position)
    value = flow.slices[position]
    return _absent(b, op, flow, position) if value is None else value


def _absent(b, op, flow: Slots, position: int):
    shape, dtype = op.attrs["element_shape"], op.outputs[0].dtype.numpy
    if flow.said.alike and flow.said.shape.is_fully_defined():  # as that of what was written elsewhere
        shape = flow.said.shape
    there = next((v for v in flow.slices if v is not None), None) if op.attrs.get("fills") else None
    if there is not None:
        shape = TensorShape(there.shape)
    if shape.is_fully_defined() and not dtype.hasobject:
        return b.constant(np.zeros(shape.sizes, dtype))
    if flow.said.adds:
        sizes = [1 if n is None else n for n in shape.sizes or ()]
        return b.constant(np.zeros(sizes, dtype))  # a gradient that is zero everywhere; it broadcasts
    raise refusal(op, unwritten(flow.said.name, position))


def gather(b, op, flow, indices):
    """Some elements, stacked."""
    positions = b.data(indices).reshape(-1)
    values = [b.data(read(b, op, flow, b.constant(np.asarray(i)))) for i in positions]
    if not values:
        return b.constant(_nothing(op, op.attrs["element_shape"]))
    shapes = {v.shape for v in values}
    if len(shapes) > 1 and isinstance(flow, Slots) and not flow.said.adds:
        raise refusal(op, f"the elements of TensorArray have different shapes, {sorted(shapes)}, and cannot be stacked")
    return b.constant(np.stack(np.broadcast_arrays(*values)))


def scatter(b, op, flow: Slots, indices, value) -> Slots:
    """The array with several slots filled."""
    rows, positions = b.data(value), b.data(indices).reshape(-1)
    slices, shape = list(flow.slices), flow.said.shape
    for i, row in zip(positions, rows):
        shape = _put(op, b, flow, slices, shape, int(i), b.constant(np.array(row)))
    return flow.having(slices, shape)


def concat(b, op, flow):
    """All elements joined along axis 0, and their lengths."""
    values = [b.data(read(b, op, flow, b.constant(np.asarray(i)))) for i in range(len(flow.slices))]
    if any(v.ndim == 0 for v in values):
        name = flow.said.name if isinstance(flow, Slots) else ""
        raise refusal(op, f"the elements of TensorArray {name} are scalars, which have no axis to join")
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
    raise refusal(op, f"no elements are read and their shape {shape} is not fully known: give element_shape")


def split(b, op, flow: Slots, value, lengths) -> Slots:
    """The array with consecutive parts of a value as elements."""
    rows, counts = b.data(value), b.data(lengths)
    if counts.sum() != len(rows):
        raise refusal(op, f"the lengths {counts.tolist()} add up to {counts.sum()}, the value has {len(rows)} rows")
    if len(counts) != len(flow.slices) and not flow.said.grows:
        raise refusal(
            op, f"{len(counts)} lengths are given for TensorArray {flow.said.name} of size {len(flow.slices)}"
        )
    slices, shape, start = list(flow.slices), flow.said.shape, 0
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
