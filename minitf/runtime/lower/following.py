"""How what a kernel rule calls follows sizes that only a run knows: found out by attempts for several of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.framework.errors import OpError
from minitf.runtime.lower.attempts import Attempt, Part, few_whole, taken_for
from minitf.runtime.lower.bounded import Bounded, Count
from minitf.runtime.lower.builder import NeedsData

_MOST_COUNTS = 6


class Rule(NamedTuple):
    """What a rule calls for any sizes: one of its attempts, the counts that the inputs follow, and how each number in
    it follows these and those that the op finds out: a base, and how often it has each of them.
    """

    attempt: Attempt
    counts: list[Count]
    numbers: list[tuple]


def followed(op, inputs: list, least: int, *ways) -> Rule | None:
    """How the op's rule follows sizes, where no count of the inputs is below the least; None if it does not, or is
    refused for some. ways: as an Attempt takes them.
    """
    counts = list(dict.fromkeys([count for v in inputs if type(v) is Bounded for count in v.counts]))
    points, tables, attempts = [], [], []
    try:
        more = len(_attempt(op, inputs, counts, least, lambda k: 1.0, *ways)[0].found)
        for shares in _shares(len(counts) + more):
            attempt, point = _attempt(op, inputs, counts, least, shares.__getitem__, *ways)
            attempts.append(attempt)
            points.append(point)
            tables.append(_Numbers(attempt, len(inputs)))
    except (NeedsData, ValueError, TypeError, IndexError, ArithmeticError, OpError):
        return None
    if any([each.structure != tables[0].structure for each in tables]) or len(points[0]) > 1 + _MOST_COUNTS:
        return None
    numbers = _fitted(points, [each.numbers for each in tables])
    return None if numbers is None else Rule(attempts[0], counts, numbers)


def _attempt(op, inputs: list, counts: list, least: int, share: Callable, *ways) -> tuple[Attempt, list]:
    """An attempt, and what the counts are in it, behind a 1."""
    known = [taken_for(count.most, share(k), least) for k, count in enumerate(counts)]
    attempt = Attempt(op, inputs, dict(zip(counts, known)), lambda k: share(len(counts) + k), *ways)
    return attempt, [1, *known, *[number for _, number, _ in attempt.found]]


def _shares(count: int) -> list:
    """For each attempt, which part of the most that it may be each count is taken for: all, nothing, and others."""
    mixed = random.Random(count)
    drawn = [[mixed.uniform(0.3, 1.0) for _ in range(count)] for _ in range(count + 2)]
    for k in range(count):
        drawn[k][k] = 0.0
    return [[1.0] * count, *drawn, [0.0] * count]


class _Numbers:
    """An attempt taken apart: its structure, and the numbers in it."""

    def __init__(self, attempt: Attempt, inputs: int):
        self.structure: list = [len(attempt.found)]
        self.numbers: list = []
        for place, _, most in attempt.found:
            self.structure.append(place.root)
            self.numbers += [place.offset, most]
        for root in attempt.roots[inputs:]:
            self._root(root)
        for kernel, operands, fails in attempt.calls:
            self.structure.append((kernel, fails, len(operands)))
            for operand in operands:
                self._operand(operand)
        for part in attempt.results:
            self.structure.append((part.root, part.dtype, len(part.shape)))
            self.numbers += [part.offset, *part.shape]
            self._contents(part.known)

    def _root(self, root) -> None:
        if isinstance(root, np.ndarray):
            self._contents(root)
        else:
            shape, dtype = root
            self.structure.append((len(shape), dtype))
            self.numbers += shape

    def _contents(self, array: np.ndarray | None) -> None:
        whole = array is not None and few_whole(array)
        self.structure.append(None if array is None else (array.shape, array.dtype, whole or array.tobytes()))
        self.numbers += array.reshape(-1).tolist() if whole else []

    def _operand(self, operand) -> None:
        if isinstance(operand, Part):
            self.structure.append(("part", operand.root))
            self.numbers.append(operand.offset)
        elif isinstance(operand, float):
            self.structure.append(operand)
        else:
            numbers = list(operand) if isinstance(operand, (tuple, list)) else [operand]
            self.structure.append(("numbers", len(numbers)))
            self.numbers += [int(number) for number in numbers]


def _fitted(points: list, tables: list) -> list[tuple] | None:
    """How each number follows the points, as whole numbers; None if one does not."""
    points, table = np.array(points, np.int64), np.array(tables, np.int64)
    found, _, rank, _ = np.linalg.lstsq(points.astype(np.float64), table.astype(np.float64), rcond=None)
    whole = np.rint(found).astype(np.int64)
    if rank < points.shape[1] or not np.array_equal(points @ whole, table):
        return None
    return [tuple(column) for column in whole.T.tolist()]
