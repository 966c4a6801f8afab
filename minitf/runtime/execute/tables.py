"""What kernel rules have called, as a table that the virtual machine walks at one go, again and again."""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

import numpy as np

from minitf.kernels.compile.abi import address_of
from minitf.kernels.machine import vm
from minitf.kernels.machine.alloc import LINE, empty


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
        self._memory = np.empty(0, np.uint8)

    def address(self, size: int) -> int:
        """Where there is room for so many bytes."""
        if self._memory.size < size + LINE:
            self._memory = empty((size + LINE,), np.uint8)
        return -(-address_of(self._memory) // LINE) * LINE


class Table:
    """Calls of kernels. roots: what values are in, first so many inputs (None), then constants (arrays) and memory that
    is new in each run (shape and type). calls: kernels and their operands, Places or numbers. results: Places.
    """

    def __init__(self, roots: list, inputs: int, calls: list, results: list[Place], room: Room):
        self._results, self._room, self._base = results, room, None
        self._constants = {k: root for k, root in enumerate(roots) if isinstance(root, np.ndarray)}
        given = {p.root for p in results} | {p.count.root for p in results if p.count is not None}
        self._given = {k: roots[k] for k in given if k >= inputs and k not in self._constants}
        self._size, offsets = _arranged(self._new(roots, inputs), calls)
        words, patches = _assembled(calls)
        for k, found in patches.items():
            for word, offset in found:
                words[word] = address_of(self._constants[k]) + offset if k in self._constants else offset
        self._words = np.array([*words, vm.END], np.int64)
        self._moving = [(k, patches[k]) for k in patches if k < inputs or k in self._given]
        inner = [(word, offsets[k] + offset) for k in patches if k in offsets for word, offset in patches[k]]
        self._inner = np.array(inner, np.int64).reshape(-1, 2)
        self._control = np.zeros(vm.CONTROL_WORDS, np.int64)
        machine = vm.vm[()]
        self._packed, self._run = machine.pack(self._words, self._control), machine.entry
        self._write = memoryview(self._words)

    def _new(self, roots: list, inputs: int) -> dict:
        """The bytes of the memory that nobody sees: number of a root -> how many."""
        found = range(inputs, len(roots))
        return {k: _bytes(*roots[k]) for k in found if k not in self._constants and k not in self._given}

    def run(self, arrays: list[np.ndarray]) -> list[np.ndarray] | None:
        """The results for inputs of the same shapes; None if a kernel refuses what is in them, or how they lie."""
        if not all([array.flags.c_contiguous for array in arrays]):
            return None
        write, given = self._write, {k: empty(*root) for k, root in self._given.items()}
        base = self._room.address(self._size)
        if base != self._base:
            self._words[self._inner[:, 0]], self._base = self._inner[:, 1] + base, base
        for k, patches in self._moving:
            address = address_of(given[k] if k in given else arrays[k])
            for word, offset in patches:
                write[word] = address + offset
        if self._run(self._packed):
            self._control[:] = 0
            return None
        return [self._value(place, arrays, given) for place in self._results]

    def _value(self, place: Place, arrays: list, given: dict) -> np.ndarray:
        """What is at a place after a run."""
        root, offset, shape, dtype, count = place
        array = given[root] if root in given else self._constants[root] if root in self._constants else arrays[root]
        if count is not None:
            shape = (int(self._value(count, arrays, given)), *shape[1:])
        if not offset and array.shape == shape and array.dtype == dtype:
            return array
        flat = array.reshape(-1).view(np.uint8)[offset : offset + _bytes(shape, dtype)]
        return flat.view(dtype).reshape(shape)


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
