"""Numbers that are found out on the way, as they are likely to be for other sizes."""

from __future__ import annotations

import numpy as np

_SURE = 2  # different sizes of inputs: once a number may be one of them by chance


class Expected:
    """Which sizes of the inputs numbers were, whenever they were found out: those are what they are next."""

    def __init__(self):
        # Key -> the numbers last found, for each the sizes that it always was, and of which sizes the inputs were.
        self._found: dict = {}
        self._sizes: list = []  # those of the inputs then

    def note_all(self, found: dict, sizes: list) -> None:
        """Takes note of numbers that were found out, by their keys."""
        if len(sizes) != len(self._sizes):
            self._found.clear()  # inputs are of other ranks
        self._sizes = sizes
        for key, numbers in found.items():
            same = [{k for k, size in enumerate(sizes) if size == number} for number in numbers]
            _, before, met = self._found.get(key, ((), (), set()))
            if len(before) == len(same):
                same = [one & other for one, other in zip(same, before)]
            self._found[key] = numbers, same, {*met, tuple(sizes)} if len(met) < _SURE else met

    def note_values(self, values: dict, sizes: list) -> None:
        """The same of arrays of numbers; None is not known."""
        self.note_all({k: tuple(v.reshape(-1).tolist()) for k, v in values.items() if v is not None}, sizes)

    def all(self, sizes: list) -> dict:
        """What all numbers are likely to be; none where inputs are of other ranks than before."""
        return {key: self._numbers(key, sizes) for key in self._found if len(sizes) == len(self._sizes)}

    def take(self, values: dict, sizes: list) -> frozenset:
        """Makes arrays of numbers what they are likely to be for other sizes than the last ones, for which it is data
        that decide; returns the keys of those of which nothing is known.
        """
        known = {key: value for key, value in values.items() if value is not None}
        alike = self._found if len(sizes) == len(self._sizes) else {}
        likely = {key for key in known if key in alike and all(alike[key][1])}
        sure = {key for key in likely if len(alike[key][2]) >= _SURE}
        for key in likely if sizes != self._sizes else ():
            values[key] = np.array(self._numbers(key, sizes), known[key].dtype).reshape(known[key].shape)
        return frozenset(known.keys() - sure)

    def _numbers(self, key, sizes: list) -> tuple:
        return tuple([sizes[min(same)] if same else number for number, same in zip(*self._found[key][:2])])
