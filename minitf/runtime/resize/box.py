"""Sizes that vary from run to run."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from minitf.runtime.resize.quotients import quotient, quotients

_MOST = 6  # sizes that vary on their own
_SEARCHED = 4  # of which the limits are looked for
SMALLEST = 2  # arrays of no or one row may be lowered in ways of their own
_FEW = 8  # what is counted may be none where it was as few
_SEVERAL = 6  # sizes after which those to come are expected to be less far from them
_TOLD = 3  # sizes after which one surely follows another one by any factor, and something added
_NEXT = 2  # as far off another one it may be before
_SHARES = 0.618, 0.755, 0.570, 0.431, 0.325, 0.246  # samples in a box are so far in it, multiples spread evenly
_REMEMBERED = 8  # values that were seen
_NEARER = 3  # the share of sizes by which those may be smaller for which programs surely have one form
_MORE = 4  # of these, behind the first ones
_SPREAD = 12  # and so many for which it is only worked out what numbers would be
_ALL_CORNERS = 3  # sizes in a box all of whose corners are among these
# The first ones by how many sizes there are: shares, and how far off these.
_ROWS = {
    1: [([1], (0,)), ([0], (0,)), ([0], (1,))],
    2: [([0, 1], (0, 0)), ([1, 0], (0, 0)), ([1, 1], (-1, -1))],
    3: [([1, 0, 0], (0, 0, 0)), ([0, 1, 0], (0, 0, 1)), ([0, 0, 1], (1, 1, 0))],
    4: [
        ([1, 0, 0, 0], (0, 0, 1, 2)),
        ([0, 1, 0, 0], (0, 0, 0, 1)),
        ([0, 0, 1, 0], (1, 1, 0, 0)),
        ([0, 0, 0, 1], (2, 2, 2, 0)),
    ],
}
# Which sizes are large in the first of two corners.
_CORNERS = {1: [[1]], 2: [[0, 1]], 3: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
_WIDE = 4  # from the smallest to the largest value of a size of which these are enough
_MORE_ROWS = {  # those where they are not
    1: [([1], (0,)), ([0], (0,)), ([0], (1,)), ([0.5], (0,))],
    2: [([1, 1], (0, 0)), ([0, 0], (0, 0)), ([0, 1], (1, -1)), ([1, 0], (-3, 5))],
    3: [([1, 1, 1], (0, 0, 0)), ([1, 0, 0], (-2, 0, 0)), ([0, 1, 0], (0, -3, 1)), ([0, 0, 1], (1, 1, -5))],
    4: [
        ([1, 1, 1, 1], (0, 0, 0, 0)),
        ([1, 0, 0, 0], (-2, 0, 0, 4)),
        ([0, 1, 0, 0], (0, -3, 1, 0)),
        ([0, 0, 1, 0], (1, 1, -5, 1)),
        ([0, 0, 0, 1], (2, 4, 3, -1)),
    ],
}


class Sizes:
    """How some sizes depend on a few of them, by the runs that were seen: points, a tuple of all sizes each.

    free: the positions of those that vary on their own. count: of how many, which come first, it is known that they are
    sizes; the others are numbers in inputs and those, `counted`, that only a run finds out. unsure:
    of these those that may vary though they were not seen to, and are a guess in the last point; they vary on their
    own, or if they are `equal` to others, or products, with these. told: so many different pairs tell of any factor,
    and something added, by which one follows another one.
    """

    def __init__(
        self,
        points: list,
        counted: frozenset = frozenset(),
        unsure: frozenset = frozenset(),
        told: int = _TOLD,
        equal: bool = False,
        count: int | None = None,
    ):
        self._told = told
        self._table = np.array(points, np.int64)
        self.free: list[int] = []
        self._counted, self._count = counted, len(self._table[0]) if count is None else count
        self._linear: list[tuple] = []  # (position, factor, free one, what is added)
        self._products: list[tuple] = []  # (position, factor, free one, another)
        self._sums: list[tuple] = []  # (position, which of the free ones)
        self._quotients: list[tuple] = []  # (divisor, what is added before, free one)
        self._followed = self.free  # these and what always was a part of one
        self._rests: list[tuple] = []  # (free one that is taken for what others leave of it, which these are)
        self._lows = self._table.min(axis=0)
        self.in_doubt = False
        self.divided: Callable = lambda: None  # gives the same as multiples, if these always were such
        vary = {*np.flatnonzero((self._table != self._table[0]).any(axis=0)).tolist(), *unsure}
        self.varying = sorted(vary)
        for position in sorted(self.varying, key=self._rank):
            if len(self.free) > 2 * _MOST:
                return  # of no use: to find out how hundreds depend on each other would take seconds
            if not (equal and self._is_equal(position) if position in unsure else self._follows(position)):
                self.free.append(position)
        self._divide(unsure)

    def _divide(self, unsure: frozenset) -> None:
        """Finds sizes that always were parts of larger ones, rounded: they vary with these. Others may follow them."""
        sizes = [p for p in self.free if p < self._count and p not in self._counted and p not in unsure]
        parts, before = quotients(self._table, sizes) if len(self._table) >= _TOLD else {}, self.free
        self.free = [position for position in before if position not in parts]
        self._followed = [*self.free, *parts]
        self._quotients = [(divisor, more, self.free.index(other)) for divisor, more, other in parts.values()]
        places = [self._followed.index(position) for position in before]
        self._linear = [(position, factor, places[k], more) for position, factor, k, more in self._linear]
        self._products = [(position, factor, places[k], places[j]) for position, factor, k, j in self._products]
        self._sums = [(position, tuple([places[k] for k in ks])) for position, ks in self._sums]

    @property
    def usable(self) -> bool:
        """Whether any sizes vary, and not too many."""
        return 0 < len(self.free) <= _MOST

    def searched(self, again: bool) -> bool:
        """Whether it is worth while to look for sizes that go together: many were seen, or few again, and few vary."""
        return (len(self._table) >= _TOLD or again) and len(self.free) <= _SEARCHED

    @property
    def derived(self) -> list[tuple]:
        """By which function of which others, by their number, sizes are found that follow the free ones: those numbers
        come behind these.
        """
        wholes = {k: len(self.free) + place for place, (k, _) in enumerate(self._rests)}
        places = [wholes.get(k, k) for k in range(len(self.free) + len(self._quotients))]
        parts = [(quotient, (divisor, more), (places[k],)) for divisor, more, k in self._quotients]
        sums = [(total, (), tuple([places[k] for k in ks])) for _, ks in self._sums]
        return [*[(total, (), (k, *others)) for k, others in self._rests], *parts, *dict.fromkeys(sums)]

    def _rank(self, position: int) -> tuple:
        """What sizes follow comes first: what is counted follows what is given, and what was counted before."""
        return (1, position) if position in self._counted else (0, self._lows[position])

    def _follows(self, position: int) -> bool:
        """Notes how a size depends on those before it, if it does."""
        column = self._table[:, position]
        for k, first in enumerate(self.free):
            factor = _factor(column - column[0], self._table[:, first] - self._table[0, first])
            more = int(column[0] - factor * self._table[0, first])
            different = len({*zip(column.tolist(), self._table[:, first].tolist())})
            if factor and (different >= self._told or more == 0 or factor == 1 and abs(more) <= _NEXT):
                self._linear.append((position, factor, k, more))
                return True
        for (k, first), (j, other) in itertools.combinations(enumerate(self.free), 2):
            factor = _factor(column, self._table[:, first] * self._table[:, other])
            if factor:
                self._products.append((position, factor, k, j))
                return True
        return len(self._table) >= _TOLD and len(self.free) <= _MOST and self._is_sum(position)

    def _is_sum(self, position: int) -> bool:
        """Notes that a size always was the sum of two or three others, as an axis is of the parts of a split."""
        for count in (2, 3):
            for parts in itertools.combinations(range(len(self.free)), count):
                total = self._table[:, [self.free[k] for k in parts]].sum(axis=1)
                if np.array_equal(total, self._table[:, position]):
                    self._sums.append((position, parts))
                    return True
        return False

    def _is_equal(self, position: int) -> bool:
        """Notes what a number that only a run finds out was always equal to, if there is anything: 0, 1, a number like
        it, a size or a product. If it is a few, it may be equal to a size by chance. If it was one only once, and is
        one more than another one, to which something may have been added, it is in doubt which of them it follows.
        """
        known, counted = self._table[:-1], self._counted
        if not len(known):  # the only run so far failed
            return False
        if known[0, position] < SMALLEST and (self._table[:, position] == known[0, position]).all():
            return True
        for k, first in enumerate(self.free):
            likely = first in counted or known[:, position].min() >= _FEW
            if likely and np.array_equal(known[:, position], known[:, first]):
                self._linear.append((position, 1, k, 0))
                self.in_doubt |= len(known) == 1 and (known[0, position] - known[0, self.free] == 1).any()
                return True
        given = [(k, first) for k, first in enumerate(self.free) if first not in counted]
        for (k, first), (j, other) in itertools.combinations(given, 2):
            if np.array_equal(known[:, position], known[:, first] * known[:, other]):
                self._products.append((position, 1, k, j))
                return True
        return False

    def point(self, values: tuple) -> tuple:
        """All sizes, for values of the free ones."""
        sizes, values = self._table[0].tolist(), self._with_rests(values, 1)
        parts = [quotient(divisor, more, values[k]) for divisor, more, k in self._quotients]
        values = sum(parts, tuple(values))
        for position, value in zip(self._followed, values):
            sizes[position] = value
        for position, factor, k, more in self._linear:
            sizes[position] = factor * values[k] + more
        for position, factor, k, j in self._products:
            sizes[position] = factor * values[k] * values[j]
        for position, parts in self._sums:
            (sizes[position],) = total(*[values[k] for k in parts])
        return tuple(sizes)

    def values(self, point: tuple) -> tuple | None:
        """The free ones of all sizes; None if the others are not what they should be then."""
        found = self.free_values(point)
        return found if found is not None and self.point(found) == point else None

    def free_values(self, point: tuple) -> tuple | None:
        """The free ones of all sizes, whatever the others are; None if these cannot be."""
        return self._with_rests([point[position] for position in self.free], -1)

    def _with_rests(self, values, often: int) -> tuple:
        """Values of the free ones, with what is left of some in their places, and the other way round."""
        found = list(values)
        for k, others in self._rests:
            found[k] += often * sum([values[other] for other in others])
        return tuple(found)

    def rests(self, other: tuple) -> Iterator[Sizes]:
        """The same where one that never was less than a number, or two, is taken for what these leave of it, if it
        is less in a point for which there is no program, or another one.
        """
        given = [k for k, position in enumerate(self.free) if position not in self._counted]
        used = {each for k, others in self._rests for each in (k, *others)}
        numbers = [k for k in given if self.free[k] >= self._count]
        parts = [others for count in (2, 1) for others in itertools.combinations(numbers, count)]
        seen, here = self._table[:, self.free], [other[position] for position in self.free]
        for others, k in itertools.product(parts, [k for k in given if k not in used]):
            left = seen[:, k] - seen[:, others].sum(axis=1)
            if k not in others and (left >= 0).all() and here[k] < sum([here[other] for other in others]):
                found = copy.copy(self)
                found._rests = [*self._rests, (k, others)]
                yield found

    def nearest(self, point: tuple) -> tuple:
        """The same, but that others leave something of the size that is taken for that."""
        values = list(self.free_values(point))
        k, _ = self._rests[-1]
        values[k] = max(values[k], SMALLEST)
        return self.point(tuple(values))

    @property
    def _free_table(self) -> np.ndarray:
        """The values of the free ones in the runs that were seen."""
        return np.array([self._with_rests(values, -1) for values in self._table[:, self.free].tolist()])

    def possible(self, point: tuple) -> bool:
        """Whether none is negative that never was: one that shrinks where another one grows."""
        return bool((point >= np.minimum(self._lows, 0)).all())

    def seen(self) -> list[tuple]:
        """Values of the free ones that were seen together, the last ones."""
        return list(map(tuple, self._free_table[-_REMEMBERED:].tolist()))

    def typical(self) -> tuple:
        """Values of the free ones that were seen together: few of them so small that programs may be special."""
        points = sorted(map(tuple, self._free_table.tolist()), key=sum)
        most = max(_ordinary(values) for values in points)
        found = [values for values in points if _ordinary(values) == most]
        return found[len(found) // 2]

    def limits(self) -> list:
        """The smallest and the largest values of the free ones: from all that may come, which at first is up to twice
        what was seen, and for numbers more than for sizes (it may cost a run to find out that one is outside), to those
        that were seen.
        """
        table, few, rests = self._free_table, len(self._table) < _TOLD, [k for k, _ in self._rests]
        least, most = table.min(axis=0).tolist(), table.max(axis=0).tolist()
        numbers = [p >= self._count or p in self._counted or k in rests for k, p in enumerate(self.free)]
        more = 4 / 9 if len(self._table) < _SEVERAL else 1 / 4
        lows = [max(SMALLEST, low // (4 if few and n else 2)) for low, n in zip(least, numbers)]
        highs = [high + int(high * (1 + few if n else more)) for high, n in zip(most, numbers)]
        higher = [max(n, 2 * high) for n, high in zip(highs, most)] if len(self._table) < _SEVERAL else highs
        highs, higher = _odd(lows, highs), _odd(lows, higher)
        nearer = [max(SMALLEST, low - low // _NEARER) for low in least]
        nearer = [low + 1 - (high - low) % 2 for low, high in zip(nearer, highs)]
        fewest = [k in rests if rests else n and a <= _FEW for k, (n, a) in enumerate(zip(numbers, least))]
        none = [0 if few else low for few, low in zip(fewest, lows)]
        wider = [*[(none, higher)] * (none != lows), *[(lows, higher)] * (higher != highs)]
        return [*wider, (lows, highs), (nearer, highs), (least, most)]


def total(*sizes: int) -> tuple[int]:
    """Their sum."""
    return (sum(sizes),)


def _odd(lows: list, highs: list) -> list:
    """The largest values, or one more, so that they and the smallest are not both even or odd: see `Box._around`."""
    return [high + (low < high) * (1 - (high - low) % 2) for low, high in zip(lows, highs)]


def _ordinary(values: tuple) -> int:
    """How many are not so small that arrays of as many rows are lowered in ways of their own."""
    return sum(value >= SMALLEST for value in values)


def _factor(column: np.ndarray, other: np.ndarray) -> int:
    """The whole number by which one column is a multiple of another one; 0 if there is none."""
    at = int(np.argmax(other != 0))
    factor = int(column[at] // other[at]) if other[at] else 0
    return factor if np.array_equal(column, factor * other) else 0


class Box:
    """All values of some sizes from `low` to `high`."""

    def __init__(self, low: list, high: list):
        self.low, self.high = low, high

    def wide(self) -> bool:
        """Whether there are several values of each size."""
        return all([a < b for a, b in zip(self.low, self.high)])

    def contains(self, values: tuple) -> bool:
        """Whether values are in the box."""
        return all([a <= v <= b for a, v, b in zip(self.low, values, self.high)])

    def surrounds(self, values: tuple) -> bool:
        """Whether values are in the box and at none of its ends."""
        return all([a < v < b for a, v, b in zip(self.low, values, self.high)])

    def nearest(self, values: tuple) -> tuple:
        """The values in the box that are nearest to some."""
        return tuple([min(max(v, a), b) for a, v, b in zip(self.low, values, self.high)])

    def corners(self) -> list:
        """The values at the corners, the largest last."""
        return list(itertools.product(*zip(self.low, self.high)))

    def edges(self, k: int) -> list:
        """Pairs of corners that differ in one of the sizes."""
        lows = [values for values in self.corners() if values[k] == self.low[k]]
        return [(values, (*values[:k], self.high[k], *values[k + 1 :])) for values in lows]

    @property
    def _plain(self) -> bool:
        """Whether no size has few values, nor do two of several end alike, so that the larger one would be the same in
        many samples.
        """
        few = any([high - low < _WIDE for low, high in zip(self.low, self.high)])
        return not few and (len(self.high) < 3 or len(set(self.high)) == len(self.high))

    def _shows(self, values: list) -> bool:
        """Whether samples are of all small values that there are of each size."""
        return all([{*range(low, SMALLEST)} <= {*column} for low, column in zip(self.low, zip(*values))])

    def samples(self, known: Sequence = ()) -> list:
        """Values in the box by which it is found out how numbers follow them, to be taken one by one: of each two sizes
        both large or both small, and one of them, next to each other, too, so that what depends on divisors is seen,
        and in no order, so that each product of sizes is told from the others.
        """
        shares = _SHARES[: len(self.low)]
        more = [self._inside([number * share % 1 for share in shares]) for number in range(1, _MORE + 1)]
        first = [*self.first_samples(known), *known, *self.first_samples()]
        return list(dict.fromkeys([*first, more[0], tuple(self.high), *more[1:]]))

    def further(self, seen: list) -> list:
        """Those values in the box that were seen, and corners, by which explanations of numbers are tried."""
        corners = self.corners() if len(self.low) <= _ALL_CORNERS else [tuple(self.low), tuple(self.high)]
        return list(dict.fromkeys([*filter(self.contains, seen), *corners]))

    def all_over(self) -> list:
        """Values all over the box, in no order, by which different explanations of numbers are told apart. Divided by
        small numbers they leave all that may be left.
        """
        shares = _SHARES[: len(self.low)]
        return [self._inside([number**2 * share % 1 for share in shares]) for number in range(1, _SPREAD + 1)]

    def first_samples(self, known: Sequence = ()) -> list:
        """As many of them as show which form programs have. known: values for which there are programs; with some of
        them, two of the corners may be enough.
        """
        around = [self._around(values, large) for values in known for large in _CORNERS.get(len(self.low), [])]
        ways = [*around, self._at(_ROWS)] if self._plain else []
        return next(filter(self._shows, filter(None, ways)), None) or self._at(_MORE_ROWS)

    def _at(self, rows: dict) -> list:
        found = rows.get(len(self.low)) or _each_large(len(self.low), rows is _ROWS)
        return list(dict.fromkeys([self._inside(*row) for row in found]))

    def _around(self, known: tuple, large: list) -> list | None:
        """Values with two others, in the first of which some sizes are larger, in the second all others; None if that
        is not all that is to be seen: of each size three values, both ends, odd ones and even ones, and of each two
        sizes which may be larger or smaller than each other both.
        """
        pairs = [_beside(*each)[:: -1 if larger else 1] for *each, larger in zip(known, self.low, self.high, large)]
        first, last = zip(*pairs)
        columns = list(zip(first, known, last))
        if any([len({*column}) < 3 or len({n % 2 for n in column}) < 2 for column in columns]):
            return None
        ranges = zip(self.low, self.high, columns)
        return [first, known, last] if all([_both_ways(*two) for two in itertools.combinations(ranges, 2)]) else None

    def _inside(self, shares: list, off: tuple = ()) -> tuple:
        """Values that are so far between the smallest and the largest, and off that."""
        found = []
        for low, high, share, apart in itertools.zip_longest(self.low, self.high, shares, off, fillvalue=0):
            most = (high - low) // 2
            found.append(low + round((high - low) * share) + max(-most, min(most, apart)))
        return tuple(found)


def _each_large(count: int, plain: bool) -> list:
    """As in the tables, for more sizes: each is large once, and as small as in no other sample in the others."""
    off = [[(row - place - 1) % count if row != place else 0 for place in range(count)] for row in range(count)]
    rows = [([int(k == row) for k in range(count)], tuple(apart)) for row, apart in enumerate(off)]
    return rows if plain else [([1] * count, (0,) * count), *rows]


def _beside(known: int, low: int, high: int) -> tuple:
    """Two more values of a size, the smaller one first, that are its ends where what is known is not."""
    if low < known < high:
        return low, high
    inside = low + 1 if low < SMALLEST else (low + high) // 2
    end = low if known >= high else high
    inside += low >= SMALLEST and known % 2 == end % 2 == inside % 2
    return min(inside, end), max(inside, end)


def _both_ways(one: tuple, other: tuple) -> bool:
    """Whether each of two sizes is larger than the other one in some samples, if it may be. Of each: the smallest and
    largest value, and the samples.
    """
    (low, high, mine), (start, end, others) = one, other
    wanted = {n for n, may_be in ((1, high > start), (-1, low < end)) if may_be}
    return wanted <= {(a > b) - (a < b) for a, b in zip(mine, others)}
