"""Of which columns, each so many times, another one is the sum."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

_NEAR = 1e-6  # by how much real numbers may differ that are the same whole ones


def alone_fits(columns: np.ndarray, wanted: list[int]) -> np.ndarray:
    """Of which rows others are so many times, as far as real numbers tell."""
    first = (columns != 0).argmax(axis=1)
    others = np.array(wanted, np.float64)
    with np.errstate(all="ignore"):
        factors = others[first] / columns[np.arange(len(columns)), first]
        return _agree(others, (factors, columns))


def two_fit(one: np.ndarray, other: np.ndarray, wanted: list[int]) -> np.ndarray:
    """Of which pairs of rows, each so many times, others are the sum (Cramer, 1750), as far as real numbers tell."""
    others = np.array(wanted, np.float64)
    (a, b), (c, d), (e, f) = one.T[:2].astype(np.float64), other.T[:2].astype(np.float64), others[:2]
    with np.errstate(all="ignore"):
        divisor = a * d - c * b
        return _agree(others, ((e * d - c * f) / divisor, one), ((a * f - e * b) / divisor, other))


def _agree(wanted: np.ndarray, *pairs: tuple) -> np.ndarray:
    """Where factors are whole, and rows as often as these say add up to others."""
    whole = np.all([np.abs(f - np.rint(f)) <= _NEAR * np.maximum(1, np.abs(f)) for f, _ in pairs], axis=0)
    near = np.flatnonzero(whole)
    parts = [np.rint(factors[near, None]) * rows[near] for factors, rows in pairs]
    size = sum(map(np.abs, parts)) + np.abs(wanted) + 1
    return near[(np.abs(sum(parts) - wanted) <= _NEAR * size).all(axis=1)]


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
