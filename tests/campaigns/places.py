"""Interrupts at every place where Python looks for signals: is everything right after each of them?

A session is interrupted at one place after the other: in runs of programs that are there already (warm), and
from its making on (cold), when programs are lowered and workers started. Then its lock and the others have to
be free, denormal numbers have to be numbers, the garbage collector has to be as it was, and the next runs
have to give what they always give.

    python -m tests.campaigns places                            300 places each
    python -m tests.campaigns places native --places 100000     all of one way to run
"""

import argparse
import gc
import subprocess
import sys

import numpy as np
from injector import Injector, held

import minitf as tf
from minitf.kernels.compile import cache
from minitf.runtime.execute import op_by_op, program, walk
from minitf.runtime.plan import pace
from minitf.runtime.session import session
from minitf.runtime.threads import thread_pool

WAYS = ("native", "threads", "aside", "op_by_op")
SPENT = 300  # seconds after which one way hangs


class Together(pace.Pace):
    """Always the other way."""

    def choose(self):
        return True


def prepare(way):
    """Makes this process run small programs as others are run."""
    if way == "threads":
        program.Pace, session._threads = Together, lambda wanted: 2
    if way == "aside":
        program.LIMIT = op_by_op.LIMIT = walk.LIMIT = 1e4
        op_by_op._LARGE = 10


class Network:
    """A graph with a bit of everything, and what it gives."""

    def __init__(self, way):
        self.way = way
        x = tf.placeholder(tf.float32, [64, 64])
        w = tf.Variable(tf.ones([64, 64]) * 0.01)
        body = lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w)))  # noqa: E731
        h = tf.while_loop(lambda i, h: i < 20, body, [0, x])[1]
        loss = tf.reduce_sum(h)
        self.train = tf.train.AdamOptimizer(0.001).minimize(loss)
        queue = tf.FIFOQueue(3, tf.float32, shapes=[[]])
        self.add, self.take, self.size = queue.enqueue(2.0), queue.dequeue(), queue.size()
        asked = tf.py_func(lambda a: a * 2, [loss], tf.float32)
        self.sum = asked + self.take + tf.reduce_sum(w)
        self.inverse = tf.reduce_sum(h + tf.matrix_inverse(tf.eye(8) * 2)[0, 0])
        self.start = tf.global_variables_initializer()
        self.feed = {x: np.eye(64, dtype=np.float32) / 2}

    def session(self):
        """A new session."""
        made = tf.Session(config=tf.ConfigProto(executor="op_by_op" if self.way == "op_by_op" else "native"))
        made.run(self.start)
        return made

    def work(self, sess):
        """The results of a few runs."""
        sess.run(self.add)
        limit = tf.RunOptions(timeout_in_ms=60_000)
        return sess.run(self.sum, self.feed, limit), sess.run([self.train, self.inverse], self.feed)[1]

    def again(self, sess):
        """Puts a session's state back, whatever it is."""
        sess.run(self.start)
        while sess.run(self.size):
            sess.run(self.take)

    def cold(self):
        """A session from its making on, with workers that are not there yet."""
        if self.way == "threads":
            thread_pool.thread_pool.cache_clear()
        sess = self.session()
        return sess, self.work(sess)


def wrong(network, sess, expected):
    """What is not as it should be in a session, or in the process."""
    found = []
    if np.float32(1e-40) * np.float32(0.5) == 0:
        found.append("denormal numbers are zero")
    if not gc.isenabled():
        found.append("the garbage collector is off")
    locks = {"the session": sess._lock.turn, "the cache of kernels": cache.lock}
    if network.way == "threads":
        locks["the thread pool"] = thread_pool.thread_pool(2).lock
    found += [f"{name} is locked" for name, lock in locks.items() if held(lock)]
    if sess._lock.limits.end is not None:
        found.append("a limit is left")
    network.again(sess)
    if (results := network.work(sess)) != expected:
        found.append(f"{results} is not {expected}")
    return found


def spread(count, wanted):
    """About so many numbers of 1 .. count."""
    return range(1, count + 1, max(count // wanted, 1))


def look(way, places):
    """Prints what is wrong after interrupts at so many places; returns how often something was."""
    prepare(way)
    network, bad = Network(way), 0
    sess = network.session()
    expected = network.work(sess)
    network.again(sess)
    with Injector(0) as warm:
        assert network.work(sess) == expected
    with Injector(0) as cold:
        assert network.cold()[1] == expected

    def interrupted(kind, at, run):
        nonlocal bad
        with Injector(at) as injector:
            run()
        if found := wrong(network, sess, expected):
            bad += 1
            print(f"{kind} {at}, {injector.where}: {'; '.join(found)}", flush=True)

    for at in spread(warm.seen, places):
        network.again(sess)
        interrupted("warm", at, lambda: network.work(sess))
    for at in spread(cold.seen, max(places // 10, 1)):
        interrupted("cold", at, network.cold)
    print(f"{way:10s} {warm.seen} places warm, {cold.seen} cold; something was wrong {bad} times", flush=True)
    return bad


def main(argv):
    """Runs the campaign; the exit code is 1 if something was found."""
    parser = argparse.ArgumentParser(
        "places", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ways", nargs="*", default=list(WAYS), help=", ".join(WAYS))
    parser.add_argument("--places", type=int, default=300, help="warm; a tenth of them cold")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.here:
        return int(look(options.ways[0], options.places) > 0)
    failed = False
    for way in options.ways:
        command = [sys.executable, "-m", "tests.campaigns", "places", way, "--here", "--places", str(options.places)]
        try:
            failed = subprocess.run(command, timeout=SPENT + options.places).returncode != 0 or failed
        except subprocess.TimeoutExpired:
            print(f"{way} hangs")
            failed = True
    return int(failed)
