"""Which ops of two graphs are the same: by name, or a step of an unrolled network and the body of a loop."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from minitf.viz.outline import Group, Outline

_LEAST = 0.6  # of the ops of a step and a body have to be alike
_GATE = re.compile(r"_grad/tuple/control_dependency(_\d+)?$")


def correspondences(one: Outline, other: Outline) -> list[list[int]]:
    """Pairs of the numbers of ops of two graphs, counted over each graph and its bodies."""
    numbers = [
        {op: i for i, op in enumerate(op for graph in outline.graphs for op in graph.ops)} for outline in (one, other)
    ]
    pairs = _by_name(*numbers)
    pairs |= {(a, b) for a, b in _by_step(one, other)} | {(a, b) for b, a in _by_step(other, one)}
    return sorted([numbers[0][a], numbers[1][b]] for a, b in pairs)


def _by_name(one: dict, other: dict) -> set[tuple]:
    """Ops that have the same name and type."""
    named = {(op.name, op.type): op for op in other}
    return {(op, named[op.name, op.type]) for op in one if (op.name, op.type) in named}


def _by_step(unrolled: Outline, looped: Outline) -> set[tuple]:
    """Ops of the copies of runs, with those of the loop's body that is most like them."""
    bodies = [_ordered(group) for group in looped.groups() if group.kind == "body"]
    bodies = [(ops, [_kind(op) for op in ops]) for ops in bodies]
    found: set[tuple] = set()
    for run in unrolled.groups():
        if run.kind == "run":
            pattern = [_kind(op) for op in _ordered(run.groups()[1])]
            rated = [SequenceMatcher(None, pattern, kinds, False).ratio() for _, kinds in bodies]
            best, i = max(((rate, i) for i, rate in enumerate(rated)), default=(0.0, 0))
            if best >= _LEAST:
                found |= {pair for copy in run.groups() for pair in _aligned(_ordered(copy), *bodies[i])}
    return found


def _aligned(ops: list, others: list, kinds: list) -> list[tuple]:
    """The ops of a copy and those of a body at the same places of what both have."""
    match = SequenceMatcher(None, [_kind(op) for op in ops], kinds, False)
    return [(ops[b.a + k], others[b.b + k]) for b in match.get_matching_blocks() for k in range(b.size)]


def _kind(op) -> tuple[str, str]:
    """What an op is and what it is called, without the number of its step."""
    return op.type, re.sub(r"(_\d+)+(?=$|_grad)", "", op.name.rpartition("/")[2])


def _ordered(group: Group) -> list:
    """What is computed: neither arguments nor the gates behind gradients, of which bodies have none."""
    return sorted((op for op in group.ops() if op.type != "Arg" and not _GATE.search(op.name)), key=lambda op: op.order)
