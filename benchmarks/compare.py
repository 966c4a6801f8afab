"""minitf against TensorFlow, Keras, JAX and PyTorch: the time of one training step."""

import contextlib
import dataclasses
import sys

from benchmarks import report
from benchmarks.runner import Run, Worker, WorkerError, interleave
from benchmarks.specs import WORKLOADS

GOALS = {
    1: {
        "timeseries": 0.7,
        "mnist_rows": 0.85,
        "char_rnn": 0.7,
        "char_gru": 0.85,
        "char_lstm": 0.8,
        "varlen": 0.7,
        "mnist_cnn": 0.8,
        "sentence_cnn": 0.8,
    }
    | {name: 0.5 for name in WORKLOADS if name.startswith("long_T")},
    2: {name: 0.6 if name in ("timeseries", "mnist_rows") else 0.8 for name in WORKLOADS},
}  # of the best peer's time, by number of threads
_CLOSE = 2e-3  # losses of the first steps may differ so much, relatively


def add_arguments(parser):
    """The options of `peers`."""
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="names")
    parser.add_argument("--modes", default="", help="only these, such as static,scan,eager")
    parser.add_argument("--patience", type=int, default=300, help="seconds that building may take")


def interpreters(args):
    """(python, peer module) of minitf and every peer given."""
    given = [(sys.executable, "minitf")]
    for peer in ("tf", "keras", "jax", "torch"):
        given += [(python, peer) for python in getattr(args, peer)]
    return given


def start(args, stack, failures):
    """A worker per framework, labelled with its version, and who they say they are; minitf's is the first."""
    workers, versions = [], {}
    for python, peer in interpreters(args):
        worker = stack.enter_context(Worker(f"{peer} ({python})", python, peer, args.threads))
        try:
            hello = worker.ask("hello")
        except WorkerError as error:
            if not workers:
                raise
            failures.append(str(error))
            continue
        worker.label = hello["version"]
        workers.append(worker)
        versions[worker.label] = hello
    return workers, versions


def main(args):
    """Runs the benchmark."""
    results, failures, versions = [], [], {}
    names = args.workloads.split(",")
    with report.progress() as bar:
        task = bar.add_task("peers", total=None)
        for name in names:
            with contextlib.ExitStack() as stack:
                workers, versions = start(args, stack, failures)
                say = lambda text: bar.update(task, description=text)  # noqa: E731
                runs = _build(workers, WORKLOADS[name], args, failures, say)
                bar.update(task, total=args.rounds * len(runs), completed=0, description=name)
                interleave(runs, args.rounds, args.seconds, lambda: bar.advance(task))
                results += [run.result() for run in runs]
    compare_losses(results, failures)
    _show(args, names, list(versions), results)
    report.failed(failures)
    report.save(args, "peers", versions, results, lambda figure: draw(figure, args, results))


def _build(workers, workload, args, failures, say):
    wanted, plain = set(filter(None, args.modes.split(","))), dataclasses.asdict(workload)
    runs = []
    for worker in workers:
        for mode in worker.ask("modes", workload=plain):
            if wanted and mode not in wanted:
                continue
            say(f"{workload.name}: building {worker.label} {mode}")
            try:
                run = Run(worker, workload, mode, patience=args.patience)
                run.built["different"] = worker.ask("different", workload=plain, mode=mode)
                runs.append(run)
            except WorkerError as error:
                failures.append(f"{workload.name} {mode}: {error}")
                if worker.ended:
                    break
    return runs


def compare_losses(results, failures):
    """Marks the results whose first losses are not those of minitf: a failure, unless known to differ."""
    for r in results:
        reference = next(s for s in results if s["workload"] == r["workload"])["losses"]
        r["same"] = all(abs(a - b) <= _CLOSE * abs(b) for a, b in zip(r["losses"], reference))
        if not r["same"] and not r["different"]:
            who = f"{r['workload']} {r['framework']} {r['mode']}"
            failures.append(f"{who}: the first losses are {r['losses']}, minitf's {reference}")


def best(results, workload, framework=None, clock="wall"):
    """The fastest result of a framework (None: of all peers), or None."""
    found = [r for r in results if r["workload"] == workload]
    ours = found[0]["framework"] if found else None
    found = [r for r in found if (r["framework"] == framework if framework else r["framework"] != ours)]
    return min(found, key=lambda r: r[clock]["median"], default=None)


def _show(args, names, frameworks, results):
    rows, clock = [], args.clock
    for name in names:
        ours, peer = best(results, name, frameworks[0], clock), best(results, name, None, clock)
        if ours is None:
            continue
        ratio = f"{ours[clock]['median'] / peer[clock]['median']:.2f}" if peer else "-"
        fastest = [best(results, name, framework, clock) for framework in frameworks]
        rows.append([name, ratio, f"<= {GOALS[args.threads][name]}", *[_cell(r, clock) for r in fastest]])
    title = f"ms per training step, best mode of each ({clock} time, threads: {args.threads})"
    report.table(title, ["workload", "minitf / best peer", "goal", *frameworks], rows)
    columns = ["workload", "framework", "mode", "wall ms", "cpu ms", "build s", "first step s"]
    report.table(
        "all modes; ±: half the interquartile range; (!): other maths",
        columns,
        [
            [
                r["workload"],
                r["framework"],
                r["mode"],
                report.milliseconds(r["wall"]),
                report.milliseconds(r["cpu"]),
                f"{r['build']:.2f}",
                f"{r['first']:.2f}",
            ]
            for r in results
        ],
    )


def _cell(r, clock):
    return "-" if r is None else f"{report.milliseconds(r[clock])} {r['mode']}{'' if r['same'] else ' (!)'}"


def draw(figure, args, results):
    """Bars of the best mode of each, relative to minitf."""
    frameworks = list(dict.fromkeys(r["framework"] for r in results))
    names = [n for n in dict.fromkeys(r["workload"] for r in results) if best(results, n, frameworks[0])]
    axes, width = figure.add_subplot(), 0.8 / len(frameworks)
    for i, framework in enumerate(frameworks):
        for k, name in enumerate(names):
            r, ours = [best(results, name, f, args.clock) for f in (framework, frameworks[0])]
            if r is None:
                continue
            height = r[args.clock]["median"] / ours[args.clock]["median"]
            label = framework if k == 0 else None
            bar = axes.bar(k + (i - len(frameworks) / 2 + 0.5) * width, height, width, color=f"C{i}", label=label)
            text = f"{r[args.clock]['median'] * 1e3:.3g}"
            axes.bar_label(bar, [text], fontsize=7, rotation=90, padding=2)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_ylabel("time of a training step / minitf's")
    axes.set_title(f"best mode of each (numbers: ms, {args.clock} time, threads: {args.threads})")
    axes.margins(y=0.15)
    axes.legend(fontsize=8)
