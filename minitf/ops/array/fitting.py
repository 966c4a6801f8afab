"""Shapes with one size left open, worked out for the elements that there are."""

from __future__ import annotations

import math

from minitf.framework.shape import TensorShape


def fitted(sizes: tuple, target) -> tuple[int, ...]:
    """The shape `target` with its -1 worked out for a tensor of shape `sizes`."""
    target = wanted = tuple(int(n) for n in target)
    if target.count(-1) > 1 or any(n < -1 for n in target):
        raise ValueError(f"a shape has sizes of 0 or more and at most one -1, not {target}")
    if -1 in target:
        found = _missing(sizes, [n for n in target if n != -1])
        target = tuple(found if n == -1 else n for n in target)
    if math.prod(target) != math.prod(sizes):
        found = f"{math.prod(sizes)} elements, a tensor of shape {TensorShape(sizes)}, do not fit shape {wanted}"
        known = math.prod(n for n in wanted if n != -1)
        raise ValueError(found + (f": it requires a multiple of {known}" if -1 in wanted else f" of {known}"))
    return target


def fitted_by(b, sizes: tuple, target: list) -> tuple[int, ...]:
    """The same for the builder `b`, which may ask for it again for other sizes."""
    if -1 not in target:
        return fitted(sizes, target)
    return b.derived(_numbers, (len(sizes),), *sizes, *target)


def _numbers(rank: int, *numbers: int) -> tuple[int, ...]:
    return fitted(numbers[:rank], numbers[rank:])


def _missing(sizes: tuple, others: list) -> int:
    """The size left open by `others`; where both have zeros, it is what the sizes other than 0 leave open."""
    if 0 in others and 0 in sizes:
        sizes, others = [n for n in sizes if n], [n for n in others if n]
    return math.prod(sizes) // max(math.prod(others), 1)
