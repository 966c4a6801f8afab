"""Traced runs: the native regions are lowered once more with a look at the clock after every kernel call."""

from __future__ import annotations

import contextlib
import time

import numpy as np

from minitf.kernels.machine import clock
from minitf.runtime.execute.executor import NativeExecutor
from minitf.runtime.execute.program import Program
from minitf.runtime.execute.step_stats import StepStats, Total
from minitf.runtime.lower.host_calls import Held
from minitf.runtime.lower.ir import Call, Ref, calls
from minitf.runtime.passes.uses import Uses
from minitf.runtime.plan.plan import Plan
from minitf.runtime.plan.region import Region
from minitf.runtime.session.state import State, Uninitialized
from minitf.runtime.tensor_arrays.flows import Flow

_ROOM = 1 << 17  # events kept per run; the totals count all
_PROBES = 4  # stamps in a row that measure what a stamp takes


class _Stamps:
    """The last pass over every region that is traced: puts a stamp after each call."""

    def __init__(self):
        self.log = np.zeros(clock.EVENTS + 2 * _ROOM, np.int64)
        self.calls: list[Call | None] = [None]  # by the number that the log knows them by; 0: nothing
        self._totals: list[np.ndarray] = []  # (nanoseconds, count) per call of each region
        self._first: list[int] = []  # the number of each region's first call
        self._kernel = clock.stamp[()]

    def __call__(self, uses: Uses) -> None:
        """Changes the nodes of a region."""
        nodes = uses.nodes
        totals = np.zeros((1 + sum(1 for _ in calls(nodes)), 2), np.int64)
        self._first.append(len(self.calls))
        self._totals.append(totals)
        self._insert(nodes, totals)
        lost = np.zeros(2, np.int64)
        self._totals.append(lost)
        self._first.append(0)
        nodes[:0] = [self._stamp(lost, 0)] * _PROBES + [self._stamp(totals[-1], 0)] * _PROBES

    def _insert(self, nodes: list, totals: np.ndarray) -> None:
        stamped: list = []
        for node in nodes:
            stamped.append(node)
            if isinstance(node, Call):
                place = len(self.calls) - self._first[-1]
                stamped.append(self._stamp(totals[place], len(self.calls)))
                self.calls.append(node)
            else:
                for inner in node.blocks:
                    self._insert(inner, totals)
        nodes[:] = stamped

    def _stamp(self, total: np.ndarray, number: int) -> Call:
        return Call(self._kernel, (total.ctypes.data, self.log.ctypes.data, number), None, None)

    def clear(self) -> None:
        """Before a run."""
        self.log[: clock.EVENTS] = 0, _ROOM, 0
        for totals in self._totals:
            totals[:] = 0

    def totals(self) -> list[Total]:
        """What a run spent in each call."""
        found = []
        for first, totals in zip(self._first[::2], self._totals[::2]):
            ns, count = totals[-1]
            cost = ns / count if count else 0
            for number, (ns, count) in enumerate(totals[:-1], first):
                if count:
                    call, spent = self.calls[number], max(float(ns - cost * count), 0.0)
                    written = _written(call) * int(count)
                    found.append(Total(call.op, _kernel(call), int(count), spent, written))
        return found

    def events(self) -> list[tuple]:
        """(op, kernel, start, end) of the calls that were logged."""
        pairs = self.log[clock.EVENTS : clock.EVENTS + 2 * self.log[clock.USED]].reshape(-1, 2).tolist()
        found = []
        for (_, start), (number, end) in zip(pairs, pairs[1:]):
            if number:
                found.append((self.calls[number].op, _kernel(self.calls[number]), start, end))
        return found


def _kernel(call: Call) -> str | None:
    """The kernel that is called; None for Python."""
    return None if call.on_host else call.kernel.name


def _written(call: Call) -> int:
    """The bytes of what a call gives out."""
    kinds = call.kernel.kernel.operands.values()
    pairs = [(kind, o) for kind, o in zip(kinds, call.operands) if isinstance(o, Ref)]
    return sum(ref.nbytes for kind, ref in pairs if kind.effect in ("out", "inout"))


class _TimedHost:
    """A step on the host, timed."""

    def __init__(self, step, events: list):
        self._step, self._events, self.shapes = step, events, {}
        self.op, self.inputs = step.op, step.inputs

    def run(self, values: dict) -> dict:
        """Runs the step."""
        started = time.perf_counter_ns()
        copies = self._step.run(values)
        self._events.append((self.op, None, started, time.perf_counter_ns()))
        self.shapes = _shapes({t: values[t] for t in self.op.outputs})
        return copies


class _TracedRegion(Region):
    """A region that has a program for the sizes of this run alone, and knows which one it was."""

    resizes = False
    ran: Program | None = None

    def compute(self, arrays: list, *args) -> Program:
        """Runs the program for these inputs and returns it."""
        self.ran = super().compute(arrays, *args)
        return self.ran

    @property
    def shapes(self) -> dict:
        """Those of what the last run computed."""
        return _shapes(self.ran.low.refs) if self.ran else {}


def _shapes(values: dict) -> dict:
    """The shapes of those values that have one."""
    found = {}
    for tensor, value in values.items():
        value, shape = value.value if type(value) is Held else value, None
        with contextlib.suppress(Uninitialized):
            shape = () if isinstance(value, Flow) else getattr(value, "shape", None)
        if shape is not None and all([isinstance(n, int) for n in shape]):
            found[tensor] = shape
    return found


class Tracer(NativeExecutor):
    """Runs a plan as `NativeExecutor` does, and says what took how long."""

    region = _TracedRegion

    def __init__(self, plan: Plan, state: State, passes: list[str]):
        self._stamps, self._host_events = _Stamps(), []
        super().__init__(plan, state, [*passes, self._stamps])

    def _partition(self) -> list:
        steps = super()._partition()
        return [s if isinstance(s, Region) else _TimedHost(s, self._host_events) for s in steps]

    def trace(self, fed: dict) -> tuple[list, StepStats]:
        """The values of the fetches, and what the run spent its time on."""
        self._stamps.clear()
        self._host_events.clear()
        started, epoch = time.perf_counter_ns(), time.time_ns()
        values = self.run(fed)
        spent = time.perf_counter_ns() - started
        host = [Total(op, None, 1, end - start) for op, _, start, end in self._host_events]
        events = sorted(self._stamps.events() + self._host_events, key=lambda e: e[2])
        since = epoch - started  # the clock of calls starts with the machine
        events = [(op, kernel, start + since, end + since) for op, kernel, start, end in events]
        shapes = {t: array.shape for t, array in fed.items()}
        for step in self.steps:
            shapes |= step.shapes
        return values, StepStats(spent, self._stamps.totals() + host, events, self._plan.ops, shapes)


def traced(plan: Plan, state: State, passes: list[str], fed: dict, metadata) -> list:
    """Runs a plan for its fetches and fills a RunMetadata."""
    tracer = plan.tracers.pop() if plan.tracers else Tracer(plan, state, passes)
    try:
        values, metadata.step_stats = tracer.trace(fed)
    finally:
        plan.tracers.append(tracer)
    return values
