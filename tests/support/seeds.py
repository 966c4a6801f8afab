"""A search over seeds, as campaigns make it."""

import argparse
import sys
import traceback


def search(arguments, text, check):
    """Has `check(seed)` look at some seeds; prints those of which it raises or returns something wrong, and returns the
    exit code. text: says what is searched.
    """
    name = check.__module__.rpartition(".")[2]
    parser = argparse.ArgumentParser(
        f"python -m tests.campaigns {name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("first", type=int, nargs="?", default=0, help="the first seed (0)")
    parser.add_argument("last", type=int, nargs="?", default=1000, help="the one behind the last (1000)")
    options, wrong = parser.parse_args(arguments), 0
    for seed in range(options.first, options.last):
        found = _found(check, seed)
        wrong += bool(found)
        for what in found:
            print(f"{seed}: {what:.900}", file=sys.stderr, flush=True)
    print(f"{max(options.last - options.first, 0)} models, {wrong} wrong")
    return 1 if wrong else 0


def _found(check, seed) -> list:
    try:
        return check(seed) or []
    except Exception:  # whatever it is, the next seeds are looked at
        return [traceback.format_exc(-6)]
