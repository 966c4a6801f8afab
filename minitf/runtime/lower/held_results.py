"""What loops give out slice by slice where only a run knows its shape: Python keeps the slices and joins them."""

from __future__ import annotations

from minitf.framework.errors import refusal
from minitf.runtime.execute.bodies import put_together
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.lower.bounded import for_python
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.held_slices import HeldStack, Work, as_value, ragged
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.signals import NotNative
from minitf.runtime.tensor_arrays.flows import Flow
from minitf.runtime.tensor_arrays.lists import Ghost


def check(low, op, values: list, ys: list) -> None:
    """Raises NotNative for what Python has of the slices that a loop gives out, if it cannot join them: it tries a trip
    of a loop that makes none.
    """
    lists = any([isinstance(v, Flow) and not v.ghost for v in values])
    plain = not lists and not any([t.dtype.is_ref_dtype for t in op.inputs])
    check_in_memory(low, [y for y in ys if not plain or type(low.refs.get(y)) is not Held])


def check_in_memory(low, tensors: list) -> None:
    """Raises NotNative for what stays on the host."""
    for tensor in tensors:
        if isinstance(low.refs.get(tensor), Held):
            raise NotNative(tensor.op)


def joined(low, op, values: list, stacks: dict[int, HeldStack]) -> dict[int, Held]:
    """Some ys of a loop, by their numbers, of which these are the slices. values: the loop's inputs."""
    found = {k: Held(stack.dtype) for k, stack in stacks.items()}
    values = [for_python(low, v) for v in values]
    memory = [v for v in values if type(v) is Ref and not v.dtype.hasobject]

    def work(*arrays):
        slices = {k: ragged(stack, stack.value).slices for k, stack in stacks.items()}
        try:
            made = put_together(OpByOp(low.session_state), op, _present(values, iter(arrays)), slices)
        except ValueError as error:
            raise refusal(op, str(error)) from error
        for k, held in found.items():
            held.value = made[k].array

    low.frames[low.target].nodes.append(Work(op, work, *memory))
    return found


def _present(values: list, arrays) -> list[Value | None]:
    """What values are at this moment; those that are in memory are the arrays."""
    found: list = []
    for v in values:
        if isinstance(v, Flow):
            found.append(Ghost(v.kind))
        elif type(v) is Ref:
            found.append(Concrete(v.known if v.dtype.hasobject else next(arrays)))
        elif type(v) is HeldStack:
            found.append(ragged(v, v.value))
        else:
            found.append(None if v is None else as_value(v.value))
    return found
