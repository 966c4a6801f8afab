"""What staging areas hold in a session: elements in their order, or by keys."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors


class Stage:
    """Elements, each a list of arrays, in the order in which they came.

    One element more than there is room for is taken in, but not yet counted: in TensorFlow what puts it may wait while
    another op of the same run takes one.
    """

    def __init__(self, op):
        self._op, self.name = op, op.attrs["shared_name"] or op.name
        self._capacity, self._memory = op.attrs["capacity"], op.attrs["memory_limit"]
        self._held: list = []

    def size(self) -> int:
        """How many elements there are, as far as there is room for them."""
        return min(self._count(), self._capacity or self._count())

    def _count(self) -> int:
        return len(self._held)

    def _nbytes(self) -> int:
        return sum(_nbytes(element) for element in self._held)

    def _room(self, b, op, size: int) -> None:
        """Waits until there is room for one element more, of so many bytes, or it is the first to wait."""
        if self._memory and size > self._memory:
            raise errors.ResourceExhaustedError(
                None, op, f"an element of {size} bytes does not fit the memory limit {self._memory} of '{self.name}'"
            )
        while self._capacity and self._count() > self._capacity or self._memory and self._nbytes() > self._memory:
            b.wait(f"staging area '{self.name}' is full: it holds {self.size()} elements")

    def put(self, b, op, element: list) -> None:
        """Adds an element, waiting for room."""
        self._room(b, op, _nbytes(element))
        self._held.append(element)
        b.wake()

    def get(self, b, op) -> list:
        """Takes the first element, waiting for one."""
        self._wait(b, 1)
        element = self._held.pop(0)
        b.wake()
        return element

    def peek(self, b, op, place: int) -> list:
        """The element at a place, waiting for it; it stays there."""
        if place < 0:
            raise errors.InvalidArgumentError(None, op, f"the elements of a staging area count from 0, not {place}")
        self._wait(b, place + 1)
        return self._held[place]

    def _wait(self, b, count: int) -> None:
        while self._count() < count:
            b.wait(f"staging area '{self.name}' holds {self.size()} elements; wanted: {count}")

    def clear(self, b) -> None:
        """Forgets the elements."""
        self._held.clear()
        b.wake()


class MapStage(Stage):
    """Elements by their keys, of which parts may be missing; the whole ones can be taken."""

    def __init__(self, op):
        super().__init__(op)
        self._ordered, self._width = op.type.startswith("Ordered"), len(op.attrs["dtypes"])
        self._elements: dict[int, dict] = {}

    def _whole(self) -> list[int]:
        """The keys of the elements that were whole when they were put; taken parts may be missing."""
        keys = [key for key, (_, whole) in self._elements.items() if whole]
        return sorted(keys) if self._ordered else keys

    def _count(self) -> int:
        return len(self._whole())

    def incomplete(self) -> int:
        """How many elements lack a part."""
        return len(self._elements) - self._count()

    def _nbytes(self) -> int:
        return sum(_nbytes(list(parts.values())) for parts, _ in self._elements.values())

    def put_parts(self, b, op, key: int, places: list[int], arrays: list) -> None:
        """Adds parts of the element of a key, waiting for room if that is new to the whole ones."""
        parts, whole = self._elements.get(key, ({}, False))
        if whole:
            return  # TensorFlow keeps the first
        if any(place in parts for place in places):
            raise errors.InvalidArgumentError(
                None, op, f"staging area '{self.name}' has a value for key {key} and indices {places} already"
            )
        if any(not 0 <= place < self._width for place in places):
            raise errors.InvalidArgumentError(None, op, f"indices {places} are not in [0, {self._width})")
        if len(parts) + len(places) == self._width:
            self._room(b, op, _nbytes(arrays))
            parts, _ = self._elements.get(key, ({}, False))
        parts = {**parts, **dict(zip(places, arrays))}
        self._elements[key] = parts, len(parts) == self._width
        b.wake()

    def peek_parts(self, b, op, key: int | None, places: list[int], take: bool) -> tuple[int, list]:
        """The key and parts of an element (of any whole one without a key), waiting for it."""
        while key not in self._whole() if key is not None else not self._whole():
            wanted = "any" if key is None else f"key {key}"
            b.wait(f"staging area '{self.name}' has {self.size()} whole elements; wanted: {wanted}")
        key = self._whole()[0] if key is None else key
        parts, _ = self._elements[key]
        missing = [place for place in places if place not in parts]
        if missing:
            raise errors.InvalidArgumentError(None, op, f"the parts {missing} of key {key} were taken before")
        found = [parts[place] for place in places]
        if take:
            for place in places:
                del parts[place]
            if not parts:
                del self._elements[key]
            b.wake()
        return key, found

    def clear(self, b) -> None:
        """Forgets the elements."""
        self._elements.clear()
        b.wake()


def _nbytes(element: list[np.ndarray]) -> int:
    return sum(array.nbytes for array in element)
