"""What loops save of Bounded values for their gradients: memory for the largest that there may be of each trip."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.runtime.lower import sized_calls
from minitf.runtime.lower.bounded import (
    Bounded,
    Count,
    Size,
    count_out_of,
    factors_of,
    most,
    or_none,
    out_of,
    part,
    shown,
)
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_slices import HeldStack, Work, in_memory
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref, Repeat


class BoundedStack(Value):
    """The slices of a Bounded value, `item`, that a loop saves: what is in its memory in each trip, and its counts. Or
    those of a BoundedStack, which a loop in a loop saves.

    counts: for each count of the innermost item which one it is where that is the same in all trips; else which one it
    is in a trip of the outermost loop that changes it, and what that is in each. trips: how many there are, and in each
    how many of the loop in it. backwards: which of these go backwards. level: the number of the frame of which the loop
    is part.
    """

    __slots__ = ("item", "memory", "counts", "_trips", "_backwards", "_level", "_held")
    known = row = like = None

    def __init__(self, item, memory: Ref, counts: dict, trips: list[Ref], backwards: list[bool], level: int):
        super().__init__(memory.shape[:1], item.dtype)
        self.item, self.memory, self.counts, self._level = item, memory, counts, level
        self._trips, self._backwards = trips, backwards
        self._held: HeldStack | None = None

    def slice(self, loop: Repeat, level: int, counts: dict) -> Bounded | BoundedStack:
        """The slice of the present trip of another loop. counts: what those that were saved are there, so far."""
        memory, item = self.memory.slice(0, loop), self.item
        parts = {count: saved.slice(loop, counts) for count, saved in self.counts.items()}
        if type(item) is BoundedStack:
            trips = [each.slice(0, loop) for each in self._trips[1:]]
            return BoundedStack(item.item, memory, parts, trips, self._backwards[1:], level)
        return item.following({count: part.count for count, part in parts.items()}, memory, 0, level)

    def handed_out(self, low, branch, other, stacks: dict) -> BoundedStack:
        """The same in memory that outlasts the branch where it is made, and nothing where the other one is taken.
        stacks: what those of counts are outside so far.
        """
        for stack in [*[saved.stack for saved in self.counts.values() if saved.stack is not None], *self._trips]:
            if stack not in stacks:
                stacks[stack] = or_none(low, branch, other, stack)
        counts = {count: saved.handed_out(low, branch, other, stacks) for count, saved in self.counts.items()}
        memory, trips = out_of(low, branch, self.memory), [stacks[each] for each in self._trips]
        return BoundedStack(self.item, memory, counts, trips, self._backwards, len(low.frames) - 1)

    def held(self, low) -> HeldStack:
        """The same for ops that Python runs."""
        if self._held is None:
            item, sizes = self.item, None
            while type(item) is BoundedStack:
                item = item.item
            self._held, sizes = _nested(self.dtype, self._backwards), item.sizes
            stack, backwards, counts, depth = self._held, self._backwards, list(self.counts), len(self._trips)

            def work(memory, factors, *found):
                trips, found = found[:depth], found[depth:]
                stack.value = _slices(memory, factors, trips, found, stack.dtype, backwards)

            found = [saved.ref for saved in self.counts.values()]
            refs = self.memory, factors_of(low, sizes, counts), *self._trips, *found
            low.frames[self._level].nodes.append(Work(low.current, work, *refs))
        return self._held

    def saved(self, low, loop: Repeat, stack: Callable, counts: dict) -> BoundedStack:
        """Has another loop, in the body of which this is, save it. stack(value): memory for one like it of each trip.
        counts: that of what is saved besides, so far.
        """
        memory = stack(self.memory)
        low.move(self.memory, memory.slice(0, loop))
        found = {count: saved.again(low, loop, stack, counts) for count, saved in self.counts.items()}
        trips = [trips_of(low, loop), *[_kept(low, ref, ref, loop, stack, counts) for ref in self._trips]]
        return BoundedStack(self, memory, found, trips, [loop.reverse, *self._backwards], len(low.frames) - 2)


class SavedCount(NamedTuple):
    """A count, if it is the same in all trips of loops; else what it is in each, in a stack."""

    count: Count
    stack: Ref | None = None

    @property
    def ref(self) -> Ref:
        """Where it is, or all that it is."""
        return self.count.ref if self.stack is None else self.stack

    def slice(self, loop: Repeat, counts: dict) -> SavedCount:
        """What it is in the present trip of another loop. counts: what others are there, so far."""
        if self.stack is None:
            counts.setdefault(self.count, self.count)
            return self
        part = self.stack.slice(0, loop)
        if part.shape:
            return SavedCount(self.count, part)
        if self.count not in counts:
            counts[self.count] = self.count.at(part, counts)
        return SavedCount(counts[self.count])

    def again(self, low, loop: Repeat, stack: Callable, counts: dict) -> SavedCount:
        """The same for each trip of another loop, in whose body it is."""
        if self.stack is None and low.level_of(self.count.ref) < len(low.frames) - 1:
            return self
        key = self.count if self.stack is None else self.stack
        return SavedCount(self.count, _kept(low, key, self.ref, loop, stack, counts))

    def handed_out(self, low, branch, other, stacks: dict) -> SavedCount:
        """The same outside of a branch. stacks: what those of counts are there, and counts, so far."""
        if self.stack is not None:
            return SavedCount(self.count, stacks[self.stack])
        return SavedCount(count_out_of(low, branch, other, self.count, stacks))


def _kept(low, key, ref: Ref, loop: Repeat, stack: Callable, counts: dict) -> Ref:
    """What a number is in each trip of a loop."""
    if key not in counts:
        counts[key] = stack(ref)
        low.move(ref, counts[key].slice(0, loop))
    return counts[key]


def trips_of(low, loop: Repeat) -> Ref:
    """How many trips a loop makes."""
    return in_memory(low, loop.count if isinstance(loop.count, int) else loop.trips)


def _nested(dtype, backwards: list[bool]) -> HeldStack:
    """What holds the slices of loops in one another."""
    item = _nested(dtype, backwards[1:]) if len(backwards) > 1 else Held(dtype)
    return HeldStack(item, backwards[0])


def _slices(memory, factors: np.ndarray, trips: tuple, counts: tuple, dtype, backwards: list[bool]) -> list:
    """Copies of the slices that are in memory."""
    (first, *others), found = trips, []
    for k in range(min(max(int(first), 0), len(memory))):  # anything, if it is in a branch that was not taken
        here = [each[k] if each.ndim else each for each in counts]
        if others:
            found.append(_slices(memory[k], factors, [each[k] for each in others], here, dtype, backwards[1:]))
        else:
            found.append(part(memory[k], 0, shown(factors, here), dtype))
    return found[::-1] if backwards[0] else found


def saved(low, item: Bounded, loop: Repeat, stack: Callable, counts: dict) -> BoundedStack:
    """Has a loop, the body of which is being lowered, save a value. stack(value): memory for one like it of each trip.
    counts: that of the counts which are saved, so far.
    """
    size = min(math.prod(map(most, item.sizes)) * item.dtype.itemsize, item.memory.buffer.size - item.memory.offset)
    moves = type(item.offset) is Size
    offset = item.memory.offset + (0 if moves else item.offset)
    place = Ref((size,), np.uint8, item.memory.buffer, offset, item.memory.moves)
    memory = stack(place)
    if moves:
        sized_calls.copy(low, loop.op, item, memory.slice(0, loop))
    else:
        low.move(place, memory.slice(0, loop))
    return saved_in(low, item, memory, loop, stack, counts)


def saved_in(low, item: Bounded, memory: Ref, loop: Repeat, stack: Callable, counts: dict) -> BoundedStack:
    """The same where the values are in the memory of all trips by themselves."""
    found = {count: SavedCount(count).again(low, loop, stack, counts) for count in item.counts}
    return BoundedStack(item, memory, found, [trips_of(low, loop)], [loop.reverse], len(low.frames) - 2)
