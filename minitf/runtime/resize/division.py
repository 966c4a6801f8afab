"""Runs that have no program in common, set apart by numbers of theirs, so that those that are alike may have one."""

from __future__ import annotations

import numpy as np

from minitf.runtime.resize.box import SMALLEST
from minitf.runtime.resize.given import Given

_MOST = 3  # numbers by which runs are set apart at once
_VALUES, _EACH = 4, 2  # so few different ones, each seen so often, are a choice


class Division:
    """Sets runs apart by some numbers of their points: by what they are, or whether that is none, one or more."""

    def __init__(self, positions: list[int], exact: bool):
        self._positions, self._exact = positions, exact

    def of(self, point: tuple) -> tuple:
        """What runs that are alike have in common."""
        numbers = [point[position] for position in self._positions]
        return tuple(numbers if self._exact else map(_kind, numbers))

    @classmethod
    def small(cls, points: list, given: Given, among: int) -> Division | None:
        """One by numbers that are none or one in a run, among so many of a point, and were more in others."""
        kinds, here = np.clip(np.array(points, np.int64), -SMALLEST, SMALLEST), given.point
        found = [k for k in range(among) if abs(here[k]) < SMALLEST and (kinds[:, k] != here[k]).any()]
        found.sort(key=lambda k: (kinds[:, k] == here[k]).sum())
        return cls(found[:_MOST], False) if found else None

    @classmethod
    def choice(cls, points: list, given: Given) -> Division | None:
        """One by what an input holds, if that was one of few."""
        table = np.array(points, np.int64)
        found = [range(*where.indices(len(given.point))) for where in given.numbers if _is_choice(table[:, where])]
        return cls(list(found[0]), True) if found else None


def _is_choice(rows: np.ndarray) -> bool:
    """Whether there are few different ones, each of which was seen several times."""
    different = len({*map(tuple, rows.tolist())})
    return 1 < different <= min(_VALUES, len(rows) // _EACH)


def _kind(number: int) -> int:
    return max(-SMALLEST, min(number, SMALLEST))
