"""Chains of random transformations give what Python's own loops give."""

import random

import numpy as np
import pytest

import minitf as tf

Dataset = tf.data.Dataset
X = tf.data.experimental


def interleaved(parts, cycle, block):
    """Blocks of the elements of several lists in turn."""
    parts, open_, found = iter(parts), [None] * cycle, []
    ended, place = False, 0
    while not ended or any(o is not None for o in open_):
        for _ in range(block):
            if open_[place] is None:
                new = None if ended else next(parts, None)
                ended = ended or new is None
                if new is None:
                    break
                open_[place] = iter(new)
            element = next(open_[place], None)
            if element is None:
                open_[place] = None
                break
            found.append(element)
        place = (place + 1) % cycle
    return found


def grouped(items, size):
    groups, found = {}, []
    for x in items:
        groups.setdefault(x % 3, []).append(x)
        if len(groups[x % 3]) == size:
            found += groups.pop(x % 3)
    return found + [x for key in sorted(groups) for x in groups[key]]


def scanned(items):
    state, found = 1, []
    for x in items:
        state, out = (state + x) % 97, state * 2 + x
        found.append(out)
    return found


def small(d):
    return d.map(lambda x: x % 4)


# Each: a number -> (what it does to a dataset, what to a list).
STEPS = {
    "map": lambda n: (lambda d: d.map(lambda x: x * 2 + n), lambda s: [x * 2 + n for x in s]),
    "parallel": lambda n: (lambda d: d.map(lambda x: x + n, num_parallel_calls=n + 1), lambda s: [x + n for x in s]),
    "filter": lambda n: (lambda d: d.filter(lambda x: tf.not_equal(x % 4, n)), lambda s: [x for x in s if x % 4 != n]),
    "take": lambda n: (lambda d: d.take(3 * n), lambda s: s[: 3 * n]),
    "skip": lambda n: (lambda d: d.skip(n), lambda s: s[n:]),
    "repeat": lambda n: (lambda d: d.repeat(n % 3), lambda s: s * (n % 3)),
    "shard": lambda n: (lambda d: d.shard(n + 1, n), lambda s: s[n :: n + 1]),
    "concatenate": lambda n: (lambda d: d.concatenate(Dataset.range(n)), lambda s: s + list(range(n))),
    "flat_map": lambda n: (
        lambda d: d.flat_map(lambda x: Dataset.range(x % 4)),
        lambda s: [y for x in s for y in range(x % 4)],
    ),
    "interleave": lambda n: (
        lambda d: d.interleave(lambda x: Dataset.range(x % 4 + 1).map(lambda y: y + x), n + 1, n % 2 + 1),
        lambda s: interleaved([[y + x for y in range(x % 4 + 1)] for x in s], n + 1, n % 2 + 1),
    ),
    "batch": lambda n: (lambda d: d.batch(n + 1).unbatch(), list),
    "whole": lambda n: (lambda d: d.batch(n + 1, True).unbatch(), lambda s: s[: len(s) // (n + 1) * (n + 1)]),
    "window": lambda n: (
        lambda d: d.window(n + 1, n % 2 + 1).flat_map(lambda w: w.batch(n + 1)).map(tf.reduce_sum),
        lambda s: [sum(s[i : i + n + 1]) for i in range(0, len(s), n % 2 + 1)],
    ),
    "prefetch": lambda n: (lambda d: d.prefetch(n), list),
    "cache": lambda n: (lambda d: d.cache().repeat(2), lambda s: s * 2),
    "zip": lambda n: (
        lambda d: Dataset.zip((d, Dataset.range(7))).map(lambda x, y: x - y),
        lambda s: [x - y for x, y in zip(s, range(7))],
    ),
    "enumerate": lambda n: (
        lambda d: d.enumerate(n).map(lambda i, x: i + x),
        lambda s: [i + x for i, x in enumerate(s, n)],
    ),
    "group": lambda n: (
        lambda d: d.apply(X.group_by_window(lambda x: x % 3, lambda key, group: group, n + 1)),
        lambda s: grouped(s, n + 1),
    ),
    "scan": lambda n: (lambda d: d.apply(X.scan(np.int64(1), lambda s, x: ((s + x) % 97, s * 2 + x))), scanned),
    "padded": lambda n: (
        lambda d: small(d).map(lambda x: tf.fill([x], x)).padded_batch(n + 1, [None]).map(tf.reduce_sum),
        lambda s: [sum((x % 4) ** 2 for x in s[i : i + n + 1]) for i in range(0, len(s), n + 1)],
    ),
    "shuffle": lambda n: (lambda d: d.shuffle(1), list),
}


def chain(rng):
    names = [rng.choice(sorted(STEPS)) for _ in range(rng.randint(1, 6))]
    return [(name, rng.randint(0, 3)) for name in names]


def elements(dataset, executor):
    it = dataset.make_initializable_iterator()
    x, runs = it.get_next(), []
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        for _ in range(2):
            session.run(it.initializer)
            found = []
            with pytest.raises(tf.errors.OutOfRangeError):
                while True:
                    found.append(session.run(x).item())
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(x)
            runs.append(found)
    assert runs[0] == runs[1]
    return runs[0]


@pytest.mark.parametrize("seed", range(60))
def test_chains(seed):
    steps = chain(random.Random(seed))
    dataset, expected = Dataset.range(9), list(range(9))
    for name, number in steps:
        on_dataset, on_list = STEPS[name](number)
        dataset, expected = on_dataset(dataset), on_list(expected)[:200]
        dataset = dataset.take(200)
    assert elements(dataset, "op_by_op" if seed % 4 == 0 else "native") == expected, steps
