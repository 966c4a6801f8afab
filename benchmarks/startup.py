"""From the start of a process to the first training step: kernels compiled before (warm) or not (cold)."""

import dataclasses
import subprocess
import tempfile
import time

from benchmarks import compare, report
from benchmarks.runner import Worker, WorkerError, spread
from benchmarks.specs import WORKLOADS

_MODES = {"minitf": "dynamic", "tf": "dynamic", "keras": "keras", "jax": "scan", "torch": "eager"}


def add_arguments(parser):
    """The options of `startup`."""
    parser.add_argument("--workload", default="timeseries", help="what is trained")
    parser.set_defaults(rounds=5)


def main(args):
    """Runs the benchmark."""
    contestants = [("minitf cold", *compare.interpreters(args)[0])]
    contestants += [
        (peer if peer != "minitf" else "minitf warm", python, peer) for python, peer in compare.interpreters(args)
    ]
    times, versions, failures = {}, {}, []
    with report.progress() as bar, tempfile.TemporaryDirectory() as warm:
        _first_step(args, *contestants[0][1:], warm)
        for _ in bar.track(range(args.rounds), description="startup"):
            for label, python, peer in contestants:
                try:
                    with tempfile.TemporaryDirectory() as cold:
                        seconds, hello = _first_step(args, python, peer, cold if label.endswith("cold") else warm)
                except (WorkerError, subprocess.SubprocessError) as error:
                    failures.append(f"{label}: {error}")
                    continue
                key = label if peer == "minitf" else hello["version"]
                times.setdefault(key, []).append(seconds)
                versions[key] = hello
    results = [{"what": key, **spread(values)} for key, values in times.items()]
    base = next(r["median"] for r in results if r["what"] == "minitf warm")
    rows = [
        [r["what"], f"{r['median'] / base:.2f}", f"{r['median']:.2f}", f"{r['low']:.2f} to {r['high']:.2f}"]
        for r in results
    ]
    report.table(
        f"seconds to the first training step of {args.workload}", ["", "/ minitf warm", "median", "quartiles"], rows
    )
    report.failed(failures)
    report.save(args, "startup", versions, results, lambda figure: draw(figure, results))


def _first_step(args, python, peer, cache):
    """Seconds from starting a process to its first loss, and who it was."""
    workload = dataclasses.asdict(WORKLOADS[args.workload])
    started = time.perf_counter()
    with Worker(peer, python, peer, args.threads, {"MINITF_CACHE_DIR": cache}) as worker:
        worker.ask("first_step", workload=workload, mode=_MODES[peer])
        return time.perf_counter() - started, worker.ask("hello")


def draw(figure, results):
    """Bars."""
    axes = figure.add_subplot()
    bars = axes.barh(
        [r["what"] for r in results],
        [r["median"] for r in results],
        xerr=[[r["median"] - r["low"] for r in results], [r["high"] - r["median"] for r in results]],
    )
    axes.bar_label(bars, [f"{r['median']:.2f} s" for r in results], padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel("seconds from the start of the process to the first training step")
