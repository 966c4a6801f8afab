"""Ops on values of sizes that only a run knows, where their rules follow these only if more is known of them.

Variables of a loop that grow side by side, and a gradient and what it is the gradient of, have counts of their own: ops
that take both need them to be equal. Others need a row to be there (the last one, all but the first). The program asks
whether that is so. Where it is not, the op is left to Python.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterable

import numpy as np

from minitf.kernels.math import check
from minitf.kernels.math.counts import at_least
from minitf.runtime.lower import counted_calls, counted_ops, sized_calls
from minitf.runtime.lower.bounded import Bounded, Count, Size, added, pattern, renamed, same
from minitf.runtime.lower.counted_values import Refused
from minitf.runtime.lower.ir import Ref
from minitf.runtime.tensor_arrays.flows import Full

_MOST_TRIED = 6


def lower(low, op, inputs: list) -> list | None:
    """The values of the op's outputs; None if it has to be left to Python."""
    inputs = [as_found(low, value) for value in inputs]
    known, key = low.remembered.assumptions, (op, pattern(inputs))
    for place, (equal, least) in _likeliest_first(_assumptions(op, inputs), known.get(key)):
        nodes = low.frames[low.target].nodes
        given, start = [v.replaced(equal) if equal and type(v) is Bounded else v for v in inputs], len(nodes)
        found = counted_ops.lower(low, op, given, least)
        if found is not None:
            calls, nodes[start:] = nodes[start:], []
            ask(low, op, inputs, equal, least)
            nodes += calls
            known[key] = place
            return found
    return None


def _likeliest_first(ways: Iterable, likeliest: int | None) -> Iterable:
    """The ways with their numbers, but one that was right for other sizes before all."""
    numbered = list(enumerate(ways)) if likeliest else enumerate(ways)
    return [*numbered[likeliest : likeliest + 1], *numbered] if likeliest else numbered


def as_found(low, value):
    """The value in terms of the counts that others have turned out to equal."""
    for frame in low.frames if type(value) is Bounded else ():
        if not frame.equal.keys().isdisjoint(value.counts):
            value = frame.replaced.setdefault(value, value.replaced(frame.equal))
    return value


def ask(low, op, inputs: list, equal: dict, least: int) -> None:
    """Has the program ask whether counts are what they are assumed to be. Where they are not, the op may refuse what it
    is given; else it is left to Python.
    """
    refused = Refused(low, op, inputs) if inputs else _misfit(op)
    more = {"error": refused, "given": refused.given if inputs else ()}
    counts = {count: None for v in inputs if least and type(v) is Bounded for count in v.counts}
    if equal or counts:
        low.guesses.setdefault(op, 0)
        low.roomed.add(op)
    for count, size in equal.items():
        wanted = size if size.factors else size.base
        sized_calls.call(low, op, check.holds[np.int64], count.ref, 1, (wanted,), **more)
    for count in counts:
        sized_calls.call(low, op, at_least[()], count.ref, least, **more)
    if equal:
        frame = low.frames[-1]
        frame.equal = {count: renamed(size, equal) for count, size in frame.equal.items()} | equal
        frame.replaced.clear()


def _misfit(op) -> Callable:
    """What is done where sizes of what goes into an op are not as is assumed, and only Python says what is wrong."""

    def left(_) -> str:
        raise Full(op, counted_calls.NO_ROOM)

    return left


def _assumptions(op, inputs: list):
    """What may have to be assumed of counts, which of them are equal to others, or to sizes that are known, and how
    large they are at least.
    """
    values = [v for v in inputs if type(v) is Bounded]
    yield {}, 0
    equals = list(itertools.islice(_equalities(values), _MOST_TRIED))
    yield from ((equal, 0) for equal in equals)
    yield from ((equal, least) for least in (1, 2) for equal in [{}, *equals] if values)
    yield from ((equal, 0) for equal in itertools.islice(_known(op, values, inputs), _MOST_TRIED))


def _known(op, values: list, inputs: list):
    """Which counts may be such that values are of the shape of another input, which is known, or which that holds; or
    that an axis has as many parts as are known, if the op gives so many.
    """
    rest = [v for v in inputs if type(v) is Ref]
    held = [v.known.tolist() for v in rest if v.known is not None and v.known.dtype.kind == "i" and v.known.ndim == 1]
    told = [v.holds.flat for v in values if v.holds is not None and len(v.holds.shape) == 1]
    for value, shape in itertools.product(values, [*[v.shape for v in rest], *held, *told, *[v.sizes for v in values]]):
        equal = [_equal_number(*pair) for pair in zip(value.sizes, shape)] if len(shape) == len(value.sizes) else [None]
        if None not in equal and any(equal):
            yield functools.reduce(operator.or_, equal)
    for value, parts in itertools.product(values, held):
        if len(op.outputs) == len(parts) > 1:
            yield from filter(None, [_equal_number(size, sum(parts)) for size in value.sizes])


def _equal_number(size, number) -> dict[Count, Size] | None:
    """What the count of a size is where that is a number; None if it cannot be that, or may be 1 in its place."""
    if type(size) is not Size or type(number) is Size:
        return {} if same(size, number) else equal_sizes(size, number) or None
    (count, *others), found = size.factors, number - size.base
    if size.factors[count] != 1 or number == 1 or any([size.factors[each] > 0 for each in others]):
        return None  # of a sum nobody knows what its parts are
    fits = others or 0 <= found <= count.most
    return {count: Size(found, {each: -size.factors[each] for each in others})} if fits else None


def _equalities(values: list):
    """Which counts may be equal: those along the same axes, of each and its pair, of values alike or of all, or two."""
    together, half = _along_axes([v.sizes for v in values]), len(values) // 2
    paired = _in_pairs(values[:half], values[half:]) if half > 1 else None
    alike = _along_axes([v.sizes for v in values if _form(v) == _form(values[0])]) if len(values) > 2 else None
    yield from filter(None, [paired, None if alike == together else alike, together])
    pairs = itertools.combinations(map(_numbers, values), 2)
    for a, b in {(id(a), id(b)): (a, b) for one, other in pairs for a, b in itertools.product(one, other)}.values():
        equal = equal_sizes(a, b)
        if equal and equal != together:
            yield equal


def _along_axes(sizes: list[tuple]) -> dict | None:
    """What makes all values equally large along each axis."""
    equal: dict[Count, Size] = {}
    if len({len(each) for each in sizes}) != 1:
        return None
    for first, *others in zip(*sizes):
        for other in others:
            equal |= equal_sizes(other, first)
    kept = {count for size in equal.values() for count in size.factors}
    return equal if kept.isdisjoint(equal) else None


def _form(value: Bounded) -> list:
    """The sizes of a value, but for which counts they follow."""
    return [(n.base, *n.factors.values()) if type(n) is Size else n for n in value.sizes]


def _in_pairs(values: list, others: list) -> dict | None:
    """What makes each value as large as another one along the axes that both have."""
    equal: dict[Count, Size] = {}
    for value, other in zip(values, others):
        found = _along_axes([each.sizes[: len(value.sizes)] for each in (value, other)])
        if found is None or not equal.keys().isdisjoint(found):
            return None
        equal |= found
    kept = {count for size in equal.values() for count in size.factors}
    return equal if kept.isdisjoint(equal) else None


def _numbers(value: Bounded) -> list:
    """The sizes of a value, and what it holds, together too: shapes, and parts of an axis."""
    held = [] if value.holds is None else value.holds.flat
    return [*value.sizes, *held, *([functools.reduce(added, held)] if held else [])]


def equal_sizes(one, other) -> dict[Count, Size]:
    """What the count of one size is where that equals another size; each of its counts, where both are sums of as many;
    nothing if neither follows one count alone.
    """
    both = type(one) is Size and type(other) is Size and one.factors.keys().isdisjoint(other.factors)
    for a, b in ((one, other), (other, one)) if both else ():
        if [*a.factors.values()] in ([1], [-1]):
            ((count, sign),) = a.factors.items()
            return {count: Size(sign * (b.base - a.base), {c: sign * factor for c, factor in b.factors.items()})}
    if both and one.base == other.base and [*one.factors.values()] == [*other.factors.values()]:
        return {count: Size(0, {same: 1}) for count, same in zip(one.factors, other.factors)}
    return {}
