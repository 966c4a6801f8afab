"""Sizes that are parts of others, rounded: how many steps a pool has left of a sequence, where a program begins behind
it.
"""

from __future__ import annotations

import numpy as np

_MOST, _OFF = 16, 8  # divisors, and what is added before
_SMALL, _TOLD = 3, 4  # up to which three sizes tell of a divisor, and how many do beyond


def quotient(divisor: int, more: int, size: int) -> tuple[int]:
    """A size, with something added, divided and rounded down."""
    return ((size + more) // divisor,)


def quotient_of(column: np.ndarray, other: np.ndarray) -> tuple | None:
    """(divisor, what is added before) by which a size always was such a part of another one; None if there is none."""
    if (column < 1).any() or (column >= other).any():
        return None
    ratio = int(other[0] // column[0])
    different = len({*zip(column.tolist(), other.tolist())})
    for divisor in range(max(ratio, 2), min(ratio + 1, _MOST if different >= _TOLD else _SMALL) + 1):
        least, most = int((divisor * column - other).max()), int((divisor * column - other).min()) + divisor - 1
        if least <= most and min(abs(least), abs(most)) <= _OFF:
            rounded = [more for more in (0, divisor - 1) if least <= more <= most]  # down, or up
            return divisor, rounded[0] if rounded else min(least, most, key=abs)
    return None


def quotients(table: np.ndarray, positions: list[int]) -> dict[int, tuple]:
    """Which of some sizes always were parts of larger ones that are none: position -> (divisor, more, the larger)."""
    found: dict[int, tuple] = {}
    for position in sorted(positions, key=lambda p: -table[0, p]):
        for other in [p for p in positions if p != position and p not in found]:
            part = quotient_of(table[:, position], table[:, other])
            if part is not None:
                found[position] = (*part, other)
                break
    return found
