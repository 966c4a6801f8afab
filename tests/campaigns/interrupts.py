"""Ctrl-C: is it heard within a second whatever runs, and is everything right afterwards?

A process of its own runs each case again and again, and is sent SIGINT at a random moment of each run. Then
the session has to give the same results as ever, its lock has to be free, denormal numbers have to be
numbers, and the garbage collector has to be as it was.

    python -m tests.campaigns interrupts                        all cases, 20 signals each
    python -m tests.campaigns interrupts products --signals 100 --scale 2

Another part is in `places`: interrupts at every place where Python looks for signals.
"""

import argparse
import faulthandler
import gc
import math
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
from injector import held

import minitf as tf
from minitf.kernels.compile import abi, cache

WAIT = 120  # seconds after which a process hangs


# ---- what is interrupted: functions of a scale (1: a run takes seconds) that give fetches and feeds


def product(scale):
    """One large matrix product."""
    n = int(4000 * scale ** (1 / 3))
    x = tf.placeholder(tf.float32, [n, n])
    return tf.reduce_sum(tf.matmul(x, x)), {x: np.full((n, n), 1e-3, np.float32)}


def batch_of_products(scale):
    """A product that cannot be cut by rows."""
    x = tf.placeholder(tf.float32, [None, 300, 300])
    return tf.reduce_sum(tf.matmul(x, x)), {x: np.full((int(2000 * scale), 300, 300), 1e-3, np.float32)}


def integers(scale):
    """A product of integers."""
    n = int(1200 * scale ** (1 / 3))
    x = tf.placeholder(tf.int32, [n, n])
    return tf.reduce_sum(tf.matmul(x, x)), {x: np.ones((n, n), np.int32)}


def products(scale):
    """A chain of products in a graph without a loop, and its training step."""
    x, w = tf.placeholder(tf.float32, [1500, 600]), tf.Variable(tf.eye(600))
    h = x
    for _ in range(int(60 * scale)):
        h = tf.tanh(tf.matmul(h, w))
    loss = tf.reduce_sum(h)
    train = tf.train.GradientDescentOptimizer(0.0).minimize(loss)
    with tf.control_dependencies([train]):
        return tf.identity(loss), {x: np.full((1500, 600), 1e-3, np.float32)}


def many_ops(scale):
    """Thousands of ops, none of which takes long."""
    x = tf.placeholder(tf.float32, [400_000])
    h = x
    for _ in range(int(2000 * scale)):
        h = tf.sin(h) + x
    return tf.reduce_sum(h), {x: np.ones(400_000, np.float32)}


def short_trips(scale):
    """A loop of very many trips."""
    n = tf.placeholder(tf.int32, [])
    return tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, x + 0.5), [0, 0.0])[1], {n: 40_000_000 * scale}


def long_trips(scale):
    """A loop of few trips, each of which takes long."""
    x, n = tf.placeholder(tf.float32, [800, 800]), tf.placeholder(tf.int32, [])

    def body(i, h):
        for _ in range(4):
            h = tf.matmul(h, x)
        return i + 1, h

    last = tf.while_loop(lambda i, h: i < n, body, [0, x])[1]
    return tf.reduce_sum(last), {x: np.full((800, 800), 1e-3, np.float32), n: int(30 * scale)}


def uneven_trips(scale):
    """A loop whose first trips are short and whose later ones are long."""
    x, n = tf.placeholder(tf.float32, [600, 600]), tf.placeholder(tf.int32, [])

    def body(i, h):
        return i + 1, tf.cond(i < 100, lambda: h + 1e-9, lambda: tf.matmul(x, x) + h)

    last = tf.while_loop(lambda i, h: i < n, body, [0, x])[1]
    return tf.reduce_sum(last), {x: np.full((600, 600), 1e-3, np.float32), n: int(100 + 300 * scale)}


def draws(scale):
    """Random numbers, of which one depends on the other."""
    n = int(12_000_000 * scale)
    x = tf.placeholder(tf.float32, [])
    drawn = tf.random_gamma([n], x, seed=1) + tf.random_poisson(x, [n], seed=2)
    return tf.reduce_mean(drawn) * 0, {x: 30.0}


def sorting(scale):
    """Kernels that cannot be cut."""
    x = tf.placeholder(tf.float32, [None])
    best = tf.nn.top_k(x, tf.size(x)).values
    rows = tf.random_shuffle(tf.reshape(tf.cumsum(best), [-1, 1]), seed=1)
    numbers = np.random.default_rng(1).random(int(8_000_000 * scale), np.float32)
    return tf.reduce_sum(rows) * 0, {x: numbers}


def numpy(scale):
    """What NumPy computes."""
    n = int(900 * scale ** (1 / 3))
    x = tf.placeholder(tf.float64, [n, n])
    return tf.reduce_sum(tf.svd(x, compute_uv=False)), {x: np.random.default_rng(1).random((n, n))}


def python(scale):
    """A Python function in a loop."""
    n = tf.placeholder(tf.int32, [])

    def body(i, x):
        return i + 1, tf.py_func(lambda a: a + np.float32(1), [x], tf.float32)

    shapes = [tf.TensorShape([]), tf.TensorShape(None)]
    return tf.while_loop(lambda i, x: i < n, body, [0, 0.0], shape_invariants=shapes)[1], {n: int(20_000 * scale)}


def queue(scale):
    """Waiting for a queue, which ends when Ctrl-C is heard."""
    threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()  # who might add to it
    return tf.FIFOQueue(3, tf.float32, shapes=[[]]).dequeue() * 0, {}


def first_run(scale):
    """A new session each time: a large graph is planned and lowered."""
    x = tf.placeholder(tf.float32, [8, 16])
    cells = [tf.placeholder_with_default(x, [8, 16]) for _ in range(int(400 * scale))]
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(16), cells, dtype=tf.float32)
    loss = tf.reduce_sum(outputs[-1]) * 0
    train = tf.train.GradientDescentOptimizer(0.0).minimize(loss)
    with tf.control_dependencies([train]):
        return tf.identity(loss), {x: np.ones((8, 16), np.float32)}


def compiling(scale):
    """A new session each time, and kernels that were never compiled."""
    x = tf.placeholder(tf.float32, [8, 16])
    return tf.reduce_sum(tf.nn.softmax(tf.matmul(tf.lgamma(x), x, transpose_b=True))), {x: np.ones((8, 16))}


CASES = {
    case.__name__: case
    for case in (
        product,
        batch_of_products,
        integers,
        products,
        many_ops,
        short_trips,
        long_trips,
        uneven_trips,
        draws,
        sorting,
        numpy,
        python,
        queue,
        first_run,
        compiling,
    )
}
ENDLESS, FRESH = {"queue"}, {"first_run", "compiling"}
CONFIGS = {
    "native": {"intra_op_parallelism_threads": 1},
    "threads": {"intra_op_parallelism_threads": 2},
    "op_by_op": {"executor": "op_by_op"},
}


# ---- the process that is interrupted


def scaled(scale, config, case):
    """The scale for a way to run: ops one by one make a trip of a loop a thousand times as long."""
    return scale / 1000 if config == "op_by_op" and case in ("short_trips",) else scale


class Child:
    """Runs a case whenever it is told to, and looks whether all is right after an interrupt."""

    def __init__(self, case, scale, config, folder):
        self.folder = folder  # for kernels that are compiled once more
        self.case, self.config = case, tf.ConfigProto(**CONFIGS[config])
        self.fetch, self.feed = CASES[case](scaled(scale, config, case))
        self.small = tf.reduce_sum(tf.tanh(tf.constant([1.0, 2.0])) * tf.placeholder_with_default([3.0, 4.0], [2]))
        self.initializer = tf.global_variables_initializer()
        self.session = self.fresh()
        started = time.monotonic()
        self.expected = None if case in ENDLESS else self.session.run(self.fetch, self.feed)
        self.small_expected = self.session.run(self.small)
        self.say(f"ready {time.monotonic() - started}")

    @staticmethod
    def say(line):
        """Tells the parent."""
        print(line, flush=True)

    def fresh(self):
        """A new session."""
        session = tf.Session(config=self.config)
        session.run(self.initializer)
        return session

    def forget(self):
        """Makes this process one that has compiled nothing."""
        os.environ["MINITF_CACHE_DIR"] = os.path.join(self.folder, str(time.monotonic_ns()))
        cache._folder.cache_clear()
        for kernel in abi.KERNELS.values():
            if kernel.name not in ("vm", "flushed"):
                kernel.instances.clear()

    def trial(self):
        """One run, interrupted; says when that was heard, and what is wrong then."""
        faulthandler.dump_traceback_later(WAIT - 10)  # shows where it hangs
        if self.case in FRESH:
            self.session = self.fresh()
        if self.case == "compiling":
            self.forget()
        try:
            self.say("start")
            self.session.run(self.fetch, self.feed)
            self.say("done")
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            self.say(f"heard {time.monotonic()}")
        started = time.monotonic()
        wrong = self.wrong()
        self.say(f"{'; '.join(wrong) or 'right'}|{time.monotonic() - started}")

    def wrong(self):
        """What is not as it should be."""
        found = []
        if np.float32(1e-40) * np.float32(0.5) == 0:
            found.append("denormal numbers are zero")
        if not gc.isenabled():
            found.append("the garbage collector is off")
        if held(self.session._lock.turn):
            found.append("the session is locked")
        if not np.array_equal(self.session.run(self.small), self.small_expected):
            found.append("another run gives something else")
        if self.case not in ENDLESS and not np.array_equal(self.session.run(self.fetch, self.feed), self.expected):
            found.append("the run gives something else")
        return found


def serve(case, scale, config):
    """The life of the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let what runs behind ignore it
    with tempfile.TemporaryDirectory(prefix="minitf-") as folder:
        child = Child(case, scale, config, folder)
        for _ in sys.stdin:
            child.trial()


# ---- the process that interrupts


class Hang(Exception):
    """The process says nothing any more."""


class Trials:
    """Trials of one case."""

    def __init__(self, case, scale, config):
        command = [sys.executable, "-m", "tests.campaigns", "interrupts", case, "--scale", str(scale)]
        self.process = subprocess.Popen(
            [*command, "--config", config, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._text, self.duration = b"", math.nan

    def start(self):
        """Waits for the first run; returns how long it took."""
        self.duration = float(self.line().split()[1])
        return self.duration

    def line(self):
        """What the process says next."""
        end = time.monotonic() + WAIT
        while b"\n" not in self._text:
            if not select.select([self.process.stdout], [], [], max(end - time.monotonic(), 0))[0]:
                raise Hang
            text = os.read(self.process.stdout.fileno(), 1000)
            if not text:
                raise Hang(f"ended with {self.process.wait()}")
            self._text += text
        line, _, self._text = self._text.partition(b"\n")
        return line.decode()

    def trial(self, chance):
        """(seconds until the interrupt was heard, what was wrong, seconds until that was known)."""
        self.process.stdin.write(b"\n")
        assert self.line() == "start"
        time.sleep(chance * min(max(self.duration, 0.1), 5))
        sent = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        line = self.line()
        line = self.line() if line == "done" else line
        verdict, seconds = self.line().split("|")
        return float(line.split()[1]) - sent, verdict, float(seconds)

    def close(self):
        """Ends the process; it goes by itself where it is not busy."""
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def searched(case, scale, config, signals, seed=0):
    """(the worst latency, the problems that were found) of a case."""
    trials, chances = Trials(case, scale, config), random.Random(seed)
    worst, problems, duration = 0.0, [], math.nan
    try:
        duration = trials.start()
        for _ in range(signals):
            chance = chances.random()
            latency, verdict, _ = trials.trial(chance)
            worst = max(worst, latency)
            if verdict != "right":
                problems.append(f"at {chance:.3f} of the run: {verdict}")
    except Hang as hang:
        problems.append(f"hangs {hang}")
    finally:
        trials.close()
    return worst, problems, duration


def main(argv):
    """Runs the campaign; the exit code is 1 if something was found."""
    parser = argparse.ArgumentParser(
        "interrupts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--signals", type=int, default=20, help="signals for each case and way to run")
    parser.add_argument("--scale", type=float, default=1.0, help="1: runs of some seconds")
    parser.add_argument("--config", choices=CONFIGS, help="one way to run only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.serve:
        return serve(options.cases[0], options.scale, options.config)
    found = False
    for case in options.cases:
        for config in [options.config] if options.config else CONFIGS:
            worst, problems, duration = searched(case, options.scale, config, options.signals, options.seed)
            found = found or bool(problems) or worst > 1
            summary = f"{case:20s} {config:10s} a run {duration:6.2f} s, heard after {worst:6.3f} s at most"
            print(summary, *problems, sep="\n    ", flush=True)
    return int(found)
