"""Reads of resources in loops that change none of them: they are made once, before the loop.

What is read in every trip would have to be kept of every trip for the loop's gradient.
"""

from __future__ import annotations

from minitf.framework import op_counts
from minitf.framework.apply import apply_op
from minitf.framework.body import Body
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor


def read_before(*bodies: Body | None) -> None:
    """Has ops of bodies, whose loop is about to be made, take what they read of resources from before it."""
    bodies = [body for body in bodies if body is not None]
    reads = [op for body in bodies for op in body.ops if op.type == "ReadVariableOp" and _is_free(op)]
    if not reads:
        return
    written = set().union(*map(_written, bodies))
    before: dict[Tensor, Tensor] = {}
    for op in reads:
        handle = op.inputs[0].op.attrs["stands_for"]
        if handle not in written:
            if handle not in before:
                before[handle] = _read(op, handle)
            for user in dict.fromkeys(op.outputs[0]._consumers):
                _take(user, op.outputs[0], before[handle])


def _is_free(op: Operation) -> bool:
    """Whether an op reads what comes from outside, waits for nothing, and gives its value to plain ops only."""
    users = op.outputs[0]._consumers
    waits = op._control_inputs or op in op.graph.waits or op.guards
    return "stands_for" in op.inputs[0].op.attrs and not waits and not any(user.definition.bodies for user in users)


def _written(body: Body) -> set[Tensor]:
    """The handles, outside of a body, of what its ops may change."""
    found = set()
    for op in body.ops:
        inner = [op.attrs[name] for name in op.definition.bodies if op.attrs[name] is not None]
        changed = {*(op.inputs if op.definition.writes else ()), *set().union(*map(_written, inner))}
        found |= {t.op.attrs["stands_for"] for t in changed if t.dtype.is_ref_dtype and "stands_for" in t.op.attrs}
    return found


def _read(op: Operation, handle: Tensor) -> Tensor:
    """The read before the loop; it takes no id, as there is no such op in TensorFlow."""
    made = apply_op(op.type, handle, name=f"{op.name}/Enter/")
    op_counts.share(made)
    return made.outputs[0]


def _take(user: Operation, inside: Tensor, outside: Tensor) -> None:
    for place, tensor in enumerate(user.inputs):
        if tensor is inside:
            user._update_input(place, outside)
