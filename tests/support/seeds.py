"""A search over seeds, as campaigns make it."""

import sys

import minitf as tf


def search(arguments, check):
    """Has `check(seed)` look at the seeds from the first argument (0) up to the second one (1,000); prints those of
    which it raises something, and returns the exit code.
    """
    first, last, *_ = [int(a) for a in arguments] + [0, 1000][len(arguments) :]
    wrong = 0
    for seed in range(first, last):
        try:
            check(seed)
        except (AssertionError, tf.errors.OpError) as error:
            wrong += 1
            print(f"{seed}: {error!r:.300}", file=sys.stderr)
    print(f"{last - first} models, {wrong} wrong")
    return 1 if wrong else 0
