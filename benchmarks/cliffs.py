"""What stands in the way of a training step and what it costs: new sizes, sizes of data, Python.

The situations, and what each is compared with, are in `situations.py`, the ops that have no kernel in
`without_kernel.py`: each of them stands before, inside, after an LSTM, and between its loss and its gradient.
"""

import contextlib
import dataclasses
import functools
import sys
from typing import NamedTuple

import numpy as np

from benchmarks import report
from benchmarks.runner import Run, interleave, started
from benchmarks.situations import NETWORKS, SITUATIONS, WITHOUT
from benchmarks.specs import Workload
from benchmarks.without_kernel import OPS, PLACES

WORKLOAD = Workload("cliffs", "lstm", 64, 40, 32, 16, 64, each_step=True, loss="mse", shortest=20)
_DRAWN = 40  # as many of the worst are in the picture
_GOAL = 1.15  # what costs itself and nothing else is below it, as far as can be measured
_DOUBT, _SURE = 0.08, 0.9  # ratios this near to the goal, or to the time of others, are measured longer


def add_arguments(parser):
    """The options of `cliffs`."""
    parser.add_argument("--situations", default=",".join(SITUATIONS), help="names")
    parser.add_argument("--ops", default="", help="names of ops without a kernel, or all")
    parser.add_argument("--places", default=",".join(PLACES), help="where to put these ops")
    parser.add_argument("--steps", type=int, default=WORKLOAD.steps, help="steps of each sequence")


def main(args):
    """Runs the benchmark."""
    contestants = [(sys.executable, "cliffs"), *((python, "tf_cliffs") for python in args.tf)]
    with contextlib.ExitStack() as stack:
        workers, versions = started(stack, contestants, args.threads)
        results = _timed(args, workers)
    _show(args, results)
    report.save(args, "cliffs", versions, results, lambda figure: draw(figure, args, results))
    (args.out / "cliffs.md").write_text(slow(args, results))


def _names(args):
    """The situations, and the ops in their places."""
    ops = list(OPS) if args.ops == "all" else [op for op in args.ops.split(",") if op]
    placed = [f"{place} {op}" for op in ops for place in args.places.split(",")]
    return [name for name in args.situations.split(",") if name] + placed


def _without(name):
    return WITHOUT[SITUATIONS[name]].__name__ if name in SITUATIONS else "plain"


def _alone(name):
    """What tells how long it takes itself: a step of it alone, and one of nothing in its place."""
    if name not in SITUATIONS:
        return f"alone {name.split()[1]}", "alone nothing"
    return (
        () if SITUATIONS[name] in NETWORKS or name == _without(name) else (f"alone {name}", f"alone {_without(name)}")
    )


def _timed(args, workers):
    workload, results, alone = dataclasses.replace(WORKLOAD, steps=args.steps, shortest=args.steps // 2), [], {}
    with report.progress() as bar:
        for name in bar.track(_names(args), description="cliffs"):
            ours = [Run(workers[0], workload, mode) for mode in dict.fromkeys([name, _without(name)])]
            new = {mode: Run(workers[0], workload, mode) for mode in _alone(name) if mode not in alone}
            alone |= new
            theirs = [Run(worker, workload, name) for worker in workers[1:]]
            own = [alone[mode] for mode in _alone(name)]
            clear = functools.partial(_clear, args, name, ours + own, theirs)
            interleave([*ours, *new.values(), *theirs], args.rounds, args.seconds, clear=clear)
            results += [{**run.result(), "situation": name} for run in ours + own + theirs]
            for worker in workers:
                worker.ask("drop")
    return results


class Row(NamedTuple):
    """What was measured of a situation: seconds of a step with it, of one without it, of itself, and with it
    elsewhere.
    """

    name: str
    with_it: float
    without: float
    own: float
    theirs: list[float]

    @property
    def ratio(self):
        """The time without what an op takes itself, relative to that without it."""
        return (self.with_it - self.own) / self.without


def _row(args, name, took, theirs):
    """What was measured of a situation, by how long which mode took, and it elsewhere."""
    alone = _alone(name)
    own = max(took[alone[0]] - took[alone[1]], 0.0) if alone else 0.0
    return Row(name, took[name], took[_without(name)], own * (args.steps if name.startswith("inside ") else 1), theirs)


def _clear(args, name, ours, theirs):
    """Whether more rounds would not change on which side of the goal a situation is."""
    took = {run.mode: run.step_seconds(args.clock) for run in ours}
    row = _row(args, name, took, [run.step_seconds(args.clock) for run in theirs])
    faster = all(row.with_it < _SURE * t for t in row.theirs)
    return faster and abs(row.ratio - _GOAL) > _DOUBT


def rows(args, results):
    """Of each situation what was measured; worst first, what takes it itself left out."""
    ours, *others = dict.fromkeys(r["framework"] for r in results)
    times = {(r["situation"], r["framework"], r["mode"]): r[args.clock]["step"] for r in results}
    found = []
    for name in dict.fromkeys(r["situation"] for r in results):
        took = {mode: t for (situation, framework, mode), t in times.items() if (situation, framework) == (name, ours)}
        found.append(_row(args, name, took, [times[name, other, name] for other in others]))
    return sorted(found, key=lambda row: row.ratio, reverse=True)


def _show(args, results):
    labels = list(dict.fromkeys(r["framework"] for r in results))[1:]
    table = [[row.name, *_times(row)[:3], f"{row.ratio:.2f}", *_times(row)[3:]] for row in rows(args, results)]
    title = "ms of a training step, with and without what is in its way, and what that takes itself"
    report.table(title, ["situation", "with", "without", "itself", "ratio", *labels], table)


def _times(row):
    """Its times in ms."""
    return [f"{1e3 * t:.2f}" for t in (row.with_it, row.without, row.own, *row.theirs)]


def slow(args, results):
    """What costs more than itself, or than elsewhere, as Markdown for the README; worst first."""
    found = [row for row in rows(args, results) if row.ratio > _GOAL or any(row.with_it > t for t in row.theirs)]
    others = list(dict.fromkeys(r["framework"] for r in results))[1:]
    lines = ["| what | ratio | " + " | ".join(["ms with it", "without it", "itself", *others]) + " |"]
    lines.append("|---" * (5 + len(others)) + "|")
    for row in found:
        lines.append(f"| {row.name.replace('_', ' ')} | {row.ratio:.2f} | " + " | ".join(_times(row)) + " |")
    return "\n".join(lines) + "\n"


def draw(figure, args, results):
    """Bars: the step in each situation, relative to the step without it; the worst of them."""
    axes, found = figure.add_subplot(), rows(args, results)[:_DRAWN][::-1]
    bars = axes.barh(np.arange(len(found)), [row.ratio for row in found], 0.6)
    axes.bar_label(bars, [f"{row.ratio:.2f}" for row in found], fontsize=6)
    axes.set_yticks(range(len(found)), [row.name for row in found], fontsize=5 if len(found) > 25 else 8)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time, without that of the op alone / time without what is in the way")
    axes.margins(x=0.1)
