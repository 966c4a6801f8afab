"""Several sums of products that numbers may be: they are one if they are the same for all sizes."""

from __future__ import annotations

import math
from collections import Counter

from minitf.runtime.resize.products import common, divided, factors, value_of


class Rivals:
    """Of which different sums of products numbers may be.

    They are told apart at further values, for which nothing was lowered, but what is derived is known. Sums that are
    the same at all of these are taken for one, and compared again for each run: see `differ`.
    """

    def __init__(self, further: list[tuple]):
        self.further = list(further)
        self.equal: dict = {}  # sums that have to be 0, so that those are one which were taken to be
        self.doubts: list[list[dict]] = []  # sums of which it is not known which of them numbers are
        self.unseen: list[tuple] = []  # further values at which derived numbers are not what samples show
        self._found: dict = {}  # products -> what they are at the further values

    @property
    def several(self) -> bool:
        """Whether there were different ones, or such as are not what is found at the further values."""
        return bool(self.equal or self.doubts or self.unseen)

    def add(self, column: list[int]) -> None:
        """Adds a number to the further values."""
        self.further = [(*row, n) for row, n in zip(self.further, column)]

    def keep(self, there: list[bool]) -> None:
        """Keeps some of the further values: for the others there is nothing."""
        if not all(there):
            self.further = [row for row, kept in zip(self.further, there) if kept]
            self._found.clear()

    def at(self, terms: dict) -> tuple:
        """What a sum is at the further values."""
        columns = [(self._product(p), often) for p, often in terms.items() if often and p]
        found = [terms.get((), 0)] * len(self.further)
        for column, often in columns:
            found = [n + often * m for n, m in zip(found, column)]
        return tuple(found)

    def _product(self, product: tuple) -> list[int]:
        if product not in self._found:
            within = factors(product)
            self._found[product] = [math.prod([row[k] for k in within]) for row in self.further]
        return self._found[product]

    def apart(self, sums: list[dict | None]) -> list[dict | None]:
        """Those of some sums that differ, the first of those that do not. If there are several, that is a doubt."""
        if len(sums) < 2:
            return sums
        found: dict = {}
        for each in sums:
            key = None if each is None else (self.at(each), self.further == [] and _key(each))
            if found.setdefault(key, each) is not each:
                self._take(found[key], each)
        if len(found) > 1:
            self.doubts.append(list(filter(None, found.values())))
        return list(found.values())

    def _take(self, one: dict | None, other: dict | None) -> None:
        """Takes two sums for one."""
        if one is None or other is None:
            return
        terms = {p: one.get(p, 0) - other.get(p, 0) for p in {**one, **other}}
        terms = {p: often for p, often in terms.items() if often}
        if terms:
            part, often = common(list(terms)), math.gcd(*terms.values())
            self.equal[frozenset([(divided(p, part), n // often) for p, n in terms.items()])] = None

    def differ(self, values: tuple) -> bool:
        """Whether sums that were taken for one are not, for values of all sizes."""
        return any([value_of(dict(terms), values) for terms in self.equal])

    def settle(self, told: dict, column: list[int]) -> bool:
        """Whether a sum is what a number is at the further values; else that is a doubt."""
        found = self.at(told)
        self.unseen += [row for row, n, m in zip(self.further, found, column) if n != m]
        return found == tuple(column)

    def wanted(self, count: int) -> list[tuple]:
        """The first `count` numbers of the further values at which sums differ of which one has to be chosen: those
        first at which the likeliest, which come first, differ from most of the others.
        """
        unseen = Counter([row[:count] for row in self.unseen])
        score: list[float] = [unseen[row[:count]] for row in self.further]
        for sums in self.doubts:
            first, *others = map(self.at, sums)
            for j, number in enumerate(first):
                score[j] += sum([other[j] != number for other in others]) / max(len(others), 1)
        order = sorted([j for j, n in enumerate(score) if n], key=lambda j: -score[j])
        return [self.further[j][:count] for j in order]


def _key(terms: dict) -> frozenset:
    """What is the same for sums that are."""
    return frozenset([(product, often) for product, often in terms.items() if often])
