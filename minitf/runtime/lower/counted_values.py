"""What ops give whose rules follow sizes that only a run knows: values in memory that is large enough for the most."""

from __future__ import annotations

import math

import numpy as np

from minitf.kernels.math.counts import product, put_numbers
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.lower.attempts import Part, few_whole
from minitf.runtime.lower.bounded import Bounded, Count, Holding, Size, added, most
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.counted_calls import NO_ROOM, CountedCalls, KernelCall, Place
from minitf.runtime.lower.following import Rule
from minitf.runtime.lower.host_calls import never
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.same_values import same_value
from minitf.runtime.tensor_arrays.flows import Full


class Refused:
    """Says what is wrong where a kernel of an op has refused what it was given, or that was not as is assumed."""

    def __init__(self, low, op, inputs: list):
        self._low, self._op, self._inputs = low, op, inputs

    def __call__(self, position: int) -> str:
        """Raises what the op raises; that it is left to Python if it takes what it is given."""
        builder = OpByOp(self._low.session_state)
        builder.results(self._op, [Concrete(self._array(value).copy()) for value in self._inputs])
        raise Full(self._op, NO_ROOM)  # Python can compute it

    @property
    def given(self) -> list[Ref]:
        """Where what the op is given is, and the counts that this follows."""
        counts = [count.ref for v in self._inputs if type(v) is Bounded for count in v.counts]
        return [*[v.memory if type(v) is Bounded else v for v in self._inputs], *counts]

    def _array(self, value: Value) -> np.ndarray:
        if type(value) is Bounded:
            value = value.ref({count: int(self._low.data(count.ref)) for count in value.counts})
        return self._low.data(value)


class Counted:
    """An op whose rule follows sizes; `results` are the values of its outputs."""

    def __init__(self, low, op, inputs: list, rule: Rule):
        self._low, self._op, self._inputs, self._attempt = low, op, inputs, rule.attempt
        self._new_counts = [Count() for _ in rule.attempt.found]
        products = [_product(low, op, *[rule.counts[place - 1] for place in pair]) for pair in rule.products]
        self._counts = [*rule.counts, *self._new_counts, *products]
        self._numbers = iter(rule.numbers)
        offsets = []
        for count in self._new_counts:
            offsets.append(self._next())
            count.most = most(self._next())
        self._memory = {root: v.memory if type(v) is Bounded else v for root, v in enumerate(inputs)}
        self._own: list[int] = []  # the roots of new memory
        self._kept: list[int] = []  # and of what the op keeps
        self._calls: list[KernelCall] = []
        for root in range(len(inputs), len(self._attempt.roots)):
            self._make(root)
        for kernel, operands, fails in self._attempt.calls:
            self._calls.append(KernelCall(kernel, [word for o in operands for word in self._words(o)], fails))
        for k, (count, offset, (part, *_)) in enumerate(zip(self._new_counts, offsets, self._attempt.found)):
            memory = self._memory[part.root]
            count.ref = Ref((), np.int64, memory.buffer, memory.offset + offset)
            self._counts[len(rule.counts) + k] = self._as_counted_before(count, part.root, offset)
        self.results = [self._result(part) for part in self._attempt.results]
        if self._calls:
            low.frames[low.target].nodes.append(self._node(op, [*rule.counts, *products]))

    def _next(self):
        """The next number."""
        base, *factors = next(self._numbers)
        factors = {count: factor for count, factor in zip(self._counts, factors) if factor}
        return Size(base, factors) if factors else base

    def _make(self, root: int) -> None:
        """The memory of a constant, or of what is new."""
        made = self._attempt.roots[root]
        if type(made) is Ref:
            self._memory[root] = made
            self._kept.append(root)
            return
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

    def _as_counted_before(self, count: Count, root: int, offset) -> Count:
        """The count that another op has found out by the same calls, if there is one; else this one."""
        writing = [k for k, call in enumerate(self._attempt.calls) if root in _written(*call)]
        if not writing or self._kept or type(offset) is Size:
            return count
        form, reads = [root, offset], {}
        for kernel, words, _ in self._calls[: 1 + writing[-1]]:
            form += [kernel, *[self._compared(word, reads) for word in words]]
        for frame in self._low.frames:
            for other, read, found in frame.counted:
                if other == form and all([same_value(self._low, reads[root], read[root]) for root in reads]):
                    return found
        self._low.frames[-1].counted.append((form, reads, count))
        return count

    def _compared(self, word, reads: dict):
        """A word as it can be compared; notes which inputs are read."""
        if type(word) is not Place:
            return (word.base, word.factors) if type(word) is Size else word
        root, known = word.operand, None
        if root < len(self._inputs):
            reads[root] = self._op.inputs[root], self._inputs[root]
        elif root not in self._own:
            known = self._memory[root].known.tobytes()
        return root, self._compared(word.offset, reads), known

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
        holds = None if holds is None else Holding(part.shape, tuple(holds))
        return Bounded(memory, offset, sizes, part.dtype, len(self._low.frames) - 1, holds)

    def _node(self, op, counts: list[Count]) -> CountedCalls:
        """The calls as a node, behind which are all who need what they give."""
        given = [self._memory[root] for root in range(len(self._inputs))] + [count.ref for count in counts]
        changed = {*self._own, *self._kept}
        constants = [root for root in self._memory if root >= len(self._inputs) and root not in changed]
        places = {root: len(given) + k for k, root in enumerate([*constants, *self._own, *self._kept])}
        where = {count: Place(len(self._inputs) + k, 0) for k, count in enumerate(counts)}
        for count, (part, *_) in zip(self._new_counts, self._attempt.found):
            where[count] = Place(places[part.root], count.ref.offset - self._memory[part.root].offset)
        calls = [call._replace(words=[_placed(word, places) for word in call.words]) for call in self._calls]
        constants, own, kept = ([self._memory[root] for root in roots] for roots in (constants, self._own, self._kept))
        error = Refused(self._low, op, self._inputs)
        return CountedCalls(op, ([*given, *constants], own, kept), calls, where, len(given), error)


def _product(low, op, one: Count, other: Count) -> Count:
    """The product of two counts; perhaps another op has needed it before."""
    for found in [frame.products for frame in low.frames]:
        if (one, other) in found or (other, one) in found:
            return found.get((one, other)) or found[other, one]
    count, frame = Count(one.most * other.most, (one, other)), low.frames[low.target]
    count.ref = low.new((), np.int64)
    call = KernelCall(product[()], [Place(k, 0) for k in range(3)], None)
    frame.nodes.append(CountedCalls(op, ([one.ref, other.ref], [count.ref]), [call], {}, 0, never))
    frame.products[one, other] = count
    return count


def _written(kernel, operands, _) -> set[int]:
    """The roots that a call writes."""
    parts = {k: o for k, o in enumerate(operands) if isinstance(o, Part)}
    return {parts[place].root for _, place, writes in kernel.kernel.memory if writes}


def _placed(word, places: dict):
    """A word with the operand of a node in the place of a root."""
    return word._replace(operand=places.get(word.operand, word.operand)) if type(word) is Place else word
