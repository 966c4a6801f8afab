"""Repeated parts of a graph: the cells of an unrolled network, their gradients, layers that are alike.

In the order of their making, the ops of a repeated part follow each other again and again: the same types,
attributes and shapes, and inputs that stay where they are or move on by as much from each copy to the next.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from minitf.framework.dtypes import DType
from minitf.framework.shape import TensorShape
from minitf.framework.traversal import bodies_of
from minitf.viz.forward import forward_op
from minitf.viz.style import VARIABLES

_LEAST_COPIES = 5  # fewer are all drawn: the first two, the last and what is between
_LEAST_HIDDEN = 6  # ops
_INPUTS = 6  # of an op that are looked at
_PERIODS = 40  # candidates of each kind
_LARGE = 24  # copies of so many ops may have repeated parts themselves
_MOST = 0.5  # of a copy's ops have to be there at the ends
_OUTSIDE = 1 << 40  # positions of what is not among the ops


@dataclass
class Run:
    """The copies of a repeated part by their steps; `chained` if one reads another.

    steps: 0, 1, 2 ...; of a run that reads copies of an older one, or is their gradient, the steps of those.
    """

    copies: list[list]
    steps: list[int]
    chained: bool = False


def find_runs(ops: list, owners: dict) -> list[Run]:
    """The repeated parts among ops, which are in the order of their making; the longest first.

    owners: ops that are drawn as part of another -> that one. Variables are in no copy: others may read them.
    """
    return _Sequence([op for op in ops if op.type not in VARIABLES], owners).runs()


def inner_runs(run: Run, owners: dict) -> list[list[Run]]:
    """For each copy the repeated parts in it, at the same places in each."""
    pattern = run.copies[1]
    found = find_runs(pattern, owners) if len(pattern) >= _LARGE else []
    places = {op: i for i, op in enumerate(pattern)}
    rows = [([[places[op] for op in copy] for copy in one.copies], one) for one in found]
    return [
        [Run([[copy[i] for i in part] for part in parts], one.steps, one.chained) for parts, one in rows]
        if len(copy) == len(pattern)
        else []
        for copy in run.copies
    ]


@dataclass(frozen=True)
class _Region:
    """The ops from start to stop, which repeat after `period` ops."""

    start: int
    stop: int
    period: int


class _Sequence:
    """Ops as numbers: what each is, and where its inputs come from."""

    def __init__(self, ops: list, owners: dict):
        self.ops = ops
        known: dict = {}
        self.kinds = np.array([known.setdefault(_kind(op), len(known)) for op in ops], np.int64)
        self.places = {op: i for i, op in enumerate(ops)}
        self.copy_of: dict = {}  # place -> run and copy
        self._forward: dict = {}
        outside: dict = {}
        self.sources = np.full((len(ops), _INPUTS, 2), -1, np.int64)
        for i, op in enumerate(ops):
            for j, tensor in enumerate(op.inputs[:_INPUTS]):
                source = owners.get(tensor.op, tensor.op)
                place = self.places.get(source)
                if place is None:
                    place = _OUTSIDE + outside.setdefault(source, len(outside))
                self.sources[i, j] = place, tensor.value_index

    def regions(self) -> list[_Region]:
        """Where the ops repeat, with all periods that occur."""
        return [region for period in self.periods() for region in self.repeating(period)]

    def periods(self) -> set[int]:
        """Distances from one op, or a few in a row, to the next like it: those that occur most often."""
        found: set[int] = set()
        for width in (1, 3, 8):
            if len(self.ops) <= width:
                break
            rows = np.lib.stride_tricks.sliding_window_view(self.kinds, width)
            _, groups = np.unique(rows, axis=0, return_inverse=True)
            order = np.argsort(groups.ravel(), kind="stable")
            same = np.diff(groups.ravel()[order]) == 0
            counts = Counter((np.diff(order)[same]).tolist())
            found |= {distance for distance, count in counts.most_common(_PERIODS) if count > 1}
        return found

    def repeating(self, p: int) -> list[_Region]:
        """Where at least three copies follow each other, after `p` ops each; with what is alike around."""
        n = len(self.ops)
        if n < _LEAST_COPIES * p:
            return []
        alike = self.kinds[:-p] == self.kinds[p:]
        moves = self.sources[p:] - self.sources[:-p]
        even = alike[:-p] & alike[p:] & (moves[:-p] == moves[p:]).all((1, 2))
        ends = np.flatnonzero(np.diff(np.concatenate([[0], even.astype(np.int8), [0]])))
        found = []
        for start, stop in ends.reshape(-1, 2).tolist():
            if stop - start >= p:
                before = next((k for k in range(p) if start - k < 1 or not alike[start - k - 1]), p)
                stop += 2 * p
                after = next((k for k in range(p) if stop + k >= n or not alike[stop + k - p]), p)
                found.append(_Region(start - before, stop + after, p))
        return found

    def runs(self) -> list[Run]:
        """The repeated parts, with the copies at their ends that lack or add little."""
        cut = [self.whole_copies(region, k) for k, region in enumerate(self.chosen())]
        runs = [self.with_ends(copies) for copies in cut]
        runs = [r for r in runs if len(r) >= _LEAST_COPIES and sum(map(len, r[2:-1])) >= _LEAST_HIDDEN]
        self.copy_of = {i: (k, t) for k, run in enumerate(runs) for t, copy in enumerate(run) for i in copy}
        return [self.described(k, copies) for k, copies in enumerate(runs)]

    def chosen(self) -> list[_Region]:
        """Regions that do not overlap, the longest ones, in their order."""
        taken, found = np.zeros(len(self.ops), bool), []
        for region in sorted(self.regions(), key=lambda r: (r.start - r.stop, r.period)):
            region = _free(region, taken)
            if region.stop - region.start >= 3 * region.period:
                taken[region.start : region.stop] = True
                found.append(region)
        return sorted(found, key=lambda r: r.start)

    def whole_copies(self, region: _Region, number: int) -> list[list[int]]:
        """The places of the whole copies in a region."""
        p, start = region.period, region.start + self.best_cut(region)
        stop = start + (region.stop - start) // p * p
        copies = [list(range(i, i + p)) for i in range(start, stop, p)]
        self.copy_of.update((i, (number, t)) for t, copy in enumerate(copies) for i in copy)
        return copies

    def best_cut(self, region: _Region) -> int:
        """How many ops of a region come before its first whole copy: where each copy reads one of an older
        run, where least passes from copy to copy, and where each has the ops of one step.
        """
        p = region.period
        middle = region.start + (region.stop - region.start) // (2 * p) * p
        last = min(p, region.stop - region.start - 3 * p + 1)
        rows = []
        for cut in range(0, last, 1 + last // 256):
            one, two = range(middle + cut - p, middle + cut), range(middle + cut, middle + cut + p)
            two = range(two.start, min(two.stop, region.stop))
            passed = len(self.passed(one, two)) + len(self.passed(two, one))
            rows.append((len(self.read(one)), passed, self.mixture(one), cut))
        named = any(mixture == 0 for _, _, mixture, _ in rows)
        return min(rows, key=lambda row: (row[0], row[1], row[2] if named else 0, row[3]))[3]

    def read(self, places) -> Counter:
        """The copies of whose ops a copy is the gradient, or else those it reads, and how often."""
        forward = [self.forward(i) for i in places]
        found = Counter(self.copy_of[place] for place in forward if place in self.copy_of)
        rows = self.sources[list(places), :, 0].ravel().tolist()
        return found or Counter(self.copy_of[place] for place in rows if place in self.copy_of)

    def forward(self, place: int) -> int | None:
        """The place of the op of whose gradient another is part."""
        if place not in self._forward:
            self._forward[place] = self.places.get(forward_op(self.ops[place]))
        return self._forward[place]

    def passed(self, one, two) -> set:
        """The tensors of one copy that another takes."""
        made = set(one)
        rows = self.sources[list(two)].reshape(-1, 2).tolist()
        return {(place, index) for place, index in rows if place in made}

    def mixture(self, places) -> int:
        """How many ops of a copy have another number in their names than most."""
        steps = Counter(_step(self.ops[i].name) for i in places)
        return len(places) - max(steps.values())

    def with_ends(self, copies: list[list[int]]) -> list[list[int]]:
        """Whole copies with those before and after them that have most of their ops."""
        pattern = copies[1]
        first = self.partial(pattern, range(max(copies[0][0] - _room(pattern), 0), copies[0][0]))
        stop = copies[-1][-1] + 1
        last = self.partial(pattern, range(stop, min(stop + _room(pattern), len(self.ops))))
        return [copy for copy in (first, *copies, last) if copy]

    def partial(self, pattern: list, window) -> list:
        """The places in a window, of no copy yet, that make most of one."""
        window = [i for i in window if i not in self.copy_of]
        match = SequenceMatcher(None, self.kinds[window].tolist(), self.kinds[pattern].tolist(), False)
        found = [window[b.a + k] for b in match.get_matching_blocks() for k in range(b.size)]
        if len(found) < max(2, _MOST * len(pattern)):
            return []
        self.copy_of.update((i, (-1, 0)) for i in found)
        return found

    def described(self, number: int, copies: list[list[int]]) -> Run:
        """A run with its steps."""
        steps = self.steps(number, copies)
        for t, copy in zip(steps, copies):
            self.copy_of.update((i, (number, t)) for i in copy)
        chained = bool(self.passed(copies[1], copies[2]) or self.passed(copies[2], copies[1]))
        ordered = sorted(zip(steps, copies))
        return Run([[self.ops[i] for i in copy] for _, copy in ordered], [t for t, _ in ordered], chained)

    def steps(self, number: int, copies: list[list[int]]) -> list[int]:
        """The step of each copy: that of an older run which it reads most, if it is another for each."""
        older = [{c: n for c, n in self.read(copy).items() if c[0] < number} for copy in copies]
        runs = Counter(k for counts in older for k, _ in counts)
        for k, _ in runs.most_common():
            rows = [[(n, t) for (m, t), n in counts.items() if m == k] for counts in older]
            found = [max(row)[1] for row in rows if row]
            if len(set(found)) == len(copies):
                return found
        return list(range(len(copies)))


def _room(pattern: list) -> int:
    """How many ops a copy may spread over."""
    return len(pattern) + len(pattern) // 2 + 2


def _free(region: _Region, taken: np.ndarray) -> _Region:
    """The longest part of a region of which nothing is taken."""
    free = ~taken[region.start : region.stop]
    ends = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]]))).reshape(-1, 2)
    if not len(ends):
        return _Region(region.start, region.start, region.period)
    start, stop = max(ends.tolist(), key=lambda e: e[1] - e[0])
    return _Region(region.start + start, region.start + stop, region.period)


def _step(name: str) -> str:
    """The number in an op's name, or in the name of the op whose gradient it is part of."""
    forward = re.search(r"([^/]*)_grad/", name)
    leaf = forward[1] if forward else name.rpartition("/")[2]
    number = re.search(r"_(\d+)$", leaf)
    return number[1] if number else ""


def _kind(op) -> tuple:
    """What copies of an op have in common with it."""
    said = tuple((key, _plain(value)) for key, value in sorted(op.attrs.items()) if "seed" not in key)
    outputs = tuple((t.dtype.name, _sizes(t.shape)) for t in op.outputs[:_INPUTS])
    inside = tuple(len(body.ops) for body in bodies_of(op).values())
    return op.type, said, outputs, len(op.inputs), len(op.outputs), inside


def _plain(value):
    """An attribute's value as far as it is compared."""
    if isinstance(value, DType):
        return value.name
    if isinstance(value, TensorShape):
        return _sizes(value)
    return value if isinstance(value, bool | int | float) else None


def _sizes(shape):
    return shape if shape is None or shape.sizes is None else tuple(shape.sizes)
