"""Sizes that are multiples: of a number, as a batch that towers share is, or of another size, as the rows of all steps
are of the batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from minitf.runtime.resize.box import SMALLEST, Sizes

_ALONE = 1, ()
_SEVERAL = 2  # values of another size that tell that it may divide one


class Divided(Sizes):
    """Sizes as `Sizes` has them, of which it is said how many times what they are multiples of they are.

    units: for each size a number that divides it, and the positions of sizes that divide what is left.
    """

    def __init__(self, points: list, units: list[tuple], counted: frozenset, count: int):
        self._points, self._units = points, units
        super().__init__([self._times(point) for point in points], counted, count=count)

    @classmethod
    def of(cls, points: list, counted: frozenset, count: int) -> Divided | None:
        """Those of points in which a size always was a multiple; None if there is none."""
        table = np.array(points, np.int64)
        varying = (table != table[0]).any(axis=0) & (table.min(axis=0) >= SMALLEST)
        sizes = [k for k in np.flatnonzero(varying).tolist() if k < count and k not in counted]
        units = [_unit(table, k, counted) if k in sizes else _ALONE for k in range(len(table[0]))]
        return None if all([unit == _ALONE for unit in units]) else cls(points, units, counted, count)

    def _unit_in(self, point: tuple, position: int) -> int:
        """What a size is a multiple of."""
        number, others = self._units[position]
        return number * math.prod([point[other] for other in others])

    def _times(self, point: tuple) -> tuple | None:
        """How many times what they are multiples of sizes are; None if one is no multiple."""
        units = [self._unit_in(point, position) for position in range(len(point))]
        if any([unit < 1 or size % unit for size, unit in zip(point, units)]):
            return None
        return tuple([size // unit for size, unit in zip(point, units)])

    def point(self, values: tuple) -> tuple:
        """All sizes, for how many times the free ones are what they are multiples of."""
        times = super().point(values)
        alone = [n * number for n, (number, _) in zip(times, self._units)]
        return tuple([n * self._unit_in(alone, position) for position, n in enumerate(times)])

    def free_values(self, point: tuple) -> tuple | None:
        """How many times the free ones are what they are multiples of; None if one is no multiple."""
        times = self._times(point)
        return None if times is None else super().free_values(times)

    def possible(self, point: tuple) -> bool:
        """Whether none is negative that never was."""
        times = self._times(point)
        return times is not None and super().possible(times)

    def parts(self):
        """The same where only one of those that are multiples is taken to be one, if there are several."""
        several = [position for position, unit in enumerate(self._units) if unit != _ALONE]
        for position in several if len(several) > 1 else ():
            units = [unit if k == position else _ALONE for k, unit in enumerate(self._units)]
            found = Divided(self._points, units, self._counted, self._count)
            found.divided = lambda: self
            yield found

    def rests(self, refused: tuple) -> Iterator[Sizes]:
        """None: multiples leave none of each other."""
        return iter(())

    def nearest(self, point: tuple) -> tuple:
        """The sizes nearest to some, and smaller, that are multiples."""
        alone = [_rounded(size, number) for size, (number, _) in zip(point, self._units)]
        return tuple([_rounded(size, self._unit_in(alone, position)) for position, size in enumerate(point)])


def _rounded(size: int, unit: int) -> int:
    """The nearest multiple of a number that is not larger, but for none."""
    return max(size // unit, 1) * unit if unit > 1 else size


def _unit(table: np.ndarray, position: int, counted: frozenset) -> tuple:
    """What always divides a size: a number, and other sizes."""
    others, times = _divisors(table, position, counted)
    return 1 if (times == times[0]).all() else int(np.gcd.reduce(times)), others


def _divisors(table: np.ndarray, position: int, counted: frozenset) -> tuple[tuple, np.ndarray]:
    """Smaller sizes that always divided one, and are no such multiples themselves; and what is left."""
    found, left = [], table[:, position]
    for other, sizes in enumerate(table.T):
        smaller = other not in counted and sizes.min() >= SMALLEST and (sizes < table[:, position]).all()
        divides = smaller and len({*sizes.tolist()}) >= _SEVERAL and not (left % sizes).any()
        if divides and not _divisors(table, other, counted)[0]:
            found.append(other)
            left = left // sizes
    return tuple(found), left
