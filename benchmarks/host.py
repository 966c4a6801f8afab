"""What Python in the middle of a training step costs: a py_func, a queue, a summary, a Print.

The step itself stays native (see `minitf/runtime/plan/late.py`).
"""

import dataclasses
import sys

import numpy as np

from benchmarks import report
from benchmarks.runner import Run, Worker, interleave
from benchmarks.specs import WORKLOADS


def add_arguments(parser):
    """The options of `host`."""
    parser.add_argument("--workloads", default="timeseries,char_gru,varlen", help="names")


def main(args):
    """Runs the benchmark."""
    results = []
    with Worker("minitf", sys.executable, "host", args.threads) as worker, report.progress() as bar:
        versions = {"minitf": worker.ask("hello")}
        for name in bar.track(args.workloads.split(","), description="host"):
            workload = WORKLOADS[name]
            kinds = worker.ask("modes", workload=dataclasses.asdict(workload))
            runs = [Run(worker, workload, kind) for kind in kinds]
            interleave(runs, args.rounds, args.seconds)
            results += [run.result() for run in runs]
            worker.ask("drop")
    _show(args, results)
    report.save(args, "host", versions, results, lambda figure: draw(figure, args, results))


def _by_workload(args, results):
    """Workload -> (kind -> its times, the first one alone)."""
    found = {}
    for r in results:
        found.setdefault(r["workload"], {})[r["mode"]] = r[args.clock]
    return found


def _show(args, results):
    found = _by_workload(args, results)
    rows = []
    for workload, (alone, *others) in [(w, list(kinds.values())) for w, kinds in found.items()]:
        added = [f"{1e3 * (times['median'] - alone['median']):.2f}" for times in others]
        rows.append([workload, report.milliseconds(alone), *added])
    kinds = list(next(iter(found.values())))[1:]
    title = "ms of a training step, and how much longer it takes with each of these in its middle"
    report.table(title, ["workload", "step", *[f"+ {kind}" for kind in kinds]], rows)


def draw(figure, args, results):
    """Bars: the step with each kind relative to the step alone."""
    axes, found = figure.add_subplot(), _by_workload(args, results)
    kinds = list(next(iter(found.values())))
    for i, kind in enumerate(kinds):
        heights = [times[kind]["median"] / times["nothing"]["median"] for times in found.values()]
        bars = axes.bar(np.arange(len(found)) + (i - 2) * 0.17, heights, 0.17, label=kind)
        axes.bar_label(bars, [f"{h:.2f}" for h in heights], fontsize=7)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xticks(range(len(found)), list(found), fontsize=8)
    axes.set_ylabel("time / time of the step alone")
    axes.margins(y=0.2)
    axes.legend(fontsize=8, ncols=len(kinds), loc="upper right")
