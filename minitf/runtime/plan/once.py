"""What a program must not do again: calls of Python whose effects last, when it has to run once more."""

from __future__ import annotations

from minitf.runtime.execute.program import Program
from minitf.runtime.lower.lower import Lowering


def unsure(low: Lowering, program: Program, ops: list) -> list:
    """The ops of a region, from the first one on in which calls of Python have effects that last, at which it may turn
    out that the run has to be made again: a value is not what it was assumed to be, or there is no room.
    """
    places = {op: place for place, op in enumerate(ops)}
    first = min([places[op] for op in low.effects])
    asked = {op for op, _ in low.assumes} | {op for op in program.guesses if _loops(op)} | low.roomed
    found = low.filling | {around(op, places) for op in asked}
    return [op for op in ops[first:] if op in found]


def only_loops(low: Lowering, program: Program, ops: list) -> set:
    """The loops of unknown length for which some ops of a region may turn out to have no room; none if that is not all
    that may turn out there.
    """
    places = dict.fromkeys(ops, 0)
    if not places.keys().isdisjoint([*[around(op, places) for op, _ in low.assumes], *low.filling]):
        return set()
    return {op for op in program.guesses if _loops(op) and around(op, places) is not None}


def _loops(op) -> bool:
    return "loop" in op.attrs


def around(op, places: dict):
    """The op of a region to which an op in a body belongs; None if it is none of these."""
    while op is not None and op not in places:
        op = getattr(op.graph, "owner", None)
    return op
