"""TensorArrays that Python keeps while a program runs: their elements differ in shape, or only a run knows it."""

from __future__ import annotations

import numpy as np

from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.lower import held_stacks
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_slices import as_value
from minitf.runtime.lower.host_calls import Held, HostCall, room
from minitf.runtime.tensor_arrays.flows import Flow, HostOnly
from minitf.runtime.tensor_arrays.lists import Ghost
from minitf.runtime.tensor_arrays.onward import length_asked


class HeldList(Held):
    """A list that stays on the host; `value` is the one that it is at this moment of a run."""

    __slots__ = ()

    def another(self) -> HeldList:
        """What can hold the same."""
        return HeldList(self.dtype)


class ListCall(HostCall):
    """A call of an op on lists that stay on the host."""

    __slots__ = ()

    def run(self, state, words: np.ndarray) -> None:
        """Runs the op. words: those of the operands, an address and a shape each."""
        key = words.tobytes()
        given, places, _ = self._views.get(key) or self._looked(key, words)
        values = [_present(each) for each in given]
        missing = any([value is None for value in values])
        made, places = [None] * len(self._outputs) if missing else self._made(state, values), iter(places)
        for tensor, held, value in zip(self._outputs, self.made, made, strict=True):
            if type(held) is HeldList or held is not None and value is None:
                held.value = value
            elif held is not None:
                held.value = value.array
            elif value is None:
                next(places)
            else:
                self._put(tensor, next(places), value.array)

    def _made(self, state, values: list) -> list:
        builder = OpByOp(state)
        builder.used = self._used
        return builder.results(self.op, values)


def _present(given) -> Value | None:
    """The value of an input at this moment; a list may keep it."""
    if isinstance(given, Held):
        return as_value(given.value)
    return given if isinstance(given, Value) else Concrete(given.copy())


def lower(low, op, inputs: list) -> list:
    """Makes the call; returns the values of the op's outputs. HostOnly if the op cannot be called."""
    if held_stacks.is_done(op, inputs):
        return held_stacks.lower(low, op, inputs)
    does = op.definition.on_lists
    if does == "same":
        return inputs
    if None in inputs:
        return [None] * len(op.outputs)
    if any([isinstance(v, Flow) and does != "like" and not (does == "zeros" and v.ghost) for v in inputs]):
        raise HostOnly  # lists of both kinds
    if any([isinstance(v, Flow) for v in inputs]) and length_asked(op.outputs[0]):
        raise HostOnly  # only its kind is known here
    if any([isinstance(v, Held) and type(v) not in (Held, HeldList) for v in inputs]):
        raise HostOnly
    given = [Ghost(v.kind) if isinstance(v, Flow) else v for v in inputs]
    made = [HeldList(t.dtype.numpy) if gives_list(op) else room(low, t, t.shape) for t in op.outputs]
    if op is low.top and any([type(v) is Held for v in made]):
        raise HostOnly  # a region of its own finds out what shapes it gives
    low.frames[low.target].nodes.append(ListCall(op, given, made))
    return made


def gives_list(op) -> bool:
    """Whether what an op on lists gives is one."""
    return op.definition.on_lists not in ("read", "gather", "concat", "size")


def is_kept(low, op, inputs: list) -> bool:
    """Whether it is an op on lists that Python keeps."""
    starts = op.definition.on_lists == "make" or any([isinstance(v, Flow) for v in inputs])
    kept = any([type(v) is HeldList for v in inputs]) or held_stacks.is_done(op, inputs)
    return kept or op in low.hosted and starts and gives_list(op)
