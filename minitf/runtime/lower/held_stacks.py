"""Ops of gradients on slices that Python has, which may differ in shape or be lists: done slice by slice."""

from __future__ import annotations

from minitf.runtime.execute.op_by_op import OpByOp
from minitf.runtime.lower.frame import Frame
from minitf.runtime.lower.held_slices import HeldStack, Same, Work, ragged, slices_of
from minitf.runtime.lower.host_calls import Held


def is_done(op, inputs: list) -> bool:
    """Whether it is such an op, on nothing but slices; or one that hands on what Python has."""
    does = op.definition.on_lists
    if does == "same":
        return isinstance(inputs[0], Held)
    return does in ("zeros", "sum") and all([type(v) is HeldStack for v in inputs])


def lower(low, op, stacks: list[Held]) -> list:
    """Makes the call; returns the values of the op's outputs."""
    if op.definition.on_lists == "same":
        return stacks
    depth, made = stacks[0].depth, HeldStack(stacks[0].item.another(), False)

    def work():
        values = [ragged(stack, stack.value) for stack in stacks]
        absent = any([value is None for value in values])
        made.value = None if absent else slices_of(OpByOp(low.session_state).results(op, values)[0], depth)

    low.frames[low.target].nodes.append(Work(op, work))
    return [made]


def zeros_for(op, zeros: Held, stack: HeldStack, frame: Frame) -> HeldStack:
    """A list of zeros as slices like those of a stack, which a branch gives where another one gives that: zeros of
    lists whose slices were not kept are as good as all of them.
    """
    made = stack.another()

    def work():
        made.value = zeros.value
        for _ in range(stack.depth):
            made.value = Same(made.value)

    frame.nodes.append(Work(op, work))
    return made
