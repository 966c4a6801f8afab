"""Timelines of traced runs, for chrome://tracing and Perfetto."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import dataclass

AllocationMaximum = namedtuple("AllocationMaximum", ("timestamp", "num_bytes", "tensors"))
StepStatsAnalysis = namedtuple("StepStatsAnalysis", ("chrome_trace", "allocator_maximums"))


@dataclass
class _Lifetime:
    """When a tensor was there, in nanoseconds."""

    name: str
    number: int
    allocator: str
    nbytes: int
    start: int
    end: int


class _ChromeTrace:
    """Events of a trace."""

    def __init__(self, events: list[dict]):
        self.events = events

    def format_to_string(self, pretty: bool = False) -> str:
        """The trace as JSON text, laid out if it is to be `pretty`."""
        return json.dumps({"traceEvents": self.events}, indent=4 if pretty else None)


class Timeline:
    """A run's `step_stats` as a Chrome trace.

    >>> import minitf as tf
    >>> metadata = tf.RunMetadata()
    >>> with tf.Session() as sess:
    ...     y = tf.tanh(tf.placeholder_with_default(2.0, []))
    ...     options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    ...     _ = sess.run(y, options=options, run_metadata=metadata)
    >>> Timeline(metadata.step_stats).generate_chrome_trace_format()
    '{"traceEvents": [...
    """

    def __init__(self, step_stats, graph=None):
        if not hasattr(step_stats, "dev_stats"):
            raise TypeError(
                f"a Timeline needs the step_stats of a tf.RunMetadata, given {step_stats!r}; run with "
                "options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) and run_metadata="
            )
        self._step_stats = step_stats

    def generate_chrome_trace_format(self, show_dataflow: bool = True, show_memory: bool = False) -> str:
        """The trace as JSON text: a bar for each call, and with `show_memory` what ops gave, when each tensor was made
        and last read, and how many bytes there were at each moment. TensorFlow's arrows lead from one thread's calls to
        another's; all calls of a trace are one thread's.
        """
        return self.analyze_step_stats(show_dataflow, show_memory).chrome_trace.format_to_string()

    def analyze_step_stats(self, show_dataflow: bool = True, show_memory: bool = True) -> StepStatsAnalysis:
        """The trace (`chrome_trace`), and with `show_memory` for each allocator when the most bytes were in use, how
        many, and those of which tensors (`allocator_maximums`).
        """
        events, maximums, pids = [], {}, iter(range(1 << 30))
        memory = next(pids)
        if show_memory:
            events.append(_process(memory, "Allocators"))
        for device in self._step_stats.dev_stats:
            calls = next(pids)
            events.append(_process(calls, device.device + show_memory * " Compute"))
            events += [_call(stats, calls) for stats in device.node_stats]
            if show_memory:
                tensors = next(pids)
                lifetimes = _lifetimes(device.node_stats)
                events.append(_process(tensors, device.device + " Tensors"))
                events += _snapshots(device.node_stats, lifetimes, tensors)
                counters, maximums = _counted(lifetimes.values(), memory)
                events += counters
        return StepStatsAnalysis(_ChromeTrace(events), maximums)


def _process(number: int, name: str) -> dict:
    return {"ph": "M", "name": "process_name", "pid": number, "args": {"name": name}}


def _parts(label: str) -> tuple[str, str, list[str]]:
    """The op's name, its type and its inputs."""
    name, _, rest = label.partition(" = ")
    kind, _, inputs = rest.rstrip(")").partition("(")
    return name, kind, [text for text in inputs.split(", ") if text]


def _call(stats, process: int) -> dict:
    """One kernel call or op."""
    name, kind, inputs = _parts(stats.timeline_label)
    arguments = {"name": name, "op": kind, "kernel": stats.kernel}
    arguments |= {f"input{i}": text for i, text in enumerate(inputs)}
    return {
        "ph": "X",
        "cat": "Op",
        "name": kind,
        "pid": process,
        "tid": stats.thread_id,
        "ts": stats.all_start_nanos / 1000,
        "dur": stats.all_end_rel_nanos / 1000,
        "args": arguments,
    }


def _named(stats):
    """What an op gave, by the names of the tensors."""
    for output in stats.output:
        yield f"{stats.node_name}:{output.slot}" if output.slot else stats.node_name, output.tensor_description


def _lifetimes(calls: list) -> dict[str, _Lifetime]:
    """When each tensor was there: from the first call that made some of it to the end of the last that read it."""
    found: dict = {}
    for stats in calls:
        start, end = stats.all_start_nanos, stats.all_start_nanos + stats.all_end_rel_nanos
        for name in _parts(stats.timeline_label)[2]:
            if name in found:
                found[name].end = end
        for name, described in _named(stats):
            place = described.allocation_description
            made = _Lifetime(name, len(found), place.allocator_name, place.requested_bytes, start, end)
            found.setdefault(name, made).end = end
    return found


def _snapshots(calls: list, lifetimes: dict, process: int) -> list[dict]:
    """Tensors as objects: made, described, and gone."""
    described = {name: text for stats in calls for name, text in _named(stats)}

    def event(kind: str, tensor: _Lifetime, nanos: int, **more) -> dict:
        common = {"ph": kind, "cat": "Tensor", "name": tensor.name, "pid": process, "tid": 0}
        return {**common, "ts": nanos / 1000, "id": tensor.number, **more}

    found = []
    for name, tensor in lifetimes.items():
        snapshot = {"snapshot": {"tensor_description": _text(described[name])}}
        found += [event("N", tensor, tensor.start), event("O", tensor, tensor.end, args=snapshot)]
        found.append(event("D", tensor, tensor.end))
    return found


def _text(described) -> str:
    sizes = [dim.size for dim in described.shape.dim]
    return f"dtype: {described.dtype}, shape: {sizes}, bytes: {described.allocation_description.requested_bytes}"


def _counted(tensors, process: int) -> tuple[list[dict], dict[str, AllocationMaximum]]:
    """How many bytes there were after each change, and the most of them, by allocator."""
    changes = [(t.start, 1, t) for t in tensors] + [(t.end, 0, t) for t in tensors]
    counters, most, there = [], {}, {}
    for nanos, comes, tensor in sorted(changes, key=lambda change: change[:2]):
        present = there.setdefault(tensor.allocator, {})
        if comes:
            present[tensor.name] = tensor.nbytes
        else:
            present.pop(tensor.name, None)
        total = sum(present.values())
        if tensor.allocator not in most or total > most[tensor.allocator].num_bytes:
            most[tensor.allocator] = AllocationMaximum(nanos // 1000, total, set(present))
        common = {"ph": "C", "cat": "Memory", "name": tensor.allocator, "pid": process, "ts": nanos / 1000}
        counters.append({**common, "args": {tensor.allocator: total}})
    return counters, most
