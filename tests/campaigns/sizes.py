"""Random graphs, run with another batch size each time: what is resized is what would be lowered.

    python -m tests.campaigns sizes [--graphs N] [--seed S] [--seconds T]

The table of a resized program is compared with that of one lowered for its sizes, and what it computes
without rewrites with what the ops compute one by one, and what two threads compute, one of which is late, with what
one does, bit for bit.
"""

import argparse
import sys
import time
import traceback
from collections import Counter

from forced import shared
from random_graphs.build import Built
from random_graphs.modes import unequal
from resized import watched

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.execute.walk import TogetherResized

BATCHES = [5, 11, 8, 7, 9, 6, 10, 12, 5, 3, 4, 20, 16, 13]


def main(arguments):
    """Searches; returns 1 if something was wrong."""
    parser = argparse.ArgumentParser("python -m tests.campaigns sizes", description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first graph (0)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    options, counts, started = parser.parse_args(arguments), Counter(), time.monotonic()
    for seed in range(options.seed, options.seed + options.graphs):
        found, seen = examine(seed)
        counts.update(seen)
        counts["graphs"] += 1
        if found:
            counts["wrong"] += 1
            print(f"seed {seed}: {found}", flush=True)
        if time.monotonic() - started > options.seconds:
            break
    print(dict(counts), file=sys.stderr)
    return 1 if counts["wrong"] else 0


def examine(seed):
    """(what is wrong with a graph or None, what was seen)."""
    try:
        built = Built(seed, batches=BATCHES)
        with watched() as watch:
            alone = outcomes(built, "native", "")
            found = outcomes(built, "native", "none")
        with shared(late=seed % 2) as walks:
            together = outcomes(built, "native", "", threads=2 if pool.AVAILABLE else 1)
        wanted = outcomes(built, "op_by_op", "none")
    except Exception:
        return traceback.format_exc(-4), {}
    watch.counts["resized and shared"] += sum(isinstance(walk, TogetherResized) for walk in walks)
    return different(found, wanted) or different(together, alone) or watch.wrong[:3] or None, watch.counts


def different(one, other):
    """What two outcomes differ in, or None."""
    (runs, error), (others, expected) = one, other
    if type(error) is not type(expected):
        return f"{error!r:.300} against {expected!r:.300}"
    for number, (ours, theirs) in enumerate(zip(runs, others)):
        for k, (a, b) in enumerate(zip(ours, theirs)):
            if what := unequal(a, b, True):
                return f"run {number}, value {k}: {what}"
    return None


def outcomes(built, executor, passes, threads=1):
    """What the runs give, and the error that ended them."""
    config, runs = tf.ConfigProto(executor=executor, passes=passes, intra_op_parallelism_threads=threads), []
    with tf.Session(graph=built.graph, config=config) as session:
        session.run(built.initializer)
        for number in range(len(BATCHES)):
            try:
                runs.append(session.run(built.fetches, built.feeds(number)))
            except Exception as error:
                return runs, error
            runs[-1] += session.run(built.variables)
    return runs, None
