"""Traced runs: the native regions are lowered once more with a look at the clock after every kernel call."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field

import numpy as np

from minitf.kernels.machine import clock
from minitf.runtime.execute.executor import NativeExecutor
from minitf.runtime.lower.ir import Call, Ref, calls
from minitf.runtime.passes.uses import Uses
from minitf.runtime.plan.plan import Plan
from minitf.runtime.plan.region import Region
from minitf.runtime.session.state import State

_ROOM = 1 << 17  # events kept per run; the totals count all
_PROBES = 4  # stamps in a row that measure what a stamp takes
DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"


@dataclass
class NodeExecStats:
    """One kernel call, or one op on the host; times as in TensorFlow's message of that name."""

    node_name: str
    timeline_label: str
    all_start_nanos: int
    all_end_rel_nanos: int
    kernel: str | None = None  # None: ran on the host
    thread_id: int = 0

    @property
    def all_start_micros(self) -> int:
        """When it started."""
        return self.all_start_nanos // 1000

    @property
    def all_end_rel_micros(self) -> int:
        """How long it took; at least 1."""
        return max(self.all_end_rel_nanos // 1000, 1)

    op_start_rel_micros = op_start_rel_nanos = 0
    op_end_rel_micros = all_end_rel_micros

    @property
    def op_end_rel_nanos(self) -> int:
        """How long it took."""
        return self.all_end_rel_nanos


@dataclass
class DeviceStepStats:
    """What ran on one device."""

    device: str
    node_stats: list[NodeExecStats] = field(default_factory=list)


@dataclass(eq=False)
class Total:
    """All calls of one kernel at one place of a program (kernel None: an op on the host).

    bytes: what they write; not known of the host.
    """

    op: object
    kernel: str | None
    calls: int
    nanoseconds: float
    bytes: int = 0


class StepStats:
    """What one run spent its time on: `totals` per kernel call, `dev_stats` call by call (the first 131072)."""

    def __init__(self, nanoseconds: int, totals: list[Total], events: list[tuple], ops: list):
        self.nanoseconds, self.totals, self._events, self.ops = nanoseconds, totals, events, ops

    @functools.cached_property
    def dev_stats(self) -> list[DeviceStepStats]:
        """The calls in the order of their ends, as TensorFlow's timeline reads them."""
        found = [
            NodeExecStats(op.name if op else "", _label(op, kernel), start, end - start, kernel)
            for op, kernel, start, end in self._events
        ]
        return [DeviceStepStats(DEVICE, found)] if found else []


def _label(op, kernel: str | None) -> str:
    if op is None:
        return f"{kernel} = {kernel}()"
    return f"{op.name} = {op.type}({', '.join(t.name for t in op.inputs)})"


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
        self._step, self._events = step, events
        self.op, self.inputs = step.op, step.inputs

    def run(self, values: dict) -> dict:
        """Runs the step."""
        started = time.perf_counter_ns()
        copies = self._step.run(values)
        self._events.append((self.op, None, started, time.perf_counter_ns()))
        return copies


class Tracer(NativeExecutor):
    """Runs a plan as `NativeExecutor` does, and says what took how long."""

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
        started = time.perf_counter_ns()
        values = self.run(fed)
        spent = time.perf_counter_ns() - started
        host = [Total(op, None, 1, end - start) for op, _, start, end in self._host_events]
        events = sorted(self._stamps.events() + self._host_events, key=lambda e: e[2])
        return values, StepStats(spent, self._stamps.totals() + host, events, self._plan.ops)


def traced(plan: Plan, state: State, passes: list[str], fed: dict, metadata) -> list:
    """Runs a plan for its fetches and fills a RunMetadata."""
    tracer = plan.tracers.pop() if plan.tracers else Tracer(plan, state, passes)
    try:
        values, metadata.step_stats = tracer.trace(fed)
    finally:
        plan.tracers.append(tracer)
    return values
