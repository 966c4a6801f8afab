"""Sizes that are no sums of products of others: how many steps a slice takes that ends where there are no more, or a
convolution of every second one. Rules say by which function they have worked these out, so that they are for any sizes.
"""

from __future__ import annotations

from minitf.framework.errors import OpError
from minitf.runtime.lower.ir import word
from minitf.runtime.resize.numbers import Unresizable, Unresolved
from minitf.runtime.resize.products import alone, product_of
from minitf.runtime.resize.samples import Samples

_MOST = 8  # sizes that are derived
_DIFFERENT = 3  # values of a size that tell what is so much more than it
_REMEMBERED = 256  # values of the free ones


class Unseen(Unresizable):
    """Samples show nothing of what is for other values of the sizes. values: such ones."""

    def __init__(self, values: tuple):
        super().__init__()
        self.values = values


class TooMany(Unresizable):
    """More sizes are derived than it is worth while to look at, which it costs much to find out."""


class Derived:
    """What rules have worked out while programs were lowered for samples: those of one form, and in the same order.

    Each is a function of numbers that follow the sizes. What it gave follows them, too, for these samples, and has to
    for others, or is a size more, on which other numbers may depend; raises Unresolved where samples do not tell what
    is given. samples: those of all sizes, the derived ones last. first: the function, what is fixed, and of which sizes
    it is, for each derived one that inputs have.
    """

    def __init__(self, values: list[tuple], forms: list, first: list[tuple] = ()):
        self._steps: list[tuple] = []  # (function, what is fixed, what is given, what is found and whether it is new)
        self._free, self.samples, self._known = len(values[0]), Samples(values), {}
        self._sure = frozenset()  # the derived ones that are a sum of others in any case
        self._depend: list[set] = [{k} for k in range(self._free)]  # on which free ones each size depends
        if not self.samples.mixed:
            raise Unresolved
        for function, fixed, places in first:
            terms = [{alone(k, len(self._depend)): 1, (): 0} for k in places]
            column = [function(*fixed, *[row[k] for k in places])[0] for row in self.samples.values]
            self._add_size(tuple(column), set().union(*[self._depend[k] for k in places]), len(places) > 1)
            self._steps.append((function, fixed, terms, [(None, True)]))
        parts: list = [form.derived for form in forms]
        done: set = set()
        for k, (function, fixed, *_) in enumerate(parts[0]):
            given, found = (list(zip(*[part[k][place] for part in parts])) for place in (2, 3))
            key = function, fixed, *given
            if key not in done and any([len({*column}) > 1 for column in given]):
                self._add(function, fixed, given, found)
            done.add(key)

    def _add(self, function, fixed: tuple, given: list, found: list) -> None:
        terms = [self._made_of(column) or self._off(column) or self.samples.only_of_two(column) for column in given]
        if None in terms:
            raise Unresolved
        for column, told in zip(given, terms):
            self._add_sum(column, told)
        follow, behind = [], set().union(*[self._behind(each) for each in terms])
        for column in found:
            told = self._made_of(column) or self._off(column)
            new = told is None or _is_sum(told)
            told = told or next(self.samples.of_two(column), None)
            follow.append((told, new))
            if new:
                self._add_size(column, behind, told is not None)
        self._steps.append((function, fixed, terms, follow))

    def _add_sum(self, column: tuple, told: dict) -> None:
        """Makes what is given a size, if it is the sum of one and more, which is what an image is with its edges, or of
        two, such as what is left of one.
        """
        if (_is_sum(told) or self._made_of(column) is None) and column not in zip(*self.samples.values):
            self._add_size(column, self._behind(told), True)
            self._steps.append((_same, (), [told], [(None, True)]))

    def _add_size(self, column: tuple, behind: set, is_sum: bool) -> None:
        """Makes a number a size of its own, on which others may depend."""
        self._sure |= {len(self._depend)} if is_sum else set()
        self._depend.append(behind)
        self.samples = Samples([(*row, n) for row, n in zip(self.samples.values, column)], self._sure)
        if len(self._depend) > self._free + _MOST:
            raise TooMany

    def _made_of(self, column: tuple) -> dict | None:
        return self.samples.made_of(column) if len({*column}) > 1 else {(): column[0]}

    def _off(self, column: tuple) -> dict | None:
        """What is so much more than a size, or what a size leaves of a number, which few samples do not tell: it is
        looked at for other sizes, too.
        """
        for k, size in enumerate(zip(*self.samples.values)):
            for often in (1, -1) if len({*size}) >= _DIFFERENT else ():
                off, *others = {n - often * own for n, own in zip(column, size)}
                if not others:
                    return {alone(k, len(self._depend)): often, (): off}
        return None

    def _behind(self, terms: dict) -> set:
        """The free sizes on which a sum of products depends."""
        return set().union(*[self._depend[k] for powers in terms for k, power in enumerate(powers) if power])

    def following(self, k: int) -> list[int]:
        """The numbers of the sizes that depend on a free one."""
        return [number for number, behind in enumerate(self._depend) if k in behind]

    def all(self, values: tuple) -> tuple | None:
        """All sizes, for values of the free ones; None if what is found then does not follow them as in the samples."""
        if values not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[values] = self._all(values)
        return self._known[values]

    def _all(self, values: tuple) -> tuple | None:
        for function, fixed, given, follow in self._steps:
            try:
                found = map(word, function(*fixed, *[_sum(terms, values) for terms in given]))
            except (OpError, ValueError, TypeError, ArithmeticError, IndexError):
                return None  # there is none of these sizes
            for number, (told, new) in zip(found, follow, strict=True):
                if told is not None and _sum(told, values) != number:
                    return None
                values = (*values, number) if new else values
        return values


def _same(number: int) -> tuple[int]:
    return (number,)


def _is_sum(told: dict) -> bool:
    """Whether a number is a size of its own, for products of it are sums of too many products of others."""
    return len(told) > 1 and abs(told[()]) > 1


def _sum(terms: dict, values: tuple) -> int:
    """A sum of products of sizes."""
    return sum([often * product_of(values, powers) for powers, often in terms.items()])
