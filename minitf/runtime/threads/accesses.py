"""What calls touch, and whether two threads' accesses disturb each other."""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from minitf.kernels.compile.splitting import Window
from minitf.runtime.lower.ir import Call, Ref, Repeat

_ARENA, _FATE = "arena", "fate"


class Access(NamedTuple):
    """Bytes low .. high - 1 of a space, and all that are multiples of `step` away within start .. end - 1. Threads have
    different ones of the same `lane`, in one trip of the loops `trips`. What moves with loops is `here` in one trip.
    """

    space: object
    low: int
    high: int
    step: int
    start: int
    end: int
    writes: bool
    lane: object = None
    trips: tuple = ()
    moves: tuple = ()
    here: Access | None = None

    def before(self, loop: Repeat) -> Access:
        """The same when the trip of a loop is over in which it was made."""
        here, lane = self.here, self.lane
        if here is not None and (loop in here.trips or any([moving is loop for moving, _ in self.moves])):
            here = None
        return self._replace(here=here, lane=None if loop in self.trips else lane)


def clash(a: Access, b: Access) -> bool:
    """Whether two threads' accesses of one space, in any trips of the loops around them, disturb each other."""
    if not (a.writes or b.writes) or a.end <= b.start or b.end <= a.start:
        return False
    if a.lane is not None and a.lane == b.lane:
        return False
    if a.here is not None and b.here is not None and a.moves == b.moves:
        return clash(a.here, b.here)
    step = gcd(a.step, b.step)
    if step == 0:
        return True
    size_a, size_b, gap = a.high - a.low, b.high - b.low, (b.low - a.low) % step
    return max(size_a, size_b) >= step or gap < size_a or step - gap < size_b


def access(ref: Ref, writes: bool, window: Window | None = None) -> Access:
    """What of its space a call touches through an operand."""
    buffer, item = ref.buffer, ref.dtype.itemsize
    space, base = (_ARENA, buffer.offset) if buffer.kind == "arena" else (buffer.slot or buffer, 0)
    start, size, width, step = window[:4] if window else (0, ref.size, 0, 0)
    low = base + ref.offset + start * item
    high, end = low + (width or size) * item, low + size * item
    here = Access(space, low, high, step * item, low, end, writes)
    if not ref.moves:
        return here
    steps = [step * item, *[stride for _, stride in ref.moves]]
    return here._replace(step=gcd(*steps), start=base, end=base + buffer.size, moves=ref.moves, here=here)


NOTHING = Access(None, 0, 0, 0, 0, 0, False)
MAY_FAIL = Access(_FATE, 0, 1, 0, 0, 1, True)
_CHANGES = Access(_FATE, 0, 1, 0, 0, 1, False)


def accesses(call: Call) -> list[Access]:
    """All that a call touches. One that may fail clashes with every change that outlives the run."""
    found = [access(ref, writes) for _, ref, writes in call.memory]
    return found + fate(call, found)


def fate(call: Call, found: list[Access]) -> list[Access]:
    """What else calls clash for: one that may fail, and one whose changes outlive the run."""
    lasting = call.on_host or any(a.writes and a.space != _ARENA for a in found)
    return [MAY_FAIL] * (call.error is not None) + [_CHANGES] * lasting


class Part(NamedTuple):
    """What one thread does of a node."""

    thread: int
    node: object
    accesses: list[Access]
