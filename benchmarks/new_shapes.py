"""What sizes cost that a model meets for the first time: batches and steps that are others in each training step.

The networks are in `networks.py`. A model makes one step, and then as many as there are new sizes; then the same steps
again, a few times, whose median is what a step costs. What the first ones took longer is what the new sizes cost.
"""

import contextlib
import dataclasses
import statistics
import sys

import numpy as np

from benchmarks import report
from benchmarks.networks import NETWORKS
from benchmarks.runner import started
from benchmarks.specs import Workload
from benchmarks.worker import CLOCKS

WORKLOAD = Workload("new_shapes", "lstm", 64, 40, 32, 16, 64, each_step=True, loss="mse", shortest=20)
_LABEL_HEIGHT = 0.06  # of that of the picture
_ALLOWED = 0.002  # seconds that a new size may cost, where a step takes less


def add_arguments(parser):
    """The options of `new_shapes`."""
    parser.add_argument("--networks", default=",".join(NETWORKS), help="names")
    parser.add_argument("--new", type=int, default=20, help="how many new sizes")
    parser.set_defaults(rounds=3, clock="cpu")


def main(args):
    """Runs the benchmark."""
    contestants = [(sys.executable, "shapes"), *((python, "tf_shapes") for python in args.tf)]
    with contextlib.ExitStack() as stack:
        workers, versions = started(stack, contestants, args.threads)
        results = _timed(args, workers)
    _show(args, results)
    report.save(args, "new_shapes", versions, results, lambda figure: draw(figure, args, results))


def _timed(args, workers):
    """What each network took in each framework, in turns; each time a new model."""
    results, workload = [], dataclasses.asdict(WORKLOAD)
    with report.progress() as bar:
        for name in bar.track(args.networks.split(","), description="new shapes"):
            rounds = {worker.label: [] for worker in workers}
            for _ in range(args.rounds + 1):  # the first time kernels are loaded
                for worker in workers:
                    rounds[worker.label].append(worker.ask("meet", workload=workload, mode=name, count=args.new))
            results += [_result(args, name, label, answers[1:]) for label, answers in rounds.items()]
    return results


def _result(args, name, label, answers):
    """Of a network: the seconds of a step, and of a new size more than that, of the first and the others alone too,
    and how often it was lowered.
    """
    clocks = {}
    for clock in CLOCKS:
        steps = [statistics.mean(answer[clock]["again"]) for answer in answers]
        extra = [[a - b for a, b in zip(answer[clock]["new"], answer[clock]["again"])] for answer in answers]
        found = {"new": map(statistics.mean, extra), "first": [each[0] for each in extra]}
        found["others"] = [statistics.mean(each[1:] or each) for each in extra]
        clocks[clock] = {"step": statistics.median(steps), **{k: statistics.median(v) for k, v in found.items()}}
    return {"network": name, "framework": label, "lowered": answers[0]["lowered"], "new sizes": args.new, **clocks}


def _show(args, results):
    others = list(dict.fromkeys(r["framework"] for r in results))[1:]
    found = {(r["network"], r["framework"]): r[args.clock] for r in results}
    rows = []
    for r in [r for r in results if r["lowered"] is not None]:
        own = r[args.clock]
        theirs = [f"{1e3 * found[r['network'], other][what]:.2f}" for other in others for what in ("step", "new")]
        rows.append(
            [r["network"].replace("_", " "), *[f"{1e3 * own[k]:.2f}" for k in ("step", "new", "first", "others")]]
        )
        rows[-1] += [f"{own['new'] / max(own['step'], _ALLOWED):.2f}", r["lowered"], *theirs]
    columns = ["network", "step", "new size", "the first", "others", "new / allowed", "lowered"]
    columns += [f"{what}, {other}" for other in others for what in ("step", "new size")]
    report.table(f"ms of a training step, and of each of {args.new} new sizes more than that", columns, rows)


def draw(figure, args, results):
    """Bars: what a new size costs more than a step, and the step."""
    axes, frameworks = figure.add_subplot(), list(dict.fromkeys(r["framework"] for r in results))
    for k, framework in enumerate(frameworks):
        own = [r for r in results if r["framework"] == framework]
        places = np.arange(len(own)) + 0.8 * k / len(frameworks)
        heights = [1e3 * r[args.clock]["new"] for r in own]
        steps = [1e3 * r[args.clock]["step"] for r in own]
        axes.bar(places, heights, 0.8 / len(frameworks), label=f"new size, {framework}")
        axes.plot(places, steps, "_", color="black", markersize=12)
        for place, height, step in zip(places, heights, steps):
            top = step if height < step < height + _LABEL_HEIGHT * max(steps) else height  # not where the line is
            axes.annotate(f"{height:.2f}", (place, top), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    axes.set_xticks(range(len(own)), [r["network"].replace("_", "\n") for r in own], fontsize=7)
    axes.set_ylabel("ms; a line where a step is")
    axes.legend(fontsize=8)
