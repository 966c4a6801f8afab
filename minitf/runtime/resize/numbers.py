"""Numbers that follow sizes: sums of products of these, found exactly by what they are for a few sizes."""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np

_DEGREE = 3  # factors of a product, the same one twice at most
_FEWEST = 4  # samples by which a product of one or two sizes shows itself, also where what is next to it is in the sum
_SURE = 5  # so many more samples than products tell what sums seldom are
_LESS = 2  # by which sizes in products are less, such as those of a slice without its ends
_FREE = 4  # sizes of which sums of two products are looked for at once
_TOGETHER = (1, 1), (1, -1), (2, -1), (1, -2)  # how often each of two sizes is in such sums
_SIGNS = (1, 1), (1, -1), (-1, 1)  # how two sizes make a third one
_HEAD = 8  # by which the slots of a list are more in what is before its rows
_ALL_PAIRS = 160  # products, of which sums of any two are looked for
_NEAR = 1e-6  # by how much real numbers may differ that are the same whole ones
_REMEMBERED = 256  # sizes


class Unresizable(Exception):
    """Programs that have no form in common."""


class Unresolved(Unresizable):
    """Too few samples to tell how numbers follow sizes."""


class Samples:
    """Values of sizes for which numbers are known, and what these are made of.

    A number is a constant and a whole number of each of a few products of sizes. Nearly all are multiples of one
    product, or of one in which a size is more or less by one: one sample says of which and how often, and the others
    have to agree. Else there have to be more samples: with one product the first two say how often, with two the first
    three do, and at least one has to agree. What is looked for first is what there are fewest of, so that hardly
    anything agrees by chance. sure: the sizes that are sums of others in any case.
    """

    def __init__(self, values: list[tuple], sure: frozenset = frozenset()):
        self.values = values
        self._apart = all([len(set(column)) >= min(len(values), _FEWEST) for column in zip(*values)])
        count = len(values[0])
        self._products = _powers(count)
        table = [[product_of(v, p) for v in values] for p in self._products]
        self._products, table = _different(self._products, table)
        self._rises = {p: [n - row[0] for n in row[1:]] for p, row in zip(self._products, table)}
        self._table = np.array(list(self._rises.values()), np.float64)
        self._firsts = {p: row[0] for p, row in zip(self._products, table)}
        self._multiples = _multiples(dict(zip(self._products, table)), {alone(k, count) for k in sure})
        often = Counter([_reduced(row)[0] for row in table])
        self._tied = {least for least, count in often.items() if count > 1}  # multiples of several products
        self._found: dict = {}  # numbers, one for each sample -> what they are made of

    @property
    def few(self) -> bool:
        """Whether there are so few that more may tell what these do not."""
        return len(self.values) < _FEWEST

    @property
    def apart(self) -> bool:
        """Whether nothing that follows sizes is the same in all samples."""
        return (1,) * len(self.values) not in self._multiples

    @property
    def mixed(self) -> bool:
        """Whether no two sizes go together in all samples, so that their sum or difference looks like a constant."""
        pairs = itertools.combinations(zip(*self.values), 2)
        together = [{a * n + b * m for n, m in zip(*pair)} for pair in pairs for a, b in _TOGETHER]
        return all([len(found) > 1 for found in together])

    def made_of(self, numbers: tuple) -> dict | None:
        """Of which products numbers are the sum, and how often; None if it cannot be told."""
        if numbers not in self._found:
            self._found[numbers] = self._sum(numbers)
        return self._found[numbers]

    def may_follow(self, numbers: tuple) -> bool:
        """Whether numbers are multiples of several products, of which others have to tell the right one."""
        return _reduced(numbers)[0] in self._multiples

    def of_two(self, numbers: tuple):
        """The sums and differences of two sizes that numbers always were. If these are a size of its own, others that
        depend on one of the two look as if they did on it, and do only while it is that.
        """
        count = len(self.values[0])
        for (k, one), (j, other) in itertools.combinations(enumerate(zip(*self.values)), 2):
            for a, b in _SIGNS:
                first = a * one[0] + b * other[0] == numbers[0]  # seldom so
                if first and all([a * n + b * m == own for n, m, own in zip(one, other, numbers)]):
                    yield {alone(k, count): a, alone(j, count): b, (): 0}

    def only_of_two(self, numbers: tuple) -> dict | None:
        """The only such sum or difference, if numbers are so many different ones that it is none by chance."""
        found = list(self.of_two(numbers)) if len({*numbers}) >= _FEWEST else ()
        return found[0] if len(found) == 1 else None

    @property
    def repeated(self) -> bool:
        """Whether a size is the same in some samples, so that what depends on it may be."""
        return any([len({*column}) < len(column) for column in zip(*self.values)])

    def _sum(self, numbers: tuple) -> dict | None:
        least, often = _reduced(numbers)
        part, terms = self._multiples.get(least, (0, None))
        found = {p: f * often // part for p, f in terms.items()} if terms and often % part == 0 else None
        repeats = len({*numbers}) < len(numbers)  # what is 0 or 1 is the same as others by chance
        if found and (self.few or not repeats or sum(map(bool, found.values())) == 1):
            return found
        if self.few or least in self._tied:  # others have to tell of which of several it is a multiple
            return None
        sums = self._sums(numbers)
        found = found or next(sums, None)
        return None if repeats and any([other not in (found, None) for other in sums]) else found

    def _sums(self, numbers: tuple):
        """The sums that numbers may be, the simplest first; None for one that they are by chance."""
        rises, most = [n - numbers[0] for n in numbers[1:]], len(self._products)
        for products in self._candidates(rises):
            if len(products) > most:
                return
            spare = self._different(products) - len(products)
            factors = _solved([self._rises[p] for p in products], rises) if spare > 1 or len(products) == 1 else None
            if factors is not None:
                constant = numbers[0] - sum(f * self._firsts[p] for p, f in zip(products, factors))
                most = max(len(products), 2)
                found = {(): constant, **{p: f for p, f in zip(products, factors) if f}}
                yield found if _plain(found) or spare >= _SURE else None

    def _different(self, products: list) -> int:
        """In how many samples products are not what they are in others."""
        return len({(0,) * len(products), *zip(*[self._rises[p] for p in products])})

    def _candidates(self, rises: list):
        """The products that numbers which rise so may be made of, as far as samples are enough to tell."""
        samples, low = len(self.values), [p for p in self._products if sum(p) < _DEGREE]
        yield from [[p] for p in self._products]
        if samples > _FEWEST or samples == _FEWEST and self._apart:
            yield from self._likely(self._near, rises)
        if samples > _FEWEST and len(self._products) <= _ALL_PAIRS:
            yield from self._likely(self._pairs, rises)
        for products in ([p for p in low if max(p) == 1], low, self._products):
            if samples >= len(products) + 2:
                yield products

    def _likely(self, pairs: np.ndarray, rises: list) -> list[tuple]:
        """Those of many pairs of products of which numbers may be the sum, as far as real numbers tell."""
        one, other, wanted = self._table[pairs[0]], self._table[pairs[1]], np.array(rises, np.float64)
        (a, b), (c, d), (e, f) = one.T[:2], other.T[:2], wanted[:2]
        with np.errstate(all="ignore"):
            factors = np.array([e * d - c * f, a * f - e * b]) / (a * d - c * b)
            near = np.flatnonzero((np.abs(factors - np.rint(factors)) <= _NEAR * np.maximum(1, np.abs(factors))).all(0))
        first, second = (each[near, None] * rows[near] for each, rows in zip(np.rint(factors), (one, other)))
        size = np.abs(first) + np.abs(second) + np.abs(wanted) + 1
        fits = near[(np.abs(first + second - wanted) <= _NEAR * size).all(1)]
        return [(self._products[k], self._products[j]) for k, j in pairs[:, fits].T.tolist()]

    @functools.cached_property
    def _near(self) -> np.ndarray:
        """The places of products of two sizes and of a part of each, the simplest first."""
        place = {p: k for k, p in enumerate(self._products)}
        large = [q for q in self._products if 1 < sum(q) < _DEGREE]
        return (
            np.array(sorted([(place[p], place[q]) for q in large for p in _parts(q) if p in place]), int)
            .reshape(-1, 2)
            .T
        )

    @functools.cached_property
    def _pairs(self) -> np.ndarray:
        """The places of any two products."""
        return np.array(np.triu_indices(len(self._products), 1))


def _parts(product: tuple) -> list[tuple]:
    """A product without one factor."""
    return [(*product[:k], n - 1, *product[k + 1 :]) for k, n in enumerate(product) if n]


@functools.cache
def _powers(count: int) -> list[tuple]:
    """All products of so many sizes, the simplest first."""
    factors = [each for d in range(1, _DEGREE + 1) for each in itertools.combinations_with_replacement(range(count), d)]
    powers = [tuple([each.count(k) for k in range(count)]) for each in factors]
    return sorted([p for p in powers if max(p) < _DEGREE], key=lambda p: (sum(p), max(p), p))


def _different(products: list[tuple], table: list) -> tuple[list, list]:
    """Products but for powers that are what their roots are, such as those of no and one."""
    found: dict = {}
    for powers, row in zip(products, table):
        found.setdefault((tuple(map(bool, powers)), *row), (powers, row))
    return [powers for powers, _ in found.values()], [row for _, row in found.values()]


def alone(k: int, count: int) -> tuple:
    """The product that is one of so many sizes."""
    return tuple([int(k == each) for each in range(count)])


def _multiples(table: dict, sure: set) -> dict:
    """For products, those in which a size is more or less by one or by a list's head, and sums of two (what two lookups
    into one table give), by what their values for the samples are when they are divided by what divides all: by how
    much, and of what they are the sum; None where that are several, but for what is `sure` to be the same.
    """
    sums = [({p: 1, (): 0}, row) for p, row in table.items()]
    sums += [({p: 1, (): _HEAD}, [n + _HEAD for n in row]) for p, row in table.items() if sum(p) == 1]
    for p, row in table.items():
        for less in [(*p[:k], n - 1, *p[k + 1 :]) for k, n in enumerate(p) if n]:
            other = table.get(less, [1] * len(row))
            for more in (1, -1):
                terms = {p: 1, less if any(less) else (): more}
                sums.append(({(): 0, **terms}, [n + more * m for n, m in zip(row, other)]))
    areas = [(p, row) for p, row in table.items() if sum(p) == 2 == len(p) - p.count(0) and len(p) <= _FREE]
    for (p, row), (q, other) in itertools.combinations(areas, 2):
        sums.append(({p: 1, q: 1, (): 0}, [n + m for n, m in zip(row, other)]))
    found: dict = {}
    for terms, values in sums:
        least, part = _reduced(values)
        known = found.get(least)
        if known is None or sure.isdisjoint([*terms, *(known[1] or ())]):
            found[least] = (part, terms if known is None else None)
    return found


def _reduced(numbers) -> tuple[tuple, int]:
    """Numbers divided by the largest one that divides all, and that; the first is then none below 0."""
    divisor = (math.gcd(*numbers) or 1) * (-1 if numbers[0] < 0 else 1)
    return tuple([n // divisor for n in numbers]), divisor


def _plain(found: dict) -> bool:
    """Whether it is what sizes and places usually are: sums, and products with sizes that are less by one or two. Steps
    look like other sums where there are few values of a size.
    """
    return all(
        [
            n >= 0 or any([_inside(p, q) and -n <= _LESS * m for q, m in found.items() if sum(q) > sum(p)])
            for p, n in found.items()
        ]
    )


def _inside(product: tuple, other: tuple) -> bool:
    """Whether a product is a part of another one."""
    return all(a <= b for a, b in zip(product, other))


def product_of(values: tuple, powers: tuple) -> int:
    """The product of values to some powers."""
    return math.prod([v**p for v, p in zip(values, powers) if p])


def _solved(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    """The whole numbers by which columns add up to another one; None if there are none."""
    found = _SOLVED[min(len(columns), 3)](columns, wanted)
    if found is None:
        return None
    sums = [sum([f * n for f, n in zip(found, row)]) for row in zip(*columns)]
    return found if sums == wanted else None


def _one(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    at = next((k for k, n in enumerate(columns[0]) if n), 0)
    return _whole([wanted[at]], columns[0][at])


def _two(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    (a, b, *_), (c, d, *_), (e, f, *_) = *columns, wanted
    return _whole([e * d - c * f, a * f - e * b], a * d - c * b)


def _whole(numbers: list[int], divisor: int) -> list[int] | None:
    """Quotients, if there are any and they are whole."""
    return None if not divisor or any([n % divisor for n in numbers]) else [n // divisor for n in numbers]


def _more(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    """The solution of the first equations, if it is the only one (Gauss, 1810)."""
    rows, count = [list(map(Fraction, row)) for row in zip(*columns, wanted)], len(columns)
    for k in range(count):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [n / rows[k][k] for n in rows[k]]
        for i, row in enumerate(rows):
            if i != k and row[k]:
                rows[i] = [n - row[k] * own for n, own in zip(row, rows[k])]
    found = [rows[k][count] for k in range(count)]
    return None if any([f.denominator != 1 for f in found]) else list(map(int, found))


_SOLVED = {1: _one, 2: _two, 3: _more}


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
        rows = [i for i, powers in enumerate(self._products) if any([powers[k] for k in sizes])]
        return self.varying[(self._factors[rows] != 0).any(axis=0)]
