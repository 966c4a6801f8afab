"""Which ops a run needs, in which order."""

from __future__ import annotations

import functools
from collections.abc import Iterable

ADDING = frozenset(["QueueEnqueueV2", "QueueEnqueueManyV2"])
TAKING = frozenset(["QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"])


class Plan:
    """The ops needed for some fetches and feeds, in program order, and what they depend on."""

    def __init__(self, fetches: Iterable, targets: Iterable, fed: Iterable):
        self.fetches, self.fed = list(fetches), frozenset(fed)
        self.ops = needed_ops([t.op for t in self.fetches if t not in self.fed] + list(targets), self.fed)
        self.missing = [op.outputs[0] for op in self.ops if op.type == "Placeholder"]
        self.variables = [op for op in self.ops if op.type == "VariableV2"]
        self.executors: list = []  # those no run is using: made when they are lacking
        self.tracers: list = []  # the same for runs with a trace

    @functools.cached_property
    def last_use(self) -> list[list]:
        """For each op, the tensors nobody needs after it."""
        return _last_uses(self.ops, set(self.fetches))


def needed_ops(roots: list, fed: frozenset) -> list:
    """The ops that `roots` depend on through tensors that are not fed, in the order of their making."""
    seen, todo = set(roots), list(roots)
    while todo:
        op = todo.pop()
        for t in op.inputs:
            if t.op not in seen and t not in fed:
                seen.add(t.op)
                todo.append(t.op)
        for other in op.control_inputs:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return _adding_first(order(seen))


def order(ops: set) -> list:
    """Program order; ops that were given later control inputs or inputs wait for them."""
    in_order = sorted(ops, key=lambda op: op.id)
    done: set = set()
    for op in in_order:
        done.add(op)
        for other in before(op):
            if other not in done and other in ops:
                return _sorted_by_need(in_order, ops)
    return in_order


def _adding_first(ops: list) -> list:
    """Ops that wait for what is in a queue go behind those that add to one, where these do not need them:
    in TensorFlow both happen at the same time.
    """
    if not any(op.type in ADDING for op in ops):
        return ops
    behind = {op for op in ops if op.type in TAKING}
    for op in ops:
        if any(other in behind for other in before(op)):
            behind.add(op)
    end = max((i for i, op in enumerate(ops) if op.type in ADDING and op not in behind), default=-1) + 1
    early, late = ops[:end], ops[end:]
    return [op for op in early if op not in behind] + [op for op in early if op in behind] + late


def _sorted_by_need(in_order: list, ops: set) -> list:
    """Depth-first order for the rare graph in which an op depends on one made after it."""
    done, result = set(), []
    for root in in_order:
        stack = [root]
        while stack:
            op = stack[-1]
            waiting = [] if op in done else [o for o in before(op) if o in ops and o not in done]
            if waiting and len(stack) <= len(ops):
                stack.extend(waiting)
                continue
            stack.pop()
            if op not in done:
                done.add(op)
                result.append(op)
    return result


def before(op) -> list:
    """The ops that have to run before `op`."""
    return [t.op for t in op.inputs] + op.control_inputs


def _last_uses(ops: list, keep: set) -> list[list]:
    drops: list[list] = [[] for _ in ops]
    last = {}
    for i, op in enumerate(ops):
        for t in op.outputs:
            last[t] = i
        for t in op.inputs:
            last[t] = i
    for t, i in last.items():
        if t not in keep:
            drops[i].append(t)
    return drops
