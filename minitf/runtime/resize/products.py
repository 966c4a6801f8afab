"""Products of sizes: tuples of powers, without the last ones that are 0."""

from __future__ import annotations

import functools
import itertools
import math

DEGREE = 3  # factors of a product, the same one twice at most


@functools.cache
def powers(count: int) -> list[tuple]:
    """All products of so many sizes."""
    factors = [each for d in range(1, DEGREE + 1) for each in itertools.combinations_with_replacement(range(count), d)]
    powers = [trimmed(tuple([each.count(k) for k in range(count)])) for each in factors]
    return [p for p in powers if max(p) < DEGREE]


@functools.lru_cache(1 << 14)
def rank(product: tuple) -> tuple:
    """By which the simplest products come first."""
    return sum(product), max(product), product


@functools.lru_cache(1 << 14)
def parts(product: tuple) -> list[tuple]:
    """A product without one factor."""
    return [trimmed((*product[:k], n - 1, *product[k + 1 :])) for k, n in enumerate(product) if n]


def trimmed(powers: tuple) -> tuple:
    """Powers without the last ones that are 0."""
    return powers[: max([k + 1 for k, n in enumerate(powers) if n], default=0)]


def alone(k: int) -> tuple:
    """The product that is one size."""
    return (*[0] * k, 1)


@functools.lru_cache(1 << 14)
def multiplied(product: tuple, k: int) -> tuple:
    """A product with one size more."""
    powers = [*product, *[0] * (k + 1 - len(product))]
    powers[k] += 1
    return tuple(powers)


def divided(product: tuple, other: tuple) -> tuple:
    """A product without the factors of another one, all of which it has."""
    return trimmed(tuple([n - m for n, m in itertools.zip_longest(product, other, fillvalue=0)]))


def common(products: list[tuple]) -> tuple:
    """The factors that all of some products have."""
    return trimmed(tuple(map(min, itertools.zip_longest(*products, fillvalue=0))))


@functools.lru_cache(1 << 14)
def factors(product: tuple) -> tuple:
    """The sizes in a product, each as often as it is there."""
    return tuple([k for k, n in enumerate(product) for _ in range(n)])


def is_area(product: tuple) -> bool:
    """Whether it is a product of two sizes."""
    return sum(product) == 2 and max(product) == 1


def is_part(product: tuple, other: tuple) -> bool:
    """Whether a product is a part of another one."""
    return len(product) <= len(other) and all([a <= b for a, b in zip(product, other)])


def product_of(values: tuple, product: tuple) -> int:
    """A product for values of the sizes."""
    return math.prod([values[k] for k in factors(product)])


def value_of(terms: dict, values: tuple) -> int:
    """A sum of products for values of the sizes: how often each product is in it, () the constant."""
    total = 0
    for product, often in terms.items():
        for k in factors(product) if often else ():
            often *= values[k]
        total += often
    return total


def reduced(numbers) -> tuple[tuple, int]:
    """Numbers divided by the largest one that divides all, and that; the first is then none below 0."""
    divisor = (math.gcd(*numbers) or 1) * (-1 if numbers[0] < 0 else 1)
    return tuple([n // divisor for n in numbers]), divisor
