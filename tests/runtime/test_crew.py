"""Workers: shared by sessions, gone after a fork, waiting without work."""

import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import minitf as tf
from minitf.kernels import team
from minitf.runtime import pace, program

pytestmark = pytest.mark.skipif(not team.AVAILABLE, reason="needs Linux")


class Together(pace.Pace):
    """Always the other way."""

    def choose(self):
        return True


@pytest.fixture(autouse=True)
def shared(monkeypatch):
    monkeypatch.setattr(program, "Pace", Together)
    monkeypatch.setattr("minitf.runtime.session._threads", lambda wanted: 2)


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
    from minitf.runtime import pace, program
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
