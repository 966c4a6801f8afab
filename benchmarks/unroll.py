"""Static against dynamic unrolling over T: building, ops, first run, step, inference, memory."""

import contextlib
import sys

from benchmarks import report
from benchmarks.runner import Run, Worker, WorkerError, interleave
from benchmarks.specs import find

_PLOTS = [
    ("built", "building the graph and its gradients", "s"),
    ("ops", "ops in the graph", ""),
    ("first", "first run", "s"),
    ("step", "training step", "s"),
    ("infer", "inference", "s"),
    ("megabytes", "peak memory", "MB"),
]


def add_arguments(parser):
    """The options of `unroll`."""
    parser.add_argument("--workload", default="timeseries", help="whose cell, batch and optimizer")
    parser.add_argument("--steps", default="10,30,100,300,1000", help="values of T")
    parser.add_argument("--patience", type=int, default=120, help="seconds that a graph may take to build")


def main(args):
    """Runs the benchmark."""
    contestants = [(sys.executable, "minitf")] + [(python, "tf") for python in args.tf]
    results, failures, versions = [], [], {}
    with report.progress() as bar:
        for steps in bar.track([int(t) for t in args.steps.split(",")], description="unroll"):
            workload = find(args.workload, steps=steps)
            with contextlib.ExitStack() as stack:
                runs = _start(stack, contestants, workload, args, failures, versions)
                interleave([run for pair in runs for run in pair], args.rounds, args.seconds)
                results += [_row(steps, args, *pair) for pair in runs]
    _show(args, results)
    report.failed(failures)
    report.save(args, "unroll", versions, results, lambda figure: draw(figure, results))


def _start(stack, contestants, workload, args, failures, versions):
    """A process for each way to unroll, with a run of training steps and one of inferences."""
    runs = []
    for python, peer in contestants:
        for mode in ("static", "dynamic"):
            if (peer, mode, workload.steps > 300) == ("tf", "static", True):
                continue  # takes TensorFlow minutes
            worker = stack.enter_context(Worker(peer, python, peer, args.threads))
            hello = worker.ask("hello")
            worker.label = hello["version"]
            versions[worker.label] = hello
            try:
                train = Run(worker, workload, mode, patience=args.patience)
                runs.append((train, train.also("infer")))
            except WorkerError as error:
                failures.append(f"T = {workload.steps}, {mode}: {error}")
    return runs


def _row(steps, args, train, infer):
    """One line of the table."""
    measured, inferred = train.result(), infer.result()
    return {
        "T": steps,
        "framework": measured["framework"],
        "mode": measured["mode"],
        "graph": measured["graph_seconds"],
        "gradients": measured["gradient_seconds"],
        "built": measured["graph_seconds"] + measured["gradient_seconds"],
        "ops": measured["ops"],
        "first": measured["first"],
        "megabytes": max(measured["memory"], inferred["memory"]) / 2**20,
        **{key: r[args.clock]["median"] for key, r in (("step", measured), ("infer", inferred))},
        "train": measured,
        "inference": inferred,
    }


def _show(args, results):
    rows = []
    for r in results:
        key = (r["T"], r["framework"], "static")
        static = [s for s in results if (s["T"], s["framework"], s["mode"]) == key]
        ratio = f"{r['step'] / static[0]['step']:.2f}" if static else "-"
        rows.append(
            [
                f"{r['T']} {r['framework']} {r['mode']}",
                ratio,
                report.milliseconds(r["train"][args.clock]),
                report.milliseconds(r["inference"][args.clock]),
                f"{r['graph']:.3f}",
                f"{r['gradients']:.3f}",
                f"{r['first']:.3f}",
                r["ops"],
                f"{r['megabytes']:.0f}",
            ]
        )
    columns = [
        "T",
        "step / static",
        "step ms",
        "inference ms",
        "graph s",
        "gradients s",
        "first run s",
        "ops",
        "peak MB",
    ]
    report.table(f"static and dynamic unrolling of {args.workload}", columns, rows)


def draw(figure, results):
    """One panel per quantity, all against T."""
    figure.set_size_inches(11, 6.5)
    lines = list(dict.fromkeys((r["framework"], r["mode"]) for r in results))
    for axes, (key, title, unit) in zip(figure.subplots(2, 3).flat, _PLOTS):
        for framework, mode in lines:
            points = [(r["T"], r[key]) for r in results if (r["framework"], r["mode"]) == (framework, mode)]
            style = "o-" if mode == "dynamic" else "s--"
            axes.loglog(*zip(*points), style, label=f"{framework} {mode}", markersize=4)
        axes.set_title(title, fontsize=10)
        axes.set_ylabel(unit)
        axes.set_xlabel("T")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(lines), fontsize=8)
