"""Values in memory of which only a run knows how large they are: what is known before is how large they may be."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.math.movement import clear
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_slices import Work
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref


class Count:
    """A whole number that a kernel finds out: where it is (int64), and how large it is at `most`. product: the counts
    whose product it is, if that is what it is.
    """

    __slots__ = ("ref", "most", "product")
    ref: Ref

    def __init__(self, most: int = 0, product: tuple = ()):
        self.most, self.product = most, product

    def at(self, ref: Ref, counts: dict) -> Count:
        """The same count in another place; `counts` are in the places of those whose product it is."""
        if ref is self.ref:
            return self
        found = Count(self.most, tuple([counts[count] for count in self.product]))
        found.ref = ref
        return found


class Size:
    """A whole number that follows some counts: `base`, and of each count as often as `factors` says."""

    __slots__ = ("base", "factors")

    def __init__(self, base: int, factors: dict):
        self.base, self.factors = base, factors

    def at(self, counts: dict) -> int:
        """What it is where these are the counts."""
        return self.base + sum([factor * counts[count] for count, factor in self.factors.items()])


def at(number, counts: dict) -> int:
    """What a number, which may be a Size, is where these are the counts."""
    return number.at(counts) if type(number) is Size else number


def most(number) -> int:
    """The largest that a number, which may be a Size, can be."""
    if type(number) is not Size:
        return number
    return number.base + sum([max(factor * count.most, 0) for count, factor in number.factors.items()])


def with_factors(counts: list[Count]) -> list[Count]:
    """Counts, each once, behind those whose product they are."""
    return list(dict.fromkeys([each for count in counts for each in (*count.product, count)]))


def added(one, other):
    """The sum of two numbers, which may be Sizes."""
    sizes = [n if type(n) is Size else Size(n, {}) for n in (one, other)]
    factors = dict(sizes[0].factors)
    for count, factor in sizes[1].factors.items():
        factors[count] = factors.get(count, 0) + factor
    base, factors = sizes[0].base + sizes[1].base, {count: factor for count, factor in factors.items() if factor}
    return Size(base, factors) if factors else base


def same(one, other) -> bool:
    """Whether two numbers, which may be Sizes, are the same at every moment."""
    if type(one) is Size and type(other) is Size:
        return one.base == other.base and one.factors == other.factors
    return type(one) is type(other) and one == other


def renamed(number, counts: dict):
    """A number, which may be a Size, that follows other counts in the place of these, or Sizes, or is known then."""
    if type(number) is not Size:
        return number
    total = number.base
    for count, factor in number.factors.items():
        other = counts.get(count, count)
        if type(other) is not Size:
            other = Size(0, {other: 1}) if type(other) is Count else Size(other, {})
        total = added(total, Size(factor * other.base, {c: factor * f for c, f in other.factors.items()}))
    return total


class Holding(NamedTuple):
    """An array of numbers, which may be Sizes. NumPy's would keep them for ever: the garbage collector does not look
    into it, and counts know of the program that finds them out, which knows of the array.
    """

    shape: tuple
    flat: tuple


class Bounded(Value):
    """A value within `memory`, from the byte `offset` on, of shape `sizes`; each may be a Size. It `holds` an array of
    such numbers, if it is known that it does. level: how deep in loops and branches it is made.
    """

    __slots__ = ("memory", "offset", "sizes", "holds", "level", "_held")
    known = None

    def __init__(self, memory: Ref, offset, sizes: tuple, dtype, level: int, holds: Holding | None = None):
        super().__init__(None, np.dtype(dtype))
        self.memory, self.offset, self.sizes, self.level, self.holds = memory, offset, sizes, level, holds
        self._held: Held | None = None

    @property
    def numbers(self) -> list:
        """Where it starts, its sizes and what it holds."""
        return [self.offset, *self.sizes, *(() if self.holds is None else self.holds.flat)]

    @property
    def counts(self) -> list[Count]:
        """The counts that it follows, each once, behind those whose product it is."""
        return with_factors([c for n in self.numbers if type(n) is Size for c in n.factors])

    @property
    def fixed(self) -> Ref | None:
        """Where it is, if that and its sizes follow no counts: only what it holds does."""
        return None if any([type(n) is Size for n in (self.offset, *self.sizes)]) else self.ref({})

    def ref(self, counts: dict) -> Ref:
        """Where it is if these are the counts."""
        offset, shape = at(self.offset, counts), tuple([at(n, counts) for n in self.sizes])
        return Ref(shape, self.dtype, self.memory.buffer, self.memory.offset + offset, self.memory.moves)

    def following(self, counts: dict, memory: Ref, offset, level: int) -> Bounded:
        """The same with other counts in the place of these, in other memory."""
        holds, sizes = self.holds, tuple([renamed(n, counts) for n in self.sizes])
        if holds is not None:
            holds = Holding(holds.shape, tuple([renamed(n, counts) for n in holds.flat]))
        return Bounded(memory, offset, sizes, self.dtype, level, holds)

    def replaced(self, equal: dict) -> Bounded:
        """The same where some counts are equal to Sizes."""
        return self.following(equal, self.memory, renamed(self.offset, equal), self.level)

    def handed_out(self, low, branch, other, counts: dict) -> Bounded:
        """The same in memory that outlasts the branch where it is made, and nothing where the other one is taken.
        counts: what those in it are outside so far.
        """
        for count in self.counts:
            count_out_of(low, branch, other, count, counts)
        memory = out_of(low, branch, self.memory)
        return self.following(counts, memory, renamed(self.offset, counts), len(low.frames) - 1)

    def held(self, low) -> Held:
        """The same value for ops that Python runs."""
        if self._held is None:
            self._held = held = Held(self.dtype)
            counts, dtype = self.counts, self.dtype

            def work(memory, factors, *found):
                offset, *shape = shown(factors, found)
                held.value = part(memory, offset, shape, dtype)

            refs = self.memory, factors_of(low, (self.offset, *self.sizes), counts), *[count.ref for count in counts]
            low.frames[self.level].nodes.append(Work(low.current, work, *refs))
        return self._held


def pattern(values: list) -> tuple:
    """Which sizes of values, and numbers that they hold, follow which counts: the same where what is known is another,
    but for none and one.
    """
    order: dict[Count, int] = {}

    def of(number):
        if type(number) is not Size:
            return min(number, 2)
        return tuple([(order.setdefault(count, len(order)), factor > 0) for count, factor in number.factors.items()])

    found: list = []
    for value in values:
        numbers = value.numbers if type(value) is Bounded else value.shape if type(value) is Ref else ()
        found.append((type(value), value.known is None, *map(of, numbers)))
    return tuple(found)


def factors_of(low, numbers: tuple, counts: list[Count]) -> Ref:
    """For each of some numbers a row: its base, and how often it has each count."""
    sizes = [number if type(number) is Size else Size(number, {}) for number in numbers]
    rows = [[size.base, *[size.factors.get(count, 0) for count in counts]] for size in sizes]
    return low.constant(np.array(rows, np.int64).reshape(len(rows), 1 + len(counts)))


def shown(factors: np.ndarray, counts: tuple) -> list[int]:
    """The numbers that have such factors, where these are the counts."""
    return (factors @ np.array([1, *map(int, counts)])).tolist()


def part(memory: np.ndarray, offset: int, shape: list, dtype) -> np.ndarray:
    """A copy of the value that is in memory from a byte on."""
    flat = memory.reshape(-1).view(np.uint8)[offset : offset + math.prod(shape) * dtype.itemsize]
    return flat.view(dtype).reshape(shape).copy()


def out_of(low, branch, ref: Ref) -> Ref:
    """What a branch computes, in memory that lasts longer than it; what is not of the branch is where it was."""
    if low.level_of(ref) < len(low.frames):
        return ref
    out = low.new(ref.shape, ref.dtype)
    with low.inside(branch):
        low.move(ref, out)
    return out


def count_out_of(low, branch, other, count: Count, counts: dict) -> Count:
    """What a count is outside of a branch. counts: what those in it are there so far."""
    if count not in counts:
        counts[count] = count.at(or_none(low, branch, other, count.ref), counts)
    return counts[count]


def or_none(low, branch, other, ref: Ref) -> Ref:
    """The same of counts, which are 0 where the other branch is taken."""
    out = out_of(low, branch, ref)
    if out is ref:
        return ref
    with low.inside(other):
        low.call(clear[layout.carrier(out.dtype)], out, out.size)
    return out


def for_python(low, value):
    """The value as ops take it that only take what is in memory and of a known shape, or is held."""
    return value.held(low) if hasattr(value, "held") else value
