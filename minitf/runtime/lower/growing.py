"""Loop variables that are of other sizes in each trip: in memory, and how large they are beside it.

Such a variable has a count for each axis that changes, and room for so much; where there is more, the program is
lowered with more room. Where all its values are saved they stay where they are: one behind the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.compile.loops import take_row
from minitf.kernels.math.counts import at_most
from minitf.runtime.lower import assumed_counts, sized_calls
from minitf.runtime.lower.bounded import Bounded, Count, Size, most, same
from minitf.runtime.lower.builder import NATIVE
from minitf.runtime.lower.ir import Ref, Repeat
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS, Full

_LARGEST = 2**31  # bytes: of what would take more room each value gets memory of its own, by Python
_LEAST_ROOM = 8  # entries: how rules follow sizes does not show where these can hardly differ


def sizes_of(value) -> tuple | None:
    """The numbers of items along each axis, which may be Sizes; None for what is on the host."""
    return value.sizes if type(value) is Bounded else value.shape


def changes(before, after) -> dict[int, int] | None:
    """The axes along which two values differ in size, and by how much the second is larger, 0 where that is not known;
    None if they are of different ranks, or one is on the host.
    """
    before, after = sizes_of(before), sizes_of(after)
    if before is None or after is None or len(before) != len(after):
        return None
    return {k: _more(*pair) for k, pair in enumerate(zip(before, after)) if not same(*pair)}


def growing(low, op, number: int, init, trips: int) -> Growing | None:
    """What keeps a loop's variable of that number in memory, though its sizes change; None if nothing does."""
    argument, growth = op.attrs["loop"].carry_args[number], _growth(low, op, number)
    on_host = (op, number) in low.open or argument.op in low.hosted or argument.dtype.numpy.name not in NATIVE
    if on_host or type(init) is not Bounded and (type(init) is not Ref or not growth):
        return None
    grows = Growing(low, argument, init, growth, trips)
    if grows.nbytes > _LARGEST:
        return None
    low.grown[op, number] = grows.growth
    return grows


def _growth(low, op, number: int) -> dict[int, int]:
    """The axes along which a loop variable changes, and by how much; a gradient does so in the other direction."""
    known, forward = low.growing.get((op, number), {}), op.attrs["loop"].gradient_of
    there = low.grown.get(forward[number], {}) if number < len(forward) else {}
    return {axis: -more for axis, more in there.items()} | known


def as_at_first(low, op, number: int, value: Bounded) -> Bounded | Ref:
    """What a gradient is in the end: as large as the first value of what it is the gradient of, if that is known. The
    program asks whether it is.
    """
    loop, place = next(iter(op.attrs["loop"].gradient_of[number : number + 1]), (None, 0))
    first = low.refs.get(loop.inputs[place]) if loop is not None and loop.graph is op.graph else None
    sizes = sizes_of(first) if type(first) in (Ref, Bounded) else ()
    pairs = [pair for pair in zip(value.sizes, sizes) if type(pair[0]) is Size and not same(*pair)]
    if not pairs:
        return value
    equal = {count: n if type(n) is Size else Size(n, {}) for size, n in pairs for count in size.factors}
    assumed_counts.ask(low, op.attrs["loop"].carry_args[number].op, [], equal, 0)
    value = value.replaced(equal)
    return value if value.fixed is None else value.fixed


def _more(before, after) -> int:
    one, other = [n if type(n) is Size else Size(n, {}) for n in (before, after)]
    return other.base - one.base if one.factors == other.factors else 0


def _room(fastest: int, trips: int) -> tuple[int]:
    """By how much a variable may grow that grows so fast."""
    return (max(fastest * min(trips, FIRST_GUESS), _LEAST_ROOM),)


def _most(growth: int, size: int, room: int) -> tuple[int, int]:
    """How large a size may be before a trip, and after it, when it is not known whether there is room in the next."""
    return size + room, size + room + growth


class Growing:
    """A loop variable. argument: what it is in the body. init: its first value. growth: by how much it grows along some
    axes in one trip, 0 where that is not known. trips: how many there may be.
    """

    def __init__(self, low, argument, init, growth: dict, trips: int):
        self._low, self._op, self._init, self._dtype = low, argument.op, init, argument.dtype.numpy
        sizes = sizes_of(init)
        self.growth = growth
        fastest = max(self.growth.values(), default=0)
        (room,) = low.derived(_room, (fastest,), trips)
        self._room = low.capacities.get(self._op, room)
        self._counts, rooms = {k: Count() for k in self.growth}, {}
        for k, count in self._counts.items():
            count.most, rooms[k] = low.derived(_most, (max(self.growth[k], 0),), most(sizes[k]), self._room)
        self._items, self._trips = math.prod([rooms.get(k, most(n)) for k, n in enumerate(sizes)]), trips
        self._slots: list[Ref] = []
        self.value: Bounded | None = None  # what it is when a trip starts

    @property
    def nbytes(self) -> int:
        """How much room it has."""
        return self._items * self._dtype.itemsize

    def lacks(self, axis: int, more: int) -> bool:
        """Whether it does not reckon with so much more along an axis in each trip."""
        return axis not in self.growth or more > max(self.growth[axis], 0)

    # ---- before the loop

    def begin(self, loop: Repeat, stack: Callable | None) -> Bounded:
        """Makes room, puts the first value there, and gives what it is in each trip. stack(count, value): memory of the
        loop for so many like one value, if all are kept.
        """
        low = self._low
        low.guesses[self._op] = self._room
        low.roomed.add(self._op)
        one, level = Ref((self._items,), self._dtype, None), len(low.frames)
        places = [one, *[Ref((), np.int64, None) for _ in self._counts]]
        if stack is None:
            self._first = self._here = self._next = [low.new(ref.shape, ref.dtype) for ref in places]
            loop.carried |= {ref.buffer for ref in self._here}
        else:
            self._slots = [stack(self._trips + 1, ref) for ref in places]
            self._first = [slots.slice(self._trips if loop.reverse else 0) for slots in self._slots]
            here, following = (1, 0) if loop.reverse else (0, 1)
            self._here, self._next = ([s.slice(k, loop) for s in self._slots] for k in (here, following))
        for ref in self._here:
            ref.buffer.level = level
        for count, ref in zip(self._counts.values(), self._here[1:]):
            count.ref = ref
        sizes = sizes_of(self._init)
        sized_calls.put(low, self._op, [sizes[k] for k in self._counts], self._first[1:])
        sized_calls.copy(low, self._op, self._init, self._first[0])
        self.value = self._of(self._here[0], self._counts, level)
        return self.value

    def _of(self, memory: Ref, counts: dict, level: int) -> Bounded:
        sizes = [Size(0, {counts[k]: 1}) if k in counts else n for k, n in enumerate(sizes_of(self._init))]
        return Bounded(memory, 0, tuple(sizes), self._dtype, level)

    # ---- at the end of a trip

    @property
    def place(self) -> Ref:
        """The memory that it has when a trip starts."""
        return self._here[0]

    def stays(self, value) -> bool:
        """Whether it is where it was, and what it was."""
        if self._slots or type(value) is not Bounded:
            return False
        return value.memory.same_place(self.place) and value.offset == 0 and not changes(self.value, value)

    def tell(self, value) -> Callable:
        """Finds out how large the next value is, and whether there is room for it; gives what notes that, when nobody
        asks for the present sizes any more.
        """
        low, sizes = self._low, sizes_of(value)
        found = self._next[1:] if self._slots else [low.new((), np.int64) for _ in self._counts]
        sized_calls.put(low, self._op, [sizes[k] for k in self._counts], found)
        for count, ref in zip(self._counts.values(), found):
            low.call(at_most[()], ref, count.most, error=self._full)
        return lambda: [low.move(*pair) for pair in zip(found, self._next[1:]) if pair[0] is not pair[1]]

    def _full(self, needed: int) -> str:
        raise Full(self._op, needed)

    def store(self, value) -> None:
        """Puts the next value where it belongs."""
        target = self._next[0]
        memory = value.memory if type(value) is Bounded else None
        if self._slots and memory is not None and value.offset == 0 and _alone(memory, target):
            size = memory.buffer.size
            self._low.move(*[Ref((size,), np.uint8, r.buffer, r.offset, r.moves) for r in (memory, target)])
        else:
            sized_calls.copy(self._low, self._op, value, target)

    # ---- after the loop

    def all_counts(self, loop: Repeat) -> dict[Count, Ref]:
        """For each count what it was before each trip, if that is kept."""
        return {c: self._all(slots, False, loop) for c, slots in zip(self._counts.values(), self._slots[1:])}

    def all_values(self, after: bool, loop: Repeat) -> Ref:
        """The memory of the values before each trip, or behind it."""
        return self._all(self._slots[0], after, loop)

    def _all(self, slots: Ref, after: bool, loop: Repeat) -> Ref:
        first = slots.slice(int(after != loop.reverse))
        return Ref((self._trips, *first.shape), slots.dtype, slots.buffer, first.offset, slots.moves)

    def final(self, loop: Repeat) -> Bounded:
        """What it is in the end."""
        level = len(self._low.frames) - 1
        for ref in self._slots or self._here:
            ref.buffer.level = level
        found = self._here if not self._slots else [self._last(slots, loop) for slots in self._slots]
        counts = {k: count.at(ref, {}) for (k, count), ref in zip(self._counts.items(), found[1:])}
        return self._of(found[0], counts, level)

    def _last(self, slots: Ref, loop: Repeat) -> Ref:
        if isinstance(loop.count, int):
            return slots.slice(0 if loop.reverse else self._trips)
        out = self._low.new(slots.shape[1:], slots.dtype)
        if out.size or self._low.sizes_vary:
            self._low.call(take_row[layout.carrier(slots.dtype)], slots, loop.trips, out, out.size)
        return out


def _alone(memory: Ref, target: Ref) -> bool:
    """Whether memory holds one value only, and all of it has room in a place."""
    own = memory.buffer.kind == "arena" and memory.offset == 0 and not memory.moves
    return own and memory.buffer.size <= target.nbytes
