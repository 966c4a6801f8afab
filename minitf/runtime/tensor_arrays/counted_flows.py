"""Lists in loops and branches of which only a run knows how long they are, or how much is taken or put: by kernels, as
far as there is room.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import counts
from minitf.kernels.math import lists as kernels
from minitf.runtime.lower import assumed_counts, sized_calls
from minitf.runtime.lower.bounded import Bounded, Size, most, same
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.counted_calls import NO_ROOM
from minitf.runtime.lower.ir import Ref
from minitf.runtime.tensor_arrays import flows
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS, Flow, Full, HostOnly, Kind
from minitf.runtime.tensor_arrays.lists import Said

_MOST_ROOM = 1 << 16  # slots: longer lists are Python's


def lower(low, op, values: list) -> Value | None:
    """The result of an op on a list; None if it does not depend on what only a run knows."""
    does = op.definition.on_lists
    if does == "make":
        return _made(low, op, values[0])
    if not isinstance(values[0], Flow) or type(values[1]) is not Bounded:
        return None
    return {"gather": _gather, "scatter": _scatter}[does](low, op, *values)


TAKES = frozenset(["make", "gather", "scatter"])


def _made(low, op, size: Value) -> Flow | None:
    """A list with as many slots as a number says."""
    place = _in_memory(size)
    if place is None or place.known is not None or place.dtype != np.int32:
        return None
    said = Said.by(op)
    capacity = max(low.capacities.get(op, FIRST_GUESS), 1)
    if capacity > _MOST_ROOM:
        return None
    element = tuple(said.shape.sizes) if said.shape.is_fully_defined() else low.elements.get(op)
    kind = Kind(**vars(said), origin=op, dtype=op.outputs[0].dtype.numpy, capacity=capacity, element=element)
    count = low.new((), np.int64)
    _may_run_again(low, op, capacity)
    low.call(counts.sizes[place.dtype], place, count, 1, capacity, error=lambda needed: _full(op, needed))
    flow = flows.cleared(low, kind, 0, flows.unseen(low, kind) if kind.once else None)
    low.move(count, flow.length)
    return flow


def _in_memory(number: Value) -> Ref | None:
    """A scalar as it is in memory, if it is at the same place in each run."""
    place = number.fixed if type(number) is Bounded else number
    return place if type(place) is Ref and place.shape == () else None


def _may_run_again(low, op, room: int) -> None:
    """Takes note that an op may turn out to have too little room, or to refuse what there is."""
    if low.capacities.get(op, 0) > _MOST_ROOM:
        raise HostOnly
    low.guesses[op] = max(low.guesses.get(op, 0), room)
    low.roomed.add(op)


def _full(op, needed: int) -> str:
    raise Full(op, needed)


def _gather(low, op, flow: Flow, indices: Bounded) -> Bounded:
    kind = flows.readable(low, op, flow)
    if len(indices.sizes) != 1:
        raise HostOnly
    _may_run_again(low, op, 0)
    (count,), refused = indices.sizes, lambda _: _full(op, NO_ROOM)
    if not op.attrs["element_shape"].is_fully_defined():  # of none it is not known what they are
        there = low.new((), np.int64)
        sized_calls.put(low, op, [count], [there])
        low.call(counts.at_least[()], there, 1, error=refused)
    out = low.new((most(count) * kind.row,), kind.dtype)
    seen = flow.seen if kind.once else low.new((1,), np.uint8)
    numbers = count, int(kind.once), int(kind.adds), int(flows.gives_zeros(op, kind))
    sized_calls.call(low, op, kernels.see_slots[()], indices, flow.length, flow.flags, seen, *numbers, error=refused)
    get = kernels.get_slots[layout.carrier(kind.dtype)]
    sized_calls.call(low, op, get, indices, *flow.memory, out, count, kind.capacity, *kind.in_rows)
    return Bounded(out, 0, (count, *kind.element), kind.dtype, len(low.frames) - 1)


def _ask_equal(low, op, one, other) -> None:
    """Has the program ask whether two sizes are the same."""
    equal = assumed_counts.equal_sizes(one, other)
    if not equal:
        raise HostOnly
    assumed_counts.ask(low, op, [], equal, 0)


def _scatter(low, op, flow: Flow, indices: Bounded, value: Value) -> Flow:
    indices, value = (assumed_counts.as_found(low, v) for v in (indices, value))
    sizes = value.sizes if type(value) is Bounded else value.shape if type(value) is Ref else ()
    element = tuple(sizes[1:])
    if len(indices.sizes) != 1 or not sizes or any([type(n) is Size for n in element]):
        raise HostOnly
    _may_run_again(low, op, 0)
    (count,) = indices.sizes
    if not same(count, sizes[0]):
        _ask_equal(low, op, sizes[0], count)
    flow = flows.writable(low, flow, element)
    kind = flow.kind
    if kind.adds and kind.dtype.name not in FLOATS:
        raise HostOnly
    if kind.grows and not kind.adds:
        low.guesses[kind.origin] = kind.capacity
        low.filling.add(low.top)
    over, refused = bool(op.attrs.get("overwrites")), lambda _: _full(op, NO_ROOM)
    numbers = count, kind.capacity, int(kind.grows)
    if kind.adds and not over:
        add = kernels.add_slots[kind.dtype]
        sized_calls.call(low, op, add, indices, value, *flow.memory, *numbers, kind.row, error=refused)
    else:
        fill, put = kernels.fill_slots[()], kernels.put_slots[layout.carrier(kind.dtype)]
        sized_calls.call(low, op, fill, indices, flow.length, flow.flags, *numbers, int(over), error=refused)
        sized_calls.call(low, op, put, indices, value, flow.rows, count, kind.capacity, *kind.in_rows)
    return flow.of(replace(kind, size=None if kind.grows else kind.size))
