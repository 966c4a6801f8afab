"""Ops inside of loops and branches whose sizes only a run knows, by kernels, into whose calls the machine writes sizes.

Where what an op's rule calls follows sizes (see `following`) it is one node of a program: in each trip the counts that
kernels found before are written where they belong, by the instruction SIZES.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.kernels.math.counts import put_numbers
from minitf.runtime.execute.op_by_op import Concrete, OpByOp, is_native
from minitf.runtime.lower.attempts import FULL, REFUSES, Part, few_whole
from minitf.runtime.lower.bounded import Bounded, Count, Size, added, most
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.following import Rule, followed
from minitf.runtime.lower.host_calls import declared, lasts, with_operands
from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS, Full

_WAYS = ((True, True), (False, True), (False, False))  # whether rules fold what is known, and hear of it at all
_MOST_ROOM = 1 << 20  # items: of what is larger only as much as there is gets memory, by Python
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
    are what the op is given, to say what is wrong if a kernel refuses it.
    """

    __slots__ = ("calls", "counts", "given")

    def __init__(
        self, op, reads: list, writes: list, calls: list[KernelCall], counts: dict, given: int, error: Callable
    ):
        kernel = declared(*[tuple([ref.dtype.name for ref in part]) for part in (reads, writes)], "counted")
        super().__init__(kernel, (*reads, *writes), error if any([call.fails for call in calls]) else None, op)
        self.calls, self.counts, self.given = calls, counts, given

    def full(self, needed: int) -> str:
        """Says that a kernel has counted more than there is room for."""
        raise Full(self.op, needed)

    def with_(self, **operands):
        """The same calls with other operands, by name."""
        return with_operands(self, operands)

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


class _Refused:
    """Says what is wrong where a kernel of an op has refused what it was given."""

    def __init__(self, low, op, inputs: list):
        self._low, self._op, self._inputs = low, op, inputs

    def __call__(self, position: int) -> str:
        builder = OpByOp(self._low.session_state)
        builder.results(self._op, [Concrete(self._array(value).copy()) for value in self._inputs])
        return f"element {position} cannot be computed"

    def _array(self, value: Value) -> np.ndarray:
        if type(value) is Bounded:
            value = value.ref({count: int(self._low.data(count.ref)) for count in value.counts})
        return self._low.data(value)


def lower(low, op, inputs: list, least: int = 0) -> list | None:
    """The values of the op's outputs, where no count of the inputs is below the least; None if it has to be left to
    Python.
    """
    if not _by_kernels(op, inputs):
        return None
    inputs, alike = [low.snapshot(v) for v in inputs], low.frames[-1].alike.setdefault(op.type, [])
    for other, given, results in alike:
        if other.attrs == op.attrs and all(map(_same, given, inputs)):
            return results  # also the counts are the same then, and what follows them goes together
    rule = _rule(low, op, inputs, least)
    if rule is None:
        return None
    results = _Lowered(low, op, inputs, rule).results
    alike.append((op, inputs, results))
    return results


def _by_kernels(op, inputs: list) -> bool:
    """Whether kernels may compute the op, and have to: not all that it is given is known."""
    definition = op.definition
    if definition.kernel is None or not is_native(op) or lasts(definition) or definition.host is not None:
        return False
    kinds = {type(v) for v in inputs}
    if op.attrs.get("follows") or not kinds <= {Ref, Bounded}:
        return False
    return Bounded in kinds or any([v.known is None for v in inputs])


def _rule(low, op, inputs: list, least: int) -> Rule | None:
    """How what the op's rule calls follows sizes; notes how much room there is for what may be more."""
    room = low.capacities.get(op, FIRST_GUESS)
    for folds, knows in _WAYS if room <= _MOST_ROOM else ():
        rule = followed(op, inputs, least, room, folds, knows)
        if rule is not None:
            if rule.attempt.roomed:
                low.guesses[op] = room
                low.roomed.add(op)
            return rule
    return None


def _same(one: Value, other: Value) -> bool:
    """Whether both are the same value in the same memory."""
    if type(one) is Bounded or type(other) is Bounded:
        return one is other
    if one.known is not None and other.known is not None:
        return one.dtype == other.dtype and np.array_equal(one.known, other.known)
    return one.same_place(other) and one.shape == other.shape and one.dtype == other.dtype


class _Lowered:
    """An op whose rule follows sizes; `results` are the values of its outputs."""

    def __init__(self, low, op, inputs: list, rule: Rule):
        self._low, self._inputs, self._attempt = low, inputs, rule.attempt
        self._new_counts = [Count() for _ in rule.attempt.found]
        self._counts = [*rule.counts, *self._new_counts]
        self._numbers = iter(rule.numbers)
        offsets = []
        for count in self._new_counts:
            offsets.append(self._next())
            count.most = most(self._next())
        self._memory = {root: v.memory if type(v) is Bounded else v for root, v in enumerate(inputs)}
        self._own: list[int] = []  # the roots of new memory
        self._calls: list[KernelCall] = []
        for root in range(len(inputs), len(self._attempt.roots)):
            self._make(root)
        for kernel, operands, fails in self._attempt.calls:
            self._calls.append(KernelCall(kernel, [word for o in operands for word in self._words(o)], fails))
        for count, offset, (part, *_) in zip(self._new_counts, offsets, self._attempt.found):
            memory = self._memory[part.root]
            count.ref = Ref((), np.int64, memory.buffer, memory.offset + offset)
        self.results = [self._result(part) for part in self._attempt.results]
        if self._calls:
            low.frames[low.target].nodes.append(self._node(op, rule.counts))

    def _next(self):
        """The next number."""
        base, *factors = next(self._numbers)
        factors = {count: factor for count, factor in zip(self._counts, factors) if factor}
        return Size(base, factors) if factors else base

    def _make(self, root: int) -> None:
        """The memory of a constant, or of what is new."""
        made = self._attempt.roots[root]
        if not isinstance(made, np.ndarray):
            self._new(root, math.prod([most(self._next()) for _ in made[0]]), made[1])
            return
        numbers = [self._next() for _ in range(made.size)] if few_whole(made) else []
        if any([type(number) is Size for number in numbers]):
            self._new(root, made.size, made.dtype)
            self._calls.append(KernelCall(put_numbers[made.dtype], [Place(root, 0), made.size, *numbers], None))
        else:
            self._memory[root] = self._low.constant(made)

    def _new(self, root: int, size: int, dtype) -> None:
        self._memory[root] = self._low.new((size,), dtype)
        self._own.append(root)

    def _words(self, operand) -> list:
        """The words of a kernel's operand; in the place of operands of the node are roots."""
        if isinstance(operand, Part):
            return [Place(operand.root, self._offset(operand.root, self._next()))]
        if isinstance(operand, float):
            return [operand]
        return [self._next() for _ in (operand if isinstance(operand, (tuple, list)) else [operand])]

    def _offset(self, root: int, offset):
        """The offset in the memory of a root."""
        value = self._inputs[root] if root < len(self._inputs) else None
        return added(offset, value.offset) if type(value) is Bounded else offset

    def _result(self, part: Part):
        """The value of an output."""
        offset, sizes = self._offset(part.root, self._next()), tuple([self._next() for _ in part.shape])
        holds, memory = None, self._memory[part.root]
        if part.known is not None and few_whole(part.known):
            holds = [self._next() for _ in range(part.known.size)]
        if not any([type(n) is Size for n in (offset, *sizes, *(holds or ()))]):
            return Ref(sizes, part.dtype, memory.buffer, memory.offset + offset, memory.moves, part.known)
        holds = None if holds is None else np.array([*holds, None], object)[:-1].reshape(part.shape)
        return Bounded(memory, offset, sizes, part.dtype, len(self._low.frames) - 1, holds)

    def _node(self, op, counts: list[Count]) -> CountedCalls:
        """The calls as a node, behind which are all who need what they give."""
        given = [self._memory[root] for root in range(len(self._inputs))] + [count.ref for count in counts]
        constants = [root for root in self._memory if root >= len(self._inputs) and root not in self._own]
        places = {root: len(given) + k for k, root in enumerate([*constants, *self._own])}
        where = {count: Place(len(self._inputs) + k, 0) for k, count in enumerate(counts)}
        for count, (part, *_) in zip(self._new_counts, self._attempt.found):
            where[count] = Place(places[part.root], count.ref.offset - self._memory[part.root].offset)
        calls = [call._replace(words=[_placed(word, places) for word in call.words]) for call in self._calls]
        reads, writes = (
            [*given, *[self._memory[root] for root in constants]],
            [self._memory[root] for root in self._own],
        )
        error = _Refused(self._low, op, self._inputs)
        return CountedCalls(op, reads, writes, calls, where, len(given), error)


def _placed(word, places: dict):
    """A word with the operand of a node in the place of a root."""
    return word._replace(operand=places.get(word.operand, word.operand)) if type(word) is Place else word
