"""How the time of a training step grows with T, the batch and the units."""

import sys

import numpy as np

from benchmarks import report
from benchmarks.runner import Run, Worker, interleave
from benchmarks.specs import find

_AXES = ("steps", "batch", "units")


def add_arguments(parser):
    """The options of `scaling`."""
    parser.add_argument("--workload", default="long_T_100", help="whose other sizes are kept")
    parser.add_argument("--steps", default="10,100,1000,10000,100000", help="values of T")
    parser.add_argument("--batch", default="1,8,32,128,512", help="batch sizes")
    parser.add_argument("--units", default="8,32,128,512", help="numbers of units")


def main(args):
    """Runs the benchmark."""
    results = []
    with Worker("minitf", sys.executable, "minitf", args.threads) as worker, report.progress() as bar:
        versions = {"minitf": worker.ask("hello")}
        points = [(axis, int(value)) for axis in _AXES for value in getattr(args, axis).split(",")]
        for axis, value in bar.track(points, description="scaling"):
            workload = find(args.workload, **{axis: value})
            run = Run(worker, workload, "dynamic")
            interleave([run], args.rounds, args.seconds)
            results.append({"axis": axis, "value": value, **run.result()})
            worker.ask("drop")
    rows = []
    for r in results:
        base = next(s for s in results if s["axis"] == r["axis"])
        per_unit = r[args.clock]["median"] / r["value"]
        rows.append(
            [
                f"{r['axis']} = {r['value']}",
                f"{per_unit / (base[args.clock]['median'] / base['value']):.2f}",
                report.milliseconds(r[args.clock]),
                f"{per_unit * 1e6:.2f}",
                f"{r['memory'] / 2**20:.0f}",
            ]
        )
    columns = ["", "per unit / first", "step ms", "us per unit", "peak MB so far"]
    report.table(f"a training step of {args.workload} with other sizes", columns, rows)
    report.save(args, "scaling", versions, results, lambda figure: draw(figure, args, results))


def draw(figure, args, results):
    """A panel per size; a straight line at 45 degrees is linear growth."""
    for axes, axis in zip(figure.subplots(1, 3), _AXES):
        found = [r for r in results if r["axis"] == axis]
        x, y = np.array([r["value"] for r in found]), np.array([r[args.clock]["median"] for r in found]) * 1e3
        axes.loglog(x, y, "o-", label="training step")
        axes.loglog(x, y[-1] * x / x[-1], ":", color="grey", label="linear")
        axes.set_xlabel("T" if axis == "steps" else axis)
        axes.set_ylabel("ms")
        axes.legend(fontsize=8)
