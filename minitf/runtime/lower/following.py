"""How what a kernel rule calls follows sizes that only a run knows: found out by attempts for several of them."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.framework.errors import OpError
from minitf.runtime.lower.attempts import Attempt, Part, few_whole, taken_for
from minitf.runtime.lower.bounded import Bounded, Count, Size, with_factors
from minitf.runtime.lower.builder import NeedsData
from minitf.runtime.lower.ir import Ref

_MOST_COUNTS, _BELOW = 12, 1 << 20
_ALL_SMALL = 1 << 20


class Rule(NamedTuple):
    """What a rule calls for any sizes: one of its attempts, the counts that the inputs follow, and how each number in
    it follows these, those that the op finds out, and products of some two of the first: a base, and how often it has
    each of them.
    """

    attempt: Attempt
    counts: list[Count]
    numbers: list[tuple]
    products: list[tuple[int, int]]


def followed(op, inputs: list, least: int, *ways, again: bool = False) -> Rule | None:
    """How the op's rule follows sizes, where no count of the inputs is below the least; None if it does not, or is
    refused for some. ways: as an Attempt takes them. again: whether it did for other sizes that are known.

    Raises NeedsData if it asks what is in an input.
    """
    counts = with_factors([count for v in inputs if type(v) is Bounded for count in v.counts])
    try:
        tried = [_Tried(op, inputs, counts, least, lambda k: 1.0, *ways)]
        few, more, enough = _shares(len(counts) + len(tried[0].attempt.found))
        tried += [_Tried(op, inputs, counts, least, shares.__getitem__, *ways) for shares in (enough if again else few)]
        tried += [] if again else _for_one(op, inputs, counts, least, few, *ways)
        rule, products = _rule(tried, counts, []), _products(counts)
        if rule is None and products and _alike(tried):
            tried += [_Tried(op, inputs, counts, least, shares.__getitem__, *ways) for shares in more]
            rule = _rule(tried, counts, products)
    except NeedsData as error:
        if asked_of(error, inputs) is not None:
            raise
        return None
    except (ValueError, TypeError, IndexError, ArithmeticError, OpError):
        return None
    return rule


def _for_one(op, inputs: list, counts: list[Count], least: int, few: list, *ways) -> list[_Tried]:
    """Attempts for each number that an input holds where it is 1: a bound that is counted from the end says how much
    there is for few numbers only, for none or more of them it is all. Rules may call for less.
    """
    held = {c for v in inputs if type(v) is Bounded and v.holds is not None for c in _held_counts(v)}
    tried, others = [], few[len(counts)]  # where none of them is 0
    for k, count in enumerate(counts):
        if count in held and not count.product and least < 2 <= count.most:
            tried.append(_Tried(op, inputs, counts, least, [*others[:k], 1, *others[k + 1 :]].__getitem__, *ways))
            tried[-1].small = _ALL_SMALL
    return tried


def _held_counts(value: Bounded) -> list[Count]:
    return [count for n in value.holds.flat if type(n) is Size for count in n.factors]


def _alike(tried: list[_Tried]) -> list[_Tried]:
    """The attempts that call for the same as one of which as few sizes as possible are 0 or 1, that first; none if
    there are others than those of which more sizes are.
    """
    first = min(tried, key=lambda t: t.small)
    found = [t for t in tried if t is not first and t.numbers.structure == first.numbers.structure]
    fit = all([t.small > first.small or t.numbers.structure == first.numbers.structure for t in tried])
    return [first, *found] if fit else []


def _rule(tried: list[_Tried], counts: list[Count], products: list[tuple]) -> Rule | None:
    """What attempts have in common. Those where more sizes are 0 or 1 may call for less, and have to give the same."""
    alike = _alike(tried)
    numbers = alike and fitted([t.with_products(products) for t in alike], [t.numbers.numbers for t in alike])
    if not numbers:
        return None
    fewer = [t for t in tried if t not in alike]
    if not all([t.shapes == alike[0].shapes_by(numbers, t.with_products(products)) for t in fewer]):
        return None
    return Rule(alike[0].attempt, counts, *_needed(numbers, len(alike[0].point), products))


def holds_below_0(rule: Rule, op, inputs: list, *ways) -> bool:
    """Whether the op's rule follows the counts of its inputs where these are less than nothing, too."""
    try:
        tried = _Tried(op, inputs, rule.counts, -_BELOW, lambda k: -1.0 - k / 8, *ways)
    except (NeedsData, ValueError, TypeError, IndexError, ArithmeticError, OpError):
        return False
    point = tried.with_products(rule.products)
    return tried.numbers.numbers == [sum([f * n for f, n in zip(each, point)]) for each in rule.numbers]


def _products(counts: list[Count]) -> list[tuple]:
    """The pairs of places of counts whose products numbers may follow, but for those that are counts themselves."""
    plain = [k for k, count in enumerate(counts) if not count.product]
    found = [{*count.product} for count in counts]
    return [(1 + i, 1 + j) for i in plain for j in plain if i <= j and {counts[i], counts[j]} not in found]


def _needed(numbers: list[tuple], count: int, products: list[tuple]) -> tuple[list, list]:
    """The numbers, and the products, without those that no number follows."""
    used = [k for k in range(len(products)) if any([each[count + k] for each in numbers])]
    return [(*each[:count], *[each[count + k] for k in used]) for each in numbers], [products[k] for k in used]


def asked_of(error: NeedsData, inputs: list) -> int | None:
    """Which of the inputs a rule has asked for, if it is one."""
    (part,) = error.args
    return part.root if part is not None and part.root < len(inputs) else None


class _Tried:
    """An attempt, and what the counts are in it, behind a 1. small: how many sizes of inputs are 0 or 1."""

    def __init__(self, op, inputs: list, counts: list, least: int, share: Callable, *ways):
        known = _taken(counts, least, share)
        self.attempt = Attempt(op, inputs, known, lambda k: share(len(counts) + k), *ways)
        self.point = [1, *known.values(), *[number for _, number, _ in self.attempt.found]]
        self.numbers = _Numbers(self.attempt, len(inputs))
        self.small = sum([n < 2 for part in self.attempt.inputs for n in part.shape])

    def with_products(self, products: list[tuple]) -> list:
        """What the counts are, with products of some."""
        return [*self.point, *[self.point[i] * self.point[j] for i, j in products]]

    @property
    def shapes(self) -> list[tuple]:
        """The shapes of what the op gives."""
        return [part.shape for part in self.attempt.results]

    def shapes_by(self, numbers: list[tuple], point: list) -> list[tuple]:
        """The shapes of what it gives where the counts are others, if this is how its numbers follow them."""
        found = [sum([factor * n for factor, n in zip(numbers[k], point)]) for k in self.numbers.shapes]
        sizes = iter(found)
        return [tuple([next(sizes) for _ in part.shape]) for part in self.attempt.results]


def _taken(counts: list[Count], least: int, share: Callable) -> dict:
    """What counts are taken for: a part of the most that they can be, or a whole number."""
    known: dict = {}
    for k, count in enumerate(counts):
        product = [known[each] for each in count.product]
        known[count] = math.prod(product) if product else taken_for(count.most, share(k), least)
    return known


@functools.cache
def _shares(count: int) -> tuple[list, list, list]:
    """For each attempt but the first, which part of the most that it may be each count is taken for, or how large it is
    in those that show what there is for few items only; and for more attempts, where numbers may follow products; and
    for those that are enough where it is known that there is nothing else for few items.
    """
    mixed = random.Random(count)
    drawn = [[mixed.uniform(0.3, 1.0) for _ in range(count)] for _ in range(2 * count + 2)]
    for k in range(count):
        drawn[k][k] = 0.0
    drawn[-2:] = [3] * count, [2] * count
    more = [[mixed.uniform(0.1, 1.0) for _ in range(count)] for _ in range(count * (count + 1))]
    enough = [[mixed.uniform(0.3, 1.0) for _ in range(count)] for _ in range(count + 1)]
    return list(dict.fromkeys(map(tuple, [*drawn, [0.0] * count]))), more, enough


class _Numbers:
    """An attempt taken apart: its structure, and the numbers in it; `shapes`: which of them are sizes of results."""

    def __init__(self, attempt: Attempt, inputs: int):
        self.structure: list = [len(attempt.found)]
        self.numbers: list = []
        self.shapes: list[int] = []
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
            self.shapes += range(len(self.numbers) - len(part.shape), len(self.numbers))
            self._contents(part.known)

    def _root(self, root) -> None:
        if isinstance(root, np.ndarray):
            self._contents(root)
        elif type(root) is Ref:
            self.structure.append(root.buffer)
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


def fitted(points: list, tables: list) -> list[tuple]:
    """How each number follows the points, as whole numbers; nothing if one does not."""
    points, inverse = _inverted(tuple(map(tuple, points)))
    if inverse is None:
        return []
    table = np.array(tables, np.int64)
    whole = np.rint(inverse @ table).astype(np.int64)
    return [tuple(column) for column in whole.T.tolist()] if np.array_equal(points @ whole, table) else []


@functools.lru_cache(256)
def _inverted(points: tuple) -> tuple[np.ndarray, np.ndarray | None]:
    """The points, and what tells from numbers for them how these follow them; None if they do not tell."""
    table = np.array(points, np.int64)
    count = table.shape[1]
    if count > 1 + _MOST_COUNTS or np.linalg.matrix_rank(table) < count:
        return table, None
    return table, np.linalg.pinv(table.astype(np.float64))
