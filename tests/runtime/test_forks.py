"""Child processes: what their parent's threads were doing is nothing that they could wait for."""

import subprocess
import sys
import textwrap

import pytest

from minitf.kernels.machine import pool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork")

SCRIPT = """
import multiprocessing, os, sys, threading, time, warnings
import numpy as np
import minitf as tf
from minitf.kernels.compile import abi, cache
from minitf.runtime.plan import pace
from minitf.runtime.execute import program
from minitf.runtime.session import session as sessions
warnings.simplefilter("ignore", DeprecationWarning)

x = tf.placeholder(tf.float32, [64, 64])
n = tf.placeholder_with_default(3, [])
v = tf.Variable(2.0)
power = tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, tf.matmul(x, h)), [0, tf.eye(64)])[1][0, 0] * v
queue = tf.FIFOQueue(2, tf.float32, shapes=[[]])
add, take = queue.enqueue(5.0), queue.dequeue()
sess = tf.Session()
sess.run(v.initializer)
eye = np.eye(64, dtype=np.float32)
begun, may_end = threading.Event(), threading.Event()

def use():
    '''What a child does; 0 if all is right.'''
    good = sess.run(power, {x: eye}) == 2 and sess.run([add, v.assign(3.0)])[1] == 3 and sess.run(take) == 5
    with tf.Session() as other:
        good = good and other.run(tf.constant(1) + 1) == 2
    return 0 if good else 1

def fork():
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = use()
        finally:
            os._exit(status)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "hangs"

def during(work):
    '''What becomes of a child that is forked while another thread works.'''
    def run():
        try:
            work()
        except BaseException as error:
            print(repr(error))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait(30)
    result = fork()
    may_end.set()
    thread.join(60)
    return result, use()

def signalled():
    begun.set()
    may_end.wait(60)
    return np.float32(1)

def locked(*locks):
    def hold():
        for lock in locks:
            lock.acquire()
        signalled()
        for lock in locks:
            lock.release()
    return hold
"""

CASES = {
    "nothing": "print((fork(), use()))",
    "a long run": """
        def work():
            threading.Timer(0.1, begun.set).start()
            sess.run(power, {x: eye, n: 25_000})
        print(during(work))
    """,
    "a run of two threads": """
        pace.Pace.choose = lambda self: True
        sessions._threads = lambda wanted: 2
        sess = tf.Session()
        sess.run(v.initializer)
        def work():
            threading.Timer(0.1, begun.set).start()
            sess.run(power, {x: eye, n: 4_000})
        print(during(work))
    """,
    "a session's lock": "print(during(locked(sess._lock.turn)))",
    "a py_func": """
        print(during(lambda: sess.run(tf.py_func(signalled, [], tf.float32) + power, {x: eye})))
    """,
    "waiting for a queue": """
        def work():
            threading.Timer(0.1, begun.set).start()
            assert sess.run(take) == 5
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        begun.wait(30)
        result = fork()
        sess.run(add)
        thread.join(60)
        print((result, use()))
    """,
    "compiling": """
        inside, read = type(abi.KERNELS["exp"]["float32"]), cache._read
        build = inside._build
        def slow(self, symbol):
            begun.set()
            time.sleep(0.3)
            return build(self, symbol)
        inside._build, cache._write = slow, lambda *_: None
        cache._read = lambda path: None if path.name.startswith(("exp", "sin")) else read(path)
        number = tf.placeholder(tf.float32, [1])
        y = tf.exp(tf.sin(number))
        before = use
        def use():
            with tf.Session() as other:
                return before() if other.run(y, {number: [0]}) == 1 else 3
        with tf.Session() as other:
            print(during(lambda: other.run(y, {number: [0]})))
    """,
    "a template": """
        template = tf.make_template("t", lambda y: y * tf.get_variable("w", []))
        before = use
        def use():
            template(tf.constant(1.0))
            return before()
        print(during(locked(template._lock)))
    """,
    "multiprocessing": """
        def work():
            threading.Timer(0.1, begun.set).start()
            sess.run(power, {x: eye, n: 25_000})
        def child():
            sys.exit(use())
        def fork():
            process = multiprocessing.get_context("fork").Process(target=child)
            process.start()
            process.join(30)
            return "hangs" if process.is_alive() else process.exitcode
        print(during(work))
    """,
    "a py_func that forks": """
        y = tf.py_func(lambda: np.float32(fork()), [], tf.float32)
        print((int(sess.run(y)), use()))
    """,
    "a child that goes on with the run": """
        child = []
        def split():
            child.append(os.fork())
            return np.float32(1)
        y = sess.run(tf.py_func(split, [], tf.float32) + power, {x: eye})
        status = use() if y == 3 else 3
        if child[0] == 0:
            os._exit(status)
        print((os.waitstatus_to_exitcode(os.waitpid(child[0], 0)[1]), status))
    """,
    "a run of its own": """
        import signal
        child = None
        def split(*_):
            global child
            child = os.fork()
        signal.signal(signal.SIGALRM, split)
        from minitf.runtime.execute import walk
        program.LIMIT = walk.LIMIT = 1e3  # the run is made aside
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            while child is None:
                sess.run(power, {x: eye, n: 25_000})
            status = use()
        except RuntimeError as error:
            status = use() if "forked in the middle of a run" in str(error) else 4
        if child == 0:
            os._exit(status)
        print((os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), status))
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_a_child_works(name):
    """However its parent's threads were busy at that moment, and so does the parent afterwards."""
    if name == "a run of two threads" and not pool.AVAILABLE:
        pytest.skip("needs workers")
    script = SCRIPT + textwrap.dedent(CASES[name])
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert (result.stdout, result.stderr) == ("(0, 0)\n", "")
