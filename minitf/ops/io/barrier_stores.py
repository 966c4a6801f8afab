"""What barriers hold in a session: the components of elements, until each has all of its own."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors

_FIRST = np.iinfo(np.int64).min


class Barrier:
    """Elements by their keys; those that are whole come in the order of the inserts that brought their keys."""

    def __init__(self, op):
        self._op, self.name = op, op.attrs["shared_name"] or op.name
        self._count, self._shapes = len(op.attrs["component_types"]), op.attrs["shapes"] or None
        self._incomplete: dict[bytes, tuple[int, dict]] = {}
        self._ready: list[tuple[int, bytes, dict]] = []
        self._next, self._closed, self._cancelled = _FIRST, False, False

    def check_shared(self, op) -> None:
        """Barriers that share a name have to agree in everything."""
        mine, theirs = ([str(o.attrs[k]) for k in ("component_types", "shapes")] for o in (self._op, op))
        if mine != theirs:
            raise errors.InvalidArgumentError(
                None, op, f"barrier '{self.name}' is shared by one of {mine} and this one of {theirs}"
            )

    @property
    def ready(self) -> int:
        """How many elements are whole."""
        return len(self._ready)

    @property
    def incomplete(self) -> int:
        """How many elements lack a component."""
        return len(self._incomplete)

    def insert(self, b, op, place: int, keys: np.ndarray, values: np.ndarray) -> None:
        """Adds one component of several elements; all of them, or none."""
        self._check(op, place, keys, values)
        for key in keys.tolist():
            if key not in self._incomplete and self._closed:
                raise errors.CancelledError(
                    None, op, f"barrier '{self.name}' is closed, but a component of a new key was inserted: {key!r}"
                )
            if self._cancelled:
                raise errors.CancelledError(None, op, f"barrier '{self.name}' is closed, what was pending is cancelled")
            if place in self._incomplete.get(key, (0, {}))[1]:
                raise errors.InvalidArgumentError(None, op, f"Key {key!r} already has a value for component {place}")
        for key, value in zip(keys.tolist(), values):
            self._add(key, place, np.array(value, values.dtype))
        self._next += 1
        b.wake()

    def _check(self, op, place: int, keys: np.ndarray, values: np.ndarray) -> None:
        if not 0 <= place < self._count:
            raise errors.InvalidArgumentError(
                None, op, f"The component ID is out of range {place} > num_components (= {self._count})"
            )
        if keys.ndim != 1 or values.shape[:1] != keys.shape:
            raise errors.InvalidArgumentError(
                None, op, f"there are keys of shape {list(keys.shape)} for values of shape {list(values.shape)}"
            )
        known = self._shapes[place] if self._shapes else None
        if known is not None and not known.is_compatible_with(values.shape[1:]):
            raise errors.InvalidArgumentError(
                None, op, f"component {place} has shape {known}, but values of {list(values.shape[1:])} were inserted"
            )

    def _add(self, key: bytes, place: int, value: np.ndarray) -> None:
        if key not in self._incomplete:
            self._incomplete[key] = self._next, {}
        number, parts = self._incomplete[key]
        parts[place] = value
        if len(parts) == self._count:
            del self._incomplete[key]
            self._ready.append((number, key, parts))
            self._ready.sort(key=lambda row: row[0])

    def take(self, b, op, count: int, small: bool) -> list[np.ndarray]:
        """The numbers, keys and components of `count` whole elements, or of those there are once it is closed."""
        if count < 0:
            raise errors.InvalidArgumentError(None, op, f"a batch has 0 elements or more, not {count}")
        while self.ready < max(count, self._closed):
            if self._closed and small and self.ready:
                break
            left = self.ready + (0 if self._cancelled or small else self.incomplete)
            if self._closed and left < max(count, 1):
                raise errors.OutOfRangeError(
                    None,
                    op,
                    f"Barrier '{self.name}' is closed and has insufficient elements (requested {count}, has {left})",
                )
            b.wait(f"barrier '{self.name}' has {self.ready} whole elements; wanted: {count}")
        taken, self._ready = self._ready[:count], self._ready[count:]
        numbers = np.array([number for number, _, _ in taken], np.int64)
        keys = np.array([*[key for _, key, _ in taken], None], object)[:-1]
        return [numbers, keys, *[self._stacked(op, taken, place) for place in range(self._count)]]

    def _stacked(self, op, taken: list, place: int) -> np.ndarray:
        dtype = self._op.attrs["component_types"][place].numpy
        if not taken:
            return np.zeros((0, *(self._shapes[place].sizes or () if self._shapes else ())), dtype)
        try:
            return np.stack([parts[place] for _, _, parts in taken])
        except ValueError:
            raise errors.InvalidArgumentError(
                None, op, f"the elements of barrier '{self.name}' differ in shape: take them one by one"
            ) from None

    def close(self, b, op, cancel: bool) -> None:
        """Lets no new keys be inserted, or nothing at all."""
        if self._closed and (self._cancelled or not cancel):
            raise errors.CancelledError(None, op, f"Barrier '{self.name}' is already closed")
        self._closed = True
        if cancel:
            self._cancelled = True
            self._incomplete.clear()
        b.wake()
