"""Host ops that only look at values (summaries): they run last, so that the native ops stay one region."""

from __future__ import annotations

from minitf.framework.operation import Operation
from minitf.framework.registry import OPS
from minitf.runtime.op_by_op import OpByOp, is_native
from minitf.runtime.plan import before
from minitf.runtime.region import follows_variable
from minitf.runtime.state import State


class Order:
    """A plan's ops with the late ones last.

    `seen` maps (late op, tensor) to a copy, made at the op's place in the program, of a variable that ops
    after it may write.
    """

    def __init__(self, ops: list, fed: frozenset):
        late = _late(ops)
        self.ops: list[Operation] = []
        self.seen: dict = {}
        self.last: frozenset = frozenset(late)
        for op in ops:
            if op not in self.last:
                self.ops.append(op)
                continue
            for t in op.inputs:
                if t not in fed and follows_variable(t.op):
                    self.ops.append(_copy(t, op))
                    self.seen[op, t] = self.ops[-1].outputs[0]
        self.ops += late

    def inputs(self, op) -> list:
        """The tensors from which the op takes its values."""
        return [self.seen.get((op, t), t) for t in op.inputs] if op in self.last else op.inputs


def _late(ops: list) -> list:
    """The ops that may run after all others, in program order."""
    waited, found = set(), []
    for op in reversed(ops):
        if op.definition.late and op not in waited and _copies_are_native(op):
            found.append(op)
        else:
            waited.update(before(op))
    return found[::-1]


def _copies_are_native(op) -> bool:
    """Whether the variables among its inputs have a type that native regions can copy."""
    return all(is_native(t.op) for t in op.inputs if follows_variable(t.op))


def _copy(tensor, late_op) -> Operation:
    """What a variable holds at the place of `late_op`; an op of the plan, not of the graph."""
    dtype = tensor.dtype.base_dtype
    copy = Operation(late_op.graph, late_op.id, OPS["Identity"], late_op.name, (tensor,), [dtype],
                     {"T": dtype}, [], "", late_op.origin)  # fmt: skip
    copy.outputs[0]._shape = tensor.shape
    tensor._consumers.remove(copy)
    return copy


class LateStep:
    """One late op."""

    def __init__(self, op, inputs: list, state: State):
        self.op, self._inputs, self._state = op, inputs, state

    def run(self, values: dict) -> dict:
        """Runs the op; fetches no variables."""
        results = OpByOp(self._state).run(self.op, [values[t] for t in self._inputs])
        for tensor, value in zip(self.op.outputs, results, strict=True):
            values.setdefault(tensor, value)
        return {}
