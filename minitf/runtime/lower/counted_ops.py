"""Ops inside of loops and branches whose sizes only a run knows, by kernels: see `counted_calls`."""

from __future__ import annotations

import itertools

import numpy as np

from minitf.kernels.math.counts import sizes
from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower.attempts import FULL
from minitf.runtime.lower.bounded import Bounded, Count, Holding, Size, pattern
from minitf.runtime.lower.builder import NeedsData, Value
from minitf.runtime.lower.counted_calls import CountedCalls, KernelCall, Place
from minitf.runtime.lower.counted_values import Counted
from minitf.runtime.lower.following import Rule, asked_of, followed, holds_below_0
from minitf.runtime.lower.host_calls import never
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.same_values import same_value
from minitf.runtime.tensor_arrays.flows import FIRST_GUESS

# Whether rules fold what is known, whether they hear of it at all, and whether kernels find out what parts they take.
_WAYS = ((True, True, False), (False, True, False), (False, False, False), (False, True, True))
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
    room, known, key = low.capacities.get(op, FIRST_GUESS), low.remembered.ways, (op, least, pattern(inputs))
    if room > _MOST_ROOM:
        return None
    tries = itertools.product((_WAYS[:2], _WAYS[2:]), (None, True, False), [False])
    for ways, deep, again in [known[key], *tries] if key in known else tries:
        numbers = Numbers(low, op, room, deep)
        found = _followed(op, inputs, least, ways, room, numbers, again)
        if found is None:
            numbers.forget()
            continue
        way, holding, rule = found
        if rule.attempt.roomed or numbers.any:
            low.guesses[op] = room
            low.roomed.add(op)
        known[key] = (way,), deep, True
        return holding, rule
    return None


def _followed(op, inputs: list, least: int, ways: tuple, room: int, numbers: Numbers, again: bool) -> tuple | None:
    """The way in which it is so, the inputs, which hold counts where the rule asks what is in them, and the rule."""
    while True:
        asked = None
        for way in ways:
            try:
                rule = followed(op, inputs, least, numbers.low.state, room, *way, again=again)
            except NeedsData as error:
                asked = asked_of(error, inputs)
            else:
                if rule is not None:
                    return way, inputs, rule
        if asked is None or least:
            return None  # of what is asked for nobody knows that it is so large
        holding = numbers.held(op.inputs[asked], inputs[asked])
        if holding is None or holding is inputs[asked]:
            return None
        inputs = [*inputs[:asked], holding, *inputs[asked + 1 :]]


class Numbers:
    """Whole numbers that a run computes, as counts, where an op's rule asks for them.

    deep: whether numbers that are made of others follow these; None if there are to be none.
    """

    def __init__(self, low, op, room: int, deep: bool | None):
        self.low, self._op, self._room, self._deep = low, op, room, deep
        self._frame = low.frames[low.target]
        self._start = self._frame.mark()

    @property
    def any(self) -> bool:
        """Whether there are such that became counts for this op."""
        return len(self._frame.numbers) > len(self._start[1])

    def forget(self) -> None:
        """Leaves nothing behind."""
        self._frame.back_to(self._start)

    def held(self, tensor, value: Value) -> Value | None:
        """The value as one that is known or holds counts; None if it is none of few whole numbers."""
        if value.known is not None or type(value) is Bounded and value.holds is not None:
            return value
        few = value.dtype in (np.int32, np.int64) and type(value) is Ref and value.size <= _FEW_NUMBERS
        if self._deep is None or not few:
            return None
        found = self._found_before(tensor, value) or self._deep and self._followed(tensor) or self._counted(value)
        self._frame.numbers[value.place] = tensor, value, found
        return found

    def _found_before(self, tensor, value: Ref) -> Value | None:
        """The same number as it was held before."""
        for numbers in [frame.numbers for frame in self.low.frames]:
            if value.place in numbers:
                return numbers[value.place][2]
            for other, other_value, found in numbers.values():
                if same_value(self.low, (tensor, value), (other, other_value)):
                    return found
        return None

    def _followed(self, tensor) -> Value | None:
        """What it is by how it is made of other numbers, if it follows them."""
        op, refs = tensor.op, self.low.refs
        given = [refs.get(t) for t in op.inputs]
        if not given or not _by_kernels(op, given) or not all([t.dtype.is_integer for t in (*op.inputs, *op.outputs)]):
            return None
        start = self._frame.mark()
        given = [self.held(t, v) for t, v in zip(op.inputs, given)]
        if None not in given:
            ways = self.low.state, self._room, *_WAYS[0]
            try:
                rule = followed(op, given, 0, *ways)
            except NeedsData:
                rule = None
            if rule is not None and not rule.attempt.calls and holds_below_0(rule, op, given, *ways):
                return Counted(self.low, op, given, rule).results[op.outputs.index(tensor)]
        self._frame.back_to(start)
        return None

    def _counted(self, value: Ref) -> Bounded:
        """The numbers as counts, each as far as there is room for so many."""
        low, held = self.low, self.low.new((value.size,), np.int64)
        sized = KernelCall(sizes[value.dtype], [Place(0, 0), Place(1, 0), value.size, self._room], FULL)
        low.frames[low.target].nodes.append(CountedCalls(self._op, ([value], [held]), [sized], {}, 1, never))
        holds = Holding(value.shape, tuple([Size(0, {self._count(held, k): 1}) for k in range(value.size)]))
        return Bounded(value, 0, value.shape, value.dtype, len(low.frames) - 1, holds)

    def _count(self, held: Ref, k: int) -> Count:
        count = Count(self._room)
        count.ref = Ref((), np.int64, held.buffer, held.offset + k * held.dtype.itemsize)
        return count
