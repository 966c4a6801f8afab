"""Ops inside of loops and branches whose sizes only a run knows, by kernels: see `counted_calls`."""

from __future__ import annotations

import numpy as np

from minitf.kernels.math.counts import sizes
from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower.attempts import FULL
from minitf.runtime.lower.bounded import Bounded, Count, Size
from minitf.runtime.lower.builder import NeedsData, Value
from minitf.runtime.lower.counted_calls import CountedCalls, KernelCall, Place
from minitf.runtime.lower.counted_values import Counted
from minitf.runtime.lower.following import Rule, asked_of, followed
from minitf.runtime.lower.host_calls import never
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.same_values import same_value
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS

_WAYS = ((True, True), (False, True), (False, False))  # whether rules fold what is known, and hear of it at all
_FEW_NUMBERS = 8
_MOST_ROOM = 1 << 20  # items: of what is larger only as much as there is gets memory, by Python


def lower(low, op, inputs: list, least: int = 0) -> list | None:
    """The values of the op's outputs, where no count of the inputs is below the least; None if it has to be left to
    Python.
    """
    if not _by_kernels(op, inputs):
        return None
    inputs, alike = [low.snapshot(v) for v in inputs], low.frames[-1].alike.setdefault(op.type, [])
    for other, given, results in alike:
        if other.attrs == op.attrs and _same_inputs(low, op, inputs, other, given):
            return results  # also the counts are the same then, and what follows them goes together
    found = _rule(low, op, inputs, least)
    if found is None:
        return None
    results = Counted(low, op, *found).results
    if not op.definition.stateful:
        alike.append((op, inputs, results))
    return results


def _same_inputs(low, op, inputs: list, other, given: list) -> bool:
    pairs = zip(zip(op.inputs, inputs), zip(other.inputs, given))
    return all([same_value(low, one, another) for one, another in pairs])


def _by_kernels(op, inputs: list) -> bool:
    """Whether kernels may compute the op, and have to: not all that it is given is known."""
    definition = op.definition
    if definition.kernel is None or not is_native(op) or definition.effect is not None:
        return False
    kinds = {type(v) for v in inputs}
    if op.attrs.get("follows") or any([t.dtype.is_ref_dtype for t in op.inputs]) or not kinds <= {Ref, Bounded}:
        return False
    return Bounded in kinds or any([v.known is None for v in inputs])


def _rule(low, op, inputs: list, least: int) -> tuple[list, Rule] | None:
    """How what the op's rule calls follows sizes, and the inputs as it takes them; notes how much room there is."""
    room = low.capacities.get(op, FIRST_GUESS)
    if room > _MOST_ROOM:
        return None
    for deep in (True, False):
        numbers = Numbers(low, op, room, deep)
        found = _followed(op, inputs, least, room, numbers)
        if found is None:
            numbers.forget()
            if not numbers.asked:
                return None
            continue
        if found[1].attempt.roomed or numbers.any:
            low.guesses[op] = room
            low.roomed.add(op)
        return found
    return None


def _followed(op, inputs: list, least: int, room: int, numbers: Numbers) -> tuple[list, Rule] | None:
    """The rule, for inputs that hold counts where it asks what is in them."""
    while True:
        asked = None
        for folds, knows in _WAYS:
            try:
                rule = followed(op, inputs, least, numbers.low.state, room, folds, knows)
            except NeedsData as error:
                asked = asked_of(error, inputs)
            else:
                if rule is not None:
                    return inputs, rule
        if asked is None or least:
            return None  # of what is asked for nobody knows that it is so large
        holding = numbers.held(op.inputs[asked], inputs[asked])
        if holding is None or holding is inputs[asked]:
            return None
        inputs = [*inputs[:asked], holding, *inputs[asked + 1 :]]


class Numbers:
    """Whole numbers that a run computes, as counts, where an op's rule asks for them.

    deep: whether numbers that are made of others follow these.
    """

    def __init__(self, low, op, room: int, deep: bool):
        self.low, self._op, self._room, self._deep = low, op, room, deep
        self._frame = low.frames[low.target]
        self._start = self._frame.mark()
        self.asked = False

    @property
    def any(self) -> bool:
        """Whether there are such that became counts for this op."""
        return len(self._frame.numbers) > len(self._start[1])

    def forget(self) -> None:
        """Leaves nothing behind."""
        self._frame.back_to(self._start)

    def held(self, tensor, value: Value) -> Value | None:
        """The value as one that is known or holds counts; None if it is none of few whole numbers."""
        self.asked = True
        if value.known is not None or type(value) is Bounded and value.holds is not None:
            return value
        if value.dtype not in (np.int32, np.int64) or type(value) is not Ref or value.size > _FEW_NUMBERS:
            return None
        return self._deep and self._followed(tensor) or self._counted(value)

    def _followed(self, tensor) -> Value | None:
        """What it is by how it is made of other numbers, if it follows them."""
        op, refs = tensor.op, self.low.refs
        given = [refs.get(t) for t in op.inputs]
        if not given or not _by_kernels(op, given) or not all([t.dtype.is_integer for t in (*op.inputs, *op.outputs)]):
            return None
        start = self._frame.mark()
        given = [self.held(t, v) for t, v in zip(op.inputs, given)]
        if None not in given:
            try:
                rule = followed(op, given, 0, self.low.state, self._room, True, True)
            except NeedsData:
                rule = None
            if rule is not None and not rule.attempt.calls:
                return Counted(self.low, op, given, rule).results[op.outputs.index(tensor)]
        self._frame.back_to(start)
        return None

    def _counted(self, value: Ref) -> Bounded:
        """The numbers as counts, each as far as there is room for so many."""
        key = value.buffer, value.offset, value.moves, value.shape
        for frame in self.low.frames:
            if key in frame.numbers:
                return frame.numbers[key]
        low, held = self.low, self.low.new((value.size,), np.int64)
        sized = KernelCall(sizes[value.dtype], [Place(0, 0), Place(1, 0), value.size, self._room], FULL)
        low.frames[low.target].nodes.append(CountedCalls(self._op, ([value], [held]), [sized], {}, 1, never))
        holds = np.array([*[Size(0, {self._count(held, k): 1}) for k in range(value.size)], None], object)[:-1]
        self._frame.numbers[key] = found = Bounded(
            value, 0, value.shape, value.dtype, len(low.frames) - 1, holds.reshape(value.shape)
        )
        return found

    def _count(self, held: Ref, k: int) -> Count:
        count = Count(self._room)
        count.ref = Ref((), np.int64, held.buffer, held.offset + k * held.dtype.itemsize)
        return count
