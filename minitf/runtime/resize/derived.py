"""Sizes that are no sums of products of others: how many steps a slice takes that ends where there are no more, or a
convolution of every second one. Rules say by which function they have worked these out, so that they are for any sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from minitf.framework.errors import OpError
from minitf.runtime.lower.ir import word
from minitf.runtime.resize.numbers import Unresizable, Unresolved
from minitf.runtime.resize.products import alone, value_of
from minitf.runtime.resize.samples import Samples

_MOST = 32  # sizes that are derived
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
    for others, or is a number more, of which others may be made; raises Unresolved where samples do not tell what is
    given. It is no size, of which there are products, until `show` finds out that there have to be: most only serve to
    work out others. samples: those of all sizes and such numbers, the derived ones last. first: the function, what is
    fixed, and of which sizes it is, for each derived one that inputs have. further: values of the free ones that tell
    different explanations apart. asked: what functions found for these, as far as it is known.
    """

    def __init__(self, values: list[tuple], first: Sequence = (), further: Sequence = (), asked: dict | None = None):
        # (function, what is fixed, what is given, for each number found what it has to be and whether it is one more)
        self._steps: list[tuple] = []
        self._asked = {} if asked is None else asked
        self._free, self._known, self._compared = len(values[0]), {}, 0
        self.samples = Samples(values, further)
        self._depend: list[set] = [{k} for k in range(self._free)]  # on which free ones each number depends
        self._told: list[list] = []  # for each of what was derived, what its numbers are
        if not self.samples.mixed:
            raise Unresolved
        for function, fixed, places in first:
            found = [function(*fixed, *[row[k] for k in places])[0] for row in self.samples.values]
            self._step(function, fixed, [{alone(k): 1, (): 0} for k in places], [tuple(found)], [([], True)])
            self._use(len(self._depend) - 1)

    def follow(self, forms: list) -> Derived:
        """Adds what was derived in the programs for the samples; raises Unresolved."""
        parts, done = [form.derived for form in forms], {}
        for k, (function, fixed, _, _, sources) in enumerate(parts[0]):
            given, found = (list(zip(*[part[k][place] for part in parts])) for place in (2, 3))
            key = function, fixed, *given
            if key not in done:
                done[key] = self._add(function, fixed, given, found, sources)
            self._told.append(done[key])
        return self

    def _add(self, function, fixed: tuple, given: list, found: list, sources: tuple | None) -> list[dict]:
        """Adds what was derived of numbers given; returns what that is made of."""
        if all([len({*column}) == 1 for column in given]):
            return [{(): column[0]} for column in found]
        terms = self._terms(given, sources)
        for column, told in zip(given, terms) if sources is None else ():
            self._add_sum(column, told)
        return self._step(function, fixed, terms, found, list(map(self._likely, found)))

    def _terms(self, given: list, sources: tuple | None) -> list[dict]:
        """What numbers given are made of; raises Unresolved if that is not told. sources: which of what was derived
        they are, None for those of which it is not known.
        """
        known = [None if s is None else self._told[s[0]][s[1]] for s in sources or [None] * len(given)]
        terms = [told or self._given(column) for told, column in zip(known, given)]
        for show in (self.show, lambda _: self.show_all()):
            if None not in terms:
                return terms
            show({column for column, told in zip(given, terms) if told is None})
            terms = [told or self._given(column) for told, column in zip(terms, given)]
        if None in terms:
            raise Unresolved
        return terms

    def _given(self, column: tuple) -> dict | None:
        return self._made_of(column) or self._off(column) or self.samples.only_of_two(column)

    def _likely(self, column: tuple) -> tuple[list[dict], bool]:
        """What a number is made of in the samples, and whether it may be one more all the same."""
        told = self._made_of(column) or self._off(column)
        if told is None:
            return self.samples.of_two(column), True
        return [told], _is_sum(told)

    def _step(self, function, fixed: tuple, terms: list, found: list, follow: list) -> list[dict]:
        """Adds what a function finds; returns what that is made of. follow: for each number what it is made of in the
        samples, as it has to be, and whether it is a number more, which it is, too, where that is not so further on.
        """
        further = self._further(function, fixed, terms)
        behind, made, kept = set().union(*map(self._behind, terms)), [], []
        for column, (told, new), others in zip(found, follow, further):
            new = not all([self.samples.rivals.settle(each, others) for each in told]) or new
            made.append({alone(len(self._depend)): 1, (): 0} if new else told[0])
            kept.append((told, new))
            if new:
                self._depend.append(behind)
                self.samples.add(column, others, behind)
        self._steps.append((function, fixed, terms, kept))
        return made

    def _further(self, function, fixed: tuple, terms: list) -> Iterable[tuple]:
        """What a function finds at the further values; those go for which there is nothing."""
        rivals = self.samples.rivals
        found = [self._remembered(function, fixed, given) for given in zip(*map(rivals.at, terms))]
        rivals.keep([numbers is not None for numbers in found])
        return list(zip(*[numbers for numbers in found if numbers is not None])) or itertools.repeat(())

    def _remembered(self, *asked) -> tuple | None:
        """What a function finds, which was asked for before, perhaps."""
        if asked not in self._asked:
            self._asked[asked] = _found(*asked)
        return self._asked[asked]

    def _add_sum(self, column: tuple, told: dict) -> None:
        """Makes what is given a number more, if it is the sum of one and more, as an image is with its edges, or of
        two, such as what is left of one.
        """
        if (_is_sum(told) or self._made_of(column) is None) and column not in zip(*self.samples.values):
            self._step(_same, (), [told], [column], [([], True)])

    def show(self, columns: set[tuple]) -> None:
        """Makes numbers sizes of which others may be multiples."""
        for k in self.samples.hidden(columns) if len(self.samples.sizes) < len(self._depend) else ():
            self._use(k)

    def show_all(self) -> bool:
        """Makes all numbers sizes, of whose products others may be made; whether any was none."""
        hidden = [k for k in range(len(self._depend)) if k not in self.samples.sizes]
        for k in hidden:
            self._use(k)
        return bool(hidden)

    def _use(self, k: int) -> None:
        if len(self.samples.sizes) >= self._free + _MOST:
            raise TooMany
        self.samples.use(k)

    def _made_of(self, column: tuple) -> dict | None:
        return self.samples.made_of(column) if len({*column}) > 1 else {(): column[0]}

    def _off(self, column: tuple) -> dict | None:
        """What is so much more than another number, or what that leaves of one, which few samples do not tell: it is
        looked at for other sizes, too.
        """
        found = self.samples.rivals.apart(self.samples.off(column))
        return found[0] if len(found) == 1 else None

    def _behind(self, terms: dict) -> set:
        """The free sizes on which a sum of products depends."""
        return set().union(*[self._depend[k] for powers in terms for k, power in enumerate(powers) if power])

    def following(self, k: int) -> list[int]:
        """The numbers that depend on a free one."""
        return [number for number, behind in enumerate(self._depend) if k in behind]

    def all(self, values: tuple) -> tuple | None:
        """All numbers, for values of the free ones; None if what is found then is not as in the samples."""
        rivals = self.samples.rivals
        if len(self._known) >= _REMEMBERED or self._compared < len(rivals.equal):
            self._known.clear()
            self._compared = len(rivals.equal)
        if values not in self._known:
            found = self._all(values)
            self._known[values] = None if found is None or rivals.differ(found) else found
        return self._known[values]

    def likely(self, values: tuple) -> tuple | None:
        """The same, whether or not what is found follows them."""
        return self._all(values, False)

    def _all(self, values: tuple, strict: bool = True) -> tuple | None:
        for function, fixed, given, follow in self._steps:
            found = _found(function, fixed, tuple([value_of(terms, values) for terms in given]))
            if found is None:
                return None  # there is none of these sizes
            before = values
            for number, (told, new) in zip(found, follow, strict=True):
                if strict and any([value_of(each, before) != number for each in told]):
                    return None
                values = (*values, number) if new else values
        return values


def _found(function, fixed: tuple, given: tuple) -> tuple | None:
    """What a function finds; None if there is nothing."""
    try:
        return tuple(map(word, function(*fixed, *given)))
    except (OpError, ValueError, TypeError, ArithmeticError, IndexError):
        return None


def _same(number: int) -> tuple[int]:
    return (number,)


def _is_sum(told: dict) -> bool:
    """Whether a number is one of its own, for products of it are sums of too many products of others."""
    return len(told) > 1 and abs(told[()]) > 1
