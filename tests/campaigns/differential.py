"""Random graphs, run op by op and natively in many modes: nothing may differ.

    python -m tests.campaigns differential [--graphs N] [--seed S] [--seconds T] [--keep-going]

Bit for bit: native without rewrites and op by op; several threads and one. Within rounding: all rewrites, or
one of them, and none; a traced run; one fetch alone. An error has to be the same error in all modes, and a
graph that crashes or hangs is a difference too. What differs in float32 and is nothing like what float64
gives is counted apart: it has no right digits. Of each difference it prints the seed, the mode, the tensor
at which it starts and a smaller graph that shows it, and at the end what was tried.
"""

import argparse
import collections
import faulthandler
import multiprocessing
import os
import sys
import time
import traceback
from typing import NamedTuple

from random_graphs.build import Built
from random_graphs.modes import differences, says_nothing, tried
from random_graphs.shrink import story

from minitf.framework.registry import OPS

PATIENCE = 90  # seconds for one graph


def main(arguments):
    """Searches; returns 1 if there was a difference."""
    options = _options(arguments)
    tally = Tally()
    for seed, findings in searched(range(options.seed, options.seed + options.graphs)):
        tally.add(findings)
        found = findings.differences
        if found:
            print(f"\nseed {seed}: {', '.join(kind for kind, _ in found)}\n{found[0][1]}", flush=True)
        if found and not options.keep_going or tally.seconds > options.seconds:
            break
    print(tally)
    return 1 if tally.kinds else 0


def _options(arguments):
    parser = argparse.ArgumentParser(
        "python -m tests.campaigns differential",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--graphs", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first graph (0)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--keep-going", action="store_true", help="go on after a difference")
    return parser.parse_args(arguments)


class Tally:
    """What was tried and found."""

    def __init__(self):
        self.graphs, self.kinds, self.types = 0, collections.Counter(), collections.Counter()
        self.errors: collections.Counter = collections.Counter()
        self.rounded, self._started = 0, time.monotonic()

    @property
    def seconds(self):
        """Since the start."""
        return time.monotonic() - self._started

    def add(self, findings):
        """Counts a graph."""
        self.graphs += 1
        self.kinds.update(kind for kind, _ in findings.differences)
        self.types.update(findings.types)
        self.rounded += findings.rounded
        self.errors.update([findings.error] if findings.error else [])

    def __str__(self):
        never = sorted(OPS.keys() - self.types.keys())
        lines = [f"\n{self.graphs} graphs in {self.seconds:.0f} s, {self.graphs / self.seconds:.1f} per second"]
        lines.append(f"{len(self.types)} of {len(OPS)} op types; never: {', '.join(never)}")
        lines += [f"{count:6} ended with {error} in all modes" for error, count in self.errors.most_common()]
        lines += [f"{self.rounded:6} differed in float32 values that float64 shows to have no right digits"]
        lines += [f"{count:6} {kind}" for kind, count in self.kinds.most_common()] or ["no difference"]
        return "\n".join(lines)


# ---------------------------------------------------------------- one graph


class Findings(NamedTuple):
    """What a graph showed: its differences as (kind, text), its op types, and the error of all its modes."""

    differences: list
    types: set = frozenset()
    error: str | None = None
    rounded: bool = False  # whether a float32 value differed that has no right digits


def examine(seed):
    """Runs a graph in all its modes."""
    try:
        built = Built(seed)
        outcomes = tried(built)
        found = differences(outcomes)
        rounded = [d for d in found if says_nothing(built, d)]
        found = [d for d in found if d not in rounded]
        text = story(built, found[0]) if found else ""
    except Exception:
        return Findings([("not built", traceback.format_exc(-4))])
    error = next(iter(outcomes.values())).error
    kinds = [(_kind(d), text) for d in found]
    return Findings(kinds, set(_types(built.graph.ops)), error and type(error).__name__, bool(rounded))


def _kind(found):
    return found.mode.name + (", error" if found.fetch is None else "")


def _types(ops):
    for op in ops:
        yield op.type
        for body in op.attrs.values():
            yield from _types(body.ops) if hasattr(body, "ops") else ()


# ---------------------------------------------------------------- in a process that may crash


def searched(seeds):
    """(seed, what `examine` says of it) for each seed; a crash or hang costs the worker, not the campaign."""
    seeds, worker = list(seeds), None
    for position, seed in enumerate(seeds):
        worker = worker or Worker(seeds[position:])
        found = worker.next()
        if isinstance(found, str):
            worker, found = None, Findings([(found, "")])
        yield seed, found
    if worker is not None:
        worker.end()


class Worker:
    """A process that examines one graph after another."""

    def __init__(self, seeds):
        context = multiprocessing.get_context("fork")
        self._results, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(seeds, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def next(self):
        """What the next graph gave, or "crash" or "hang" if the process is no more."""
        try:
            if self._results.poll(PATIENCE):
                return self._results.recv()
            kind = "hang"
        except EOFError:
            kind = "crash"
        self.end()
        return kind

    def end(self):
        """Ends the process."""
        self._process.kill()
        self._process.join()


def _work(seeds, results):
    faulthandler.enable(2)
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what the graphs print
    for seed in seeds:
        results.send(examine(seed))
