"""Products of sizes: tuples of powers."""

from __future__ import annotations

import functools
import itertools
import math

DEGREE = 3  # factors of a product, the same one twice at most


@functools.cache
def powers(count: int) -> list[tuple]:
    """All products of so many sizes, the simplest first."""
    factors = [each for d in range(1, DEGREE + 1) for each in itertools.combinations_with_replacement(range(count), d)]
    powers = [tuple([each.count(k) for k in range(count)]) for each in factors]
    return sorted([p for p in powers if max(p) < DEGREE], key=lambda p: (sum(p), max(p), p))


def parts(product: tuple) -> list[tuple]:
    """A product without one factor."""
    return [(*product[:k], n - 1, *product[k + 1 :]) for k, n in enumerate(product) if n]


def alone(k: int, count: int) -> tuple:
    """The product that is one of so many sizes."""
    return tuple([int(k == each) for each in range(count)])


def reduced(numbers) -> tuple[tuple, int]:
    """Numbers divided by the largest one that divides all, and that; the first is then none below 0."""
    divisor = (math.gcd(*numbers) or 1) * (-1 if numbers[0] < 0 else 1)
    return tuple([n // divisor for n in numbers]), divisor


def is_part(product: tuple, other: tuple) -> bool:
    """Whether a product is a part of another one."""
    return all(a <= b for a, b in zip(product, other))


def product_of(values: tuple, powers: tuple) -> int:
    """The product of values to some powers."""
    return math.prod([v**p for v, p in zip(values, powers) if p])
