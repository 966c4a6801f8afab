"""Why a loss has no gradient for any variable: the ops on the way that stop gradients."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.body import stands_for
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import describe


def explain(loss, var_list: list) -> str:
    """An error message that names the variables, and the op in the way of each or that there is no way."""
    loss = convert_to_tensor(loss)
    names = ", ".join(v.name for v in var_list)
    depending = _depending([v.op for v in var_list], loss.op)
    start = f"No gradients provided for any variable ({names}): "
    if loss.op not in depending:
        return f"{start}the loss {loss.name} does not depend on them (created {loss.op.origin})"
    blocks = [describe(op) for op in _blocking(loss, depending)]
    if not blocks:
        return f"{start}an op between them and the loss {loss.name} gives no gradient"
    return f"{start}gradients of the loss {loss.name} stop at " + "; ".join(blocks)


def _depending(sources: list, end) -> set:
    """The ops before `end` that depend on `sources`."""
    before, todo = {end}, [end]
    while todo:
        for op in {t.op for t in _inputs(todo.pop())} - before:
            before.add(op)
            todo.append(op)
    found = set(sources) & before
    for op in sorted(before, key=lambda op: op.order):
        if any(t.op in found for t in _inputs(op)):
            found.add(op)
    return found


def _blocking(loss, depending: set) -> list:
    """The ops where gradients, coming from the loss, stop on their way to the variables: those without a
    gradient, and those that make integers of floating point numbers.
    """
    seen, todo, blocks = {loss.op}, [loss.op], []
    while todo:
        op = todo.pop()
        ways = [t for t in _inputs(op) if t.op in depending]
        stops = op.definition.grad is None or not any(_carries(t) for t in op.outputs)
        if stops and any(_carries(t) for t in ways):
            blocks.append(op)
            continue
        for other in {t.op for t in ways} - seen:
            seen.add(other)
            todo.append(other)
    return sorted(blocks, key=lambda op: op.order)


def _inputs(op) -> list:
    """The op's inputs; what a body captured is what it stands for outside."""
    return [stands_for(t) for t in op.inputs]


def _carries(tensor) -> bool:
    return tensor.dtype.base_dtype in dtypes.FLOAT | dtypes.COMPLEX
