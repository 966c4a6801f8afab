"""Single calls of kernels into which the machine writes sizes, besides those that ops need: copies, and counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.math.counts import copy_shaped, put_numbers
from minitf.runtime.lower.attempts import REFUSES
from minitf.runtime.lower.bounded import Bounded, Size, most
from minitf.runtime.lower.counted_calls import CountedCalls, KernelCall, Place
from minitf.runtime.lower.ir import Ref


def call(low, op, kernel, *operands, error=None, given: Sequence = ()) -> None:
    """Adds a call of a kernel, on memory, values that are Bounded, and numbers that may be Sizes. given: memory that
    shows what is wrong if the kernel fails.
    """
    memory = {name: o for name, o in zip(kernel.kernel.operands, operands) if isinstance(o, (Ref, Bounded))}
    effects = {name: operand.effect for name, operand in kernel.kernel.operands.items()}
    effects = {name: effect if effect in ("in", "inout") else "out" for name, effect in effects.items()}
    numbers = [n for o in operands for n in (o if isinstance(o, (tuple, list)) else [o])]
    numbers += [o.offset for o in operands if type(o) is Bounded]
    counts = list(dict.fromkeys([count for n in numbers if type(n) is Size for count in n.factors]))
    parts = {effect: [name for name in memory if effects[name] == effect] for effect in ("in", "out", "inout")}
    first = len(given) + len(parts["in"])
    where = {count: Place(first + k, 0) for k, count in enumerate(counts)}
    order = [*[None] * len(given), *parts["in"], *[None] * len(counts), *parts["out"], *parts["inout"]]
    places = {name: k for k, name in enumerate(order)}
    words: list = []
    for name, o in zip(kernel.kernel.operands, operands):
        if name in memory:
            words.append(Place(places[name], o.offset if type(o) is Bounded else 0))
        else:
            words.extend(o if isinstance(o, (tuple, list)) else [o])
    calls = [KernelCall(kernel, words, None if error is None else REFUSES)]
    reads, writes, changes = [[_whole(memory[name]) for name in names] for names in parts.values()]
    reads = [*given, *reads, *[count.ref for count in counts]]
    low.frames[low.target].nodes.append(CountedCalls(op, (reads, writes, changes), calls, where, len(given), error))


def _whole(value: Ref | Bounded) -> Ref:
    """All the memory of a value."""
    return value.memory if type(value) is Bounded else value


def put(low, op, numbers: list, places: list[Ref]) -> None:
    """Writes numbers, which may be Sizes, into memory (int64)."""
    for number, place in zip(numbers, places):
        call(low, op, put_numbers[np.int64], place, 1, (number,))


def copy(low, op, value: Ref | Bounded, target: Ref) -> None:
    """Copies a value to where there is room for it."""
    if type(value) is Bounded:
        kernel = copy_shaped[layout.carrier(value.dtype)]
        call(low, op, kernel, value, target, len(value.sizes), value.sizes)
    else:
        low.move(value, Ref(value.shape, value.dtype, target.buffer, target.offset, target.moves))


def apart(low, op, value: Ref | Bounded, places: set) -> Ref | Bounded:
    """The value in memory of its own, if it is in one of these buffers."""
    if _whole(value).buffer not in places:
        return value
    if type(value) is not Bounded:
        return low.copy(value)
    memory = low.new((math.prod(map(most, value.sizes)),), value.dtype)
    copy(low, op, value, memory)
    return Bounded(memory, 0, value.sizes, value.dtype, value.level)
