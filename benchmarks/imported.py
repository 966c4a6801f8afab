"""Graphs that TensorFlow 1.15 exported, trained and frozen, beside the same ones built with minitf."""

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import minitf as tf
from benchmarks import exported, report
from benchmarks.runner import ROOT
from minitf.framework import protos

_SETTLED = 20  # runs before the first turn


def add_arguments(parser):
    """The options of `imported`."""
    parser.add_argument("--cases", default=",".join(exported.CASES), help="names")


def main(args):
    """Runs the benchmark; `--tf` names the interpreter that exports."""
    if not args.tf:
        raise SystemExit("an interpreter that has TensorFlow 1.15 is needed: --tf PYTHON")
    cases, results = args.cases.split(","), []
    with tempfile.TemporaryDirectory() as folder, report.progress() as bar:
        subprocess.run([args.tf[0], "-m", "benchmarks.exported", folder], cwd=ROOT, check=True, capture_output=True)
        for case in bar.track(cases, description="imported"):
            for what in ("train", "frozen"):
                runs = [_run(args, case, Path(folder) / case, what, which) for which in ("built", "imported")]
                results.append({"case": case, "what": what, **_timed(args, runs)})
    _show(results)
    report.save(args, "imported", {"minitf": {"version": "minitf"}}, results, lambda figure: draw(figure, results))


def _run(args, case, place, what, which):
    """A function that makes one training step, or computes the logits of a graph."""
    names = json.loads(place.with_suffix(".json").read_text())
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(7)
        if which == "built":
            names = exported.build(tf, case)
        else:
            message = protos.message("GraphDef")()
            message.ParseFromString(place.with_suffix(".pb" if what == "train" else ".frozen.pb").read_bytes())
            tf.import_graph_def(message, name="")
        session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=args.threads))
        if which == "built" or what == "train":
            session.run(names["start"])
    feeds = {names[key]: value for key, value in exported.batch(case).items() if what == "train" or key != "y"}
    fetches = [names["loss"], graph.get_operation_by_name(names["train"])] if what == "train" else names["logits"]
    return lambda: session.run(fetches, feeds)


def _timed(args, runs):
    """The processor time of each in turns, and the ratio of the second to the first."""
    for run in runs:
        for _ in range(_SETTLED):
            run()
    count = max(1, int(args.seconds / max(_seconds(runs[0], 5), 1e-6) / args.rounds))
    turns = np.array([[_seconds(run, count) for run in runs] for _ in range(args.rounds)])
    built, imported = np.median(turns, axis=0).tolist()
    return {"built": built, "imported": imported, "ratio": statistics.median((turns[:, 1] / turns[:, 0]).tolist())}


def _seconds(run, count):
    started = time.process_time()
    for _ in range(count):
        run()
    return (time.process_time() - started) / count


def _show(results):
    rows = [
        [f"{r['case']} {r['what']}", f"{1e6 * r['built']:.1f}", f"{1e6 * r['imported']:.1f}", f"{r['ratio']:.2f}"]
        for r in sorted(results, key=lambda r: -r["ratio"])
    ]
    report.table(
        "us of processor time of a run, built with minitf and imported", ["", "built", "imported", "ratio"], rows
    )


def draw(figure, results):
    """Dots: how much longer an imported graph takes, by how long the one built takes."""
    axes = figure.add_subplot()
    for what in ("train", "frozen"):
        found = [r for r in results if r["what"] == what]
        axes.scatter([1e6 * r["built"] for r in found], [r["ratio"] for r in found], label=what)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("us of a run, built with minitf")
    axes.set_ylabel("time imported / built")
    axes.legend()
