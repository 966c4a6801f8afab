"""Numbers that follow sizes: sums of products of these, found exactly by what they are for a few sizes."""

from __future__ import annotations

import numpy as np

from minitf.runtime.resize.products import product_of
from minitf.runtime.resize.samples import Samples

_REMEMBERED = 256  # sizes


class Unresizable(Exception):
    """Programs that have no form in common."""


class Unresolved(Unresizable):
    """Too few samples to tell how numbers follow sizes."""


class Numbers:
    """Numbers that depend on sizes, given for samples; raises Unresolved where it is not known how, and Unresizable
    where they do not: what is the same for some sizes, and another number for others, has an end somewhere.
    """

    def __init__(self, samples: Samples, table: np.ndarray):
        self._first = table[0]
        self.varying = np.flatnonzero((table != table[0]).any(axis=0))
        if not samples.apart:
            raise Unresolved
        columns = list(map(tuple, table[:, self.varying].T.tolist()))
        sums = [samples.made_of(numbers) or samples.only_of_two(numbers) for numbers in columns]
        if None in sums:
            untold = [n for n, s in zip(columns, sums) if s is None]
            halts = any([len({*n}) < len(n) and not samples.may_follow(n) for n in untold])
            raise Unresizable if halts and not samples.repeated else Unresolved
        self._products = list(dict.fromkeys([p for s in sums for p in s if p]))
        self._constants = np.array([s[()] for s in sums], np.int64)
        factors = [[s.get(p, 0) for s in sums] for p in self._products]
        self._factors = np.array(factors, np.int64).reshape(len(self._products), len(sums))
        self._found: dict = {}  # what varies, for the last sizes that were asked for

    def at(self, values: tuple) -> np.ndarray:
        """The numbers for some sizes."""
        if values not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            products = np.array([product_of(values, p) for p in self._products], np.int64)
            self._found[values] = self._constants + products @ self._factors
        numbers = self._first.copy()
        numbers[self.varying] = self._found[values]
        return numbers

    def following(self, sizes: list[int]) -> np.ndarray:
        """Which of them depend on any of some sizes."""
        rows = [i for i, powers in enumerate(self._products) if any([k < len(powers) and powers[k] for k in sizes])]
        return self.varying[(self._factors[rows] != 0).any(axis=0)]
