"""What single ops take: those that scripts use most, and their gradients, each by itself.

The ops, and what they are given, are in `single_ops.py`.
"""

import contextlib
import dataclasses
import sys

import numpy as np

from benchmarks import report
from benchmarks.runner import Run, interleave, started
from benchmarks.single_ops import NAMES
from benchmarks.specs import WORKLOADS

_SHOWN = 40  # as many are in the picture
_NOTHING = dataclasses.replace(next(iter(WORKLOADS.values())), name="single", steps=1, batch=1)


def add_arguments(parser):
    """The options of `single`."""
    parser.add_argument("--ops", default=",".join(NAMES), help="names")


def main(args):
    """Runs the benchmark."""
    contestants = [(sys.executable, "single"), *((python, "tf_single") for python in args.tf)]
    results = []
    with contextlib.ExitStack() as stack, report.progress() as bar:
        workers, versions = started(stack, contestants, args.threads)
        for name in bar.track(args.ops.split(","), description="single"):
            runs = [Run(worker, _NOTHING, name) for worker in workers]
            interleave(runs, args.rounds, args.seconds)
            results += [run.result() for run in runs]
            for worker in workers:
                worker.ask("drop")
    _show(args, results)
    report.save(args, "single", versions, results, lambda figure: draw(figure, args, results))


def rows(args, results):
    """(name, seconds here, seconds elsewhere) of each op; those that are slowest, relative to elsewhere, first."""
    found = {}
    for r in results:
        found.setdefault(r["mode"], []).append(r[args.clock]["median"])
    rows = [(name, ours, theirs) for name, (ours, *theirs) in found.items()]
    return sorted(rows, key=lambda row: row[1] / min(row[2], default=1), reverse=True)


def _show(args, results):
    labels = list(dict.fromkeys(r["framework"] for r in results))
    table = []
    for name, ours, theirs in rows(args, results):
        ratio = [f"{ours / min(theirs):.2f}"] if theirs else []
        table.append([name, *[f"{1e3 * t:.3f}" for t in (ours, *theirs)], *ratio])
    report.table("ms of an op by itself", ["op", *labels, *(["ratio"] if len(labels) > 1 else [])], table)


def draw(figure, args, results):
    """Bars: the time of each op, relative to elsewhere where that was measured; the slowest."""
    axes, found = figure.add_subplot(), rows(args, results)[:_SHOWN][::-1]
    relative = all(theirs for _, _, theirs in found)
    lengths = [ours / min(theirs) if relative else 1e3 * ours for _, ours, theirs in found]
    bars = axes.barh(np.arange(len(found)), lengths, 0.6)
    axes.bar_label(bars, [f"{length:.2f}" for length in lengths], fontsize=6)
    axes.set_yticks(range(len(found)), [name for name, *_ in found], fontsize=5 if len(found) > 25 else 8)
    axes.set_xlabel("time / the best of others" if relative else "ms")
    axes.margins(x=0.1)
