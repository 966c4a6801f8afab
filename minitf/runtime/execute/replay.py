"""Kernel rules of ops that Python runs again and again: what one calls for inputs of some shapes is noted once.

It is then done again without asking the rule, for other inputs of the same shapes. Where the rule looked at what is
in some of them, that has to be the same, too.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.kernels.compile.abi import address_of
from minitf.kernels.machine.alloc import empty
from minitf.kernels.machine.vm import flushed
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.execute.patience import LIMIT, worst
from minitf.runtime.lower.builder import Value
from minitf.runtime.session.state import State

_KEPT = 1024  # bytes: constants and inputs up to this size are kept for the next time
_SURE_TO_FIT = 1 << 20  # bytes: of less nobody asks whether there are so many


class Replay(NamedTuple):
    """What a rule did: `steps` add to a list of arrays, the inputs at first; `results` are places in it."""

    steps: tuple[Callable, ...]
    results: tuple[int, ...]

    def run(self, arrays: list[np.ndarray]) -> list[np.ndarray] | None:
        """The outputs for inputs of the same shapes; None if a kernel refuses what is in them."""
        arrays = arrays.copy()
        for step in self.steps:
            if step(arrays):
                return None
        return [arrays[place] for place in self.results]


class Recording(OpByOp):
    """Runs one op on `values` and notes what its rule does; `looked`: places of those whose contents it asks for."""

    def __init__(self, state: State, arrays: list[np.ndarray]):
        super().__init__(state)
        self.values = [Concrete(array) for array in arrays]
        self._steps: list = []
        self._again, self._constants = True, set()
        self._places = {id(value): place for place, value in enumerate(self.values)}
        self._inputs, self.looked = len(arrays), set()
        self._roots: dict = {}  # views -> what they are views of
        self._open: set = set()  # values on which what is in inputs had an influence
        self._counted: set = set()  # values whose shapes are others the next time

    def replay(self, results: list) -> Replay | None:
        """How to do it again, if that depends on shapes alone."""
        if not self._again or any(id(result) not in self._places for result in results):
            return None
        return Replay(tuple(self._steps), tuple([self._places[id(result)] for result in results]))

    def _made(self, value: Value, step: Callable) -> Value:
        self._places[id(value)] = len(self.values)
        self.values.append(value)
        self._steps.append(step)
        return value

    def constant(self, array):
        made = super().constant(np.asarray(array))
        self._again = self._again and made.array.nbytes <= _KEPT
        self._constants.add(id(made))
        return self._made(made, lambda arrays, array=made.array: arrays.append(array))

    def new(self, shape, dtype):
        made = super().new(shape, dtype)
        make = np.empty if made.array.nbytes < _SURE_TO_FIT else empty
        return self._made(made, lambda arrays: arrays.append(make(shape, dtype)))

    def view(self, value, shape, offset=0, dtype=None):
        place, whole = self._place(value), super().view
        self._again = self._again and place is not None

        def step(arrays):
            arrays.append(whole(Concrete(arrays[place]), shape, offset, dtype).array)

        made = whole(value, shape, offset, dtype)
        self._roots[id(made)] = self._root(value)
        return self._made(made, step)

    def first(self, count, *values):
        at, found = self._place(count), int(count.array)
        return [self._first(at, value, found) for value in values]

    def _first(self, at: int | None, value: Value, found: int) -> Value:
        place, whole = self._place(value), super().view
        self._again = self._again and None not in (at, place)
        made = whole(value, (found, *value.shape[1:]))
        self._counted.add(id(made))
        return self._made(made, lambda arrays: arrays.append(arrays[place][: int(arrays[at])]))

    def _root(self, value: Value) -> int:
        """The id of what a value is a view of, or of itself."""
        return self._roots.get(id(value), id(value))

    def _settle(self, kernel, operands: tuple) -> None:
        """Takes note of what is the same the next time: what is made of nothing but that."""
        memory = [(kernel.kernel.operands[name], operands[place]) for name, place, _ in kernel.kernel.memory]
        known = all([self._root(o) in self._constants for does, o in memory if does.effect in ("in", "inout")])
        for does, o in memory:
            root = self._root(o)
            if does.writes and known and root not in self._open:
                self._constants.add(root)
            elif does.writes:
                self._open.add(root)
                self._constants.discard(root)

    def _place(self, value: Value) -> int | None:
        """Where among the arrays a value is the next time; None if it may be of another shape then, or is not there."""
        return None if id(value) in self._counted else self._places.get(id(value))

    def snapshot(self, value):
        self._again = self._again and id(value) in self._places  # else it is a variable's memory
        return super().snapshot(value)

    def data(self, value):
        place = self._places.get(id(value), -1)
        if 0 <= place < self._inputs and value.array.nbytes <= _KEPT:
            self.looked.add(place)
        else:
            self._again = self._again and self._root(value) in self._constants
        return super().data(value)

    def known(self, value):
        return super().data(value) if self._root(value) in self._constants else None

    def state(self, op, make):
        self._again = False
        return super().state(op, make)

    def variable(self, op, validate=True):
        self._again = False
        return super().variable(op, validate)

    def call(self, kernel, *operands, error=None):
        super().call(kernel, *operands, error=error)
        self._settle(kernel, operands)
        arrays = [o.array if isinstance(o, Value) else o for o in operands]
        if worst(kernel, arrays) >= LIMIT or any(self._place(o) is None for o in operands if isinstance(o, Value)):
            self._again = False
        if self._again:
            self._steps.append(_call(kernel, [self._places.get(id(o)) for o in operands], operands))


def _call(kernel, places: list, operands: tuple) -> Callable:
    """A call of a kernel; places: where among the arrays those of its operands are that are memory."""
    *numbers, tail = [*operands, ()] if not kernel.variadic else operands
    words = [kernel.address, *[0 if place is not None else o for place, o in zip(places, numbers)], *tail]
    memory = [(1 + at, place) for at, place in enumerate(places) if place is not None]
    addressof, from_buffer = ctypes.addressof, ctypes.c_char.from_buffer
    pack, entry = struct.Struct(f"q{kernel.format}{len(tail)}q").pack, flushed[()].entry

    def step(arrays):
        for at, place in memory:
            array = arrays[place]
            try:
                words[at] = addressof(from_buffer(array))
            except (TypeError, ValueError):
                words[at] = address_of(array)
        return entry(pack(*words))

    return step
