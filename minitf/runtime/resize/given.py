"""What a region is lowered for."""

from __future__ import annotations

import numpy as np

from minitf.runtime.plan.stand_ins import StandIn
from minitf.runtime.resize.box import SMALLEST

SMALL = 64  # elements of an input on whose contents a program may depend


class Given:
    """What a region is lowered for: inputs, the contents of some of which matter, and what is known of rows.

    assumed: values that are asked for on the way, as they are taken to be. point: all sizes, and what all those hold.
    kind: what has to be the same in runs of one program, such as a branch that is taken, or `axes`: which of the inputs
    say these.
    """

    def __init__(self, arrays: list, contents: list[bool], rows: dict, assumed: dict, axes: list[bool]):
        self.arrays, self.contents, self.rows, self.assumed, self._axes = arrays, contents, rows, assumed, axes
        taken = {key: value for key, value in assumed.items() if value is not None} if assumed else assumed
        decisive = [*[a for a, n in self._decisive if n], *rows.values(), *taken.values()]
        forms = [a.form if isinstance(a, StandIn) else a.ndim for a in arrays]
        small = [n < SMALLEST for n in all_sizes(arrays)]
        flags = [a.tobytes() for a, n in self._decisive if not n]
        self.kind = (*forms, *small, *flags, *[(a.shape, a.dtype) for a in decisive], *rows, *taken)
        contents = [n for a in decisive for n in a.reshape(-1).tolist()]
        self.point = tuple(all_sizes(arrays) + contents)

    @property
    def _decisive(self) -> list:
        """The inputs whose contents matter, and whether these are numbers that may vary."""
        found = [(a, axes) for a, decides, axes in zip(self.arrays, self.contents, self._axes) if decides]
        return [(array, array.dtype.kind == "i" and not axes) for array, axes in found]

    @property
    def owners(self) -> list[int]:
        """For each size in the point the number of the input whose it is."""
        return [i for i, array in enumerate(self.arrays) for _ in _sizes(array)]

    @property
    def numbers(self) -> list[slice]:
        """Where in the point what each input holds is that matters."""
        found, place = [], len(self.owners)
        for size in [a.size for a, n in self._decisive if n]:
            found.append(slice(place, place + size))
            place += size
        return found

    @property
    def told(self) -> int:
        """How many numbers of the point are known before the run; behind these are the assumed ones."""
        return len(self.point) - sum([value.size for value in self.assumed.values() if value is not None])

    @property
    def places(self) -> dict:
        """Where in the point each assumed value is."""
        found, end = {}, len(self.point)
        for key, value in reversed(self.assumed.items()):
            if value is not None:
                found[key] = slice(end - value.size, end)
                end -= value.size
        return found

    def forgotten(self) -> Given:
        """The same without what does not matter, which may be let go."""
        arrays = [a.copy() if c else _empty(a, _sizes(a)) for a, c in zip(self.arrays, self.contents)]
        rows = {t: row.copy() for t, row in self.rows.items()}
        return Given(arrays, self.contents, rows, dict(self.assumed), self._axes)

    def at(self, point: tuple) -> Given:
        """The same for other sizes."""
        numbers = iter(point)
        sizes = [tuple([next(numbers) for _ in _sizes(a)]) for a in self.arrays]

        def filled(array):
            if array is None:
                return None
            return np.array([next(numbers) for _ in range(array.size)], array.dtype).reshape(array.shape)

        arrays = [
            _empty(a, size) if not c else filled(a) if a.dtype.kind == "i" and not axes else a
            for a, c, axes, size in zip(self.arrays, self.contents, self._axes, sizes)
        ]
        rows = {t: filled(row) for t, row in self.rows.items()}
        assumed = {key: filled(value) for key, value in self.assumed.items()}
        return Given(arrays, self.contents, rows, assumed, self._axes)


def may_decide(array: np.ndarray) -> bool:
    """Whether programs that are resized may depend on what is in an input: a few whole numbers, or a flag."""
    return array.dtype.kind == "i" and array.size <= SMALL or array.dtype.kind == "b" and array.ndim == 0


def all_sizes(arrays: list) -> list[int]:
    """The sizes of inputs, one after the other."""
    return [n for array in arrays for n in _sizes(array)]


def _sizes(array: np.ndarray) -> tuple:
    """The sizes of an input, which may be a list."""
    return array.sizes if isinstance(array, StandIn) else array.shape


def _empty(array: np.ndarray, sizes: tuple) -> np.ndarray:
    """An input of such sizes; zeros that take no memory, if it is no list."""
    if isinstance(array, StandIn):
        return array.of_sizes(sizes)
    return np.broadcast_to(np.zeros((), array.dtype), sizes)
