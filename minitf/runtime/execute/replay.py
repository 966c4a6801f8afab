"""Kernel rules of ops that Python runs again and again: what one calls for inputs of some shapes is noted once.

It is then done again without asking the rule, for other inputs of the same shapes. Where the rule looked at what is
in some of them, that has to be the same, too.
"""

from __future__ import annotations

import numpy as np

from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.execute.patience import LIMIT, worst
from minitf.runtime.execute.tables import Place, Room, Table
from minitf.runtime.lower.builder import Value
from minitf.runtime.session.state import State

_KEPT = 1024  # bytes: constants and inputs up to this size are kept for the next time


class Recording(OpByOp):
    """Runs one op on `values` and notes what its rule does; `looked`: places of those whose contents it asks for."""

    def __init__(self, state: State, arrays: list[np.ndarray]):
        super().__init__(state)
        self.values = [Concrete(array) for array in arrays]
        self._calls: list = []
        self._again, self._constants = True, set()
        self._roots: list = [None] * len(arrays)  # what values are in: inputs, constants, shapes and types of new ones
        self._places = {id(value): Place(root, 0, value.shape, value.dtype) for root, value in enumerate(self.values)}
        self._inputs, self.looked = len(arrays), set()
        self._open: set = set()  # roots on which what is in inputs had an influence

    def replay(self, results: list, room: Room) -> Table | None:
        """How to do it again, if that depends on shapes alone."""
        places = [self._places.get(id(result)) for result in results]
        if not self._again or None in places:
            return None
        return Table(self._roots, self._inputs, self._calls, places, room)

    def _made(self, value: Value, place: Place | None) -> Value:
        if place is not None:
            self._places[id(value)] = place
        self.values.append(value)
        return value

    def _rooted(self, value: Value, root) -> Value:
        self._roots.append(root)
        return self._made(value, Place(len(self._roots) - 1, 0, value.shape, value.dtype))

    def constant(self, array):
        made = super().constant(np.asarray(array, order="C"))
        self._again = self._again and made.array.nbytes <= _KEPT
        self._constants.add(len(self._roots))
        return self._rooted(made, made.array)

    def new(self, shape, dtype):
        made = super().new(shape, dtype)
        return self._rooted(made, (made.array.shape, made.array.dtype))

    def view(self, value, shape, offset=0, dtype=None):
        made, place = super().view(value, shape, offset, dtype), self._place(value)
        self._again = self._again and place is not None
        if place is not None:
            place = Place(place.root, place.offset + offset * made.dtype.itemsize, made.shape, made.dtype)
        return self._made(made, place)

    def first(self, count, *values):
        at, found = self._place(count), int(count.array)
        return [self._first(at, value, found) for value in values]

    def _first(self, at: Place | None, value: Value, found: int) -> Value:
        made, place = super().view(value, (found, *value.shape[1:])), self._place(value)
        self._again = self._again and None not in (at, place)
        return self._made(made, place and place._replace(count=at))

    def _root(self, value: Value) -> int | None:
        """The number of what a value is in."""
        place = self._places.get(id(value))
        return None if place is None else place.root

    def _settle(self, kernel, operands: tuple) -> None:
        """Takes note of what is the same the next time: what is made of nothing but that."""
        memory = [(kernel.kernel.operands[name], operands[place]) for name, place, _ in kernel.kernel.memory]
        known = all([self._root(o) in self._constants for does, o in memory if does.effect in ("in", "inout")])
        for root in [self._root(o) for does, o in memory if does.writes]:
            if known and root not in self._open:
                self._constants.add(root)
            else:
                self._open.add(root)
                self._constants.discard(root)

    def _place(self, value: Value) -> Place | None:
        """Where a value is the next time; None if it may be of another shape then, or is not there."""
        place = self._places.get(id(value))
        return None if place is None or place.count is not None else place

    def snapshot(self, value):
        self._again = self._again and id(value) in self._places  # else it is a variable's memory
        return super().snapshot(value)

    def data(self, value):
        root = self._root(value)
        if root is not None and root < self._inputs and value.array.nbytes <= _KEPT:
            self.looked.add(root)
        else:
            self._again = self._again and root in self._constants
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
        places = [self._place(o) if isinstance(o, Value) else o for o in operands]
        arrays = [o.array if isinstance(o, Value) else o for o in operands]
        if None in places or worst(kernel, arrays) >= LIMIT:
            self._again = False
        self._calls.append((kernel, places))
