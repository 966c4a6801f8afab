"""Cutting a program for all sizes between some: which calls are cut, and where, by numbers that follow the sizes.

A program that is resized stands for those of one form that were lowered for several sizes. What a thread does of a call
is the whole call with other numbers: each is so much more for every unit before its range, and so much less for every
unit that is not in it. How many units there are, and how much that is, follows the sizes as all other numbers do.

Where numbers change, whether two calls touch the same memory may depend on the sizes. So where it depends on the sizes
where in a buffer a call works, it is taken to touch all of it; but threads do not meet where each has the same rows of
it in both calls: its lane.
"""

from __future__ import annotations

from itertools import accumulate
from math import prod
from operator import mul
from typing import NamedTuple

import numpy as np

from minitf.runtime.lower.ir import Call, Ref, calls
from minitf.runtime.memory.instructions import words_of
from minitf.runtime.resize.numbers import Numbers
from minitf.runtime.resize.samples import Samples
from minitf.runtime.threads.accesses import Access, Part, access, fate
from minitf.runtime.threads.dividing import by_rows, flat, part_of, pieces_of, ranges
from minitf.runtime.threads.shards import Cutting


class _Way:
    """How a call of these words is cut: into `units` of so many pieces (`unit`), and how much each of its words is more
    for a unit `before` its range, and for one `within`.
    """

    def __init__(self, call: Call, words: list[int], units: int, threads: int):
        numbers = call.numbers
        rule = call.kernel.kernel.split.among_threads(numbers)
        self.units, self.words, self._call = units, words, call
        self.unit, rest = divmod(rule.pieces(numbers), units) if units >= threads else (0, 0)
        self.kind = None
        self.before: list[int] = []
        self.within: list[int] = []
        if self.unit > 0 and rest == 0:
            shares = [(first * self.unit, last * self.unit) for first, last in ranges(units, threads)]
            self.shares = [(first, rule.part(numbers, first, last - first)) for first, last in shares]
            self.kind = type(rule), tuple(self.shares[0][1])  # what is the same for all sizes
            self.first = units // threads  # units of the first thread
            self._measure(self.first, units - units * (threads - 1) // threads)

    def _measure(self, count: int, last: int) -> None:
        """Finds out how much words grow, by the parts of the first thread, which has so many units, and the last."""
        head, tail = (flat(self._call, changes, first) for first, changes in (self.shares[0], self.shares[-1]))
        missing, before = self.units - count, self.units - last
        for whole, mine, theirs in zip(self.words, head, tail):
            within, rest = divmod(whole - mine, missing)
            ahead, more = divmod(theirs - mine - (last - count) * within, before)
            if rest or more:
                self.kind = None
                return
            self.within.append(within)
            self.before.append(ahead)

    def windows(self, key: str) -> list:
        """What of an operand each thread has."""
        return [changes.get(key) for _, changes in self.shares]

    def grows(self, word: int) -> bool:
        """Whether a word of a part may be another one than that of the whole call."""
        return bool(self.before[word] or self.within[word])

    @property
    def numbers(self) -> list:
        """All numbers that may depend on sizes."""
        return [self.units, self.unit, *self.words, *self.before, *self.within]


class Alike(Cutting):
    """How the calls of a program are cut for all sizes in a box.

    programs: the nodes of those for samples, the first of which are those that run. varying: where one thread alone has
    words that depend on the sizes. present(): the sizes of the run.
    """

    def __init__(self, samples: Samples, programs: list, varying: set[int], threads: int, present):
        super().__init__(threads)
        self.varying, self.present, self.cut, self._samples = varying, present, [], samples
        self._parts: dict[Call, list[Part]] = {}
        self._moving: dict[Call, list[bool]] = {}  # of calls that vary, which operands do
        ways: list[list[_Way]] = []
        for row in zip(*map(calls, programs)):
            own, words = row[0], list(map(flat, row))
            if _varies(row, words):
                self._moving[own] = [_moves(row, key) for key, *_ in own.memory]
            found = self._ways(own, row, words)
            if found is not None:
                self.cut.append(own)
                ways.append(found)
        self._tabulate(ways)

    # ---- what is asked for while the program is cut

    def divided(self, call: Call) -> list[Part]:
        """A call cut into a part per thread, or nothing if it cannot be cut alike for all sizes."""
        return self._parts.get(call, [])

    def accesses(self, call: Call) -> list[Access]:
        """All that a call touches for any sizes."""
        if call not in self._moving:
            return super().accesses(call)
        found = [
            self.access(ref, writes) if moves else access(ref, writes)
            for (_, ref, writes), moves in zip(call.memory, self._moving[call])
        ]
        return found + fate(call, found)

    def access(self, ref: Ref, writes: bool) -> Access:
        """All of the memory of a buffer."""
        return super().access(Ref((ref.buffer.size,), np.uint8, ref.buffer), writes)

    def _ways(self, own: Call, row: tuple, words: list) -> list[_Way] | None:
        """How a call is cut in each of the programs; None if it is not, or not alike in all of them. words: its own in
        each.
        """
        found = pieces_of(own, self._threads)
        if found is None:
            return None
        count, ways = _counting(own, *found), []
        for call, its in zip(row, words):
            ways.append(_Way(call, its, count(call), self._threads) if own in self._moving or not ways else ways[0])
            if ways[-1].kind is None or ways[-1].kind != ways[0].kind:
                return None
        if not self._follow([way.numbers for way in ways]):
            return None
        lanes = [_lane(own, row, ways, key) for key, *_ in own.memory]
        parts = self._varied(own, ways, lanes) if own in self._moving else super().divided(own)
        self._parts[own] = [part._replace(accesses=_in_lanes(part.accesses, lanes)) for part in parts]
        return ways if parts else None

    def _varied(self, own: Call, ways: list[_Way], lanes: list) -> list[Part]:
        """The parts of a call that works at other places for other sizes."""
        if not _apart(own, ways[0], lanes):
            return []
        fixed = [
            not moves and all([way.windows(key) == ways[0].windows(key) for way in ways])
            for (key, *_), moves in zip(own.memory, self._moving[own])
        ]
        touched, parts = self.accesses(own), []
        for thread, (first, changes) in enumerate(ways[0].shares):
            memory = zip(own.memory, fixed, touched)
            mine = [access(ref, writes, changes.get(key)) if f else a for (key, ref, writes), f, a in memory]
            parts.append(Part(thread, part_of(own, changes, first), mine + touched[len(fixed) :]))
        return parts

    def _follow(self, table: list) -> bool:
        """Whether some numbers follow the sizes."""
        if any([len(numbers) != len(table[0]) for numbers in table]):
            return False
        if all([numbers == table[0] for numbers in table]):
            return True
        return None not in [self._samples.made_of(n) for n in zip(*table) if n != (n[0],) * len(n)]

    # ---- what the parts are for some sizes

    def _tabulate(self, ways: list[list[_Way]]) -> None:
        """Keeps what of the ways follows the sizes: how many units calls have, and how their words grow."""
        grow = [[n for n in range(len(row[0].words)) if any([way.grows(n) for way in row])] for row in ways]
        self.grown = [(call, word) for call, words in zip(self.cut, grow) for word in words]
        self._owner = np.repeat(np.arange(len(ways)), [len(places) for places in grow]).astype(np.int64)
        table = [
            [
                *[row[k].units for row in ways],
                *[row[k].unit for row in ways],
                *[row[k].before[word] for row, words in zip(ways, grow) for word in words],
                *[row[k].within[word] for row, words in zip(ways, grow) for word in words],
            ]
            for k in range(len(self._samples.values))
        ]
        self._numbers = Numbers(self._samples, np.array(table, np.int64))

    def at(self, values: tuple | None) -> Cuts | None:
        """Where calls are cut for some sizes; None if they are too small, or not as in the samples (None)."""
        if values is None:
            return None
        numbers, count = self._numbers.at(values), len(self.cut)
        if (numbers[:count] < self._threads).any():
            return None
        before, within = numbers[2 * count :].reshape(2, -1)
        return Cuts(numbers[:count], numbers[count : 2 * count], self._owner, before, within, self._threads)


class Cuts(NamedTuple):
    """Where calls are cut, for the sizes of a run: how many units of how many pieces each has, and by how much its
    words grow for each.
    """

    units: np.ndarray
    unit: np.ndarray
    owner: np.ndarray  # of each word that grows its call
    before: np.ndarray
    within: np.ndarray
    threads: int

    def first(self, thread: int) -> np.ndarray:
        """The first unit of a thread, of each call."""
        return self.units * thread // self.threads

    def change(self, thread: int) -> np.ndarray:
        """How much more the words are that grow in what a thread does than in whole calls."""
        first, last = self.first(thread), self.first(thread + 1)
        missing = self.units - (last - first)
        return first[self.owner] * self.before - missing[self.owner] * self.within


def _lane(own: Call, row: tuple, ways: list[_Way], key: str) -> tuple | None:
    """What says which rows of a buffer each thread has, for any sizes, if a call's operand is cut into rows; calls for
    which it is the same are in nobody's way.
    """
    operands = own.operands[: own.kernel.kernel.places[key]]
    word = sum([1 if isinstance(o, Ref) else len(words_of(o)) for o in operands])
    space, base, *_ = access(Ref((), np.uint8, own[key].buffer), False)
    found = []
    for call, way in zip(row, ways):
        ref, (_, changes), step = call[key], way.shares[0], way.before[word]
        if key not in changes or len(ref.moves) > 1 or step <= 0:
            return None
        column, [stride] = ref.offset % step, [stride for _, stride in ref.moves] or [0]
        apart = not stride or stride % step == 0 and stride >= way.units * step
        if column + changes[key].size * ref.dtype.itemsize > way.first * step or not apart:
            return None  # it reads what others have, too, or slices overlap
        start = base + ref.offset - column
        found.append((start % stride if stride else start, stride, way.units, step))
    return space, *found


def _in_lanes(found: list[Access], lanes: list) -> list[Access]:
    """What a part touches, and in which lanes."""
    rest = [None] * (len(found) - len(lanes))
    return [a if lane is None else a._replace(lane=lane) for a, lane in zip(found, [*lanes, *rest])]


def _varies(row: tuple, words: list) -> bool:
    """Whether where a call works depends on the sizes."""
    if any([other != words[0] for other in words]):
        return True
    first, *others = [[_place(ref) for ref in call.refs] for call in row]
    return any([other != first for other in others])


def _place(ref: Ref) -> tuple:
    """All that says where a value is in its buffer."""
    return ref.offset, ref.size, [(stride, ref.buffer.size) for _, stride in ref.moves]


def _moves(row: tuple, key: str) -> bool:
    """Whether it depends on the sizes where an operand is in its buffer."""
    return any([_place(call[key]) != _place(row[0][key]) for call in row])


def _counting(call: Call, rule, units: int, unit: int):
    """What tells how many units a call like this one has."""
    if by_rows(call, rule.part(call.numbers, 0, 1)):
        return lambda other: other.limit.size
    if unit == 1:
        return lambda other: rule.pieces(other.numbers)
    sizes = list(accumulate(call.results[0].shape, mul))
    if units not in sizes:
        return lambda other: 0
    axes = 1 + sizes.index(units)
    return lambda other: prod(other.results[0].shape[:axes])


def _apart(own: Call, way: _Way, lanes: list) -> bool:
    """Whether no part of a call touches what another one writes, for any sizes: what is written is cut, and each part
    has rows of its own of what is written in place.
    """
    if any(key not in way.shares[0][1] for key in own.kernel.kernel.written):
        return False
    written = {ref.buffer for ref in own.results}
    inside = [(ref.buffer, lane) for (_, ref, _), lane in zip(own.memory, lanes) if ref.buffer in written]
    return len(inside) == len(written) or None not in dict(inside).values() and len(set(inside)) == len(written)
