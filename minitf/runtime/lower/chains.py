"""Ops in a body that Python runs one behind the other become one call of it: what their kernels do is noted for all of
them, and done again at one go.
"""

from __future__ import annotations

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.lower.host_calls import HostCall, lasts
from minitf.runtime.lower.ir import Call, Ref


class Chain(HostCall):
    """Calls of ops one behind the other. inputs, outputs: tensors and their values."""

    __slots__ = ("_calls", "_tensors")

    def __init__(self, calls: list[HostCall], inputs: dict, outputs: dict):
        super().__init__(calls[-1].op, list(inputs.values()), list(outputs.values()))
        self._calls, self._tensors, self._outputs = calls, list(inputs), list(outputs)
        self._used = {t for call in calls for t in (*call.op.inputs, *call.op.outputs)}
        self._replays, self._by_numpy = {}, False

    @property
    def ops(self) -> list:
        """The ops that it calls."""
        return [call.op for call in self._calls]

    def computed(self, state, arrays: list) -> list:
        """What the ops give; None for what would be made of what is None."""
        if self._replays is not None and not any([array is None for array in arrays]):
            return super().computed(state, arrays)
        found = dict(zip(self._tensors, arrays))
        for call in self._calls:
            found |= zip(call.op.outputs, call.computed(state, [found[t] for t in call.op.inputs]))
        return [found[t] for t in self._outputs]

    def _results(self, builder, values: list) -> list:
        found = dict(zip(self._tensors, values))
        for call in self._calls:
            found |= zip(call.op.outputs, builder.results(call.op, [found[t] for t in call.op.inputs]))
        return [found[t] for t in self._outputs]


def chained(low, nodes: list, needed: list, results: list) -> list:
    """The nodes of a body with one call in the place of those that follow each other. needed: its ops; results: what
    is used of it elsewhere.
    """
    if not any([type(node) is HostCall for node in nodes]):
        return nodes
    found, chain = [], _Links(low, set(needed), set(results))
    for node in nodes:
        if chain.takes(node):
            chain.calls.append(node)
            continue
        if chain.calls and chain.stays_before(node):
            found += chain.closed()
        found.append(node)
    return found + chain.closed()


class _Links:
    """Calls that become one; what does not depend on them may come before it."""

    def __init__(self, low, needed: set, results: set):
        self._low, self._needed, self._results = low, needed, results
        self.calls: list[HostCall] = []

    def takes(self, node) -> bool:
        """Whether a node is a call of an op that does nothing but give values, as many as its inputs say; what these
        calls made it reads as what they gave.
        """
        if type(node) is not HostCall:
            return False
        definition = node.op.definition
        plain = definition.kernel is not None and is_native(node.op) and not definition.counted
        if not plain or lasts(definition) or definition.host is not None or node.op.attrs.get("follows"):
            return False
        made = {_identity(v): t for call in self.calls for t, v in zip(call.op.outputs, call.values[1])}
        return all([made.get(_identity(v), t) is t for t, v in zip(node.op.inputs, node.values[0])])

    def stays_before(self, node) -> bool:
        """Whether a node has to come behind these calls: it is more than a call of a kernel on other memory."""
        if not isinstance(node, Call) or node.on_host:
            return True
        written = {ref.buffer for call in self.calls for ref in call.results}
        read = {ref.buffer for call in self.calls for ref in call.refs}
        return any([ref.buffer in written for ref in node.refs]) or any([ref.buffer in read for ref in node.results])

    def closed(self) -> list:
        """The call, if it is one of several; begins another one."""
        calls, self.calls = self.calls, []
        if len(calls) < 2:
            return calls
        ops, given, made = {call.op for call in calls}, {}, {}
        for call in calls:
            inputs, outputs = call.values
            given |= {t: v for t, v in zip(call.op.inputs, inputs) if t not in made}
            made |= zip(call.op.outputs, outputs)
        return [Chain(calls, given, {t: v for t, v in made.items() if self._is_read(t, ops)})]

    def _is_read(self, tensor, ops: set) -> bool:
        """Whether somebody else reads what one of these ops gives."""
        if tensor in self._results or tensor.op not in self._needed:
            return True
        return any([op in self._needed and op not in ops for op in tensor.consumers()])


def _identity(value):
    """What is the same where two values are."""
    return value.buffer if type(value) is Ref else id(value)
