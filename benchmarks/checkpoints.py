"""Saving and restoring variables, beside plain files of as many bytes: seconds and memory.

Each contestant has a process of its own, and all take turns: it saves, which ends when the bytes are on the disk,
restores into the session that has the values, and into a new one. What is read is in the system's cache.
"""

import contextlib
import itertools
import shutil
import statistics
import sys
import tempfile

import numpy as np

from benchmarks import report
from benchmarks.runner import Worker, spread

_WHAT = {"save": "save", "restore": "restore", "begin": "restore in a new session"}
_GOAL = 1.25  # 0.8 of the plain speed


def add_arguments(parser):
    """The options of `checkpoints`."""
    parser.add_argument("--folder", action="append", default=[], help="where to save, more than one if repeated")
    parser.add_argument("--sizes", default="1x1000,100x10,10000x0.1", help="variables x megabytes of each")
    parser.set_defaults(rounds=7)


def main(args):
    """Runs the benchmark."""
    results, versions, failures = [], {}, []
    sizes, folders = args.sizes.split(","), args.folder or [tempfile.gettempdir()]
    with report.progress() as bar:
        for folder, size in bar.track([*itertools.product(folders, sizes)], description="checkpoints"):
            results += (found := _timed(args, folder, size, versions, failures))
            _show(args, found)
    report.failed(failures)
    report.save(args, "checkpoints", versions, results, lambda figure: draw(figure, args, results))


def _timed(args, folder, size, versions, failures):
    """What each contestant takes for variables of a size in a folder, in turns."""
    count, megabytes = size.split("x")
    floats = int(float(megabytes) * 1e6) // 4
    peers = [(sys.executable, "plain"), (sys.executable, "minitf"), *((python, "tf") for python in args.tf)]
    with contextlib.ExitStack() as stack:
        workers = []
        for python, peer in peers:
            place = tempfile.mkdtemp(prefix="minitf-checkpoints-", dir=folder)
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            worker = stack.enter_context(Worker(f"{peer} ({python})", python, peer, args.threads))
            try:
                hello = worker.ask("hello")
                worker.ask("open", folder=place, count=int(count), size=floats)
            except Exception as error:
                failures.append(f"{folder} {size}: {error}")
                continue
            worker.label = hello["version"]
            versions[worker.label] = hello
            workers.append(worker)
        times = _turns(args, workers)
    return [_result(folder, size, int(count) * floats * 4, *key, found) for key, found in times.items()]


def _turns(args, workers):
    """(contestant, what) -> what was measured, the first turn left out."""
    found = {(worker.label, what): [] for worker in workers for what in _WHAT}
    for number in range(args.rounds + 1):
        for what in _WHAT:
            for worker in workers[number % len(workers) :] + workers[: number % len(workers)]:
                answer = worker.ask("keep", what=what)
                if number:
                    found[worker.label, what].append(answer)
    return found


def _result(folder, size, nbytes, label, what, found):
    who = {"folder": folder, "size": size, "framework": label, "what": what}
    times = {clock: spread([each[clock] for each in found]) for clock in ("wall", "cpu")}
    return {**who, **times, "copies": statistics.median(each["memory"] for each in found) / nbytes, "bytes": nbytes}


def _by_place(args, results):
    """(folder, size, what) -> contestant -> (time relative to the plain file's, copies)."""
    found = {}
    for r in results:
        found.setdefault((r["folder"], r["size"], r["what"]), {})[r["framework"]] = (r[args.clock], r["copies"])
    return found


def _show(args, results):
    """A table for each place, when it is done: all of them take long."""
    found = _by_place(args, results)
    labels = list(next(iter(found.values())))
    rows = []
    for (folder, size, what), each in found.items():
        plain = each["plain file"][0]["median"]
        times = [f"{each[n][0]['median'] / plain:.2f}  {each[n][1]:.2f}" if n in each else "" for n in labels[1:]]
        rows.append([f"{folder} {size} {_WHAT[what]}", f"{plain:.3f}", *times])
    title = f"seconds of the plain file; time / that (goal: {_GOAL}), and memory / bytes saved, of the others"
    report.table(title, ["", "plain file", *labels[1:]], rows)


def draw(figure, args, results):
    """Bars: the time relative to the plain file's."""
    axes, found = figure.add_subplot(), _by_place(args, results)
    labels = list(next(iter(found.values())))[1:]
    for i, label in enumerate(labels):
        heights = [each[label][0]["median"] / each["plain file"][0]["median"] for each in found.values()]
        axes.bar(np.arange(len(found)) + (i - (len(labels) - 1) / 2) * 0.27, heights, 0.27, label=label)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.axhline(_GOAL, color="black", linewidth=0.8, linestyle=":")
    axes.set_xticks(range(len(found)), [f"{f}\n{s} MB\n{w}" for f, s, w in found], fontsize=6)
    axes.set_ylabel("time / time of the plain file")
    axes.legend(fontsize=8)
