"""Loops inside of others over rows of which only a run knows how many there are: as many trips as a Size says, in
memory that has room for the most there may be.
"""

from __future__ import annotations

import math

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.math.counts import at_least, at_most, lay_rows
from minitf.runtime.lower import assumed_counts, sized_calls
from minitf.runtime.lower.bounded import Bounded, Holding, Size, for_python, most, same
from minitf.runtime.lower.bounded_stacks import BoundedStack
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.counted_calls import NO_ROOM
from minitf.runtime.lower.ir import Ref, Repeat
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS, Full


def trips(low, op, xs: list, count: Value | None) -> Size | None:
    """How many trips a loop makes, if that follows counts, and there are as many slices; None if not."""
    loop, refused = op.attrs["loop"], low.capacities.get(op, 0) >= NO_ROOM
    count = None if refused or not _inside(low, op) else assumed_counts.as_found(low, count)
    if type(count) is not Bounded or count.holds is None or count.sizes or type(count.holds.flat[0]) is not Size:
        return None
    size, given = count.holds.flat[0], [x for k, x in enumerate(xs) if k not in loop.ragged]
    kinds = {type(x) for x in given}
    if not kinds <= {Bounded, Ref} or kinds == {Ref}:
        return None  # what it gives is as long as what it is given then
    return size if all([_may_be(low, x, size) for x in xs if type(x) is Bounded]) else None


def taken(low, op, x: Value, size: Size | None) -> Value:
    """What a loop goes over, whose trips follow counts if that is their size; for Python, if that is unknown."""
    rows = type(x) is Bounded and _inside(low, op) and x.sizes and (size is not None or type(x.sizes[0]) is not Size)
    return x if type(x) is BoundedStack or rows else for_python(low, x)


def _inside(low, op) -> bool:
    """Whether it is a loop in others that is not left to Python."""
    return len(low.frames) > 1 and op not in low.hosted


def _may_be(low, x: Bounded, size: Size) -> bool:
    """Whether a value may have so many slices."""
    number = assumed_counts.as_found(low, x).sizes[0]
    return same(number, size) or bool(assumed_counts.equal_sizes(number, size))


def begin(low, op, xs: list, size: Size, limit: int) -> Ref:
    """How many trips there are, in memory; the program asks whether there are as many slices, and no more than the
    limit.
    """

    def refused(_) -> str:
        raise Full(op, NO_ROOM)

    for number in [assumed_counts.as_found(low, x).sizes[0] for x in xs if type(x) is Bounded]:
        if not same(number, size):
            assumed_counts.ask(low, op, [], assumed_counts.equal_sizes(number, size), 0)
    count = low.new((), np.int64)
    sized_calls.put(low, op, [size], [count])
    checks = [(at_least, 0)] if min(size.base, *size.factors.values()) < 0 else []
    checks += [(at_most, limit)] if most(size) > limit else []
    for kernel, number in checks:
        low.guesses.setdefault(op, 0)
        low.roomed.add(op)
        low.call(kernel[()], count, number, error=refused)
    return count


def number(low, memory: Ref, size: Size) -> Bounded:
    """A number in memory of which it is known which size it is."""
    return Bounded(memory, 0, (), memory.dtype, len(low.frames) - 1, Holding((), (size,)))


def stacked(low, op, x: Bounded) -> Ref:
    """The slices of a value, one behind the other: each as far apart as the largest needs."""
    sizes, rows = x.sizes[1:], most(x.sizes[0])
    even = not any([type(n) is Size for n in sizes])
    if even and type(x.offset) is not Size:
        memory = x.memory
        return Ref((rows, *sizes), x.dtype, memory.buffer, memory.offset + x.offset, memory.moves)
    width = math.prod(map(most, sizes))
    memory = low.new((rows, *sizes) if even else (rows, width), x.dtype)
    lay = lay_rows[layout.carrier(x.dtype)]
    sized_calls.call(low, op, lay, x, memory, 0, width, len(x.sizes), x.sizes)
    return memory


def slice_of(x: Bounded, stack: Ref, loop: Repeat, level: int) -> Value:
    """The slice of a trip, of those of a value."""
    part = stack.slice(0, loop)
    return Bounded(part, 0, x.sizes[1:], x.dtype, level) if any([type(n) is Size for n in x.sizes[1:]]) else part


def alike(low, y: Bounded, level: int) -> bool:
    """Whether all slices that a loop in the frame of that number gives are of the same sizes."""
    return all([low.level_of(count.ref) <= level for n in y.sizes if type(n) is Size for count in n.factors])


def together(low, op, y: Bounded, memory: Ref, count) -> Bounded:
    """The slices in memory for the largest of each, of which y is one, as one value of `count`."""
    sizes = (count, *y.sizes)
    step = memory.slice(0).nbytes // y.dtype.itemsize
    slices = Ref((memory.shape[0], step), y.dtype, memory.buffer, memory.offset, memory.moves)
    made = low.new((math.prod(map(most, sizes)),), y.dtype)
    sized_calls.call(low, op, lay_rows[layout.carrier(y.dtype)], slices, made, step, 0, len(sizes), sizes)
    return Bounded(made, 0, sizes, y.dtype, len(low.frames) - 1)


def first_guess(low, loop) -> int:
    """How many trips of a loop there is room for to begin with, where their number is not known.

    Loops in one another share it, for the room that they take is multiplied; each grows when it is full.
    """
    around = sum(frame.node is not None for frame in low.frames)
    return max(2, round(FIRST_GUESS ** (1 / (around + 1 + _unknown_within(loop.body)))))


def _unknown_within(body) -> int:
    """How many loops of unknown length are in one another within a body."""
    depths = [0]
    for op in body.ops:
        if op.type == "Loop":
            loop = op.attrs["loop"]
            depths.append((loop.condition is not None) + _unknown_within(loop.body))
        elif op.type == "If":
            depths += [_unknown_within(branch) for branch in op.attrs["branches"].bodies]
    return max(depths)
