"""Threads that compute elements before they are asked for: in order, bounded, and ended."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.ops.datasets.background import _lines

Dataset = tf.data.Dataset
FOREVER = 1_000_000


def threads() -> int:
    """The threads of all datasets, once those that end have ended."""
    end = time.monotonic() + 5
    gc.collect()
    while (running := sum(line.threads for line in list(_lines))) and time.monotonic() < end:
        time.sleep(0.01)
    return running


def ahead(function, count=FOREVER):
    return Dataset.range(count).map(lambda x: tf.py_func(function, [x], tf.int64), num_parallel_calls=4)


@pytest.mark.parametrize("end", ["close", "forget", "last"])
def test_threads_end(end):
    x = ahead(lambda v: v, 9 if end == "last" else FOREVER).prefetch(2).make_one_shot_iterator().get_next()
    session = tf.Session()
    assert [session.run(x).item() for _ in range(9)] == list(range(9))
    if end == "close":
        session.close()
    elif end == "last":
        with fails(tf.errors.OutOfRangeError, "End of sequence"):
            session.run(x)
    del session
    assert threads() == 0


def test_threads_that_read_variables_end_with_a_forgotten_session():
    v = tf.get_variable("v", [], tf.int64, tf.ones_initializer(), use_resource=True)
    iterator = Dataset.range(FOREVER).map(lambda x: x + v, 4).prefetch(2).make_initializable_iterator()
    x, session = iterator.get_next(), tf.Session()
    session.run([v.initializer, iterator.initializer])
    assert [session.run(x).item() for _ in range(3)] == [1, 2, 3]
    del session
    assert threads() == 0


def test_what_is_computed_ahead_is_bounded():
    seen = []
    x = Dataset.from_generator(lambda: (seen.append(i) or i for i in range(100)), tf.int64, [])
    x = x.prefetch(3).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        session.run(x)
        time.sleep(0.2)
        assert len(seen) <= 6


def test_waiting_in_several_threads_at_once_overlaps():
    x = ahead(lambda v: time.sleep(0.05) or v, 12).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        begin = time.monotonic()
        assert [session.run(x).item() for _ in range(12)] == list(range(12))
        assert time.monotonic() - begin < 12 * 0.05 * 0.8


def test_errors_come_in_their_place():
    def function(v):
        if v == 2:
            raise ValueError("two")
        return v

    x = ahead(function, 5).prefetch(1).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert [session.run(x).item() for _ in range(2)] == [0, 1]
        with fails(tf.errors.InvalidArgumentError, "two"):
            session.run(x)
        assert [session.run(x).item() for _ in range(2)] == [3, 4]


def test_waiting_ends_with_time_a_signal_or_the_session():
    go = threading.Event()
    x = ahead(lambda v: go.wait(20) and v).make_one_shot_iterator().get_next()
    session = tf.Session()
    with fails(tf.errors.DeadlineExceededError, "time of this run is over"):
        session.run(x, options=tf.RunOptions(timeout_in_ms=100))
    timer = threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        session.run(x)
    timer.join()
    closing = threading.Timer(0.2, session.close)
    closing.start()
    with fails(tf.errors.CancelledError, "closed"):
        session.run(x)
    closing.join()
    go.set()
    assert threads() == 0


def test_started_anew_the_old_threads_end():
    it = ahead(lambda v: v).make_initializable_iterator()
    x = it.get_next()
    with tf.Session() as session:
        for _ in range(5):
            session.run(it.initializer)
            assert session.run(x) == 0
        assert sum(line.threads for line in list(_lines)) <= 8 or threads() <= 4


def test_two_sessions_and_threads_share_nothing():
    x = ahead(lambda v: v, 200).batch(2).make_one_shot_iterator().get_next()
    found = {}

    def run(number):
        with tf.Session() as session:
            found[number] = np.concatenate([session.run(x) for _ in range(100)]).tolist()

    workers = [threading.Thread(target=run, args=[i], daemon=True) for i in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(30)
    assert found == {0: list(range(200)), 1: list(range(200))}


def test_several_threads_take_each_element_once():
    x = ahead(lambda v: v, 200).make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as session:

        def run():
            try:
                while True:
                    found.append(session.run(x).item())
            except tf.errors.OutOfRangeError:
                pass

        workers = [threading.Thread(target=run, daemon=True) for _ in range(3)]
        for each in workers:
            each.start()
        for each in workers:
            each.join(30)
    assert sorted(found) == list(range(200))


SCRIPT = """
import minitf as tf, time
x = tf.data.Dataset.range(10**9).map(lambda v: tf.py_func({function}, [v], tf.int64), num_parallel_calls=4)
x = x.map(lambda v: tf.reduce_sum(tf.tanh(tf.to_float(v + tf.range(1000, dtype=tf.int64)))), 4).prefetch(8)
x = x.make_one_shot_iterator().get_next()
session = tf.Session()
{run}
{end}
"""


@pytest.mark.parametrize("function, end", [("lambda v: v", "1 / 0"), ("lambda v: time.sleep(60) or v", "")])
def test_a_process_ends_while_threads_run(function, end):
    run = "session.run(x)"
    if "sleep" in function:
        run = f"try: {run[:-1]}, options=tf.RunOptions(timeout_in_ms=300))\nexcept tf.errors.OpError: pass"
    script = SCRIPT.format(function=function, run=run, end=end)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, text=True)
    assert done.returncode == (1 if end else 0), done.stderr
    assert "ZeroDivisionError" in done.stderr if end else done.stderr == ""
