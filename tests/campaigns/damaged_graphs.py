"""Searches damaged GraphDefs for what crashes, hangs or says nothing.

python -m tests.campaigns damaged_graphs --first 0 --count 10000
"""

import argparse
import faulthandler
import time

from damaged_graphs import bad_outcomes


def main(arguments):
    """Tries `count` graphs; prints what is not right, and returns 1 if anything is not."""
    parser = argparse.ArgumentParser(prog="damaged_graphs", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=10000, help="how many graphs")
    options = parser.parse_args(arguments)
    faulthandler.enable()
    started, failed = time.time(), 0
    for seed, type, found in bad_outcomes(options.first, options.count):
        failed += 1
        print(f"seed {seed} ({type}): {found[:500]}", flush=True)
    print(f"{options.count} graphs in {time.time() - started:.0f} s, {failed} not right")
    return int(failed > 0)
