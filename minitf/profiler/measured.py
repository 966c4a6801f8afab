"""Where the time of a run goes: per op and per kernel, measured inside the native program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from minitf.framework.shown import Shown
from minitf.profiler.analysis import analyse
from minitf.profiler.timeline import Timeline
from minitf.runtime.session.config import RunMetadata, RunOptions


@dataclass(frozen=True)
class Row:
    """What some kernel calls took, in seconds per run; `share` is of all calls."""

    name: str
    calls: int
    seconds: float
    share: float


class Profile(Shown):
    """The times of several equal runs; for every call the median of them.

    seconds: of a run as a whole, tracing included. entries: (op, kernel, calls, seconds) of each kernel call
    in the program, seconds being those of all its trips; an op that ran on the host has kernel None.
    """

    def __init__(self, runs: list):
        self.seconds = median(r.nanoseconds for r in runs) / 1e9
        times: dict = {}
        for run in runs:
            for place, total in enumerate(run.totals):
                times.setdefault((place, total.op, total.kernel), []).append(total)
        self.entries = [
            (op, kernel, totals[0].calls, median(t.nanoseconds for t in totals) / 1e9)
            for (_, op, kernel), totals in times.items()
        ]
        self._last = runs[-1]

    def bytes(self) -> dict[str, int]:
        """The bytes that native ops write in a run, by the name of the op."""
        found: dict[str, int] = {}
        for total in self._last.totals:
            if total.op is not None and total.bytes:
                found[total.op.name] = found.get(total.op.name, 0) + total.bytes
        return found

    def kernels(self) -> list[Row]:
        """Time by kernel, longest first."""
        return self._by(lambda op, kernel: kernel or f"{op.type} (host)")

    def ops(self) -> list[Row]:
        """Time by op, longest first; ops computed by one kernel count as the one it is named for."""
        return self._by(lambda op, kernel: op.name if op is not None else kernel)

    def types(self) -> list[Row]:
        """Time by op type, longest first."""
        return self._by(lambda op, kernel: op.type if op is not None else kernel)

    def _by(self, name: Callable) -> list[Row]:
        found: dict = {}
        for op, kernel, calls, seconds in self.entries:
            count, spent = found.get(name(op, kernel), (0, 0.0))
            found[name(op, kernel)] = count + calls, spent + seconds
        whole = sum(seconds for _, seconds in found.values()) or 1.0
        rows = [Row(key, calls, seconds, seconds / whole) for key, (calls, seconds) in found.items()]
        return sorted(rows, key=lambda row: -row.seconds)

    def table(self, by: str = "kernels", top: int = 20):
        """The first rows of `kernels`, `ops` or `types` as a table for `rich.print`."""
        from rich.markup import escape
        from rich.table import Table

        rows = {"kernels": self.kernels, "ops": self.ops, "types": self.types}[by]()
        shown = Table(title=f"{self.seconds * 1e6:.1f} us per run, {len(rows)} {by}")
        for column in ("us", "share", "calls", "ns per call", by[:-1]):
            shown.add_column(column, justify="left" if column == by[:-1] else "right")
        for row in rows[:top]:
            per_call = row.seconds * 1e9 / row.calls
            shown.add_row(
                f"{row.seconds * 1e6:.1f}", f"{row.share:.1%}", str(row.calls), f"{per_call:.0f}", escape(row.name)
            )
        return shown

    def text(self, by: str = "kernels", top: int = 20) -> str:
        """The same table as plain text."""
        rows = {"kernels": self.kernels, "ops": self.ops, "types": self.types}[by]()
        lines = [f"{self.seconds * 1e6:.1f} us per run, {len(rows)} {by}", "        us  share   calls"]
        lines += [f"{r.seconds * 1e6:10.1f} {r.share:6.1%} {r.calls:7} {r.name}" for r in rows[:top]]
        return "\n".join(lines)

    def __str__(self):
        return self.text()

    def chrome_trace(self, path: str | Path | None = None) -> str:
        """The last run as a Chrome trace (JSON text), which Perfetto opens; also written to `path`."""
        text = Timeline(self._last).generate_chrome_trace_format()
        if path is not None:
            Path(path).write_text(text)
        return text

    @property
    def graph(self):
        """The graph of the ops."""
        return next(op for op, *_ in self.entries if op is not None).graph.root

    def to_dot(self, graph=None, by: str = "time", **options):
        """The graph (default: that of the ops) drawn by `minitf.viz.to_dot`; the ops that take longest, or
        write most (by="bytes"), are the reddest.
        """
        from minitf.viz import to_dot

        if by not in ("time", "bytes"):
            raise ValueError(f'by is "time" or "bytes", not {by!r}')
        seconds = {row.name: row.seconds for row in self.ops()}
        heat, unit = (seconds, "us") if by == "time" else (self.bytes(), "bytes")
        return to_dot(self.graph if graph is None else graph, heat=heat, unit=unit, **options)


def profile(graph=None, *args, **options):
    """What a graph is made of, as TensorFlow's function says it; given a session and fetches, a Profile of their runs.

    graph: the graph (default: the default one); run_meta: a traced run; cmd: "scope" or "op"; options: what
    `ProfileOptionBuilder` makes, such as `ProfileOptionBuilder.trainable_variables_parameter()`. Or: a session,
    fetches, feed_dict and runs (10), how often the fetches are run (variables change as they do in any run).

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [None, 3])
    >>> y = tf.tanh(tf.matmul(x, tf.ones([3, 2])))
    >>> with tf.Session() as sess:
    ...     found = profile(sess, y, {x: [[1, 2, 3]]})
    >>> sorted(row.name for row in found.types())
    ['MatMul', 'Tanh']
    """
    if hasattr(graph, "run") or "session" in options:
        return _of_runs(graph, *args, **options) if graph is not None else _of_runs(*args, **options)
    return analyse(graph, *args, **options)


def _of_runs(session, fetches, feed_dict=None, runs: int = 10) -> Profile:
    options = RunOptions(trace_level=RunOptions.FULL_TRACE)
    measured = []
    for _ in range(1 + runs):
        metadata = RunMetadata()
        session.run(fetches, feed_dict, options=options, run_metadata=metadata)
        measured.append(metadata.step_stats)
    return Profile(measured[1:])  # the first one lowers the program
