"""Values of sizes for which numbers are known, and what these are made of."""

from __future__ import annotations

import functools
import itertools
from collections import Counter

import numpy as np

from minitf.runtime.resize.fitting import solved
from minitf.runtime.resize.products import DEGREE, alone, is_part, parts, powers, product_of, reduced

_FEWEST = 4  # samples by which a product of one or two sizes shows itself, also where what is next to it is in the sum
_SURE = 5  # so many more samples than products tell what sums seldom are
_LESS = 2  # by which sizes in products are less, such as those of a slice without its ends
_FREE = 4  # sizes of which sums of two products are looked for at once
_TOGETHER = (1, 1), (1, -1), (2, -1), (1, -2)  # how often each of two sizes is in such sums
_SIGNS = (1, 1), (1, -1), (-1, 1)  # how two sizes make a third one
_HEAD = 8  # by which the slots of a list are more in what is before its rows
_ALL_PAIRS = 160  # products, of which sums of any two are looked for
_NEAR = 1e-6  # by how much real numbers may differ that are the same whole ones


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
        self._products = powers(count)
        table = [[product_of(v, p) for v in values] for p in self._products]
        self._products, table = _different(self._products, table)
        self._rises = {p: [n - row[0] for n in row[1:]] for p, row in zip(self._products, table)}
        self._table = np.array(list(self._rises.values()), np.float64)
        self._firsts = {p: row[0] for p, row in zip(self._products, table)}
        self._multiples = _multiples(dict(zip(self._products, table)), {alone(k, count) for k in sure})
        often = Counter([reduced(row)[0] for row in table])
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
        return reduced(numbers)[0] in self._multiples

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
        least, often = reduced(numbers)
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
            factors = solved([self._rises[p] for p in products], rises) if spare > 1 or len(products) == 1 else None
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
        samples, low = len(self.values), [p for p in self._products if sum(p) < DEGREE]
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
        large = [q for q in self._products if 1 < sum(q) < DEGREE]
        return (
            np.array(sorted([(place[p], place[q]) for q in large for p in parts(q) if p in place]), int)
            .reshape(-1, 2)
            .T
        )

    @functools.cached_property
    def _pairs(self) -> np.ndarray:
        """The places of any two products."""
        return np.array(np.triu_indices(len(self._products), 1))


def _different(products: list[tuple], table: list) -> tuple[list, list]:
    """Products but for powers that are what their roots are, such as those of no and one."""
    found: dict = {}
    for product, row in zip(products, table):
        found.setdefault((tuple(map(bool, product)), *row), (product, row))
    return [product for product, _ in found.values()], [row for _, row in found.values()]


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
        least, part = reduced(values)
        known = found.get(least)
        if known is None or sure.isdisjoint([*terms, *(known[1] or ())]):
            found[least] = (part, terms if known is None else None)
    return found


def _plain(found: dict) -> bool:
    """Whether it is what sizes and places usually are: sums, and products with sizes that are less by one or two. Steps
    look like other sums where there are few values of a size.
    """
    return all(
        [
            n >= 0 or any([is_part(p, q) and -n <= _LESS * m for q, m in found.items() if sum(q) > sum(p)])
            for p, n in found.items()
        ]
    )
