"""What was a list in Python 2 and is none in Python 3: what `map`, `filter` and `zip` give, keys of dicts.

A script that takes its length, or an element, is a script of Python 2 there; one that only goes through it
once sees no difference.
"""

from __future__ import annotations

import numpy as np

_LAZY = (map, filter, zip)
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


class Listed:
    """An iterator that becomes a list (of what is left) when it is taken for one."""

    def __init__(self, iterator):
        self._iterator, self._items = iterator, None

    def _list(self) -> list:
        if self._items is None:
            self._items = list(self._iterator)
            self._iterator = iter(self._items)
        return self._items

    def __iter__(self):
        return self if self._items is None else iter(self._items)

    def __next__(self):
        return next(self._iterator)

    def __len__(self):
        return len(self._list())

    def __getitem__(self, index):
        return self._list()[index]

    def __setitem__(self, index, value):
        self._list()[index] = value

    def __add__(self, other):
        return self._list() + list(other)

    def __radd__(self, other):
        return list(other) + self._list()

    def __mul__(self, count):
        return self._list() * count

    __rmul__ = __mul__

    def __eq__(self, other):
        return self is other or isinstance(other, list) and self._list() == other

    __hash__ = object.__hash__

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._list(), dtype)

    def __getattr__(self, name: str):
        if name.startswith("_") or not hasattr(list, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._list(), name)

    def __repr__(self):
        return repr(self._list())


def listed(value):
    """What is no list any more, so that it can be taken for one; anything else as it is."""
    if type(value) in _VIEWS:
        return list(value)
    return Listed(value) if type(value) in _LAZY else value
