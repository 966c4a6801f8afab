"""What kernel rules have called, as a table that the virtual machine walks at one go, again and again."""

from __future__ import annotations

import ctypes
import math
import struct
from typing import NamedTuple

import numpy as np

from minitf.kernels.compile.abi import address_of
from minitf.kernels.machine import vm
from minitf.kernels.machine.alloc import LINE, empty

_SURE_TO_FIT = 1 << 20  # bytes: of less nobody asks whether there are so many


class Place(NamedTuple):
    """Where a value is: in one of the roots, from a byte on. count: where it says how many rows of it there are, if
    only the kernels find out.
    """

    root: int
    offset: int
    shape: tuple
    dtype: np.dtype
    count: Place | None = None


class Room:
    """Memory that tables of one op use one after the other; it grows as they need it."""

    def __init__(self):
        self._memory, self._size, self.base = None, -1, 0

    def reserve(self, size: int) -> int:
        """Where there is room for so many bytes."""
        if size > self._size:
            self._memory, self._size = empty((size + LINE,), np.uint8), size
            self.base = -(-address_of(self._memory) // LINE) * LINE
        return self.base


class Table:
    """Calls of kernels. roots: what values are in, first so many inputs (None), then constants (arrays) and memory that
    is new in each run (shape and type). calls: kernels and their operands, Places or numbers. results: Places.
    """

    def __init__(self, roots: list, inputs: int, calls: list, results: list[Place], room: Room):
        self._room, self._base = room, None
        self._constants = {k: root for k, root in enumerate(roots) if isinstance(root, np.ndarray)}
        given = {p.root for p in results} | {p.count.root for p in results if p.count is not None}
        given = {k for k in given if k >= inputs and k not in self._constants}
        hidden = {k: _bytes(*root) for k, root in enumerate(roots) if type(root) is tuple and k not in given}
        self._size, offsets = _arranged(hidden, calls)
        words, patches = _assembled(calls)
        for k, found in patches.items():
            for word, offset in found:
                words[word] = address_of(self._constants[k]) + offset if k in self._constants else offset
        self._words = np.array([*words, vm.END], np.int64)
        self._inputs = [(k, patches[k]) for k in patches if k < inputs]
        self._new = [(k, _maker(*roots[k]), roots[k], patches.get(k, ())) for k in sorted(given)]
        inner = [(word, offsets[k] + offset) for k in patches if k in offsets for word, offset in patches[k]]
        self._inner = np.array(inner, np.int64).reshape(-1, 2)
        self._results = [self._result(place, roots) for place in results]
        self._control = np.zeros(vm.CONTROL_WORDS, np.int64)
        machine = vm.vm[()]
        self._packed, self._run = machine.pack(self._words, self._control), machine.entry
        self._write = memoryview(self._words)

    def _result(self, place: Place, roots: list) -> tuple:
        """A result: what it is in, its place there, if it is not all of that, and what it is if that never changes."""
        root = roots[place.root]
        array = root if isinstance(root, np.ndarray) else None
        whole = type(root) is tuple and root == (place.shape, place.dtype) and not place.offset and place.count is None
        return place.root, None if whole else place, None if array is None else _part(array, place)

    def run(self, arrays: list[np.ndarray]) -> list[np.ndarray] | None:
        """The results for inputs of the same shapes; None if a kernel refuses what is in them, or how they lie."""
        write, found = self._write, dict(enumerate(arrays))
        if self._room.reserve(self._size) != self._base:
            self._base = self._room.base
            self._words[self._inner[:, 0]] = self._inner[:, 1] + self._base
        for k, make, (shape, dtype), patches in self._new:
            found[k] = array = make(shape, dtype)
            address = _address(array)
            for word, offset in patches:
                write[word] = address + offset
        for k, patches in self._inputs:
            address = _address(arrays[k])
            if address is None:
                return None
            for word, offset in patches:
                write[word] = address + offset
        if self._run(self._packed):
            self._control[:] = 0
            return None
        return [
            fixed if fixed is not None else found[root] if place is None else _counted(found, place)
            for root, place, fixed in self._results
        ]


def _address(array: np.ndarray, addressof=ctypes.addressof, from_buffer=ctypes.c_char.from_buffer) -> int | None:
    """Where an array is; None if that is not one stretch of memory."""
    try:
        return addressof(from_buffer(array))
    except (TypeError, ValueError):  # read-only, empty, or in pieces
        return address_of(array) if array.flags.c_contiguous else None


def _maker(shape: tuple, dtype):
    """What makes a new array."""
    return np.empty if _bytes(shape, dtype) < _SURE_TO_FIT else empty


def _counted(found: dict, place: Place) -> np.ndarray:
    """What is at a place, as many rows of it as there are."""
    count = place.count
    if count is not None:
        place = place._replace(shape=(int(_part(found[count.root], count)), *place.shape[1:]))
    return _part(found[place.root], place)


def _part(array: np.ndarray, place: Place) -> np.ndarray:
    if not place.offset and array.dtype == place.dtype:
        if array.shape == place.shape:
            return array
        if array.shape and place.shape and array.shape[1:] == place.shape[1:]:
            return array[: place.shape[0]]
    flat = array.reshape(-1).view(np.uint8)[place.offset : place.offset + _bytes(place.shape, place.dtype)]
    return flat.view(place.dtype).reshape(place.shape)


def _bytes(shape: tuple, dtype) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize


def _assembled(calls: list) -> tuple[list, dict]:
    """The words of the table, and of each root the words that are addresses in it, with the offsets."""
    words, patches = [], {}
    for kernel, operands in calls:
        *operands, tail = operands if kernel.variadic else (*operands, ())
        numbers = [0 if isinstance(o, Place) else o for o in operands]
        start = len(words)
        found = struct.unpack(f"{len(numbers)}q", struct.pack(kernel.format, *numbers))
        words += [kernel.address, 2 + len(found) + len(tail), *found, *tail]
        for at, operand in enumerate(operands):
            if isinstance(operand, Place):
                patches.setdefault(operand.root, []).append((start + 2 + at, operand.offset))
    return words, patches


def _arranged(sizes: dict, calls: list) -> tuple[int, dict]:
    """How much memory some roots need, and where in it each is: those that live at different times may share it."""
    lives: dict = {}
    for now, (_, operands) in enumerate(calls):
        for root in {o.root for o in operands if isinstance(o, Place)} & sizes.keys():
            lives[root] = lives.get(root, (now, now))[0], now
    offsets, most = {}, 0
    for root, (first, last) in lives.items():
        others = sorted((offsets[k], sizes[k]) for k in offsets if lives[k][0] <= last and first <= lives[k][1])
        at = 0
        for offset, size in others:
            if at + sizes[root] <= offset:
                break
            at = max(at, -(-(offset + size) // LINE) * LINE)
        offsets[root], most = at, max(most, at + sizes[root])
    return most, offsets
