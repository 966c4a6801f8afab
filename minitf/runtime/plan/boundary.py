"""Values on their way between the host, which has slices one by one, and native regions, which stack them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.framework.shape import TensorShape
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.ir import Ref
from minitf.runtime.tensor_arrays.flows import Flow, Kind, cleared
from minitf.runtime.tensor_arrays.lists import Slots


class Packed(np.ndarray):
    """A list as the bytes of a native one, with flags behind it that say which slots were read."""

    kind: Kind
    slots: Slots

    def flow(self, low, tensor) -> Flow:
        """The list where the region finds it."""
        kind, buffer = self.kind, low.refs[tensor].buffer
        seen = Ref((kind.capacity,), np.uint8, buffer, kind.nbytes) if kind.once else None
        if kind.element is None and tensor.op in low.elements:
            return cleared(low, replace(kind, element=low.elements[tensor.op]), kind.size, seen)
        return Flow(kind, buffer, seen=seen)

    def of_sizes(self, sizes: tuple) -> Packed:
        """An empty list of other sizes."""
        kind = self.kind.of_sizes(sizes)
        array = np.zeros(kind.nbytes + kind.capacity * kind.once, np.uint8).view(Packed)
        array.kind = kind
        return array

    def note_read(self, ref: Ref, memory, read: dict) -> None:
        """Tells the host's list which slots a run has read."""
        if self.kind.once:
            stage = memory.stage(ref.buffer)
            bytes_ = self if stage is None else stage
            self.slots.read_once.update(np.flatnonzero(bytes_[self.kind.nbytes :]).tolist())
            read[ref.buffer] = self.slots.read_once


def packed(slots, tensor, capacities: dict) -> Packed | None:
    """A list as one array; None if its elements have different shapes or are strings."""
    kind = _kind(slots, tensor, capacities) if isinstance(slots, Slots) else None
    if kind is None:
        return None
    array = np.zeros(kind.nbytes + kind.capacity * kind.once, np.uint8).view(Packed)
    array.kind, array.slots = kind, slots
    array[:8].view(np.int64)[0] = len(slots.slices)
    rows = _rows(array, kind)
    for i, value in enumerate(slots.slices):
        if value is not None:
            array[8 + i] = 1
            rows[i] = value.array
    array[kind.nbytes + np.array(sorted(slots.read_once or ()), np.int64)] = 1
    return array


def _kind(slots: Slots, tensor, capacities: dict) -> Kind | None:
    shapes = {value.shape for value in slots.slices if value is not None}
    if len(shapes) > 1 or tensor.dtype.numpy.hasobject:
        return None
    if not shapes and slots.shape.is_fully_defined():
        shapes = {tuple(slots.shape.sizes)}
    count = len(slots.slices)
    return Kind(
        tensor.op,
        tensor.dtype.numpy,
        max(count, capacities.get(tensor.op, 0)),
        shapes.pop() if shapes else None,
        slots.name,
        slots.grows,
        slots.read_once is not None,
        slots.adds,
        slots.shape,
        slots.alike,
        count,
    )


def _rows(array: np.ndarray, kind: Kind) -> np.ndarray:
    """The elements, in the bytes of a list."""
    shape = (kind.capacity, *((0,) if kind.element is None else kind.element))
    return array[kind.start : kind.nbytes].view(np.ndarray).view(kind.dtype).reshape(shape)


def unpacked(flow: Flow, memory, arrays: list, read: dict) -> Slots:
    """A list that a region computed, its elements where they are; `read` has the slots that were read, by the
    buffer that flags them.
    """
    kind, array = flow.kind, memory.array(flow.settled(), arrays)
    rows, flags = _rows(array, kind), array[8 : 8 + kind.capacity]
    count = int(array[:8].view(np.int64)[0])
    slices = [Concrete(rows[i]) if flags[i] else None for i in range(count)]
    shape = TensorShape(kind.element) if kind.alike and flags[:count].any() else kind.shape
    once = _read(flow.seen.settled(), memory, arrays, read) if kind.once else None
    return Slots(slices, kind.name, kind.grows, once, kind.adds, shape, kind.alike)


def is_saved(tensor) -> bool:
    """Whether it is what a loop or one branch saved for its gradient."""
    op = tensor.op
    if op.type == "If":
        return any(body.results[op.outputs.index(tensor)] is None for body in op.attrs["branches"].bodies)
    return op.type == "Loop" and op.outputs.index(tensor) - op.attrs["loop"].carries - 1 in op.attrs["loop"].saved


def saved(ref: Ref, array: np.ndarray) -> Value:
    """What was saved, the slices of trips that were not made like the others, if those are known; where it
    is no slice, with what is known of the slices there might have been.
    """
    inner, known = ref.row or ref.like, ref.known_slice()
    if array.size and known is not None:
        return Concrete(np.stack([known] * len(array)), known)
    if array.size or inner is None:
        return Concrete(array)
    if len(array):
        return Ragged([saved(inner, slices) for slices in array])
    return Concrete(array) if inner.known is None else Ragged([], Concrete(inner.known), 0)


def _read(seen: Ref, memory, arrays: list, read: dict) -> set:
    if seen.buffer not in read:
        read[seen.buffer] = set(np.flatnonzero(memory.array(seen, arrays)).tolist())
    return read[seen.buffer]
