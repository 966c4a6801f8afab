"""Stacks, on which TensorFlow 1's loops keep what their gradients need; they last as long as a run."""

from __future__ import annotations

from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.ops.control.dataflow import refuse_gradient
from minitf.ops.datasets.base import boxed
from minitf.ops.patterns import STATEFUL


class _Stack(list):
    """What was pushed, the last one last."""

    def __init__(self, most: int):
        self.most, self.closed = most, False


def _stack(b, handle) -> _Stack:
    found = b.data(handle)[()]
    if found.closed:
        b.fail("Stack is already closed.")
    return found


def _push(b, op, handle, elem):
    stack = _stack(b, handle)
    if 0 <= stack.most <= len(stack):
        b.fail(f"Stack '{op.inputs[0].name}' overflowed its max_size ({stack.most})")
    stack.append(b.snapshot(elem))
    return elem


def _pop(b, op, handle):
    stack = _stack(b, handle)
    if not stack:
        b.fail(f"Stack '{op.inputs[0].name}' is empty when calling Pop().")
    return stack.pop()


def _close(b, op, handle):
    stack = _stack(b, handle)
    stack.clear()
    stack.closed = True


define(
    "StackV2",
    "max_size: int32[]; elem_type: type, stack_name: string = '' -> handle: resource",
    shape=lambda op: TensorShape([2]),
    host=lambda b, op, most: b.constant(boxed(_Stack(int(b.data(most))))),
    **STATEFUL,
)
define(
    "StackPushV2",
    "handle: resource, elem: T; swap_memory: bool = False -> output: T",
    shape=lambda op: op.inputs[1].shape,
    host=_push,
    stateful=True,
    grad=lambda op, g: [None, g],
)
define(
    "StackPopV2",
    "handle: resource -> elem: elem_type",
    shape=lambda op: UNKNOWN,
    grad=refuse_gradient,
    host=_pop,
    stateful=True,
)
define("StackCloseV2", "handle: resource ->", host=_close, **STATEFUL)
