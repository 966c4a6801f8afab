"""Host ops that run last, so that the native ops around them stay one region.

Late is what no native op needs: what is only fetched (a py_func, a summary), put into a queue or printed. A
Print whose result is needed is two things: natively its input goes on, and what it prints is printed last.
"""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework.dtypes import float32, float64
from minitf.framework.traversal import inside
from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.plan.early import early
from minitf.runtime.plan.needed import before
from minitf.runtime.plan.planned import copy_at
from minitf.runtime.session.state import follows_variable


class Order:
    """A plan's ops with what host ops need first, and the late ones last.

    `seen` maps (late op, tensor) to a copy, made at the op's place in the program, of a variable that ops
    after it may write. `unchanged(op, tensor)` says that none does, and that the op only reads.
    """

    def __init__(self, ops: list, fed: frozenset, host: set, unchanged: Callable):
        late, going_on = _late(ops, host)
        self.ops: list = []
        self.seen: dict = {}
        self.last: frozenset = frozenset(late)
        for op in ops:
            if op not in self.last:
                self.ops.append(op)
                continue
            for t in op.inputs:
                if t not in fed and follows_variable(t.op) and not unchanged(op, t):
                    self.ops.append(copy_at(op, t))
                    self.seen[op, t] = self.ops[-1].outputs[0]
            if op in going_on:
                self.ops.append(copy_at(op, op.inputs[0]))
                self.ops[-1].outputs[:] = op.outputs
        self.ops = early(self.ops, host - self.last, fed) + late

    def inputs(self, op, tensors) -> list:
        """The tensors from which the op takes the values of these inputs."""
        return [self.seen.get((op, t), t) for t in tensors] if op in self.last else list(tensors)


def _late(ops: list, host: set) -> tuple[list, set]:
    """The ops that may run after all others, in program order, and those Prints whose results go on."""
    if not any(map(_may_be_late, host)):
        return [], set()
    needed: set = set()  # by ops that are not late
    going_on: set = set()
    found, taken, made = [], False, {t: op for op in ops for t in op.outputs}
    for op in reversed(ops):
        late = op in host and _may_be_late(op) and not (taken and op.definition.effect == "adds")
        if late and op not in needed:
            found.append(op)
        elif late and _goes_on(op):
            found.append(op)
            going_on.add(op)
            needed.add(made.get(op.inputs[0], op.inputs[0].op))
        else:
            needed.update([made.get(o.outputs[0], o) if o.outputs else o for o in before(op)])
            taken = taken or op.definition.effect == "takes"
    return found[::-1], going_on


def _may_be_late(op) -> bool:
    """Whether it makes no difference when the op runs: neither it nor an op in its bodies changes a variable,
    or checks anything, and it reads no variables that native regions cannot copy.
    """
    if any(each.definition.effect == "checks" or _changes_variables(each) for each in inside([op])):
        return False
    return all(is_native(t.op) for t in op.inputs if follows_variable(t.op))


def _changes_variables(op) -> bool:
    return any(arg.is_ref for arg in (*op.definition.inputs, *op.definition.outputs))


def _goes_on(op) -> bool:
    """Whether it prints and hands on what a native op can copy, and what no shape depends on."""
    return op.definition.effect == "prints" and op.inputs[0].dtype.base_dtype in (float32, float64)
