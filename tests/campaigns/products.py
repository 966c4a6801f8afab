"""Searches random programs of matrix products for values that rewrites or threads change.

python -m tests.campaigns products --first 0 --count 3000 [--passes each] [--threads]
"""

import argparse
import time

from products import assert_rewrites_keep, assert_threads_agree

from minitf.runtime.passes import PASSES


def main(arguments):
    """Tries `count` programs; prints what differs, and returns 1 if anything does."""
    parser = argparse.ArgumentParser(prog="products", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=3000, help="how many programs")
    parser.add_argument("--passes", choices=["all", "each"], default="all", help="together, or each alone too")
    parser.add_argument("--threads", action="store_true", help="two and three threads against one instead")
    options = parser.parse_args(arguments)
    settings, failed, started = ["", *(PASSES if options.passes == "each" else ())], 0, time.time()
    for seed in range(options.first, options.first + options.count):
        try:
            if options.threads:
                assert_threads_agree(seed, late=(None, 0, 1)[seed % 3])
            else:
                assert_rewrites_keep(seed, settings)
        except Exception as error:
            failed += 1
            print(f"seed {seed}: {type(error).__name__}: {str(error).strip()[:500]}", flush=True)
    print(f"{options.count} programs in {time.time() - started:.0f} s, {failed} failed")
    return int(failed > 0)
