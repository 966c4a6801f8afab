"""Frozen graphs that TensorFlow wrote, read and run: a classifier of images and a dynamic_rnn, ms per batch.

The first interpreter of --tf writes them (minitf does without one); all read the same files and take turns.
"""

import contextlib
import sys
import tempfile

import numpy as np

from benchmarks import report
from benchmarks.freezing import MODELS
from benchmarks.runner import Timed, interleave, started


def add_arguments(parser):
    """The options of `frozen`."""
    parser.add_argument("--batch", type=int, default=32, help="images and sequences that are fed at once")


def main(args):
    """Runs the benchmark."""
    peers = [(sys.executable, "minitf"), *((python, "tf") for python in args.tf)]
    with contextlib.ExitStack() as stack, report.progress() as bar:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="minitf-frozen-"))
        workers, versions = started(stack, peers, args.threads)
        workers[:2][-1].ask("freeze", folder=folder)
        results = []
        for model in bar.track(MODELS, description="frozen"):
            runs = [
                Timed(worker, model, worker.ask("thaw", folder=folder, model=model, batch=args.batch))
                for worker in workers
            ]
            _check(model, [run.built["sum"] for run in runs])
            interleave(runs, args.rounds, args.seconds)
            results += [{"framework": run.worker.label, "model": model, **run.times()} for run in runs]
    _show(args, results)
    report.save(args, "frozen", versions, results, lambda figure: draw(figure, args, results))


def _check(model, sums):
    if not np.allclose(sums, sums[0], rtol=1e-4):
        raise ArithmeticError(f"the outputs of {model} differ: their sums are {sums}")


def _show(args, results):
    rows = []
    for r in results:
        first = next(other for other in results if other["model"] == r["model"])
        times = r[args.clock]
        ratio = f"{times['median'] / first[args.clock]['median']:.2f}"
        rows.append([f"{r['model']}: {r['framework']}", ratio, report.milliseconds(times)])
    report.table(f"ms per batch of {args.batch}", ["", "/ minitf", "median (quartiles)"], rows)


def draw(figure, args, results):
    """Bars."""
    axes = figure.add_subplot()
    labels = [f"{r['model']}\n{r['framework']}" for r in results]
    bars = axes.barh(labels, [r[args.clock]["median"] * 1e3 for r in results])
    axes.bar_label(bars, [f"{r[args.clock]['median'] * 1e3:.2f} ms" for r in results], padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(f"ms per batch of {args.batch}")
