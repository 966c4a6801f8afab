"""How much each old place of images along an axis gives to each new one, for resizing.

Where a new place lies among the old ones is TensorFlow 1's rule: place i is at i * scale, unless pixels are seen as
areas (half_pixel_centers) or the corners are to fall together (align_corners).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.kernels.machine.alloc import zeros

_STEEP, _STEEP_CENTRED = -0.75, -0.5  # of the cubic through four places (Keys, 1981)
_FINE = 1024  # the places between two for which the cubic is worked out
_TABLES = 64  # of weights that are kept


class How(NamedTuple):
    """Where new places are: whether the corners fall together, and whether pixels are areas."""

    corners: bool
    centred: bool


def _places(how: How, old: int, new: int) -> tuple[np.ndarray, float]:
    """Where the new places are among the old ones, and how far they are apart."""
    corners = how.corners and new > 1
    scale = np.float32((old - 1) / np.float32(new - 1) if corners else old / np.float32(new))
    i = np.arange(new, dtype=np.float32)
    return ((i + np.float32(0.5)) * scale - np.float32(0.5) if how.centred else i * scale), scale


def _matrix(old: int, rows, places, weights) -> np.ndarray:
    """A matrix of weights at (row, place); places beyond the ends are those at the ends."""
    found = zeros((int(np.max(rows, initial=-1)) + 1, old), np.float32)
    np.add.at(found, (rows, np.clip(places, 0, old - 1)), weights)
    return found


def between(how: How, old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each new place the old ones before and behind it, and what part of the way lies before it."""
    places, _ = _places(how, old, new)
    first, second = (np.clip(end, 0, old - 1).astype(np.int64) for end in (np.floor(places), np.ceil(places)))
    return first, second, (places - np.floor(places)).astype(np.float32)


def _linear(how: How, old: int, new: int) -> np.ndarray:
    first, second, part = between(how, old, new)
    return _matrix(old, np.arange(new), first, 1 - part) + _matrix(old, np.arange(new), second, part)


def four(how: How, old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """For each new place the four old ones around it, and how much they give."""
    places, _ = _places(how, old, new)
    first = np.floor(places).astype(np.int64)
    a = _STEEP_CENTRED if how.centred else _STEEP
    part = np.rint((places - first) * _FINE) / _FINE

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    weights = np.stack([far(part + 1), near(part), near(1 - part), far(2 - part)])
    around = first + np.arange(-1, 3)[:, None]
    if how.centred:  # places beyond the ends count for nothing
        weights = np.where((around >= 0) & (around < old), weights, 0)
        weights = weights / weights.sum(0)
    return np.clip(around, 0, old - 1).T, weights.T.astype(np.float32)


def _cubic(how: How, old: int, new: int) -> np.ndarray:
    around, weights = four(how, old, new)
    return sum(_matrix(old, np.arange(new), each, w) for each, w in zip(around.T, weights.T))


def areas(how: How, old: int, new: int) -> np.ndarray:
    """Each new place has the mean of the old ones that it covers, some of them in part."""
    starts, scale = _places(how, old, new)
    found = zeros((new, old), np.float32)
    for i, start in enumerate(starts):
        end = np.float32(i + 1) * scale
        for place in range(int(np.floor(start)), int(np.ceil(end))):
            found[i, min(place, old - 1)] += (min(place + 1, end) - max(place, start)) / scale
    return found


def nearest(how: How, old: int, new: int) -> np.ndarray:
    """The old place for each new one."""
    places, _ = _places(how, old, new)
    whole = np.floor(places + np.float32(0.5)) if how.corners or how.centred else places
    return np.clip(np.floor(whole).astype(np.int64), 0, old - 1)


def nearest_pixels(how: How, height: int, width: int, new_height: int, new_width: int) -> tuple[np.ndarray]:
    """The old place, row by row, for each new one."""
    return (nearest(how, height, new_height)[:, None] * width + nearest(how, width, new_width),)


def _ones(how: How, old: int, new: int) -> np.ndarray:
    found = zeros((new, old), np.float32)
    found[np.arange(new), nearest(how, old, new)] = 1
    return found


class Matrix(NamedTuple):
    """For each new place along an axis how much each old one gives to it: `weights(*fixed, old, new)`.

    per_old, per_new: how many of these numbers there are for each place at most that are not 0.
    """

    weights: Callable
    fixed: tuple
    per_old: int
    per_new: int

    @property
    def turned(self) -> Matrix:
        """How much new places give to old ones, for the gradient."""
        return Matrix(_turned, (self.weights, *self.fixed), self.per_new, self.per_old)

    def most(self, old: int, new: int) -> int:
        """How many numbers there are at most that are not 0."""
        return self.per_old * old + self.per_new * new


def _turned(weights, *fixed_and_sizes) -> np.ndarray:
    *fixed, new, old = fixed_and_sizes
    return weights(*fixed, old, new).T


def linear(how: How) -> Matrix:
    """That of the two places around."""
    return Matrix(_linear, (how,), 0, 2)


def cubic(how: How) -> Matrix:
    """That of the four places around."""
    return Matrix(_cubic, (how,), 0, 4)


def ones(how: How) -> Matrix:
    """That of the nearest place."""
    return Matrix(_ones, (how,), 0, 1)


def covered(how: How) -> Matrix:
    """That of the places which a new one covers."""
    return Matrix(areas, (how,), 1, 2)


@functools.lru_cache(_TABLES)
def table(dtype, matrix: Matrix, old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers of a matrix that are not 0, row by row: where those of each row begin, the places, and the numbers,
    with zeros behind them, as many as there may be.
    """
    whole = matrix.weights(*matrix.fixed, old, new)
    rows, columns = np.nonzero(whole)
    starts = np.searchsorted(rows, np.arange(new + 1))
    places, weights = (zeros((matrix.most(old, new),), each) for each in (np.int64, dtype))
    places[: len(rows)], weights[: len(rows)] = columns, whole[rows, columns]
    return starts.astype(np.int64), places, weights
