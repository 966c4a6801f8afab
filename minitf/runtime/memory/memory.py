"""The memory of one region: every value at its place."""

from __future__ import annotations

import numpy as np

from minitf.kernels.machine.alloc import aligned, require
from minitf.runtime.lower.ir import Ref
from minitf.runtime.memory.arena import intervals, place
from minitf.runtime.memory.storage import Arena, Swap

STAGED = 32768  # bytes: inputs up to this size are copied, larger ones are read in the caller's memory


class Memory:
    """The memory that one region works on, with everything at its place. Inputs of numbers `direct` are read
    in the caller's memory, however small. Several threads share it, or one has it `alone`. `given_away` are the buffers
    that are no part of the arena: their memory is made for each run.
    """

    def __init__(
        self,
        nodes: list,
        inputs: list[Ref],
        outputs: list[Ref],
        direct: frozenset = frozenset(),
        alone: bool = True,
        given_away: tuple = (),
    ):
        self.given_away, self._made = given_away, {}
        self._stages = {
            r.buffer: np.empty(r.shape, r.dtype)
            for r in inputs
            if r.nbytes <= STAGED and r.known is None and r.buffer.index not in direct
        }
        lives = intervals(nodes, {r.buffer for r in outputs})
        placed = {b: life for b, life in lives.items() if not b.swapped and b not in given_away}
        self.arena = Arena(end := place(placed, alike=not alone))
        require(sum([buffer.size for buffer in given_away]))
        for buffer in given_away:  # behind the arena: there is nothing else
            buffer.offset, end = end, end + buffer.size
        self.swap = Swap(place({b: life for b, life in lives.items() if b.swapped}))
        self._starts = {False: self.arena.address, True: self.swap.address}  # by whether it is swapped
        self._kept: dict[int, np.ndarray] = {}  # arrays whose addresses were given out
        self._constants: dict[int, int] = {}  # the bytes of those of them that are constants

    @property
    def staged(self) -> int:
        """The bytes of the small inputs, which are copied before a run."""
        return sum(array.nbytes for array in self._stages.values())

    @property
    def constants(self) -> int:
        """The bytes of the constants."""
        return sum(self._constants.values())

    def stage(self, buffer) -> np.ndarray | None:
        """Where a small input is copied to before a run; None for one that is read where it is."""
        return self._stages.get(buffer)

    def array(self, ref: Ref, inputs: list) -> np.ndarray:
        """The contents of a value, without a copy."""
        if ref.known is not None:
            return ref.known
        if ref.buffer in self.given_away:
            flat = self._made[ref.buffer]
            return flat[ref.offset : ref.offset + ref.nbytes].view(ref.dtype).reshape(ref.shape)
        if ref.buffer.kind == "arena":
            memory, start = (self.swap if ref.buffer.swapped else self.arena), ref.buffer.offset + ref.offset
            return memory.bytes[start : start + ref.nbytes].view(ref.dtype).reshape(ref.shape)
        whole = inputs[ref.buffer.index] if ref.buffer.kind == "input" else self._own(ref.buffer)
        flat = whole.reshape(-1).view(np.uint8)
        return flat[ref.offset : ref.offset + ref.nbytes].view(ref.dtype).reshape(ref.shape)

    def make(self) -> list[np.ndarray]:
        """What is given away after the run that begins."""
        self._made = {buffer: aligned((buffer.size,), np.uint8) for buffer in self.given_away}
        return list(self._made.values())

    @staticmethod
    def _own(buffer) -> np.ndarray:
        return buffer.slot.array if buffer.slot is not None else buffer.array

    def address(self, buffer) -> int:
        """Where a buffer starts, unless it is an input that is read where it is."""
        if buffer.kind == "arena":
            return self._starts[buffer.swapped] + buffer.offset
        array = self._stages.get(buffer)
        if array is None:
            array = self._own(buffer)
        self._kept[id(array)] = array
        if buffer.kind == "constant":
            self._constants[id(array)] = array.nbytes
        return array.__array_interface__["data"][0]


class Nowhere:
    """What there is instead for a program that is only looked at: nothing has a place."""

    given_away = ()

    def stage(self, buffer) -> None:
        """Nothing is copied before a run."""

    def address(self, buffer) -> int:
        """No address."""
        return 0
