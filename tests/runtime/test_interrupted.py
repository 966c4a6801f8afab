"""Ctrl-C: heard at once whatever runs, and nothing is left behind. The campaigns look further."""

import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from campaigns import interrupts, places
from helpers import fails

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.execute import op_by_op, program

# Case, its scale, and how it is run: runs of one to two seconds, some of them in one call.
SIGNALS = [("product", 0.1, "native"), ("many_ops", 0.1, "threads"), ("draws", 0.06, "op_by_op")]


@pytest.mark.parametrize("case, scale, config", SIGNALS)
def test_signals(case, scale, config):
    trials = interrupts.Trials(case, scale, config)
    try:
        duration = trials.start()
        latency, verdict, _ = trials.trial(0.1)
    finally:
        trials.close()
    assert verdict == "right"
    assert latency < max(0.3, 0.5 * duration)


@pytest.mark.parametrize("way", places.WAYS)
def test_places(way):
    if way == "threads" and not pool.AVAILABLE:
        pytest.skip("needs workers")
    command = [sys.executable, "-m", "tests.campaigns", "places", way, "--here", "--places", "20"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_run_that_goes_on_is_waited_for(monkeypatch):
    """The next run of the session finds its variables as the interrupted one has left them."""
    may_end, v = threading.Event(), tf.Variable(np.zeros(1 << 19))
    slow = op_by_op.run_alone

    def interrupted(*arguments):
        if threading.current_thread() is not threading.main_thread():
            signal.raise_signal(signal.SIGINT)
            may_end.wait(60)
        return slow(*arguments)

    with tf.Session(config=tf.ConfigProto(executor="op_by_op")) as sess:
        sess.run(v.initializer)
        step = v.assign_add(tf.ones_like(v))
        monkeypatch.setattr(op_by_op, "LIMIT", 1e7)
        monkeypatch.setattr(op_by_op, "run_alone", interrupted)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                sess.run(step.op)
        finally:
            signal.signal(signal.SIGINT, before)
        assert sess._lock.aside._jobs
        monkeypatch.undo()
        threading.Timer(0.05, may_end.set).start()
        assert set(sess.run(v)) <= {0.0, 1.0}
        assert not sess._lock.aside._jobs


def test_errors_of_long_runs_are_those_of_short_ones(monkeypatch):
    x = tf.placeholder(tf.int32, [2])
    y = tf.gather(tf.constant([1.0, 2.0]), x)
    found = []
    with tf.Session() as sess:
        for limit in (1e9, 0):
            monkeypatch.setattr(program, "LIMIT", limit)
            assert sess.run(y, {x: [1, 0]}).tolist() == [2, 1]
            with fails(tf.errors.InvalidArgumentError, "5") as caught:
                sess.run(y, {x: [0, 5]})
            found.append(str(getattr(caught, "value", caught)))
    assert found[0] == found[1]
