"""One program for all sizes in a box: found out by samples, and resized before a run."""

from __future__ import annotations

import numpy as np

from minitf.framework.errors import OpError
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.lower import Assumption
from minitf.runtime.resize.box import SMALLEST, Box, Sizes
from minitf.runtime.resize.constants import Constants
from minitf.runtime.resize.derived import Derived, TooMany, Unseen
from minitf.runtime.resize.form import Form, with_slices
from minitf.runtime.resize.maker import Maker
from minitf.runtime.resize.numbers import Numbers, Unresizable, Unresolved
from minitf.runtime.resize.samples import Samples
from minitf.runtime.tensor_arrays.flows import Flow
from minitf.runtime.threads.alike import Alike

_AMPLE, _SPARED = 1 << 30, 4  # bytes, and how often the typical run's, that memory for all sizes may be
_ENDS = 2  # samples that are enough with what is known
_UNSEEN = 4  # samples more, for what others show nothing of


class Resized:
    """A program for all sizes in a box."""

    def __init__(self, sizes: Sizes, maker: Maker, state, threads: int, assumed: dict):
        self._assumed, self._threads = assumed, threads
        self._sizes, self._maker, self.point = sizes, maker, None
        self._asked: dict = {}  # what functions found that derive sizes, until there is a program
        self._several = False  # whether numbers had different explanations
        self.served = 0  # how often it was resized since another one was made
        self._fit(state)
        self._asked.clear()
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
            try:
                return self._fit_in(box, self._maker.known(box), state)
            except TooMany:
                break
            except Unresizable:
                continue
        raise Unresizable

    def _fit_in(self, box: Box, known: list, state) -> None:
        """Finds how numbers and constants follow the sizes in a box, by as few samples as tell it. known: the sizes for
        which there are programs, if they may be of that form.
        """
        forms: list[Form] = []
        values, first, unseen = box.samples(known), len(box.first_samples(known)), 0
        most = len(values)
        for count, sample in enumerate(values, 1):
            forms.append(self._maker.known_form(sample) if forms and sample in known else self._maker.form(sample))
            if forms[-1].structure != forms[0].structure:
                if sample not in known:
                    self._maker.unlike(sample)
                    raise Unresizable
                return self._fit_in(box, [n for n in known if n != sample], state)
            if count >= first:
                try:
                    return self._follow(box, values[:count], forms, state, count < most)
                except Unseen as error:
                    unseen += 1
                    if error.values in values[:count] or unseen > _UNSEEN:
                        raise
                    values.insert(count, error.values)
                except Unresizable as error:
                    alone = [n for n in known if n in values[:count] and self._maker.is_alone(n)]
                    enough = len([n for n in values[:count] if n not in known]) > _ENDS
                    if alone and (enough or not isinstance(error, Unresolved)):
                        return self._fit_in(box, [n for n in known if n not in alone], state)
                    if not isinstance(error, Unresolved):
                        raise
                    self._choose(values, count, known)
        raise Unresizable

    def _choose(self, values: list, count: int, known: list) -> None:
        """Chooses the samples to come: first of all the one that most tells one from another what numbers may be."""
        wanted = self._derived.samples.rivals.wanted(len(values[0])) if self._derived else []
        wanted = [n for n in wanted if n not in values[:count]]
        rest = sorted(values[count:], key=lambda n: (n not in known, self._stale(n)))
        values[count:] = list(dict.fromkeys([*wanted[:1], *rest]))

    def _stale(self, values: tuple) -> int:
        """How many of the derived sizes are 0, or what they were in samples: these tell nothing of their products."""
        if not self._derived:
            return 0
        seen = [{0, *column} for column in zip(*self._derived.samples.values)]
        return sum([n in known for n, known in zip(self._derived.likely(values) or (), seen)][len(values) :])

    def _follow(self, box: Box, values: list[tuple], forms: list[Form], state, patient: bool) -> None:
        """Finds how numbers and constants follow the sizes by some samples; raises Unresolved if these are too few.
        patient: whether there may be more, so that it is not only asked for each run whether what is derived is as in
        these.
        """
        numbers, samples = self._made_of_sizes(box, values, forms)
        self.constants = constants = Constants(samples, forms, numbers, state)
        if constants.numbers is not numbers:
            self._numbers = Numbers(samples, np.stack(constants.numbers))
        self.box, self.form, self._first = box, forms[0], values[0]
        here, unseen = box.nearest(self._maker.here), samples.rivals.unseen
        if unseen and patient:
            raise Unresolved
        for corner in (*box.corners(), here):
            if self._derived.all(corner) is None:
                raise Unseen(corner)
        self._largest = np.max([self.form.sizes(self._numbers_at(corner)) for corner in box.corners()], axis=0)
        if self._largest.sum() > max(_AMPLE, _SPARED * self.form.sizes(self._numbers_at(here)).sum()):
            raise Unresizable  # there is a smaller box
        if not constants.enough(self._largest):
            raise Unseen(tuple(box.high))
        self._nodes = [form.program.nodes for form in forms] if self._threads > 1 else None

    def _made_of_sizes(self, box: Box, values: list[tuple], forms: list[Form]) -> tuple[list, Samples]:
        """The numbers of the programs for some samples, and of what they are made. Values all over the box are looked
        at only where there are different explanations: that takes its time. Where there were, there are.
        """
        further = box.further(self._sizes.seen())
        try:
            found = None if self._several else self._explained(values, forms, further)
            if found and not found[1].rivals.several:
                return found
        except Unresolved:
            if self._derived is None or not self._derived.samples.rivals.several:
                raise
        self._several = True
        return self._explained(values, forms, list(dict.fromkeys([*further, *box.all_over()])))

    def _explained(self, values: list[tuple], forms: list[Form], further: list[tuple]) -> tuple[list, Samples]:
        """Finds out what numbers are made of: those sizes too that served only to work out others may be in products,
        if it is not told else.
        """
        numbers, self._derived = [form.numbers for form in forms], None
        self._derived = derived = Derived(values, self._sizes.derived, further, self._asked)
        samples, table = derived.follow(forms).samples, np.stack(numbers)
        derived.show({*map(tuple, table[:, (table != table[0]).any(axis=0)].T.tolist())})
        try:
            self._numbers = Numbers(samples, table)
        except Unresolved:
            if not derived.show_all():
                raise
            self._numbers = Numbers(samples, table)
        return numbers, samples

    def _cut(self) -> Alike:
        """How the program is cut for several threads."""
        nodes, self._nodes = self._nodes, None
        return Alike(self._derived.samples, nodes, set(self._changing.tolist()), self._threads, self._present)

    def _present(self) -> tuple | None:
        """All sizes of the run; None if what was found since, while it was cut, does not follow them."""
        return self._derived.all(self._sizes.values(self.point))

    def _numbers_at(self, values: tuple) -> np.ndarray | None:
        """The numbers for values of the free sizes; None where they do not follow these."""
        sizes = self._derived.all(values)
        return None if sizes is None else self._numbers.at(sizes)

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
        if (self._numbers.following(self._derived.following(k)) < end).any():
            return True
        read = {owner for place, owner in zip(self.form.places, self.form.owners) if place < end}
        read &= self.constants.memory.keys()
        for ends in self.box.edges(k) if read else ():
            one, other = (self.constants.contents(self._numbers_at(values)) for values in ends)
            if any([not np.array_equal(one[number], other[number]) for number in read]):
                return True
        return False

    def _adapt(self, key: tuple, value: np.ndarray) -> bool:
        """Makes the program that runs one for another value than was assumed, if it is for that, too."""
        where, values = self._maker.places[key], dict(zip(self._sizes.free, self._sizes.values(self.point)))
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
        values = self._sizes.free_values(point)
        if values is None:
            return None
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

    @property
    def example(self) -> tuple:
        """The sizes for which its program was lowered, that, and what it is made of."""
        return self._sizes.point(self._first), self.program, self.form

    def within(self, other: Resized) -> bool:
        """Whether another one does what this does."""
        ends = [self._sizes.point(tuple(values)) for values in (self.box.low, self.box.high)]
        found = [other._sizes.values(point) for point in ends]
        return None not in found and all(map(other.box.contains, found))

    def _bases(self) -> np.ndarray:
        """For each word of the table, what is added to the offset in it; 0 for what is no address."""
        starts = {number: self._start(number) for number in set(self.form.owners)}
        bases = np.zeros(len(self.program.instructions.words), np.int64)
        bases[self.form.places] = [starts[number] for number in self.form.owners]
        return bases

    def _start(self, number: int) -> int:
        """Where a buffer is; 0 for an input that is read where it is."""
        buffer, memory = self.form.buffers[number], self.program.memory
        if number in self.constants.memory:
            return self.constants.memory[number].__array_interface__["data"][0]
        return memory.address(buffer) if buffer.kind != "input" or memory.stage(buffer) is not None else 0

    def at(self, point: tuple):
        """The program for these sizes; None if it is not for them."""
        if point == self.point:
            return self.program
        values = self._sizes.values(point)
        numbers = self._numbers_at(values) if values is not None and self.box.contains(values) else None
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
