"""Lists of gradients that a loop saves: what each is in each trip. Of other lists gradients ask only for the kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.kernels.math.state import assign
from minitf.runtime.lower.bounded import out_of
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.ir import Call, Ref, Repeat
from minitf.runtime.tensor_arrays import flows
from minitf.runtime.tensor_arrays.flows import Flow, Kind
from minitf.runtime.tensor_arrays.onward import only_kind_wanted

_APART = 64  # bytes: lists begin where a cache line does
_LARGEST = 2**31  # bytes: of more only Python keeps the contents


class ListStack(Value):
    """The lists of all trips of a loop, or of loops in one another, in memory: all of one kind."""

    __slots__ = ("memory", "kind")
    known = row = like = None

    def __init__(self, memory: Ref, kind: Kind):
        super().__init__(memory.shape[:1], np.dtype(np.uint8))
        self.memory, self.kind = memory, kind

    def slice(self, low, loop: Repeat, level: int) -> Flow | ListStack:
        """The list of the present trip of another loop, which begins with that in memory of its own."""
        part = self.memory.slice(0, loop)
        if len(part.shape) > 1:
            return ListStack(part, self.kind)
        flow = flows.like(low, Flow(self.kind, part.buffer))
        flow.buffer.level = level
        loop.body.append(Call(assign[np.uint8], (_bytes(part, flow), _bytes(flow, flow), flow.nbytes), None, loop.op))
        return flow

    def handed_out(self, low, branch, other, counts: dict) -> ListStack:
        """The same in memory that outlasts the branch where it is made."""
        return ListStack(out_of(low, branch, self.memory), self.kind)


def _bytes(place: Ref, flow: Flow) -> Ref:
    return Ref((flow.nbytes,), np.uint8, place.buffer, place.offset, place.moves)


def saved(low, loop: Repeat, y, value: Flow | ListStack, room: int, stack) -> ListStack | None:
    """Has a loop save what y, one of its outputs, is in each trip; None if its kind is enough, or it has no room.
    stack(value): memory for one like it of each trip.
    """
    if type(value) is ListStack:
        memory = stack(value.memory)
        low.move(value.memory, memory.slice(0, loop))
        return ListStack(memory, value.kind)
    size = -(-value.nbytes // _APART) * _APART
    if value.ghost or not value.kind.adds or y in low.leaving or size * room > _LARGEST or only_kind_wanted(y):
        return None
    memory = stack(Ref((size,), np.uint8, None))
    low.move(_bytes(value, value), _bytes(memory.slice(0, loop), value))
    return ListStack(memory, replace(value.kind, size=None))
