"""Values of sizes for which numbers are known, and what these are made of."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from minitf.runtime.resize.fitting import alone_fits, solved, two_fit
from minitf.runtime.resize.products import (
    DEGREE,
    alone,
    factors,
    is_area,
    is_part,
    multiplied,
    parts,
    powers,
    rank,
    reduced,
)
from minitf.runtime.resize.rivals import Rivals

_FEWEST = 4  # samples by which a product of one or two sizes shows itself, also where what is next to it is in the sum
_SURE = 5  # so many more samples than products tell what sums seldom are
_LESS = 2  # by which sizes in products are less, such as those of a slice without its ends
_DIFFERENT = 3  # values of a size that tell what is so much more than it
_FREE = 4  # sizes of which sums of two products are looked for at once
_TOGETHER = (1, 1), (1, -1), (2, -1), (1, -2)  # how often each of two sizes is in such sums
_HEAD = 8  # by which the slots of a list are more in what is before its rows
_ALL_PAIRS = 160  # products, of which sums of any two are looked for
_WAYS = 512  # of which others may be multiples
_FEW = 10  # sizes of which all products are looked at
_LARGEST = 1 << 60  # products beyond it may overflow in sums


class Samples:
    """Values of sizes for which numbers are known, and what these are made of.

    A number is a constant and a whole number of each of a few products of sizes. Nearly all are multiples of one
    product, or of one in which a size is more or less by one: one sample says of which and how often, and the others
    have to agree. Else there have to be more samples: with one product the first two say how often, with two the first
    three do, and at least one has to agree. What is looked for first is what there are fewest of, so that hardly
    anything agrees by chance. What may be made of sizes in several ways that differ at `further` values is not told.

    Numbers that were added are no sizes until they are in use: others may be equal to them, but products are looked for
    of sizes alone.
    """

    def __init__(self, values: list[tuple], further: list[tuple] = ()):
        self.values, self.rivals = values, Rivals(further)
        self.sizes = list(range(len(values[0])))  # which of the numbers in each sample there are products of
        self._behind: list[set] = [{k} for k in self.sizes]  # on which of the first ones each depends
        self._products: list[tuple] = []
        self._table = np.empty((0, len(values)), np.int64)  # what they are in the samples
        self._kinds: set = set()  # which sizes are in products, and what these are in the samples
        self._multiples: dict = {}  # see `_note_multiples`
        self._note(powers(len(self.sizes)))

    def add(self, column: tuple, further: list[int], behind: set) -> None:
        """Adds a number to each sample and to the further values. behind: the first ones on which it depends."""
        self.values = [(*row, n) for row, n in zip(self.values, column)]
        self.rivals.add(further)
        self._behind.append(behind)
        self._forget()

    def use(self, k: int) -> None:
        """Makes a number a size. Where there are many, products are of those that depend on none of the same, but for
        what is worked out of several of the first ones: it may no more depend on each. What is too large is none.
        """
        few = len(self.sizes) < _FEW
        if max([abs(row[k]) for row in self.values]) > _LARGEST:
            return
        self.sizes.append(k)
        known = [p for p in [(), *self._products] if sum(p) < DEGREE and all([self._go(k, j, few) for j in factors(p)])]
        squared = [multiplied(multiplied(p, k), k) for p in known if few and sum(p) < DEGREE - 1]
        self._note([multiplied(p, k) for p in known] + squared)

    def _go(self, k: int, j: int, few: bool) -> bool:
        """Whether there may be products of two sizes; of two that are 0 or 1 there are none."""
        if self._is_flag(k) and self._is_flag(j):
            return False
        return few or self._behind[k].isdisjoint(self._behind[j]) or len(self._behind[k]) > 1 == len(self._behind[j])

    def _is_flag(self, k: int) -> bool:
        return k not in self._behind[k] and {row[k] for row in self.values} <= {0, 1}

    def hidden(self, columns: set[tuple]) -> list[int]:
        """The numbers that are no sizes, of which some are multiples."""
        least = {reduced(column)[0] for column in columns}
        found = [k for column, equal in self._equal.items() if reduced(column)[0] in least for k in equal]
        return [k for k in found if k not in self.sizes]

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

    @property
    def repeated(self) -> bool:
        """Whether a size is the same in some samples, so that what depends on it may be."""
        return any([len({*column}) < len(column) for column in self._columns])

    def made_of(self, numbers: tuple) -> dict | None:
        """Of which products numbers are the sum, and how often; None if it cannot be told."""
        if numbers not in self._found:
            self._found[numbers] = self._sum(numbers)
        return self._found[numbers]

    def may_follow(self, numbers: tuple) -> bool:
        """Whether numbers are multiples of several products, of which others have to tell the right one."""
        return reduced(numbers)[0] in self._multiples

    def of_two(self, numbers: tuple) -> list[dict]:
        """The sums and differences of two that numbers always were. If these are a size of its own, others that depend
        on one of the two look as if they did on it, and do only while it is that.
        """
        found = []
        for k, one in enumerate(zip(*self.values)):
            less = tuple([n - m for n, m in zip(numbers, one)])
            rest = tuple([-n for n in less])
            found += [{alone(k): 1, alone(j): 1, (): 0} for j in self._equal.get(less, ()) if k < j]
            found += [{alone(k): 1, alone(j): -1, (): 0} for j in self._equal.get(rest, ()) if j != k]
        return found

    def only_of_two(self, numbers: tuple) -> dict | None:
        """The only such sum or difference, if numbers are so many different ones that it is none by chance."""
        found = self.rivals.apart(self.of_two(numbers)) if len({*numbers}) >= _FEWEST else ()
        return found[0] if len(found) == 1 else None

    def off(self, numbers: tuple) -> list[dict]:
        """What is so much more than another one, or what that leaves of a constant."""
        found = []
        for k, column in enumerate(zip(*self.values)):
            for often in (1, -1) if len({*column}) >= _DIFFERENT else ():
                more = numbers[0] - often * column[0]
                if all([n - often * m == more for n, m in zip(numbers, column)]):
                    found.append({alone(k): often, (): more})
        return found

    # ---- products

    def _forget(self) -> None:
        """Forgets what depends on which numbers there are."""
        columns = list(zip(*self.values))
        self._columns = [columns[k] for k in self.sizes]  # the sizes in all samples
        self._equal: dict = {}  # what numbers are in the samples -> which are that
        for k, column in enumerate(columns):
            self._equal.setdefault(column, []).append(k)
        self._found: dict = {}  # numbers, one for each sample -> what they are made of
        for name in ("_order", "_place", "_rises", "_near", "_pairs"):
            self.__dict__.pop(name, None)

    @functools.cached_property
    def _order(self) -> list[int]:
        """The products, the simplest first."""
        return sorted(range(len(self._products)), key=lambda i: rank(self._products[i]))

    @functools.cached_property
    def _place(self) -> dict:
        """Where each product is among those."""
        return {i: n for n, i in enumerate(self._order)}

    @functools.cached_property
    def _rises(self) -> np.ndarray:
        return self._table[:, 1:] - self._table[:, :1]

    @property
    def _apart(self) -> bool:
        return all([len({*column}) >= min(len(column), _FEWEST) for column in self._columns])

    def _note(self, products: list[tuple]) -> None:
        """Takes note of products but for those that may overflow, and for powers that are what their roots are, such as
        those of no and one.
        """
        columns, new, rows = list(zip(*self.values)), [], []
        most = [max(map(abs, column)) for column in columns]
        for product in sorted(products, key=rank):
            within = factors(product)
            if math.prod([max(most[k], 1) for k in within]) > _LARGEST:
                continue
            row = [math.prod(numbers) for numbers in zip(*[columns[k] for k in within])]
            kind = *map(bool, product), *row
            if kind not in self._kinds:
                self._kinds.add(kind)
                new.append(product)
                rows.append(row)
        self._products += new
        self._table = np.vstack([self._table, np.array(rows, np.int64).reshape(-1, len(self.values))])
        self._note_multiples(new)
        self._forget()

    def _note_multiples(self, new: list[tuple]) -> None:
        """For new products, those in which a size is more or less by one or by a list's head, and sums of two (what two
        lookups into one table give), by what their values for the samples are when they are divided by what divides
        all: by how much, and of what they are the sum, which may be several.
        """
        sums = self._near_sums(new)
        rows = np.array([row for _, row in sums], np.int64).reshape(len(sums), len(self.values))
        divisors = np.maximum(np.gcd.reduce(rows, axis=1), 1) * np.where(rows[:, 0] < 0, -1, 1)
        least = map(tuple, (rows // divisors[:, None]).tolist())
        for key, part, (terms, _) in zip(least, divisors.tolist(), sums):
            known = self._multiples.setdefault(key, [])
            if len(known) < _WAYS:
                known.append((part, terms))

    def _near_sums(self, new: list[tuple]) -> list[tuple]:
        """The sums of products that are looked for first, and what they are for the samples."""
        place, table = {p: i for i, p in enumerate(self._products)}, self._table
        ones = np.ones(len(self.values), np.int64)
        row = {p: table[place[p]] for p in new}
        near = [(p, q, table[place[q]] if q in place else ones) for p in new for q in parts(p) if not q or q in place]
        areas = [p for p in self._products if is_area(p)] if len(self.sizes) <= _FREE else []
        pairs = [pair for pair in itertools.combinations(areas, 2) if not row.keys().isdisjoint(pair)]
        return [
            *[({p: 1, (): 0}, row[p]) for p in new],
            *[({p: 1, (): _HEAD}, row[p] + _HEAD) for p in new if sum(p) == 1],
            *[({(): 0, p: 1, q: more}, row[p] + more * other) for p, q, other in near for more in (1, -1)],
            *[({p: 1, q: 1, (): 0}, table[place[p]] + table[place[q]]) for p, q in pairs],
        ]

    # ---- sums of them

    def _sum(self, numbers: tuple) -> dict | None:
        repeats = len({*numbers}) < len(numbers)  # what is 0 or 1 is the same as others by chance
        equal = [{alone(k): 1, (): 0} for k in self._equal.get(numbers, ()) if k not in self.sizes]
        ways = [*self._ways(*reduced(numbers)), *equal]
        others = [*self.of_two(numbers), *self.off(numbers)] if ways and (self.few or repeats) else []
        ways = self.rivals.apart([*ways, *others])
        found = ways[0] if len(ways) == 1 else None
        if found and (self.few or not repeats or sum(map(bool, found.values())) == 1):
            return found
        if self.few or len(ways) > 1:  # others have to tell of which of several it is a multiple
            return None
        sums = list(self._sums(numbers))
        found = found or next(iter(sums), None)
        most = max(map(len, filter(None, sums)), default=0) if repeats else len(found or ())
        others = [each for each in sums if each is not None and len(each) <= most]
        return found if found and len(self.rivals.apart([found, *others])) < 2 else None

    def _ways(self, least: tuple, often: int) -> list[dict | None]:
        """Of what numbers may be whole multiples; None for what they would be a part of, if only one is not 0: that may
        be what any size was, and more; and where there are more than are kept.
        """
        once, known = least.count(0) >= len(least) - 1 and often > 1, self._multiples.get(least, ())
        found: list[dict | None] = []
        for part, terms in known:
            whole = often % part == 0
            if whole or once:
                found.append({p: f * often // part for p, f in terms.items()} if whole else None)
        return found if len(known) < _WAYS else [*found, None]

    def _sums(self, numbers: tuple):
        """The sums that numbers may be, the simplest first; None for one that they are by chance."""
        rises, most = [n - numbers[0] for n in numbers[1:]], len(self._products)
        for products in self._candidates(rises):
            if len(products) > most:
                return
            columns = [self._rises[i].tolist() for i in products]
            spare = len({(0,) * len(products), *zip(*columns)}) - len(products)  # different samples
            factors = solved(columns, rises) if spare > 1 or len(products) == 1 else None
            if factors is not None:
                constant = numbers[0] - sum(f * int(self._table[i, 0]) for i, f in zip(products, factors))
                most = max(len(products), 2)
                found = {(): constant, **{self._products[i]: f for i, f in zip(products, factors) if f}}
                yield found if _plain(found) or spare >= _SURE else None

    def _candidates(self, rises: list):
        """The products that numbers may be made of which rise so, as far as samples are enough to tell."""
        samples, low = len(self.values), [i for i in self._order if sum(self._products[i]) < DEGREE]
        yield from [[i] for i in sorted(alone_fits(self._rises, rises).tolist(), key=self._place.get)]
        if samples > _FEWEST or samples == _FEWEST and self._apart:
            yield from self._fitting(self._near, rises)
        if samples > _FEWEST and len(self._products) <= _ALL_PAIRS:
            yield from self._fitting(self._pairs, rises)
        for products in ([i for i in low if max(self._products[i]) == 1], low, self._order):
            if samples >= len(products) + 2:
                yield products

    def _fitting(self, pairs: np.ndarray, rises: list) -> list[list]:
        """Of some pairs of products those of which numbers may be the sum that rise so."""
        return pairs[two_fit(self._rises[pairs[:, 0]], self._rises[pairs[:, 1]], rises)].tolist()

    @functools.cached_property
    def _near(self) -> np.ndarray:
        """The places of products of two sizes and of a part of each, the simplest first."""
        place = {self._products[i]: n for n, i in enumerate(self._order)}
        large = [q for q in place if 1 < sum(q) < DEGREE]
        found = sorted([(place[p], place[q]) for q in large for p in parts(q) if p in place])
        return np.array([(self._order[n], self._order[m]) for n, m in found], int).reshape(-1, 2)

    @functools.cached_property
    def _pairs(self) -> np.ndarray:
        """The places of any two products."""
        return np.array(list(itertools.combinations(self._order, 2)), int).reshape(-1, 2)


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
