"""TensorArrays in native regions: a list of slots as one block of memory, and the ops on it.

The block holds the length (int64), a flag for every slot that is full, and the rows. Writing gives a new list: a
copy of the old one with more in it (which takes over the block of the old one if that is not needed any more, see
`minitf.runtime.memory.placement`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from minitf.framework.shape import TensorShape
from minitf.kernels.compile import layout
from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import lists as kernels
from minitf.kernels.math.cast import cast
from minitf.runtime.lower.ir import Buffer, Ref
from minitf.runtime.tensor_arrays import lists as messages
from minitf.runtime.tensor_arrays.lists import Said

FIRST_GUESS = 64  # slots of a list that grows, before it has to be lowered again
_ROW_START = 64  # bytes: rows start at a cache line
_LARGEST = 2**31  # bytes of a list that is laid out at once


@dataclass(frozen=True, kw_only=True)
class Kind(Said):
    """What is known of a list while lowering; `origin` is the op that made the first of its versions."""

    origin: object
    dtype: np.dtype
    capacity: int
    element: tuple[int, ...] | None  # the shape of all elements; None until one is written
    size: int | None = None  # the length, where it is known

    @property
    def row(self) -> int:
        """The number of items of an element."""
        return 0 if self.element is None else math.prod(self.element)

    @property
    def in_rows(self) -> tuple[int, int, int]:
        """How many rows an element has, how many items each of them, and the element."""
        rows = self.element[0] if self.element else 1
        return rows, self.row // max(rows, 1), self.row

    @property
    def start(self) -> int:
        """Where the rows start, in bytes: behind so much room for each flag that it grows with the slots."""
        return _ROW_START + 8 * self.capacity

    @property
    def nbytes(self) -> int:
        """The size of the whole list."""
        return self.start + self.capacity * self.row * self.dtype.itemsize

    @property
    def sizes(self) -> tuple:
        """The numbers in it."""
        return (self.capacity, *(self.element or ()), *(() if self.size is None else (self.size,)))

    @property
    def told(self) -> bool:
        """Whether the elements are known to be of the shape that they have."""
        return self.element is not None and self.shape.sizes == self.element

    @property
    def form(self) -> tuple:
        """All but the numbers in it."""
        rank = None if self.element is None else len(self.element)
        shape = None if self.told else self.shape
        return replace(self, capacity=0, element=None, size=None, shape=shape), rank, self.size is None

    def of_sizes(self, sizes: tuple) -> Kind:
        """The same with other numbers."""
        capacity, *rest = sizes
        size = None if self.size is None else rest.pop()
        element = None if self.element is None else tuple(rest)
        shape = TensorShape(element) if self.told else self.shape
        return replace(self, capacity=capacity, element=element, size=size, shape=shape)

    def fits(self, other: Kind) -> bool:
        """Whether a list of this kind can be in the place of the other; of gradients it matters not which."""
        loose = {"origin": None, "name": ""} if self.adds and other.adds else {}
        return replace(self, size=None, **loose) == replace(other, size=None, **loose)


class Flow(Ref):
    """A list in memory, as bytes. A ghost is a list of which only the kind is known.

    seen: a flag for each slot that was read, shared by all versions of the list.
    """

    __slots__ = ("kind", "seen", "ghost")

    def __init__(self, kind: Kind, buffer: Buffer, offset: int = 0, seen: Ref | None = None, shape=None):
        super().__init__((kind.nbytes,) if shape is None else shape, np.uint8, buffer, offset)
        self.kind, self.seen, self.ghost = kind, seen, shape is not None

    @property
    def length(self) -> Ref:
        """The number of slots."""
        return Ref((), np.int64, self.buffer, self.offset)

    @property
    def flags(self) -> Ref:
        """Whether each slot is full."""
        return Ref((self.kind.capacity,), np.uint8, self.buffer, self.offset + 8)

    @property
    def rows(self) -> Ref:
        """The elements, one after the other."""
        shape = (self.kind.capacity, *(self.kind.element or ()))
        return Ref(shape, self.kind.dtype, self.buffer, self.offset + self.kind.start)

    @property
    def memory(self) -> tuple[Ref, Ref, Ref]:
        """All of it, as kernels take it: the length, the flags, the rows."""
        return self.length, self.flags, self.rows

    def of(self, kind: Kind) -> Flow:
        """The same memory as a list of a kind."""
        return Flow(kind, self.buffer, self.offset, self.seen)

    def at(self, kind: Kind, place: Ref, seen: Ref | None) -> Flow:
        """The same in other memory; a ghost stays one."""
        return Flow(kind, place.buffer, place.offset, seen, place.shape if self.ghost else None)

    def ghosts(self, count: int) -> Flow:
        """What is left of the versions of the list in `count` trips: their kind."""
        size = None if self.kind.grows else self.kind.size
        return Flow(replace(self.kind, size=size), Buffer(0), seen=self.seen, shape=(count, 0))


class Learned(Exception):
    """The shape of the elements of a list, which was not known before one of them was written."""

    def __init__(self, origin, shape: tuple):
        super().__init__(origin.name)
        self.origin, self.shape = origin, shape


class HostOnly(Exception):
    """A list, or an op on one, that only the host can deal with."""


class Full(Exception):
    """A loop or list of unknown length needs more room than there was."""

    def __init__(self, op, needed: int = 0):
        super().__init__(op.name)
        self.op, self.needed = op, needed


def lower(low, op, values: list):
    """The results of an op with lists among its inputs or outputs."""
    does = op.definition.on_lists
    if does is None or does in _OF_ONE and not isinstance(values[0], Flow):
        raise HostOnly
    return _RULES[does](low, op, *values)


# ---- memory


def _new(low, kind: Kind, seen: Ref | None = None) -> Flow:
    if kind.nbytes > _LARGEST:
        raise HostOnly
    buffer = low.new((kind.nbytes,), np.uint8).buffer
    buffer.head = kind.start
    return Flow(kind, buffer, seen=seen)


def like(low, flow: Flow, kind: Kind | None = None) -> Flow:
    """Memory for another version of a list."""
    return _new(low, kind or flow.kind, flow.seen)


def move(low, source: Flow, target: Flow) -> None:
    """Copies a list into the memory of another one, as far as its slots are full."""
    kind = source.kind
    low.call(kernels.copy_list[layout.carrier(kind.dtype)], *source.memory, *target.memory, kind.capacity, kind.row)


def cleared(low, kind: Kind, size: int, seen: Ref | None = None) -> Flow:
    """A list of empty slots."""
    flow = _new(low, kind, seen)
    empty(low, flow, size)
    return flow


def empty(low, flow: Flow, size: int = 0) -> None:
    """Leaves a list with empty slots only."""
    low.call(kernels.clear_slots[()], flow.length, flow.flags, size, flow.kind.capacity)


def absent(low, flow: Flow) -> None:
    """Leaves an empty list where the branch that would have made it is not taken."""
    empty(low, flow)
    if flow.seen is not None:
        low.call(kernels.clear_slots[()], low.new((), np.int64), flow.seen, 0, flow.seen.size)


def readable(low, op, flow: Flow) -> Kind:
    """The kind of a list whose contents are needed."""
    kind, wanted = flow.kind, op.attrs["element_shape"]
    unknown = kind.element is None or kind.origin in low.likely and not wanted.is_compatible_with(kind.element)
    if not flow.ghost and unknown and wanted.is_fully_defined():
        raise Learned(kind.origin, tuple(wanted.sizes))
    if flow.ghost or kind.element is None or not wanted.is_compatible_with(kind.element):
        raise HostOnly
    return kind


def writable(low, flow: Flow, element: tuple) -> Flow:
    """A copy of the list, to be written."""
    kind = flow.kind
    if kind.element is None or kind.element != element and kind.origin in low.likely:
        raise Learned(kind.origin, element)
    if flow.ghost or kind.element != element or not kind.adds and not kind.shape.is_compatible_with(element):
        raise HostOnly
    return low.copy(flow)


# ---- ops


def _made(low, op, size) -> Flow:
    count, said = int(low.data(size)), Said.by(op)
    if count < 0:
        raise HostOnly
    element = tuple(said.shape.sizes) if said.shape.is_fully_defined() else low.elements.get(op)
    capacity = max(count, low.capacities.get(op, FIRST_GUESS if said.grows else 0))
    dtype = op.outputs[0].dtype.numpy
    kind = Kind(**vars(said), origin=op, dtype=dtype, capacity=capacity, element=element, size=count)
    return cleared(low, kind, count, unseen(low, kind) if kind.once else None)


def unseen(low, kind: Kind) -> Ref:
    """Flags for slots none of which was read."""
    seen = low.new((kind.capacity,), np.uint8)
    low.call(kernels.clear_slots[()], low.new((), np.int64), seen, 0, kind.capacity)
    return seen


def _gradient(low, op, flow: Flow) -> Flow:
    said = Said(f"gradient of {flow.kind.name}")
    kind = replace(flow.kind, **vars(said), origin=op, element=low.elements.get(op, flow.kind.element))
    out = cleared(low, kind, kind.size or 0)
    if kind.size is None and not flow.ghost:  # the length of gradients does not matter
        low.move(flow.length, out.length)
    return out


def _size(low, op, flow: Flow):
    if flow.kind.size is not None:
        return low.constant(np.asarray(flow.kind.size, np.int32))
    if flow.ghost or flow.kind.adds:
        raise HostOnly
    out = low.new((), np.int32)
    low.call(cast[np.int64, np.int32], flow.length, out, 1)
    return out


def _write(low, op, flow: Flow, index, value) -> Flow:
    if index.shape != ():
        raise HostOnly
    return _put(low, op, flow, index, value, 1, value.shape)


def _scatter(low, op, flow: Flow, indices, value) -> Flow:
    if len(indices.shape) != 1 or not value.shape or value.shape[0] < indices.shape[0]:
        raise HostOnly
    return _put(low, op, flow, indices, value, indices.shape[0], value.shape[1:])


def _put(low, op, flow: Flow, indices, value, count: int, element: tuple) -> Flow:
    flow = writable(low, flow, element)
    kind = flow.kind
    if kind.adds and kind.dtype.name not in FLOATS:
        raise HostOnly
    if kind.grows and not kind.adds:
        low.guesses[kind.origin] = kind.capacity
        low.filling.add(low.top)
    over = bool(op.attrs.get("overwrites"))
    numbers, refusal = [count, kind.capacity, int(kind.grows)], _refusal(low, flow, indices, True)
    if kind.adds and not over:
        low.call(kernels.add_slots[kind.dtype], indices, value, *flow.memory, *numbers, kind.row, error=refusal)
    else:
        low.call(kernels.fill_slots[()], indices, flow.length, flow.flags, *numbers, int(over), error=refusal)
        put = kernels.put_slots[layout.carrier(kind.dtype)]
        low.call(put, indices, value, flow.rows, count, kind.capacity, *kind.in_rows)
    return flow.of(replace(kind, size=_size_after(kind, indices)))


def _size_after(kind: Kind, indices) -> int | None:
    if not kind.grows:
        return kind.size
    if kind.size is None or indices.known is None:
        return None
    return max([kind.size, *(int(i) + 1 for i in indices.known.reshape(-1))])


def _refusal(low, flow: Flow, indices, writing: bool):
    """What to say if a slot cannot be written or read."""

    def message(status: int) -> str:
        which, why = divmod(status, kernels.KINDS)
        index = int(low.data(indices).reshape(-1)[which])
        if why == kernels.NO_ROOM and not flow.kind.adds:
            raise Full(flow.kind.origin, index + 1)
        if why in (kernels.OUTSIDE, kernels.NO_ROOM):
            return messages.outside(flow.kind.name, index, int(low.data(flow.length)), writing)
        if why == kernels.EMPTY:
            return messages.unwritten(flow.kind.name, index)
        return (messages.twice if writing else messages.again)(flow.kind.name, index)

    return message


def _read(low, op, flow: Flow, index):
    if index.shape != ():
        raise HostOnly
    return _taken(low, op, flow, index, 1, ())


def _gather(low, op, flow: Flow, indices):
    count = math.prod(indices.shape)
    if not count and not op.attrs["element_shape"].is_fully_defined():
        raise HostOnly
    return _taken(low, op, flow, indices, count, (count,))


def _taken(low, op, flow: Flow, indices, count: int, shape: tuple) -> Ref:
    kind = readable(low, op, flow)
    out = low.new((*shape, *kind.element), kind.dtype)
    seen = flow.seen if kind.once else low.new((1,), np.uint8)
    numbers = [count, *map(int, (kind.once, kind.adds, gives_zeros(op, kind)))]
    refusal = _refusal(low, flow, indices, False)
    low.call(kernels.see_slots[()], indices, flow.length, flow.flags, seen, *numbers, error=refusal)
    get = kernels.get_slots[layout.carrier(kind.dtype)]
    low.call(get, indices, *flow.memory, out, count, kind.capacity, *kind.in_rows)
    return out


def gives_zeros(op, kind: Kind) -> bool:
    """Whether what is taken of empty slots is zeros."""
    return kind.adds or kind.alike or op.attrs["element_shape"].is_fully_defined() or bool(op.attrs.get("fills"))


def _concat(low, op, flow: Flow):
    kind = readable(low, op, flow)
    if not kind.element or not kind.size:
        raise HostOnly
    indices = low.constant(np.arange(kind.size, dtype=np.int32))
    rows = _taken(low, op, flow, indices, kind.size, (kind.size,))
    joined = low.view(rows, (kind.size * kind.element[0], *kind.element[1:]))
    return joined, low.constant(np.full(kind.size, kind.element[0], np.int64))


def _split(low, op, flow: Flow, value, lengths) -> Flow:
    counts = low.data(lengths)
    if counts.ndim != 1 or not counts.size or (counts != counts[0]).any() or counts.sum() != value.shape[0]:
        raise HostOnly
    if len(counts) != flow.kind.size and not flow.kind.grows:
        raise HostOnly
    indices = low.constant(np.arange(len(counts), dtype=np.int32))
    return _put(low, op, flow, indices, value, len(counts), (int(counts[0]), *value.shape[1:]))


# ---- ops on tensors that gradients use on lists


def _same(low, op, flow):
    return flow


def _zeros(low, op, flow: Flow) -> Flow:
    if flow.ghost or flow.kind.element is None:
        return _gradient(low, op, flow)  # an empty slot of gradients is worth zero
    kind = replace(flow.kind, **vars(Said(flow.kind.name)), origin=op)
    out = _new(low, kind)
    kernel = kernels.zero_list[layout.carrier(kind.dtype)]
    low.call(kernel, flow.length, flow.flags, *out.memory, kind.capacity, kind.row)
    return out


def _sum(low, op, *flows) -> Flow:
    """The sum of lists of gradients."""
    _check_summands(flows)
    total = writable(low, flows[0], flows[0].kind.element)
    for flow in flows[1:]:
        low.call(kernels.add_list[total.kind.dtype], *flow.memory, *total.memory, total.kind.row)
    return total.of(replace(total.kind, size=None))


def _check_summands(flows) -> None:
    if not all(isinstance(f, Flow) and f.kind.adds and not f.ghost for f in flows):
        raise HostOnly
    kind = flows[0].kind
    if kind.dtype.name not in FLOATS or any(f.kind.capacity != kind.capacity for f in flows):
        raise HostOnly
    element = next((f.kind.element for f in flows if f.kind.element is not None), None)
    for flow in flows:
        if flow.kind.element is None and element is not None:
            raise Learned(flow.kind.origin, element)
        if flow.kind.element is None or flow.kind.element != element:
            raise HostOnly


_OF_ONE = {
    "like": _gradient,
    "write": _write,
    "read": _read,
    "gather": _gather,
    "scatter": _scatter,
    "concat": _concat,
    "split": _split,
    "size": _size,
    "zeros": _zeros,
}
_RULES = {"make": _made, "sum": _sum, "same": _same, **_OF_ONE}
