"""Of which columns, each so many times, another one is the sum."""

from __future__ import annotations

from fractions import Fraction


def solved(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    """The whole numbers by which columns add up to another one; None if there are none."""
    found = _SOLVED[min(len(columns), 3)](columns, wanted)
    if found is None:
        return None
    sums = [sum([f * n for f, n in zip(found, row)]) for row in zip(*columns)]
    return found if sums == wanted else None


def _one(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    at = next((k for k, n in enumerate(columns[0]) if n), 0)
    return _whole([wanted[at]], columns[0][at])


def _two(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    (a, b, *_), (c, d, *_), (e, f, *_) = *columns, wanted
    return _whole([e * d - c * f, a * f - e * b], a * d - c * b)


def _whole(numbers: list[int], divisor: int) -> list[int] | None:
    """Quotients, if there are any and they are whole."""
    return None if not divisor or any([n % divisor for n in numbers]) else [n // divisor for n in numbers]


def _more(columns: list[list[int]], wanted: list[int]) -> list[int] | None:
    """The solution of the first equations, if it is the only one (Gauss, 1810)."""
    rows, count = [list(map(Fraction, row)) for row in zip(*columns, wanted)], len(columns)
    for k in range(count):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [n / rows[k][k] for n in rows[k]]
        for i, row in enumerate(rows):
            if i != k and row[k]:
                rows[i] = [n - row[k] * own for n, own in zip(row, rows[k])]
    found = [rows[k][count] for k in range(count)]
    return None if any([f.denominator != 1 for f in found]) else list(map(int, found))


_SOLVED = {1: _one, 2: _two, 3: _more}
