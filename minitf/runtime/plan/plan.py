"""What a run computes."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from minitf.runtime.plan.guards import check_loops, guards_of
from minitf.runtime.plan.needed import needed_ops, read_by
from minitf.runtime.session.fed_inside import stand_ins


class Plan:
    """The ops needed for some fetches and feeds, in program order, and what they depend on."""

    def __init__(self, fetches: Iterable, targets: Iterable, fed: Iterable):
        self.fetches, self.fed = list(fetches), frozenset(fed)
        needed = needed_ops(self.fetches, self.fed, targets)
        self.ops, self.used = needed.ops, needed.used  # the tensors that somebody reads
        self.guards = guards_of(self.ops, self.fed)  # of the ops that may not run
        if self.ops and self.ops[0].graph.waited_for_in_loops:
            check_loops(self.ops, self.fetches, self.fed)
        instead = stand_ins(self.fed)
        if instead:
            self.ops = [instead.get(op, op) for op in self.ops]
            self.guards = {instead.get(op, op): flags for op, flags in self.guards.items()}
        self.missing = [op.outputs[0] for op in self.ops if op.definition.role == "placeholder"]
        self.variables = [op for op in self.ops if op.definition.role == "variable"]
        self.keeping = {t for t in self.fetches if t.op.definition.effect == "keeps"} - self.fed
        self.executors: list = []  # those no run is using: made when they are lacking
        self.tracers: list = []  # the same for runs with a trace

    def forget(self) -> None:
        """Lets go of what runs it, and with that of the memory it runs in."""
        self.executors.clear()
        self.tracers.clear()

    @functools.cached_property
    def handed(self) -> frozenset:
        """The tensors whose memory a variable can have as its own, as nobody else reads them."""
        values = (op.inputs[1] for op in self.ops if op.definition.effect == "initializes")
        given = frozenset(t for t in values if t.op.definition.gives_memory and len(t.consumers()) == 1)
        return given - {*self.fetches, *self.fed}

    @functools.cached_property
    def last_use(self) -> list[list]:
        """For each op, the tensors nobody needs after it."""
        return _last_uses(self.ops, set(self.fetches))


def _last_uses(ops: list, keep: set) -> list[list]:
    drops: list[list] = [[] for _ in ops]
    last = {}
    for i, op in enumerate(ops):
        for t in op.outputs:
            last[t] = i
        for t in read_by([op]):
            last[t] = i
    for t, i in last.items():
        if t not in keep:
            drops[i].append(t)
    return drops
