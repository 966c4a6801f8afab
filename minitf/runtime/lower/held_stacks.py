"""Ops of gradients on slices that Python has, which may differ in shape or be lists: done slice by slice."""

from __future__ import annotations

import functools

import numpy as np

from minitf.runtime.execute.op_by_op import OpByOp
from minitf.runtime.lower.frame import Frame
from minitf.runtime.lower.held_slices import HeldStack, Same, Work, ragged, slices_of
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.signals import NotNative


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


def joined(op, values: list, frames: list[Frame]) -> HeldStack:
    """The slices that two branches give, one of them as Python has them, the other one so, in memory or as a list of
    zeros: zeros of lists whose slices were not kept are as good as all of them.
    """
    like = next(v for v in values if type(v) is HeldStack)
    out = _of_depth(like, like.depth)
    if any([type(v) is HeldStack and v.depth != like.depth for v in values]):
        raise NotNative(op)
    for value, frame in zip(values, frames):
        memory = [value] if type(value) is Ref else []
        frame.nodes.append(Work(op, functools.partial(_give, value, out), *memory))
    return out


def _of_depth(stack: HeldStack, depth: int) -> HeldStack:
    """What can hold slices as a stack does, from the first on, whatever they are."""
    item = stack.item
    return HeldStack(_of_depth(item, depth - 1) if depth > 1 else item.another(), False)


def _give(value: Held | Ref, out: HeldStack, *memory) -> None:
    if type(value) is HeldStack:
        out.value = _in_order(value, value.value)
        return
    if memory:
        out.value = _slices(memory[0], out.depth)
        return
    out.value = value.value
    for _ in range(out.depth):
        out.value = Same(out.value)


def _in_order(stack: HeldStack, slices: list | Same | None):
    """Slices from the first on, those of loops in one another too."""
    if slices is None or type(slices) is Same:
        return slices
    inner = [_in_order(stack.item, each) for each in slices] if type(stack.item) is HeldStack else slices
    return inner[::-1] if stack.reverse else inner


def _slices(array: np.ndarray, depth: int) -> list:
    return [_slices(each, depth - 1) if depth > 1 else each.copy() for each in array]
