"""What stands for values that are no arrays among the arrays that a region is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_lists import HeldList
from minitf.runtime.lower.held_slices import HeldStack
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Buffer, Ref
from minitf.runtime.tensor_arrays.flows import Flow, Kind, cleared
from minitf.runtime.tensor_arrays.lists import Slots

SLICES, LIST = "slices", "list"


class StandIn(np.ndarray):
    """An array in the place of something else; `kind` is what a region is lowered for."""

    kind: object

    @property
    def form(self):
        """What of the kind is no size."""
        return self.kind

    @property
    def sizes(self) -> tuple:
        """The sizes in the kind."""
        return self.shape

    def of_sizes(self, sizes: tuple) -> StandIn:
        """The same with other sizes, and without what it stands for."""
        return self

    def placed(self, low, tensor) -> Value | None:
        """The value of a tensor while a region is lowered; the array is the last of its inputs."""
        raise NotImplementedError


class Packed(StandIn):
    """A list as the bytes of a native one, with flags behind it that say which slots were read."""

    kind: Kind
    slots: Slots

    @property
    def form(self):
        """What of the kind is no size."""
        return self.kind.form

    @property
    def sizes(self) -> tuple:
        """The sizes in the kind."""
        return self.kind.sizes

    def of_sizes(self, sizes: tuple) -> Packed:
        """An empty list of other sizes."""
        kind = self.kind.of_sizes(sizes)
        array = np.zeros(kind.nbytes + kind.capacity * kind.once, np.uint8).view(Packed)
        array.kind = kind
        return array

    def placed(self, low, tensor) -> Flow:
        """The list where the region finds it."""
        kind, buffer = self.kind, low.refs[tensor].buffer
        seen = Ref((kind.capacity,), np.uint8, buffer, kind.nbytes) if kind.once else None
        if kind.element is None and tensor.op in low.elements:
            return cleared(low, replace(kind, element=low.elements[tensor.op]), kind.size, seen)
        return Flow(kind, buffer, seen=seen)

    def note_read(self, ref: Ref, memory, read: dict) -> None:
        """Tells the host's list which slots a run has read."""
        if self.kind.once:
            stage = memory.stage(ref.buffer)
            bytes_ = self if stage is None else stage
            self.slots.read_once.update(np.flatnonzero(bytes_[self.kind.nbytes :]).tolist())
            read[ref.buffer] = self.slots.read_once


class OnlyKind(StandIn):
    """A list of which only the kind is known."""

    kind: tuple

    @property
    def form(self):
        """What of the kind is no size."""
        return "ghost", self.kind[1].form

    @property
    def sizes(self) -> tuple:
        """The sizes in the kind."""
        return self.kind[1].sizes

    def of_sizes(self, sizes: tuple) -> OnlyKind:
        """A list of other sizes."""
        return only_kind(self.kind[1].of_sizes(sizes))

    def placed(self, low, tensor) -> Flow:
        """A ghost."""
        return Flow(self.kind[1], Buffer(0), shape=(0, 0))


def only_kind(kind: Kind) -> OnlyKind:
    """What stands for a list of a kind."""
    return _made(OnlyKind, ("ghost", kind))


class Absent(StandIn):
    """What a branch that was not taken would have given."""

    def placed(self, low, tensor) -> None:
        """No value."""
        return None


def absent() -> Absent:
    """What stands for a value that was not computed."""
    return _made(Absent, ("absent",))


class HeldBack(StandIn):
    """What only the host has. kind: a word for each of the loops in one another that saved slices of it, and one if
    it is a list. What a branch saved without any is one array; `value` is None if it was not taken. untried: what is
    known of slices that no trip gave.
    """

    kind: tuple
    value: list | np.ndarray | Slots | None
    untried: Ragged | None = None
    _read: set | None = None

    def put(self, held: Held) -> None:
        """Has the value held, for a run that may be one more on it: its slots are as much read as at first."""
        read = self.value.read_once if isinstance(self.value, Slots) else None
        if read is not None:
            self._read = set(read) if self._read is None else self._read
            read &= self._read
        held.value = self.value
        if type(held) is HeldStack:
            held.untried = self.untried

    def placed(self, low, tensor) -> Held:
        """What holds it while a program runs."""
        item = (HeldList if LIST in self.kind else Held)(tensor.dtype.numpy)
        for _ in range(self.kind.count(SLICES)):
            item = HeldStack(item, False)
        low.given.append((item, len(low.inputs) - 1))
        return item

    def of_sizes(self, sizes: tuple) -> HeldBack:
        """The same without what it stands for."""
        return held_back(self.kind, [])


def held_back(kind: tuple, value) -> HeldBack:
    """What stands for a value that only the host has."""
    made = _made(HeldBack, kind)
    made.value = value
    return made


def _made(which: type, kind: tuple):
    array = np.empty(0, np.uint8).view(which)
    array.kind = kind
    return array
