"""What an op in the way of a training step costs: sizes that depend on data, and what runs in Python.

The situations, and what each is compared with, are in `situations.py`.
"""

import contextlib
import dataclasses
import sys

import numpy as np

from benchmarks import report
from benchmarks.runner import Run, Worker, interleave
from benchmarks.situations import SITUATIONS, WITHOUT
from benchmarks.specs import Workload

WORKLOAD = Workload("cliffs", "lstm", 64, 40, 32, 16, 64, each_step=True, loss="mse", shortest=20)


def add_arguments(parser):
    """The options of `cliffs`."""
    parser.add_argument("--situations", default=",".join(SITUATIONS), help="names")
    parser.add_argument("--steps", type=int, default=WORKLOAD.steps, help="steps of each sequence")


def main(args):
    """Runs the benchmark."""
    contestants = [(sys.executable, "cliffs"), *((python, "tf_cliffs") for python in args.tf)]
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(p, p, peer, args.threads)) for p, peer in contestants]
        versions = {}
        for worker in workers:
            answer = worker.ask("hello")
            worker.label = answer["version"]
            versions[worker.label] = answer
        results = _timed(args, workers)
    _show(args, results)
    report.save(args, "cliffs", versions, results, lambda figure: draw(figure, args, results))


def _timed(args, workers):
    workload, results = dataclasses.replace(WORKLOAD, steps=args.steps, shortest=args.steps // 2), []
    with report.progress() as bar:
        for name in bar.track(args.situations.split(","), description="cliffs"):
            modes = dict.fromkeys([WITHOUT[SITUATIONS[name]].__name__, name])
            runs = [Run(worker, workload, mode) for worker in workers for mode in modes]
            interleave(runs, args.rounds, args.seconds)
            results += [{**run.result(), "situation": name} for run in runs]
            for worker in workers:
                worker.ask("drop")
    return results


def rows(args, results):
    """For each situation: its time with minitf, that without it, and those of the others; worst first."""
    times = {(r["situation"], r["framework"], r["mode"]): r[args.clock]["median"] for r in results}
    labels = list(dict.fromkeys(r["framework"] for r in results))
    found = []
    for name in dict.fromkeys(r["situation"] for r in results):
        without = times[name, labels[0], WITHOUT[SITUATIONS[name]].__name__]
        found.append(
            (name, times[name, labels[0], name], without, [times[name, t, name] for t in labels[1:]])
        )
    return sorted(found, key=lambda row: -row[1] / row[2])


def _show(args, results):
    labels = list(dict.fromkeys(r["framework"] for r in results))[1:]
    table = [
        [name, *[f"{1e3 * t:.2f}" for t in (time, without)], f"{time / without:.2f}",
         *[f"{1e3 * t:.2f}" for t in others]]
        for name, time, without, others in rows(args, results)
    ]  # fmt: skip
    title = "ms of a training step, with and without what is in its way"
    report.table(title, ["situation", "with", "without", "ratio", *labels], table)


def draw(figure, args, results):
    """Bars: the step in each situation, relative to the step without it."""
    axes, found = figure.add_subplot(), rows(args, results)[::-1]
    bars = axes.barh(np.arange(len(found)), [time / without for _, time, without, _ in found], 0.6)
    axes.bar_label(bars, [f"{time / without:.2f}" for _, time, without, _ in found], fontsize=7)
    axes.set_yticks(range(len(found)), [name for name, *_ in found], fontsize=8)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time / time without what is in the way")
    axes.margins(x=0.1)
