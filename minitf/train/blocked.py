"""Why a loss has no gradient for any variable: the ops on the way that stop gradients."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.body import stands_for
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import describe
from minitf.framework.traversal import depending, reached


def explain(loss, var_list: list) -> str:
    """An error message that names the variables, and the op in the way of each or that there is no way."""
    loss = convert_to_tensor(loss)
    names = ", ".join(v.name for v in var_list)
    between = _between([v.op for v in var_list], loss.op)
    start = f"No gradients provided for any variable ({names}): "
    if loss.op not in between:
        return f"{start}the loss {loss.name} does not depend on them (created {loss.op.origin})"
    blocks = [describe(op) for op in _blocking(loss, between)]
    if not blocks:
        return f"{start}an op between them and the loss {loss.name} gives no gradient"
    return f"{start}gradients of the loss {loss.name} stop at " + "; ".join(blocks)


def _between(sources: list, end) -> set:
    """The ops before `end` that depend on `sources`."""
    before = reached([end], lambda op: [t.op for t in _inputs(op)])
    return depending(before, lambda op, found: op in sources or any(t.op in found for t in _inputs(op)))


def _blocking(loss, between: set) -> list:
    """The ops where gradients, coming from the loss, stop on their way to the variables: those without a
    gradient, and those that make integers of floating point numbers.
    """

    def ways(op) -> list:
        return [t for t in _inputs(op) if t.op in between]

    def blocks(op) -> bool:
        stops = op.definition.grad is None or not any(_carries(t) for t in op.outputs)
        return stops and any(_carries(t) for t in ways(op))

    passed = reached([loss.op], lambda op: [] if blocks(op) else [t.op for t in ways(op)])
    return sorted(filter(blocks, passed), key=lambda op: op.order)


def _inputs(op) -> list:
    """The op's inputs; what a body captured is what it stands for outside."""
    return [stands_for(t) for t in op.inputs]


def _carries(tensor) -> bool:
    return tensor.dtype.base_dtype in dtypes.FLOAT | dtypes.COMPLEX
