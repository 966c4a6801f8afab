"""Time training steps on this machine: a recurrent network over T steps, unrolled by both ways.

    minitf bench                        T = 10, 100 and 1,000
    minitf bench --steps 28 200         others
    minitf bench --threads 1            with one thread

Networks of 100 relu units, batches of 50, Adam; building is the graph with its gradients, the first run
lowers it, the step is the median over a second. `python -m benchmarks` in the repository compares more.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import perf_counter

import numpy as np

from minitf.commands.refused import Refused

_UNITS, _BATCH, _SECONDS, _LEAST = 100, 50, 1.0, 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--steps", type=int, nargs="+", default=[10, 100, 1000], metavar="T", help="lengths")
    parser.add_argument("--threads", type=int, default=0, help="threads to use (0: as a session would)")


def run(options: argparse.Namespace) -> int:
    """Prints a line for each network; returns the exit code."""
    if min(options.steps) < 1 or options.threads < 0:
        raise Refused("--steps are 1 or more, --threads 0 or more", 2)
    print(f"{'T':>6}  {'unroll':8} {'ops':>7} {'building, s':>12} {'first run, s':>13} {'step, ms':>9}")
    for length in options.steps:
        for unroll in ("static", "dynamic"):
            ops, built, first, step = _timed(length, unroll, options.threads)
            print(f"{length:6,}  {unroll:8} {ops:7,} {built:12.3f} {first:13.3f} {1e3 * step:9.3f}", flush=True)
    return 0


def _timed(length: int, unroll: str, threads: int) -> tuple[int, float, float, float]:
    """How many ops a network has, and the seconds to build it, to run it first, and for a step."""
    import minitf as tf

    with tf.Graph().as_default() as graph:
        start = perf_counter()
        x, y, train = _network(length, unroll)
        built = perf_counter() - start
        random = np.random.default_rng(0)
        feeds = {t: random.normal(size=[_BATCH, length, 1]).astype(np.float32) for t in (x, y)}
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads)) as sess:
            sess.run(tf.global_variables_initializer())
            times: list[float] = []
            while len(times) <= _LEAST or sum(times[1:]) < _SECONDS:
                start = perf_counter()
                sess.run(train, feeds)
                times.append(perf_counter() - start)
    return len(graph.get_operations()), built, times[0], median(times[1:])


def _network(length: int, unroll: str) -> tuple:
    import minitf as tf

    x, y = (tf.placeholder(tf.float32, [None, length, 1]) for _ in range(2))
    cell = tf.nn.rnn_cell.BasicRNNCell(_UNITS, activation=tf.nn.relu)
    cell = tf.contrib.rnn.OutputProjectionWrapper(cell, 1)
    if unroll == "static":
        outputs = tf.stack(tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)[0], axis=1)
    else:
        outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return x, y, tf.train.AdamOptimizer(0.001).minimize(tf.reduce_mean(tf.square(outputs - y)))
