"""Sizes that vary from run to run, and numbers that follow them."""

from __future__ import annotations

import itertools
import math

import numpy as np

_MOST = 3  # sizes that vary on their own
SMALLEST = 2  # arrays of no or one row may be lowered in ways of their own
_FEW = 8  # what is counted may be none where it was as few
_SEVERAL = 6  # sizes after which those to come are expected to be less far from them
_REMEMBERED = 256  # sizes
_EXACT = 1e-3  # how far from a whole number a number may be that is interpolated


class Sizes:
    """How some sizes depend on a few of them, by the runs that were seen: points, a tuple of all sizes each.

    free: the positions of those that vary on their own. counted: those of numbers that only a run finds out.
    """

    def __init__(self, points: list, counted: frozenset = frozenset()):
        self._table = np.array(points, np.int64)
        self.free: list[int] = []
        self._counted = counted
        self._linear: list[tuple] = []  # (position, factor, free one, what is added)
        self._products: list[tuple] = []  # (position, factor, free one, another)
        self._lows = self._table.min(axis=0)
        self.varying = np.flatnonzero((self._table != self._table[0]).any(axis=0)).tolist()
        for position in sorted(self.varying, key=self._rank):
            if not self._follows(position):
                self.free.append(position)

    @property
    def usable(self) -> bool:
        """Whether any sizes vary, and not too many."""
        return 0 < len(self.free) <= _MOST

    def _rank(self, position: int) -> tuple:
        """What sizes follow comes first: what is counted follows what is given, and what was counted before."""
        return (1, position) if position in self._counted else (0, self._lows[position])

    def _follows(self, position: int) -> bool:
        """Notes how a size depends on those before it, if it does."""
        column = self._table[:, position]
        for k, first in enumerate(self.free):
            factor = _factor(column - column[0], self._table[:, first] - self._table[0, first])
            if factor:
                self._linear.append((position, factor, k, int(column[0] - factor * self._table[0, first])))
                return True
        for (k, first), (j, other) in itertools.combinations(enumerate(self.free), 2):
            factor = _factor(column, self._table[:, first] * self._table[:, other])
            if factor:
                self._products.append((position, factor, k, j))
                return True
        return False

    def point(self, values: tuple) -> tuple:
        """All sizes, for values of the free ones."""
        sizes = self._table[0].tolist()
        for position, value in zip(self.free, values):
            sizes[position] = value
        for position, factor, k, more in self._linear:
            sizes[position] = factor * values[k] + more
        for position, factor, k, j in self._products:
            sizes[position] = factor * values[k] * values[j]
        return tuple(sizes)

    def values(self, point: tuple) -> tuple | None:
        """The free ones of all sizes; None if the others are not what they should be then."""
        found = tuple([point[position] for position in self.free])
        return found if self.point(found) == point else None

    def possible(self, point: tuple) -> bool:
        """Whether none is negative that never was: one that shrinks where another one grows."""
        return bool((point >= np.minimum(self._lows, 0)).all())

    def typical(self) -> tuple:
        """Values of the free ones that were seen together: few of them so small that programs may be special."""
        points = sorted(map(tuple, self._table[:, self.free].tolist()), key=sum)
        most = max(_ordinary(values) for values in points)
        found = [values for values in points if _ordinary(values) == most]
        return found[len(found) // 2]

    def limits(self) -> list:
        """The smallest and the largest values of the free ones: from all that may come, which for what is counted is
        more, as it costs a run to find out that it is outside, to those that were seen.
        """
        table = self._table[:, self.free]
        least, most = table.min(axis=0).tolist(), table.max(axis=0).tolist()
        share = 3 if len(self._table) < _SEVERAL else 4
        shares = [2 if position in self._counted else share for position in self.free]
        lows = [max(SMALLEST, low - low // share) for low, share in zip(least, shares)]
        highs = [high + 4 * high // share**2 for high, share in zip(most, shares)]
        none = [0 if p in self._counted and a <= _FEW else low for p, a, low in zip(self.free, least, lows)]
        return [(none, highs), (lows, highs), (least, most)]


def _ordinary(values: tuple) -> int:
    """How many are not so small that arrays of as many rows are lowered in ways of their own."""
    return sum(value >= SMALLEST for value in values)


def _factor(column: np.ndarray, other: np.ndarray) -> int:
    """The whole number by which one column is a multiple of another one; 0 if there is none."""
    at = int(np.argmax(other != 0))
    factor = int(column[at] // other[at]) if other[at] else 0
    return factor if np.array_equal(column, factor * other) else 0


class Box:
    """All values of some sizes from `low` to `high`. powers: in which power at most each size enters, 1 or 2."""

    def __init__(self, low: list, high: list, powers: list | None = None):
        self.low, self.high, self.powers = low, high, powers or [1] * len(low)
        self._nodes = [_nodes(*ends) for ends in zip(low, high, self.powers)]

    def contains(self, values: tuple) -> bool:
        """Whether values are in the box."""
        return all([a <= v <= b for a, v, b in zip(self.low, values, self.high)])

    def nearest(self, values: tuple) -> tuple:
        """The values in the box that are nearest to some."""
        return tuple([min(max(v, a), b) for a, v, b in zip(self.low, values, self.high)])

    def corners(self) -> list:
        """The values at the corners, the largest last."""
        return list(itertools.product(*zip(self.low, self.high)))

    def grid(self) -> list:
        """The values that numbers are known for: the corners, and the midst of what is squared; the largest last."""
        return list(itertools.product(*self._nodes))

    def half(self, k: int) -> tuple:
        """The values that are largest but for one size, which is half way."""
        return (*self.high[:k], (self.low[k] + self.high[k]) // 2, *self.high[k + 1 :])

    def between(self) -> list:
        """Values in the box at which what is right on the grid is tried: next to each other, too, so that
        what depends on divisors is seen.
        """
        ends = zip(self.low, self.high, self.powers)
        middle = tuple([low + power * (high - low) // (power + 1) for low, high, power in ends])
        return list(dict.fromkeys([middle, tuple([low + 1 for low in self.low])]))

    def weights(self, values: tuple) -> np.ndarray:
        """How much each point of the grid counts for some values (Lagrange, 1795)."""
        weights = [1.0]
        for value, nodes in zip(values, self._nodes):
            shares = [_share(value, node, nodes) for node in nodes]
            weights = [weight * share for weight in weights for share in shares]
        return np.array(weights)


def _share(value: int, node: int, nodes: list[int]) -> float:
    """What the number at a node counts for that at a value."""
    return math.prod([(value - other) / (node - other) for other in nodes if other != node])


def _nodes(low: int, high: int, power: int) -> list[int]:
    return [low, high] if power == 1 else [low, (low + high) // 2, high]


class Numbers:
    """Numbers that depend on sizes, given on the grid of a box."""

    def __init__(self, box: Box, grid: np.ndarray):
        self._box, self._first = box, grid[0]
        self.varying = np.flatnonzero((grid != grid[0]).any(axis=0))
        self._grid = (grid[:, self.varying] - grid[0, self.varying]).astype(np.float64)
        self._found: dict = {}  # what varies, for the last sizes that were asked for

    def at(self, values: tuple) -> np.ndarray | None:
        """The numbers for some sizes; None if they would not be whole."""
        if values not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[values] = self._varying_at(values)
        found = self._found[values]
        if found is None:
            return None
        numbers = self._first.copy()
        numbers[self.varying] = found
        return numbers

    def _varying_at(self, values: tuple) -> np.ndarray | None:
        found = self._box.weights(values) @ self._grid
        whole = np.rint(found)
        if found.size and np.abs(found - whole).max() > _EXACT:
            return None
        return self._first[self.varying] + whole.astype(np.int64)

    def give(self, wanted: dict) -> bool:
        """Whether the numbers for some sizes are what they are wanted to be."""
        found = {values: self.at(values) for values in wanted}
        return all([n is not None and np.array_equal(n, wanted[values]) for values, n in found.items()])
