"""Loops in loops over slices that the host has, so many as only a run knows: each is a region of its own, which Python
runs in each trip of the loop around it.
"""

from __future__ import annotations

import numpy as np

from minitf.framework.traversal import inside
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_lists import HeldList
from minitf.runtime.lower.held_slices import HeldStack, as_value, ragged
from minitf.runtime.lower.host_calls import Held, HostCall, lasts, room
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.list_stacks import ListStack
from minitf.runtime.lower.lower import Lowering, makers
from minitf.runtime.lower.signals import NotNative
from minitf.runtime.plan.needed import taken
from minitf.runtime.tensor_arrays.flows import Flow
from minitf.runtime.tensor_arrays.lists import Ghost, Slots


def goes_over_held(loop, values: list) -> bool:
    """Whether only a run knows how many slices a loop goes over."""
    carry, xs, _, count = loop.split(values)
    held = [type(x) is Held for x in xs] + [type(v) is HeldStack for v in carry]
    return isinstance(count, Held) or any(held)


class LoopCall(HostCall):
    """A call of a Loop op, by `run(values)`, which gives values of the outputs."""

    __slots__ = ("_run",)

    def __init__(self, op, run, inputs: list, outputs: dict):
        super().__init__(op, inputs, list(outputs.values()))
        self._run, self._outputs = run, list(outputs)

    def run(self, state, words: np.ndarray) -> None:
        """Runs the op. words: those of the operands, an address and a shape each."""
        key = words.tobytes()
        given, places, _ = self._views.get(key) or self._looked(key, words)
        values = [_present(each) for each in given]
        absent = any([value is None for value in values])
        made, places = [None] * len(self._outputs) if absent else self._run(values), iter(places)
        for tensor, held, value in zip(self._outputs, self.made, made, strict=True):
            if held is not None:
                held.value = None if value is None else _lasting(value)
            elif value is None:
                next(places)
            else:
                self._put(tensor, next(places), value.array)


def _present(given) -> Value | None:
    """The value of an input at this moment."""
    if type(given) is HeldStack:
        return ragged(given, given.value)
    return as_value(given.value if isinstance(given, Held) else given)


def _lasting(value: Value):
    """A value in memory of its own; as an array, if nothing else is known of it."""
    if type(value) is Ragged:
        return Ragged([Concrete(s.array.copy(), s.row) if type(s) is Concrete else _lasting(s) for s in value.slices])
    if isinstance(value, Slots):  # of a region's, whose next run writes over it
        return value.having([None if s is None else Concrete(s.array.copy()) for s in value.slices])
    row = getattr(value, "row", None)
    return value.array.copy() if row is None else Concrete(value.array.copy(), row)


def lower(low: Lowering, op, values: list) -> list:
    """Makes the call; returns the values of the op's outputs, None for those that nobody uses."""
    inputs = dict(zip(op.inputs, values))
    inputs = {t: inputs[t] for t in dict.fromkeys(taken(op, low.used))}
    inputs = {t: Ghost(v.kind) if isinstance(v, Flow) and v.ghost else v for t, v in inputs.items()}
    if any([v is None or isinstance(v, (Flow, ListStack)) or t.dtype.is_ref_dtype for t, v in inputs.items()]):
        raise NotNative(op, lists=makers(inputs.values()))
    loop, outputs = op.attrs["loop"], [t for t in op.outputs if t in low.used]
    saved = {op.outputs[loop.carries + 1 + k] for k in loop.saved}
    made = {t: Held(t.dtype.numpy) if t in saved else room(low, t, t.shape) for t in outputs}
    made |= {t: v.another() for t, v in zip(op.outputs, values) if t in made and type(v) is HeldList}
    given = [Concrete(v.known) if type(v) is Ref and v.dtype.hasobject else v for v in inputs.values()]
    call = LoopCall(op, low.runner(op, list(inputs), outputs), given, made)
    low.frames[low.target].nodes.append(call)
    if any([lasts(each.definition) for each in inside([op])]):
        low.effects.append(low.top)
    return [made.get(t) for t in op.outputs]


def one_by_one(state, op, inputs: list, outputs: list, values: list) -> list[Value]:
    """The outputs of an op for values of the inputs that it takes, by the rules of the ops in it."""
    builder = OpByOp(state)
    builder.used = {*inputs, *outputs}
    given = dict(zip(inputs, values))
    found = dict(zip(op.outputs, builder.results(op, [given.get(t) for t in op.inputs])))
    return [found[t] for t in outputs]
