"""Values on their way between the host, which has slices one by one, and native regions, which stack them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.framework.shape import TensorShape
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_lists import HeldList
from minitf.runtime.lower.held_slices import HeldStack, held_in, slices_of
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref
from minitf.runtime.plan.stand_ins import LIST, SLICES, HeldBack, OnlyKind, Packed, held_back, only_kind
from minitf.runtime.resize.given import SMALL
from minitf.runtime.tensor_arrays.flows import Flow, Kind
from minitf.runtime.tensor_arrays.lists import Ghost, Said, Slots


class Left(Slots):
    """A list as a native program left it: `memory` are its bytes. Its slices are made when the host asks for them."""

    __slots__ = ("kind", "memory", "_slices")

    def __init__(self, kind: Kind, memory: np.ndarray, read_once: set | None):
        self.kind, self.memory, self._slices = kind, memory, None
        shape = TensorShape(kind.element) if kind.alike and self._flags.any() else kind.shape
        super().__init__([], Said(kind.name, kind.grows, kind.once, kind.adds, shape, kind.alike), read_once)

    @property
    def count(self) -> int:
        """The number of slots."""
        return int(self.memory[:8].view(np.int64)[0])

    @property
    def _flags(self) -> np.ndarray:
        return self.memory[8 : 8 + self.count]

    @property
    def slices(self) -> list:
        """The elements, where they are."""
        if self._slices is None:
            rows = _rows(self.memory, self.kind)
            self._slices = [Concrete(rows[i]) if flag else None for i, flag in enumerate(self._flags)]
        return self._slices

    @slices.setter
    def slices(self, value) -> None:
        """They are in memory."""

    def handed_on(self, tensor, room: dict) -> Packed:
        """The same for another program; `room` keeps the memory for it from run to run."""
        kind = replace(self.kind, origin=tensor.op, size=self.count, shape=self.said.shape)
        array = room.get(tensor)
        if array is None or array.nbytes != kind.nbytes + kind.capacity * kind.once:
            array = room[tensor] = np.empty(kind.nbytes + kind.capacity * kind.once, np.uint8).view(Packed)
        array[: kind.nbytes] = self.memory
        array[kind.nbytes :] = 0
        return _told(array, kind, self)


def packed(slots, tensor, capacities: dict, room: dict) -> Packed | OnlyKind | None:
    """A list as one array; None if its elements have different shapes or are strings."""
    if type(slots) is Ghost:
        return only_kind(replace(slots.kind, origin=tensor.op))
    least = capacities.get(tensor.op, 0)
    if isinstance(slots, Left) and slots.kind.element is not None and slots.kind.capacity >= least:
        return slots.handed_on(tensor, room)
    kind = _kind(slots, tensor, least) if isinstance(slots, Slots) else None
    if kind is None:
        return None
    array = np.zeros(kind.nbytes + kind.capacity * kind.once, np.uint8).view(Packed)
    array[:8].view(np.int64)[0] = len(slots.slices)
    rows = _rows(array, kind)
    for i, value in enumerate(slots.slices):
        if value is not None:
            array[8 + i] = 1
            rows[i] = value.array
    return _told(array, kind, slots)


def _told(array: Packed, kind: Kind, slots: Slots) -> Packed:
    """The bytes of a list, with what else is known of it, and which slots were read."""
    array.kind, array.slots = kind, slots
    if slots.read_once:
        array[kind.nbytes + np.array(sorted(slots.read_once), np.int64)] = 1
    return array


def _kind(slots: Slots, tensor, least: int) -> Kind | None:
    shapes = {value.shape for value in slots.slices if value is not None}
    if len(shapes) > 1 or tensor.dtype.numpy.hasobject:
        return None
    if not shapes and slots.said.shape.is_fully_defined():
        shapes = {tuple(slots.said.shape.sizes)}
    count = len(slots.slices)
    element, capacity, dtype = shapes.pop() if shapes else None, max(count, least), tensor.dtype.numpy
    return Kind(**vars(slots.said), origin=tensor.op, dtype=dtype, capacity=capacity, element=element, size=count)


def _rows(array: np.ndarray, kind: Kind) -> np.ndarray:
    """The elements, in the bytes of a list."""
    shape = (kind.capacity, *((0,) if kind.element is None else kind.element))
    return array[kind.start : kind.nbytes].view(np.ndarray).view(kind.dtype).reshape(shape)


def unpacked(flow: Flow, memory, arrays: list, read: dict) -> Slots:
    """A list that a region computed, where it is; `read` has the slots read, by the buffer that flags them."""
    kind = flow.kind
    if flow.ghost:
        return Ghost(kind)
    once = _read(flow.seen, memory, arrays, read) if kind.once else None
    return Left(kind, memory.array(flow, arrays), once)


def held_slices(value: Ragged) -> HeldBack | None:
    """Slices as what a region is given; None if they are no arrays, and no slices of arrays."""
    depth, inner = _depth(value)
    kind = (SLICES,) * depth + (LIST,) * isinstance(inner, Slots)
    try:
        found = held_back(kind, slices_of(value, depth))
    except TypeError:
        return None
    found.untried = None if value.slices else value
    return found


class Branches:
    """What the regions of a plan tell each other of what branches saved for their gradients: `held` by Python, and in
    what form, or `computed` in memory, where something else is if they were not taken.
    """

    def __init__(self):
        self.held: dict = {}
        self.computed: set = set()

    def told(self, program) -> None:
        """Takes note of what a program gives."""
        if program.branched:
            self.held |= {t: kind_of(v) for t, v in program.held.items() if t in program.branched}
            self.computed |= program.branched - program.held.keys()


def withheld(value: Value | None, kind: tuple) -> HeldBack:
    """What a branch saved on the host as what a region is given."""
    depth = kind.count(SLICES)
    return held_back(kind, slices_of(value, depth) if depth else held_in(value))


def kind_of(held: Held) -> tuple:
    """What is held: by how many loops in one another slices of it were saved, and whether it is a list."""
    if type(held) is HeldStack:
        return (SLICES, *kind_of(held.item))
    return (LIST,) if type(held) is HeldList else ()


def _depth(value: Ragged) -> tuple[int, Value | None]:
    """How many loops in one another the slices are of, and one of them."""
    first = next((each for each in value.slices if each is not None), None)
    depth, inner = _depth(first) if type(first) is Ragged else (0, first)
    return depth + 1, inner


def is_saved(tensor) -> bool:
    """Whether it is what a loop or one branch saved for its gradient."""
    op = tensor.op
    if op.type == "If":
        return any(body.results[op.outputs.index(tensor)] is None for body in op.attrs["branches"].bodies)
    return op.type == "Loop" and op.outputs.index(tensor) - op.attrs["loop"].carries - 1 in op.attrs["loop"].saved


def leaving(outputs: list) -> set:
    """The tensors that a region gives, with those of bodies that its loops and branches give, or stack."""
    found, todo = set(), list(outputs)
    while todo:
        tensor = todo.pop()
        op, at = tensor.op, tensor.op.outputs.index(tensor)
        found.add(tensor)
        if op.type == "If":
            todo += [t for t in (body.results[at] for body in op.attrs["branches"].bodies) if t is not None]
        elif op.type == "Loop" and at > op.attrs["loop"].carries:
            todo.append(op.attrs["loop"].ys[at - op.attrs["loop"].carries - 1])
    return found


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


def known_rows(inputs: list, given: list) -> dict:
    """What all slices of an input are, where it is known: shapes that a loop saved for its gradient."""
    rows = {t: v.row for t, v in zip(inputs, given) if getattr(v, "row", None) is not None}
    return {t: r for t, r in rows.items() if r.dtype.kind == "i" and r.size <= SMALL}
