"""Calls of kernels into which the machine writes sizes that only a run knows.

Where what an op's rule calls follows sizes (see `following`) it is one node of a program: in each trip the counts that
kernels found before are written where they belong, by the instruction SIZES.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import NamedTuple

from minitf.runtime.lower.attempts import FULL, REFUSES
from minitf.runtime.lower.bounded import Size
from minitf.runtime.lower.host_calls import declared, with_operands
from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.tensor_arrays.flows import Full

NO_ROOM = 1 << 62  # what an op needs that is left to Python


class Place(NamedTuple):
    """Memory that a kernel is given: in one of a node's operands, from a byte on."""

    operand: int
    offset: int | Size


class KernelCall(NamedTuple):
    """A call of a kernel. words: for each word of its operands a Place or a number, which may be a Size. fails: why it
    may, if it may.
    """

    kernel: object
    words: list
    fails: str | None


def size_in(word) -> Size | None:
    """The Size that a word follows, if it does."""
    number = word.offset if type(word) is Place else word
    return number if type(number) is Size else None


class CountedCalls(Call):
    """Calls of kernels for one op. counts: for each count that numbers follow, where it is. The first `given` operands
    are what the op is given, to say what is wrong if a kernel refuses it. memory: what is read, written, and both.
    """

    __slots__ = ("calls", "counts", "given")

    def __init__(self, op, memory: tuple, calls: list[KernelCall], counts: dict, given: int, error: Callable):
        kernel = declared(*[tuple([ref.dtype for ref in part]) for part in memory], name="counted")
        super().__init__(
            kernel, sum(map(tuple, memory), ()), error if any([call.fails for call in calls]) else None, op
        )
        self.calls, self.counts, self.given = calls, counts, given

    def full(self, needed: int) -> str:
        """Says that a kernel has counted more than there is room for."""
        raise Full(self.op, needed)

    def with_(self, **operands):
        """The same calls with other operands, by name."""
        return with_operands(self, operands)

    def part(self, calls: list[KernelCall]) -> CountedCalls:
        """Other calls with the same operands."""
        made = copy.copy(self)
        made.calls = calls
        return made

    def at(self, place: Place) -> Ref:
        """The memory at a place, without what of its offset follows counts."""
        ref, offset = self.operands[place.operand], place.offset
        offset = offset.base if type(offset) is Size else offset
        return Ref((), ref.dtype, ref.buffer, ref.offset + offset, ref.moves)

    @property
    def addresses(self) -> list[Ref]:
        """The memory whose addresses are among its words."""
        words = [word for call in self.calls for word in call.words]
        found = [self.at(word) for word in words if type(word) is Place]
        found += [self.at(self.counts[c]) for size in filter(None, map(size_in, words)) for c in size.factors]
        return found + [ref for call in self.calls if call.fails for ref in self.operands[: self.given]]


class KernelOf(Call):
    """One of the calls of a CountedCalls, as it is among the instructions: behind its operands are, if it may fail, the
    addresses of what the op is given.
    """

    __slots__ = ("given", "_own")

    def __init__(self, whole: CountedCalls, call: KernelCall):
        errors = {None: None, REFUSES: whole.error, FULL: whole.full}
        super().__init__(call.kernel, (), errors[call.fails], whole.op, whole.origin)
        self.given, self._own = whole.operands[: whole.given] if call.fails else (), len(call.words)

    def places(self, words) -> dict:
        """Where what the op is given is, by buffer, of which these are the words at some moment."""
        return {id(ref.buffer): int(word) - ref.offset for ref, word in zip(self.given, words[self._own :])}
