"""Bodies of the loops and branches that the host runs: what is native in them runs in regions of its own."""

from __future__ import annotations

from collections.abc import Callable

from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.lower.builder import Value
from minitf.runtime.plan.guards import guards_of
from minitf.runtime.plan.needed import Needed
from minitf.runtime.session.state import Reference, State
from minitf.runtime.tensor_arrays.lists import Ghost, Slots

_CHANGES, _SHARE = 16, 2  # programs made, one in so many runs, after which a body is run op by op


class BodyPlan:
    """What a run of a body computes; see `Plan`."""

    fed = handed = frozenset()

    def __init__(self, needed: Needed, results: list):
        self.ops, self.used = needed.ops, needed.used
        self.fetches = [t for t in results if t is not None]
        self.guards = guards_of(self.ops, self.fed)


class Bodies:
    """The executors of bodies; `make(plan)` makes one."""

    def __init__(self, make: Callable):
        self._make = make
        self._found: dict = {}  # ops and results -> the executor, and how often it has run

    @property
    def executors(self) -> list:
        """Those there are."""
        return [executor for executor, _ in self._found.values()]

    def run(self, builder: OpByOp, needed: Needed, results: list, known: dict) -> list:
        """What a body gives where its arguments are `known`; None in the place of results that nobody uses."""
        key = (*needed.ops, None, *results)
        executor, runs = self._found.get(key) or (self._make(BodyPlan(needed, results)), 0)
        self._found[key] = executor, runs + 1
        if executor.lowered > max(_CHANGES, runs // _SHARE):
            return OpByOp.run_body(builder, needed, results, known)
        copies = executor.fill(known)
        return [None if t is None else copies.get(t) or known[t] for t in results]


class BuilderOfRegions(OpByOp):
    """Runs ops one at a time, but the bodies of those that have any by their executors."""

    def __init__(self, state: State, bodies: Bodies):
        super().__init__(state)
        self._bodies = bodies

    def run_body(self, needed, results, known):
        """What a body gives; see `OpByOp.run_body`."""
        return self._bodies.run(self, needed, results, known)


def lasting(value: Value | None) -> Value | None:
    """A value in memory of its own, which the next run of a region does not write over."""
    if value is None or isinstance(value, (Ghost, Reference)):
        return value
    if isinstance(value, Slots):
        return value.having([lasting(each) for each in value.slices])
    if isinstance(value, Ragged):
        return Ragged([lasting(each) for each in value.slices], lasting(value.example), value.length)
    return Concrete(value.array.copy(), value.row)
