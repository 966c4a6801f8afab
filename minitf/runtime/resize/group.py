"""Runs of one kind, which programs for all sizes between those that were seen may serve."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Iterator

from minitf.framework.garbage import uncollected
from minitf.runtime.lower.signals import InDoubt
from minitf.runtime.resize.box import Sizes
from minitf.runtime.resize.divided import Divided
from minitf.runtime.resize.division import Division
from minitf.runtime.resize.given import Given, all_sizes
from minitf.runtime.resize.maker import Limited, Maker, Spent
from minitf.runtime.resize.numbers import Unresizable
from minitf.runtime.resize.resized import Resized

_KEPT = 4  # programs for sizes that vary
_SIZES, _POINTS = 2, 3  # different sizes after which it is worth while, or contents of inputs and values assumed
_MANY = 12  # runs of fewer sizes after which it is, too: each was made again, for the size was another one before
_SEEN, _EXAMPLES = 64, 2  # sizes remembered, and programs for one
_LOWERED = 16  # samples for which programs are lowered at most until there is one for all; again so many more
_AGAIN = 2  # times that nothing was made until what runs find out sets them apart
_APART = 4  # sizes seen before runs are set apart: fewer do not tell which of them are sums of others
_SERVED = 8  # runs of a program after which another one is worth while at once


class Group:
    """Sizes that were seen, and the programs for all between them."""

    def __init__(self, state, threads: int, assumed: dict):
        self.resized: list[Resized] = []
        self._state, self._threads, self._assumed = state, threads, assumed
        self._seen: OrderedDict = OrderedDict()  # the sizes for which there was no program
        self._missed, self._patience, self._made_ones = 0, 1, 0
        self._failed = 0  # how often in a row nothing was made
        self._tried: tuple | None = None  # what the last attempt to make a program was made of
        self.division: Division | None = None  # what sets runs of it apart, if they have no program in common
        self._examples: list[tuple] = []  # points, and the programs for these alone, the last ones

    def program(self, given: Given, lower):
        """A program, resized; None if there is none for these sizes."""
        found = self.found(given.point)
        if found is not None:
            return found
        self.note(given, lower)
        return self.found(given.point)

    def assuming(self, given: Given, lower, unsure: frozenset | None, found: frozenset):
        """The same where values are assumed, but sizes that are new are not noted: they may go with other values."""
        sure = found if unsure is None else None
        program, end = self.found(given.point, sure), len(all_sizes(given.arrays))
        if unsure is None and found.issuperset([key for key, value in given.assumed.items() if value is not None]):
            unsure = frozenset()
        if program is not None or unsure is None or given.point[:end] in [point[:end] for point in self._seen]:
            return program
        points = [*self._seen, given.point]
        if self._missed + 1 < self._patience:
            return None
        if next(_ways(points, *_numbers(given, unsure))).in_doubt:
            raise InDoubt
        self._make(points, given, lower, unsure)
        return self.found(given.point, sure)

    def note(self, given: Given, lower) -> None:
        """Takes note of sizes for which there was no program; makes one if there were many."""
        self._see(given.point)
        self._missed += 1
        patience = 1 if any([r.served >= _SERVED for r in self.resized]) else self._patience
        if self._missed >= patience and (self._several(given) or self._missed >= _MANY):
            self._make(list(self._seen), given, lower)
        if self._tried is not None and len(self._seen) >= _APART and self.found(given.point) is None:
            self.division = self._division(given)

    def _division(self, given: Given) -> Division | None:
        """What sets a run apart from others, if there is no program for it. What only runs find out does if nothing
        else helps.
        """
        points, alone = list(self._seen), self._failed in (0, _AGAIN)
        small = Division.small(points, given, len(given.point) if alone else given.told)
        return small or (Division.choice(points, given) if self._failed else None)

    def _see(self, point: tuple) -> None:
        self._seen[point] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)

    def part(self, alike: tuple) -> Group:
        """A group of those runs that have this in common."""
        part = Group(self._state, self._threads, self._assumed)
        for point in [point for point in self._seen if self.division.of(point) == alike]:
            part._see(point)
        part._examples = [each for each in self._examples if self.division.of(each[0]) == alike]
        return part

    def lowered(self, given: Given, program) -> None:
        """Takes note of a program for some sizes alone."""
        self._examples = [(given.point, program, None), *self._examples][:_EXAMPLES]

    def _several(self, given: Given) -> bool:
        """Whether so many sizes were seen that it is worth while."""
        different = {point[: len(all_sizes(given.arrays))] for point in self._seen}
        return len(different) >= _SIZES or len(self._seen) >= _POINTS

    @uncollected
    def _make(self, points: list, given: Given, lower, unsure: frozenset = frozenset()) -> None:
        """Makes a program for all sizes between some, unless that was in vain before."""
        tried, self._tried = self._tried, (frozenset(points), unsure, bool(self._failed))
        if self._tried == tried:
            return
        ways, limited = _ways(points, *_numbers(given, unsure)), Limited(lower, _LOWERED * (1 + bool(self._failed)))
        only = given.point if Division.small(points, given, given.told) else None  # else it is set apart
        try:
            made = next(filter(None, (self._made(sizes, given.forgotten(), limited, only) for sizes in ways)), None)
        except Spent:
            made = None
        limited.end()
        new = made is not None and not any([made.within(other) for other in self.resized])
        self._missed, self._made_ones = 0, self._made_ones + new
        self._failed = 0 if made is not None else min(self._failed + 1, _AGAIN)
        for resized in self.resized:
            resized.served = 0
        self._patience = self._made_ones if new else 2 * self._patience
        if new:
            self._examples = []
            self.resized = [made, *[r for r in self.resized if not r.within(made)]][:_KEPT]

    def found(self, point: tuple, sure: frozenset | None = frozenset()):
        """A program for all sizes between some, resized to these."""
        self.resized = [r for r in self.resized if r.program.valid]
        for resized in self.resized:
            found = resized.expected(point, sure)
            if found is not None:
                return found
        return None

    def _made(self, sizes: Sizes, given: Given, lower, only: tuple | None) -> Resized | None:
        if not sizes.usable:
            return None
        examples = [*[r.example for r in self.resized], *self._examples]
        maker = Maker(sizes, given, lower, examples, bool(self._failed), only)
        try:
            return Resized(sizes, maker, self._state, self._threads, self._assumed)
        except (Unresizable, MemoryError):
            return None if maker.instead is None else self._made(maker.instead, given, lower, only)


def _ways(points: list, counted: frozenset, unsure: frozenset, count: int) -> Iterator[Sizes]:
    """How sizes may depend on each other. If there is no program for as many as may vary on their own: what was not
    seen to vary may not go with the others, and what they were twice may tell how one follows another.
    """
    known: set = set()
    divided = functools.cache(lambda: None if unsure else Divided.of(points, counted, count))
    for more in ({"unsure": unsure, "equal": True}, {"unsure": unsure}, {}, {"told": len(points)}):
        sizes = Sizes(points, counted, count=count, **more)
        if tuple(sizes.free) not in known:
            known.add(tuple(sizes.free))
            sizes.divided = divided
            yield sizes


def _numbers(given: Given, unsure: frozenset) -> tuple[frozenset, frozenset, int]:
    """Where in points numbers are that only a run finds out, and those of which nobody can be sure; how many sizes come
    before all numbers.
    """
    places = {key: range(where.start, where.stop) for key, where in given.places.items()}
    found = [frozenset([position for key in keys for position in places.get(key, ())]) for keys in (places, unsure)]
    return *found, len(all_sizes(given.arrays))
