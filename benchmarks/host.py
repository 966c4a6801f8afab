"""What Python in the middle of a training step costs: a py_func, a queue, a summary, a Print.

Each is made of the loss, before its gradients are, and fetched with the step; all steps of a workload take
turns. The step itself stays native (see `minitf/runtime/late.py`).
"""

import contextlib
import os
import time

import numpy as np

from benchmarks import report
from benchmarks.runner import spread
from benchmarks.specs import WORKLOADS, batches
from benchmarks.worker import pin
from benchmarks.workloads import Model, loss_of, train_op


def add_arguments(parser):
    """The options of `host`."""
    parser.add_argument("--workloads", default="timeseries,char_gru,varlen", help="names")


def _py_func(tf, loss):
    return loss, tf.py_func(np.sqrt, [loss], tf.float32)


def _queue(tf, loss):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    return loss, [queue.enqueue(loss), queue.dequeue()]


def _summary(tf, loss):
    return loss, tf.summary.scalar("loss", loss)


def _print(tf, loss):
    return tf.Print(loss, [loss], "loss: "), []


KINDS = {
    "nothing": lambda tf, loss: (loss, []),
    "py_func": _py_func,
    "queue": _queue,
    "summary": _summary,
    "Print": _print,
}


def main(args):
    """Runs the benchmark."""
    pin(args.threads)
    import minitf as tf

    results, config = [], tf.ConfigProto(intra_op_parallelism_threads=args.threads)
    with report.progress() as bar:
        for name in bar.track(args.workloads.split(","), description="host"):
            results.append(_measure(tf, WORKLOADS[name], config, args))
    _show(results)
    report.save(args, "host", {"minitf": tf.__version__}, results, lambda figure: draw(figure, results))


def _measure(tf, w, config, args):
    """One line of the table."""
    models = {kind: Model(tf, w, "dynamic", config, _with(tf, make)) for kind, make in KINDS.items()}
    times, given = {kind: [] for kind in KINDS}, batches(w, 16)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        for model in models.values():
            _turn(model, given, args.seconds)
        for _ in range(args.rounds):
            for kind, model in models.items():
                times[kind] += _turn(model, given, args.seconds)
    return {"workload": w.name, **{kind: spread(found) for kind, found in times.items()}}


def _with(tf, make):
    """Builds a workload with something made of its loss."""

    def build(model, unroll):
        loss = loss_of(tf, model.w, model.x, model.y, model.lengths, unroll)
        loss, extra = make(tf, loss)
        return loss, [train_op(tf, model.w, loss), extra]

    return build


def _turn(model, given, seconds):
    """Seconds of each of the steps that fit into some time; two at least."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < 2 or time.perf_counter() < end:
        batch = given[len(times) % len(given)]
        started = time.perf_counter()
        model.step(batch)
        times.append(time.perf_counter() - started)
    return times


def _show(results):
    report.table(
        "ms of a training step, and how much longer it takes with each of these in its middle",
        ["workload", "step", *[f"+ {kind}" for kind in KINDS if kind != "nothing"]],
        [
            [
                r["workload"],
                report.milliseconds(r["nothing"]),
                *[f"{1e3 * _added(r, kind):.2f}" for kind in KINDS if kind != "nothing"],
            ]
            for r in results
        ],
    )


def _added(result, kind):
    return result[kind]["median"] - result["nothing"]["median"]


def draw(figure, results):
    """Bars: the step with each kind relative to the step alone."""
    axes = figure.add_subplot()
    for i, kind in enumerate(KINDS):
        heights = [r[kind]["median"] / r["nothing"]["median"] for r in results]
        bars = axes.bar(np.arange(len(results)) + (i - 2) * 0.17, heights, 0.17, label=kind)
        axes.bar_label(bars, [f"{h:.2f}" for h in heights], fontsize=7)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xticks(range(len(results)), [r["workload"] for r in results], fontsize=8)
    axes.set_ylabel("time / time of the step alone")
    axes.margins(y=0.2)
    axes.legend(fontsize=8, ncols=len(KINDS), loc="upper right")
