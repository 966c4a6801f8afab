"""Programs whose sizes change from run to run, lowered once for all sizes between those that were seen.

A region is lowered for the smallest and largest of the sizes that vary. Where the programs have one form and their
numbers follow the sizes, which is tried at sizes in between, the largest one serves for all: before a run, its numbers
become those of the run's sizes. Its memory is large enough for them, each buffer in its place.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict

import numpy as np

from minitf.framework.errors import OpError
from minitf.framework.garbage import uncollected
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.lower import Assumption
from minitf.runtime.plan.stand_ins import StandIn
from minitf.runtime.resize.box import SMALLEST, Box, Sizes
from minitf.runtime.resize.constants import Constants
from minitf.runtime.resize.form import Form, with_slices
from minitf.runtime.resize.maker import Maker
from minitf.runtime.resize.numbers import Numbers, Samples, Unresizable, Unresolved
from minitf.runtime.tensor_arrays.flows import Flow
from minitf.runtime.threads.alike import Alike

SMALL = 64  # elements of an input on whose contents a program may depend
_KEPT, _KINDS = 4, 8  # programs for sizes that vary, and kinds of inputs
_SIZES, _POINTS = 2, 3  # different sizes after which it is worth while, or contents of inputs and values assumed
_MANY = 12  # runs of fewer sizes after which it is, too: each was made again, for the size was another one before
_SEEN = 64  # sizes remembered
_AMPLE, _SPARED = 1 << 30, 4  # bytes, and how often the typical run's, that memory for all sizes may be
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
        self._missed, self._patience, self._made_ones = 0, 1, 0
        self._example: tuple | None = None  # a point, and the program for it alone

    def program(self, given: Given, lower):
        """A program, resized; None if there is none for these sizes."""
        found = self.found(given.point)
        if found is not None:
            return found
        self.note(given, lower)
        return self.found(given.point)

    def assuming(self, given: Given, lower, unsure: frozenset | None, found: frozenset):
        """The same where values are assumed, but sizes that are new are not noted: they may go with other values."""
        found = self.found(given.point, found if unsure is None else None)
        end = len(all_sizes(given.arrays))
        if found is not None or unsure is None or given.point[:end] in [point[:end] for point in self._seen]:
            return found
        if self._missed + 1 < self._patience:
            return None
        self._make([*self._seen, given.point], given, lower, unsure)
        return self.found(given.point, None)

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
        self._example = given.point, program

    def _several(self, given: Given) -> bool:
        """Whether so many sizes were seen that it is worth while."""
        different = {point[: len(all_sizes(given.arrays))] for point in self._seen}
        return len(different) >= _SIZES or len(self._seen) >= _POINTS

    @uncollected
    def _make(self, points: list, given: Given, lower, unsure: frozenset = frozenset()) -> None:
        """Makes a program for all sizes between some."""
        counted = {key: range(where.start, where.stop) for key, where in given.places.items()}
        ways = _ways(points, _positions(counted, counted), _positions(counted, unsure))
        made = next(filter(None, (self._made(sizes, given.forgotten(), lower) for sizes in ways)), None)
        new = made is not None and not any([made.within(other) for other in self.resized])
        self._missed, self._made_ones = 0, self._made_ones + new
        for resized in self.resized:
            resized.served = 0
        self._patience = self._made_ones if new else 2 * self._patience
        if new:
            self._example = None
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
        try:
            return Resized(sizes, Maker(sizes, given, lower, self._example), self._state, self._threads, self._assumed)
        except (Unresizable, MemoryError):
            return None


def _ways(points: list, counted: frozenset, unsure: frozenset) -> list[Sizes]:
    """How sizes may depend on each other. If there is no program for as many as may vary on their own: what was not
    seen to vary may not go with the others, and what they were twice may tell how one follows another.
    """
    found = [
        Sizes(points, counted, unsure, equal=True),
        Sizes(points, counted, unsure),
        Sizes(points, counted),
        Sizes(points, counted, told=len(points)),
    ]
    return list({tuple(sizes.free): sizes for sizes in reversed(found)}.values())[::-1]


class Resized:
    """A program for all sizes in a box."""

    def __init__(self, sizes: Sizes, maker: Maker, state, threads: int, assumed: dict):
        self._assumed, self._threads = assumed, threads
        self._sizes, self._maker, self.point = sizes, maker, None
        self.served = 0  # how often it was resized since another one was made
        self._fit(state)
        self.program = self.form.program
        self._check_assumptions()
        self._make_room()
        self._saved, self._flows = dict(self.program.saved), dict(self.program.flows)
        self.bases, self._placed_once = self._bases(), False
        varying = self._numbers.varying
        self._changing = varying[varying < len(self.bases)]  # words
        self._moving = [k for k in range(len(self.form.results)) if self._moves(k)]
        self.program.twin, self.program.adapt = self.alone, self._adapt
        self.program.share_among(threads, self._cut)
        maker.done(self._nodes or [self.program.nodes])

    def _moves(self, index: int) -> bool:
        """Whether a result, or what is known of it, depends on the sizes."""
        found = self.form.results[index]
        if found is None:
            return False
        tensor = self.program.outputs[index] if index < len(self.program.outputs) else None
        sizes, seen = self.form.lists.get(tensor, (None, None))
        ranges = [found[2], self.form.slices.get(tensor), sizes, None if seen is None else seen[2]]
        vary = self._numbers.varying
        return found[0] in self.constants.memory or any(
            [((r.start <= vary) & (vary < r.stop)).any() for r in ranges if r is not None]
        )

    def _fit(self, state) -> None:
        """Finds a box in which numbers follow the sizes, and how; raises Unresizable if there is none."""
        for box in self._maker.boxes():
            with contextlib.suppress(Unresizable):
                return self._fit_in(box, self._maker.known, state)
        raise Unresizable

    def _fit_in(self, box: Box, known: tuple | None, state) -> None:
        """Finds how numbers and constants follow the sizes in a box, by as few samples as tell it. known: the sizes for
        which there is a program, if it may be of that form.
        """
        forms: list[Form] = []
        values, first = box.samples(known), len(box.first_samples(known))
        for count, sample in enumerate(values, 1):
            forms.append(self._maker.known_form() if forms and sample == known else self._maker.form(sample))
            if forms[-1].structure != forms[0].structure:
                if sample != known:
                    raise Unresizable
                return self._fit_in(box, None, state)
            if count >= first:
                try:
                    return self._follow(box, Samples(values[:count]), forms, state)
                except Unresizable as error:
                    if known is not None:  # for its sizes alone steps may be others
                        return self._fit_in(box, None, state)
                    if not isinstance(error, Unresolved):
                        raise
        raise Unresizable

    def _follow(self, box: Box, samples: Samples, forms: list[Form], state) -> None:
        """Finds how numbers and constants follow the sizes by some samples; raises Unresolved if these are too few."""
        numbers = [form.numbers for form in forms]
        Numbers(samples, np.stack(numbers))
        constants = Constants(samples, forms, numbers, state)
        self._numbers, self.constants = Numbers(samples, np.stack(constants.numbers)), constants
        self.box, self.form, self._samples = box, forms[0], samples
        self._largest = np.max([self.form.sizes(self._numbers.at(values)) for values in box.corners()], axis=0)
        room = self.form.sizes(self._numbers.at(self._maker.here)).sum()
        if self._largest.sum() > max(_AMPLE, _SPARED * room):
            raise Unresizable  # there is a smaller box
        if not constants.enough(self._largest):
            raise Unresolved
        self._nodes = [form.program.nodes for form in forms] if self._threads > 1 else None

    def _cut(self) -> Alike:
        """How the program is cut for several threads."""
        nodes, self._nodes = self._nodes, None
        return Alike(self._samples, nodes, set(self._changing.tolist()), self._threads, self._values)

    def _values(self) -> tuple:
        """The free sizes of the run."""
        return self._sizes.values(self.point)

    def _check_assumptions(self) -> None:
        """Raises Unresizable if anything before it is known what a value is depends on that: it is done by then."""
        calls = self.program.instructions.calls
        asked = {call.error.key: place for place, call in calls.items() if isinstance(call.error, Assumption)}
        for key, where in self._maker.places.items():
            for k, position in enumerate(self._sizes.free):
                if where.start <= position < where.stop and self._follows(k, asked.get(key, 0)):
                    raise Unresizable

    def _follows(self, k: int, end: int) -> bool:
        """Whether instructions before a place depend on a free size."""
        if (self._numbers.following(k) < end).any():
            return True
        read = {self.form.ordinal(buffer) for place, buffer, _ in self.form.places if place < end}
        read &= self.constants.memory.keys()
        for ends in self.box.edges(k) if read else ():
            one, other = (self.constants.contents(self._numbers.at(values)) for values in ends)
            if any([not np.array_equal(one[number], other[number]) for number in read]):
                return True
        return False

    def _adapt(self, key: tuple, value: np.ndarray) -> bool:
        """Makes the program that runs one for another value than was assumed, if it is for that, too."""
        where, values = self._maker.places[key], dict(zip(self._sizes.free, self._values()))
        numbers = value.reshape(-1).tolist()
        if len(numbers) != where.stop - where.start:
            return False
        values |= {p: n for p, n in zip(range(where.start, where.stop), numbers) if p in values}
        point = self._sizes.point(tuple(values.values()))
        return list(point[where]) == numbers and self._assuming(point) is not None

    def _assuming(self, point: tuple):
        """The program for these sizes, and with that for other values than were assumed; None if it is not for them."""
        program = self.at(point)
        if program is not None:
            for key, where in self._maker.places.items():
                old = self._assumed[key]
                self._assumed[key] = np.array(point[where], old.dtype).reshape(old.shape)
        return program

    def expected(self, point: tuple, sure: frozenset | None):
        """The program for these sizes where what was assumed follows them, too, but for values that are `sure`; None:
        the program for what is nearest.
        """
        if not self._maker.places:
            return self.at(point)
        values = tuple([point[position] for position in self._sizes.free])
        if sure is None and min(values) < SMALLEST and not self.box.contains(values):
            return None
        found = self._sizes.point(self.box.nearest(values) if sure is None else values)
        given = list(point)
        for key, where in self._maker.places.items():
            if sure is None or key not in sure:
                given[where] = found[where]
        return self._assuming(found) if tuple(given) == found else None

    def _make_room(self) -> None:
        """Makes each buffer as large as it has to be anywhere in the box."""
        sizes = self._largest
        arena = [buffer.kind == "arena" for buffer in self.form.buffers]
        self._room, self._most = np.where(arena, sizes, 2**62), sizes.sum()
        for buffer, size, own in zip(self.form.buffers, sizes.tolist(), arena):
            if own:
                buffer.size = size
        self.program.lay_out(self._threads)

    def alone(self):
        """A program for the present sizes alone."""
        return self._maker.alone(self.point)

    def within(self, other: Resized) -> bool:
        """Whether another one does what this does."""
        ends = [self._sizes.point(tuple(values)) for values in (self.box.low, self.box.high)]
        found = [other._sizes.values(point) for point in ends]
        return None not in found and all(map(other.box.contains, found))

    def _bases(self) -> np.ndarray:
        """For each word of the table, what is added to the offset in it; 0 for what is no address."""
        program, memory = self.program, self.constants.memory
        bases = np.zeros(len(program.instructions.words), np.int64)
        for place, buffer, _ in self.form.places:
            number = self.form.ordinal(buffer)
            if number in memory:
                bases[place] = memory[number].__array_interface__["data"][0]
            elif buffer.kind != "input" or program.memory.stage(buffer) is not None:
                bases[place] = program.memory.address(buffer)
        return bases

    def at(self, point: tuple):
        """The program for these sizes; None if it is not for them."""
        if point == self.point:
            return self.program
        values = self._sizes.values(point)
        numbers = self._numbers.at(values) if values is not None and self.box.contains(values) else None
        if numbers is None or (self.form.sizes(numbers) > self._room).any():
            return None
        self.point = None
        try:
            self._place(numbers, self.constants.write(numbers))
        except (Unresizable, OpError):
            return None
        self.point, self.served = point, self.served + 1
        return self.program

    def _place(self, numbers: np.ndarray, known: dict) -> None:
        """Makes the program that for these numbers; after the first time only what changes does."""
        self.program.load = max(float(self.form.sizes(numbers).sum()), 1.0) / self._most
        changing = self._changing if self._placed_once else np.arange(len(self.bases))
        self.program.become(changing, numbers[changing] + self.bases[changing])
        moving = self._moving if self._placed_once else range(len(self.form.results))
        program = self.program
        program.move({k: self._result(k, numbers, known) for k in moving})
        outputs = [program.outputs[k] for k in moving if k < len(program.outputs)]
        program.flows |= {t: self._list(t, self._flows[t], numbers) for t in outputs if t in self._flows}
        slices = {t: iter(numbers[self.form.slices[t]]) for t in outputs if t in self._saved}
        program.saved |= {t: with_slices(self._saved[t], found) for t, found in slices.items()}
        self._placed_once = True

    def _list(self, tensor, flow: Flow, numbers: np.ndarray) -> Flow:
        """A list that comes out, for some sizes."""
        sizes, seen = self.form.lists[tensor]
        place = self.program.refs[self.program.outputs.index(tensor)]
        seen = None if seen is None else self._placed(seen, numbers)
        return flow.at(flow.kind.of_sizes(numbers[sizes].tolist()), place, seen)

    def _result(self, index: int, numbers: np.ndarray, known: dict) -> Ref | None:
        """Where a result is for some sizes."""
        found = self.form.results[index]
        if found is None:
            return None
        ref = self._placed(found, numbers)
        if ref.buffer.kind == "constant":
            ref.known = self.constants.value(found, numbers, known)
        return ref

    def _placed(self, found: tuple, numbers: np.ndarray) -> Ref:
        number, dtype, where = found
        offset, *shape = numbers[where].tolist()
        return Ref(tuple(shape), dtype, self.form.buffers[number], offset)


def _positions(places: dict, keys) -> frozenset:
    """Where in points some values are."""
    return frozenset([position for key in keys for position in places.get(key, ())])


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
