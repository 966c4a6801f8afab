"""Random programs of all ops, on one thread and on several that share whatever can be shared, bit for bit.

    python -m tests.campaigns threads [--rounds N] [--seed S] [--seconds T]

Each round has every op once, in programs in which each takes what ops before it gave. One thread is late at each op, or
it stops at random points, or all of them do, for up to some milliseconds.
"""

import argparse
import sys
import time

from chained_samples import among_threads, dealt
from forced import shared
from stalls import Stalls


def main(arguments):
    """Searches; returns 1 if something was wrong."""
    parser = argparse.ArgumentParser("python -m tests.campaigns threads", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="how often all ops (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (1)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    options, started, programs, wrong = parser.parse_args(arguments), time.monotonic(), 0, 0
    for seed in range(options.seed, options.seed + options.rounds):
        for links in dealt(seed):
            if time.monotonic() - started > options.seconds:
                break
            late, team = [None, 0, 1][programs % 3], 2 + (programs % 5 == 4)
            with shared(late, Stalls(seed) if programs // 3 % 2 else None):
                different = among_threads(links, seed, team)
            programs += 1
            if different:
                wrong += 1
                print(f"seed {seed}: {different} of {[type for type, *_ in links]}", flush=True)
    print({"programs": programs, "wrong": wrong}, file=sys.stderr)
    return int(wrong > 0)
