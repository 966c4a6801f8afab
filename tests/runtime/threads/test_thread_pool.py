"""Workers: shared by sessions, gone after a fork, waiting without work."""

import _thread
import os
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from injector import Injector, held

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.execute import program
from minitf.runtime.plan import pace
from minitf.runtime.threads import thread_pool

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")


class Together(pace.Pace):
    """Always the other way."""

    def choose(self):
        return True


@pytest.fixture(autouse=True)
def shared(monkeypatch):
    monkeypatch.setattr(program, "Pace", Together)
    monkeypatch.setattr("minitf.runtime.session.session._threads", lambda wanted: 2)


def powers(x):
    return tf.while_loop(lambda i, h: i < 20, lambda i, h: (i + 1, tf.matmul(x, h)), [0, tf.eye(64)])[1]


def test_sessions_in_several_threads():
    x, wrong = tf.placeholder(tf.float32, [64, 64]), []
    y = powers(x)

    def work(number):
        with tf.Session(graph=x.graph) as session:
            for _ in range(100):
                found = session.run(y, {x: np.eye(64) * number})
                if not np.array_equal(found, np.eye(64) * np.float32(number) ** 20):
                    wrong.append(number)

    threads = [threading.Thread(target=work, args=[number]) for number in (1, 2, 0.5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_workers_that_wait_use_no_processor():
    x = tf.placeholder(tf.float32, [64, 64])
    with tf.Session() as session:
        session.run(powers(x), {x: np.eye(64)})
    time.sleep(0.05)
    spent = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - spent < 0.2


_FORKED = textwrap.dedent("""
    import os, sys
    import numpy as np
    import minitf as tf
    from minitf.runtime.plan import pace
    from minitf.runtime.execute import program
    pace.Pace.choose = lambda self: True
    x = tf.placeholder(tf.float32, [64, 64])
    loop = tf.while_loop(lambda i, h: i < 20, lambda i, h: (i + 1, tf.matmul(x, h)), [0, tf.eye(64)])[1]
    session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=2))
    run = lambda: session.run(loop, {x: np.eye(64)})[0, 0]
    assert run() == 1
    child = os.fork()
    assert run() == 1
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    print("done")
""")


def test_a_forked_process_has_workers_of_its_own():
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKED]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("done\n", "")


# ---- workers that do not come


@pytest.fixture
def fresh(monkeypatch):
    """A pool that was not there before, and what runs a program with it."""
    thread_pool.thread_pool.cache_clear()
    x = tf.placeholder(tf.float32, [64, 64])
    y, session = powers(x), tf.Session()

    def run():
        return session.run(y, {x: np.eye(64) * 2})[0, 0]

    yield run
    thread_pool.thread_pool.cache_clear()


def workers():
    return [t for t in threading.enumerate() if t.name.startswith("minitf worker")]


def test_without_workers_one_thread_does_it_all(fresh, monkeypatch):
    before, tried = len(workers()), []

    def none(work, arguments):
        tried.append(work)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", none)
    for _ in range(5):
        assert fresh() == 2**20
    assert len(tried) == 1  # and not in every run
    thread_pool.thread_pool(2)._retry = 0.0  # a while later
    assert fresh() == 2**20 and len(tried) == 2
    monkeypatch.undo()
    thread_pool.thread_pool(2)._retry = 0.0
    monkeypatch.setattr(program, "Pace", Together)
    assert fresh() == 2**20
    assert len(workers()) == before + 1 and thread_pool.thread_pool(2).ready()


def test_a_worker_that_comes_late_is_not_waited_for(fresh, monkeypatch):
    monkeypatch.setattr(thread_pool, "_PATIENCE", 0.01)
    serve, gate = thread_pool._serve, threading.Event()
    monkeypatch.setattr(thread_pool, "_serve", lambda *arguments: gate.wait(60) and serve(*arguments))
    assert fresh() == 2**20 and not thread_pool.thread_pool(2).ready()
    gate.set()
    end = time.monotonic() + 60
    while not thread_pool.thread_pool(2).ready():
        assert time.monotonic() < end
        time.sleep(0.01)
    assert fresh() == 2**20


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_workers_keep_off_the_core_of_who_calls_them_when_a_trial_begins(monkeypatch):
    here, allowed = min(os.sched_getaffinity(0)), os.sched_getaffinity(0)
    monkeypatch.setattr(thread_pool, "_processor", lambda: here)
    team = thread_pool.ThreadPool(2)
    with team.lock:
        assert team.ready()
        (worker,) = team._places.values()
        with team.apart():
            assert os.sched_getaffinity(worker) == allowed - {here}
        assert os.sched_getaffinity(worker) == allowed


def test_a_place_is_taken_once():
    """The start of a worker was interrupted when it was there already; another one was started."""
    places, served = {}, []
    threads = [
        threading.Thread(target=thread_pool._serve, args=(places, 1, None, lambda: served.append(True))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == len(served) == 1


def test_a_start_that_is_interrupted(fresh):
    """At each place: afterwards workers come, sooner or later, and until then one thread does it all."""
    with Injector(0, ("/thread_pool.py", "/threading.py")) as places:
        assert fresh() == 2**20
    assert places.seen > 20
    for at in range(1, places.seen + 1):
        thread_pool.thread_pool.cache_clear()
        with Injector(at, ("/thread_pool.py", "/threading.py")) as injector:
            fresh()
        assert fresh() == 2**20, injector.where
        thread_pool.thread_pool(2)._retry = 0.0
        assert thread_pool.thread_pool(2).ready() and fresh() == 2**20, injector.where
        assert not held(thread_pool.thread_pool(2).lock), injector.where


_LIMITED = textwrap.dedent("""
    import resource, threading
    import numpy as np
    import minitf as tf
    from minitf.runtime.threads import thread_pool
    from minitf.runtime.plan import pace
    from minitf.runtime.session import session
    pace.Pace.choose = lambda self: True
    session._threads = lambda wanted: 2
    x = tf.placeholder(tf.float32, [64, 64])
    loop = tf.while_loop(lambda i, h: i < 20, lambda i, h: (i + 1, tf.matmul(x, h)), [0, tf.eye(64)])[1]
    with tf.Session() as sess:
        sess.run(tf.matmul(x, x), {x: np.eye(64)})  # loads what the limit leaves no room for
        threading.stack_size(1 << 30)
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        print(sess.run(loop, {x: np.eye(64)})[0, 0], len(thread_pool.thread_pool(2)._places))
""")


def test_where_the_system_gives_no_threads():
    result = subprocess.run([sys.executable, "-c", _LIMITED], capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("1.0 0\n", "")
