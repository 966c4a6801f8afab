"""The order in which host ops cut a plan into the fewest regions.

What a host op needs runs first, and besides that only what follows from loops among it; all else waits and is
one region at the end. So loops and their gradients stay together, whether a host op makes a size or a mask of
what is fed, or looks at what comes out.
"""

from __future__ import annotations

from minitf.framework.traversal import inside, reached
from minitf.runtime.session.state import follows_variable


def early(ops: list, host: set, fed: frozenset) -> list:
    """The ops in an order that does the same: what host ops need first."""
    if not any(op in host for op in ops):
        return ops
    needs = _needs(ops, fed, host)
    wanted = reached([op for op in ops if op in host], needs.__getitem__)
    places = _places(ops, host, needs, wanted)
    return sorted(ops, key=lambda op: (places[op], op in host))


def _places(ops: list, host: set, needs: dict, wanted: dict) -> dict:
    """After how many host ops, one after the other, an op runs: as early as it can if it is wanted, together
    with the last loop on which it depends if it can, else at the end.
    """
    depths, loops, end = {}, {}, len(ops)
    for op in ops:
        depths[op] = max([depths[other] + (other in host) for other in needs[op]], default=0)
        loops[op] = max([loops[other] for other in needs[op]], default=-1)
        if op.definition.bodies and op in wanted:
            loops[op] = max(loops[op], depths[op])
    places = {op: depths[op] if op in wanted else end if loops[op] < depths[op] else loops[op] for op in ops}
    for op in reversed(ops):
        for other in needs[op]:
            places[other] = min(places[other], places[op])
    return places


def _needs(ops: list, fed: frozenset, host: set) -> dict:
    """For each op, the ops that have to run before it: also those that touch the same variable, if one of the
    two writes it, and those that change something else, in their order.
    """
    made, needs, access = {t: op for op in ops for t in op.outputs}, {}, _Access()
    for op in ops:
        found = {made[t] for t in (*op.inputs, *op.guards) if t in made and t not in fed}
        for each in inside([op]):
            found |= _waited_for(each, made, needs)
            for t in each.inputs:
                if t not in fed and (t.dtype.is_ref_dtype or follows_variable(t.op)):
                    found |= access.of(_variable(t), op, t.dtype.is_ref_dtype)
            if each.definition.stateful and (op in host or not each.outputs):
                found |= access.of(None, op, True)
        needs[op] = found - {op}
    return needs


def _waited_for(op, made: dict, needs: dict) -> set:
    """The ops before it, perhaps of another graph, for which an op waits without taking their values."""
    found = set()
    for other in (*op._control_inputs, *op.graph.waits.get(op, ())):
        there = other if other in needs else made.get(other.outputs[0]) if other.outputs else None
        found |= {there} & needs.keys()
    return found


class _Access:
    """Who has touched what."""

    def __init__(self):
        self._last: dict = {}  # who wrote it last
        self._since: dict = {}  # who has read it since then

    def of(self, what, op, writes: bool) -> set:
        """Notes that an op reads or writes something; returns the ops that it has to come after."""
        found = {self._last[what]} if what in self._last else set()
        if writes:
            found |= self._since.pop(what, set())
            self._last[what] = op
        else:
            self._since.setdefault(what, set()).add(op)
        return found


def _variable(tensor):
    """The variable whose memory a tensor is."""
    op = tensor.op
    while op.definition.role != "variable" and (op.inputs or "stands_for" in op.attrs):
        op = op.attrs["stands_for"].op if "stands_for" in op.attrs else op.inputs[0].op
    return op
