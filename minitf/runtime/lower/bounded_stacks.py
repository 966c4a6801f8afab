"""What loops save of Bounded values for their gradients: memory for the largest that there may be of each trip."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from minitf.runtime.lower.bounded import Bounded, Size, factors_of, most, or_none, out_of, part, shown
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_slices import HeldStack, Work, in_memory
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref, Repeat


class BoundedStack(Value):
    """The slices of a Bounded value, `item`, that a loop saves: what is in its memory in each trip, and its counts.

    loop: the node of the program that saves them, which is part of frame number `level`.
    """

    __slots__ = ("item", "memory", "counts", "_loop", "_level", "_held")
    known = row = like = None

    def __init__(self, item: Bounded, memory: Ref, counts: dict, loop: Repeat, level: int):
        super().__init__(memory.shape[:1], item.dtype)
        self.item, self.memory, self.counts, self._loop, self._level = item, memory, counts, loop, level
        self._held: HeldStack | None = None

    def slice(self, loop: Repeat, level: int, counts: dict) -> Bounded:
        """The slice of the present trip of another loop. counts: what those that were saved are there, so far."""
        for count, stack in self.counts.items():
            if count not in counts:
                counts[count] = count.at(stack.slice(0, loop), counts)
        return self.item.following(counts, self.memory.slice(0, loop), 0, level)

    def handed_out(self, low, branch, other, stacks: dict) -> BoundedStack:
        """The same in memory that outlasts the branch where it is made, and nothing where the other one is taken.
        stacks: what those of counts are outside so far.
        """
        for stack in self.counts.values():
            if stack not in stacks:
                stacks[stack] = or_none(low, branch, other, stack)
        counts = {count: stacks[stack] for count, stack in self.counts.items()}
        memory = out_of(low, branch, self.memory)
        return BoundedStack(self.item, memory, counts, self._loop, len(low.frames) - 1)

    def held(self, low) -> HeldStack:
        """The same for ops that Python runs."""
        if self._held is None:
            self._held = stack = HeldStack(Held(self.dtype), self._loop.reverse)
            counts, dtype, backwards = list(self.counts), self.dtype, self._loop.reverse

            def work(memory, factors, trips, *found):
                count = min(max(int(trips), 0), len(memory))  # anything, if it is in a branch that was not taken
                shapes = [shown(factors, [each[k] for each in found]) for k in range(count)]
                slices = [part(row, 0, shape, dtype) for row, shape in zip(memory, shapes)]
                stack.value = slices[::-1] if backwards else slices

            known = isinstance(self._loop.count, int)
            trips = in_memory(low, self._loop.count if known else self._loop.trips)
            refs = self.memory, factors_of(low, self.item.sizes, counts), trips, *self.counts.values()
            low.frames[self._level].nodes.append(Work(self._loop.op, work, *refs))
        return self._held


def saved(low, item: Bounded, loop: Repeat, stack: Callable, counts: dict) -> BoundedStack | None:
    """Has a loop, the body of which is being lowered, save a value; None if that takes Python. stack(value): memory
    for one like it of each trip. counts: that of the counts which are saved, so far.
    """
    if type(item.offset) is Size:
        return None
    size = min(math.prod(map(most, item.sizes)) * item.dtype.itemsize, item.memory.buffer.size - item.memory.offset)
    place = Ref((size,), np.uint8, item.memory.buffer, item.memory.offset + item.offset, item.memory.moves)
    memory = stack(place)
    low.move(place, memory.slice(0, loop))
    return saved_in(low, item, memory, loop, stack, counts)


def saved_in(low, item: Bounded, memory: Ref, loop: Repeat, stack: Callable, counts: dict) -> BoundedStack:
    """The same where the values are in the memory of all trips by themselves."""
    for count in item.counts:
        if count not in counts:
            counts[count] = stack(count.ref)
            low.move(count.ref, counts[count].slice(0, loop))
    return BoundedStack(item, memory, {count: counts[count] for count in item.counts}, loop, len(low.frames) - 2)
