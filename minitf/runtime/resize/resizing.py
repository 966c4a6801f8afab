"""Programs whose sizes change from run to run, lowered once for all sizes between those that were seen.

A region is lowered for the smallest and largest of the sizes that vary. Where the programs have one form and their
numbers follow the sizes, which is tried at sizes in between, the largest one serves for all: before a run, its numbers
become those of the run's sizes. Its memory is large enough for them, each buffer in its place.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from minitf.framework.garbage import uncollected
from minitf.runtime.plan.stand_ins import StandIn
from minitf.runtime.resize.box import SMALLEST, Sizes
from minitf.runtime.resize.divided import Divided
from minitf.runtime.resize.maker import Maker
from minitf.runtime.resize.numbers import Unresizable
from minitf.runtime.resize.resized import Resized

SMALL = 64  # elements of an input on whose contents a program may depend
_KEPT, _KINDS = 4, 8  # programs for sizes that vary, and kinds of inputs
_SIZES, _POINTS = 2, 3  # different sizes after which it is worth while, or contents of inputs and values assumed
_MANY = 12  # runs of fewer sizes after which it is, too: each was made again, for the size was another one before
_SEEN, _EXAMPLES = 64, 2  # sizes remembered, and programs for one
_SERVED = 8  # runs of a program after which another one is worth while at once


class Given:
    """What a region is lowered for: inputs, the contents of some of which matter, and what is known of rows.

    assumed: values that are asked for on the way, as they are taken to be. point: all sizes, and what all those hold.
    kind: what has to be the same in runs of one program, such as a branch that is taken.
    """

    def __init__(self, arrays: list, contents: list[bool], rows: dict, assumed: dict):
        self.arrays, self.contents, self.rows, self.assumed = arrays, contents, rows, assumed
        taken = {key: value for key, value in assumed.items() if value is not None} if assumed else assumed
        decisive = [*[a for a in self._decisive if a.dtype.kind == "i"], *rows.values(), *taken.values()]
        forms = [a.form if isinstance(a, StandIn) else a.ndim for a in arrays]
        small = [n < SMALLEST for n in all_sizes(arrays)]
        flags = [bool(a) for a in self._decisive if a.dtype.kind == "b"]
        self.kind = (*forms, *small, *flags, *[(a.shape, a.dtype) for a in decisive], *rows, *taken)
        contents = [n for a in decisive for n in a.reshape(-1).tolist()]
        self.point = tuple(all_sizes(arrays) + contents)

    @property
    def _decisive(self) -> list:
        return [array for array, decides in zip(self.arrays, self.contents) if decides]

    @property
    def owners(self) -> list[int]:
        """For each size in the point the number of the input whose it is."""
        return [i for i, array in enumerate(self.arrays) for _ in _sizes(array)]

    @property
    def places(self) -> dict:
        """Where in the point each assumed value is."""
        found, end = {}, len(self.point)
        for key, value in reversed(self.assumed.items()):
            if value is not None:
                found[key] = slice(end - value.size, end)
                end -= value.size
        return found

    def forgotten(self) -> Given:
        """The same without what does not matter, which may be let go."""
        arrays = [a.copy() if c else _empty(a, _sizes(a)) for a, c in zip(self.arrays, self.contents)]
        return Given(arrays, self.contents, {t: row.copy() for t, row in self.rows.items()}, dict(self.assumed))

    def at(self, point: tuple) -> Given:
        """The same for other sizes."""
        numbers = iter(point)
        sizes = [tuple([next(numbers) for _ in _sizes(a)]) for a in self.arrays]

        def filled(array):
            if array is None:
                return None
            return np.array([next(numbers) for _ in range(array.size)], array.dtype).reshape(array.shape)

        arrays = [
            _empty(a, size) if not c else filled(a) if a.dtype.kind == "i" else a
            for a, c, size in zip(self.arrays, self.contents, sizes)
        ]
        rows = {t: filled(row) for t, row in self.rows.items()}
        return Given(arrays, self.contents, rows, {key: filled(value) for key, value in self.assumed.items()})


class Resizing:
    """The programs of a region that are resized."""

    def __init__(self, state, threads: int, assumed: dict):
        self._state, self._threads = state, threads
        self._assumed = assumed  # what the region takes values for, in the next run
        self._groups: OrderedDict = OrderedDict()

    @property
    def memories(self) -> list:
        """The tables that are kept."""
        return [r.program.memory for group in self._groups.values() for r in group.resized]

    def clear(self) -> None:
        """Forgets all programs."""
        self._groups.clear()

    def program(self, given: Given, lower, unsure: frozenset | None, found: frozenset):
        """A program for these inputs; None if it has to be lowered.

        lower(given, direct): lowers a program that reads the inputs of numbers `direct` where they are. unsure:
        which values may be others than are assumed; None if it has to be for those that are `found`.
        """
        if given.assumed:
            return (
                self._groups[given.kind].assuming(given, lower, unsure, found) if given.kind in self._groups else None
            )
        return self._group(given).program(given, lower)

    def note(self, given: Given, lower) -> None:
        """Takes note of a run for which there was no program; what was assumed in it is so."""
        self._group(given).note(given, lower)

    def lowered(self, given: Given, program) -> None:
        """Takes note of a program for some sizes alone: others may be alike."""
        self._group(given).lowered(given, program)

    def _group(self, given: Given) -> _Group:
        if given.kind not in self._groups:
            self._groups[given.kind] = _Group(self._state, self._threads, self._assumed)
            if len(self._groups) > _KINDS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(given.kind)
        return self._groups[given.kind]


class _Group:
    """Sizes that were seen, and the programs for all between them."""

    def __init__(self, state, threads: int, assumed: dict):
        self.resized: list[Resized] = []
        self._state, self._threads, self._assumed = state, threads, assumed
        self._seen: OrderedDict = OrderedDict()  # the sizes for which there was no program
        self._missed, self._patience, self._made_ones, self._failed = 0, 1, 0, False
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
        if self._missed + 1 < self._patience or next(_ways(points, *_numbers(given, unsure))).in_doubt:
            return None
        self._make(points, given, lower, unsure)
        return self.found(given.point, sure)

    def note(self, given: Given, lower) -> None:
        """Takes note of sizes for which there was no program; makes one if there were many."""
        self._seen[given.point] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        self._missed += 1
        patience = 1 if any([r.served >= _SERVED for r in self.resized]) else self._patience
        if self._missed >= patience and (self._several(given) or self._missed >= _MANY):
            self._make(list(self._seen), given, lower)

    def lowered(self, given: Given, program) -> None:
        """Takes note of a program for some sizes alone."""
        self._examples = [(given.point, program, None), *self._examples][:_EXAMPLES]

    def _several(self, given: Given) -> bool:
        """Whether so many sizes were seen that it is worth while."""
        different = {point[: len(all_sizes(given.arrays))] for point in self._seen}
        return len(different) >= _SIZES or len(self._seen) >= _POINTS

    @uncollected
    def _make(self, points: list, given: Given, lower, unsure: frozenset = frozenset()) -> None:
        """Makes a program for all sizes between some."""
        ways = _ways(points, *_numbers(given, unsure))
        made = next(filter(None, (self._made(sizes, given.forgotten(), lower) for sizes in ways)), None)
        new = made is not None and not any([made.within(other) for other in self.resized])
        self._missed, self._made_ones, self._failed = 0, self._made_ones + new, made is None
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

    def _made(self, sizes: Sizes, given: Given, lower) -> Resized | None:
        if not sizes.usable:
            return None
        examples = [*[r.example for r in self.resized], *self._examples]
        maker = Maker(sizes, given, lower, examples, self._failed)
        try:
            return Resized(sizes, maker, self._state, self._threads, self._assumed)
        except (Unresizable, MemoryError):
            return None if maker.multiples is None else self._made(maker.multiples, given, lower)


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


def may_decide(array: np.ndarray) -> bool:
    """Whether programs that are resized may depend on what is in an input: a few whole numbers, or a flag."""
    return array.dtype.kind == "i" and array.size <= SMALL or array.dtype.kind == "b" and array.ndim == 0


def all_sizes(arrays: list) -> list[int]:
    """The sizes of inputs, one after the other."""
    return [n for array in arrays for n in _sizes(array)]


def _sizes(array: np.ndarray) -> tuple:
    """The sizes of an input, which may be a list."""
    return array.sizes if isinstance(array, StandIn) else array.shape


def _empty(array: np.ndarray, sizes: tuple) -> np.ndarray:
    """An input of such sizes; zeros that take no memory, if it is no list."""
    if isinstance(array, StandIn):
        return array.of_sizes(sizes)
    return np.broadcast_to(np.zeros((), array.dtype), sizes)
