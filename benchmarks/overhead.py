"""What a `Session.run` of one scalar addition takes."""

import contextlib
import sys

from benchmarks import report
from benchmarks.runner import spread, started


def add_arguments(parser):
    """The options of `overhead`."""


def main(args):
    """Runs the benchmark."""
    with contextlib.ExitStack() as stack, report.progress() as bar:
        contestants = [(sys.executable, "minitf"), *((python, "tf") for python in args.tf)]
        workers, versions = started(stack, contestants, args.threads)
        times = {worker: [] for worker in workers}
        for worker in workers:
            worker.ask("overhead", count=5)
        for _ in bar.track(range(args.rounds), description="overhead"):
            for worker, found in times.items():
                found += worker.ask("overhead", count=max(1, int(args.seconds / 0.01)))["wall"]
    results = [{"framework": worker.label, **spread(found)} for worker, found in times.items()]
    first = results[0]["median"]
    report.table(
        "us per Session.run of a scalar addition",
        ["", "/ minitf", "median", "quartiles"],
        [
            [
                r["framework"],
                f"{r['median'] / first:.2f}",
                f"{r['median'] * 1e6:.1f}",
                f"{r['low'] * 1e6:.1f} to {r['high'] * 1e6:.1f}",
            ]
            for r in results
        ],
    )
    report.save(args, "overhead", versions, results, lambda figure: draw(figure, results))


def draw(figure, results):
    """Bars."""
    axes = figure.add_subplot()
    bars = axes.barh([r["framework"] for r in results], [r["median"] * 1e6 for r in results])
    axes.bar_label(bars, [f"{r['median'] * 1e6:.1f} us" for r in results], padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel("microseconds per Session.run of a scalar addition")
