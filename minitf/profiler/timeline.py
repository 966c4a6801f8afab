"""Timelines of traced runs, for chrome://tracing and Perfetto."""

from __future__ import annotations

import json


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
        """The trace as JSON text; TensorFlow's memory counters and arrows between ops are not in it."""
        events = []
        for number, device in enumerate(self._step_stats.dev_stats):
            events.append({"ph": "M", "name": "process_name", "pid": number, "args": {"name": device.device}})
            events += [_event(stats, number) for stats in device.node_stats]
        return json.dumps({"traceEvents": events})


def _event(stats, process: int) -> dict:
    """One kernel call or op."""
    name, _, rest = stats.timeline_label.partition(" = ")
    kind, _, inputs = rest.rstrip(")").partition("(")
    arguments = {"name": name, "op": kind, "kernel": stats.kernel}
    arguments |= {f"input{i}": text for i, text in enumerate(filter(None, inputs.split(", ")))}
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
