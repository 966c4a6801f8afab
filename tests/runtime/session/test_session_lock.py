"""Runs of one session that wait for each other."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import minitf as tf
from minitf.framework import errors
from minitf.runtime import inspect
from minitf.runtime.session import session_lock
from minitf.runtime.session.session_lock import SessionLock


def started(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_others_go_on_while_one_waits():
    lock, seen = SessionLock(), []

    def wait():
        with lock.turn:
            while not seen:
                lock.wait(None, "nothing was seen")
            seen.append("woken")

    thread = started(wait)
    until(lambda: lock._sleepers)
    with lock.turn:
        seen.append("changed")
        lock.wake()
    thread.join(60)
    assert seen == ["changed", "woken"]


def test_waiting_gives_up_every_level_of_the_lock():
    lock, seen = SessionLock(), []

    def wait():
        with lock.turn, lock.turn:
            lock.wait(None, "")
            seen.append(True)

    thread = started(wait)
    until(lambda: lock._sleepers)
    with lock.turn:
        lock.wake()
    thread.join(60)
    assert seen


def test_a_limit_ends_waiting():
    lock, start = SessionLock(), time.monotonic()
    lock.limits.end = lock.ends(50)
    with pytest.raises(errors.DeadlineExceededError, match="it is empty, and the time of this run is over"):  # noqa: SIM117
        with lock.turn:
            while True:
                lock.wait(None, "it is empty")
    assert time.monotonic() - start >= 0.05


@pytest.mark.parametrize("timeout", [-1, True])
def test_what_is_no_limit(timeout):
    with pytest.raises(ValueError, match="a timeout is a number of milliseconds, 0 for none, not"):
        tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=timeout))
    with tf.Session() as sess, pytest.raises(ValueError, match="a timeout is a number of milliseconds"):
        sess.run(tf.constant(1), options=tf.RunOptions(timeout_in_ms=timeout))


def test_an_inner_limit_is_no_longer_than_the_outer_one():
    session, seen = tf.Session(), []
    look = tf.py_func(lambda: seen.append(session._lock.limits.end), [], [])
    nested = tf.py_func(lambda: session.run(look, options=tf.RunOptions(timeout_in_ms=60_000)), [], [])
    with tf.control_dependencies([look]):
        outer = tf.group(nested)
    with tf.control_dependencies([outer]):
        again = tf.py_func(lambda: seen.append(session._lock.limits.end), [], [])
    session.run(again, options=tf.RunOptions(timeout_in_ms=1000))
    assert len(seen) == 3 and len(set(seen)) == 1  # that of the outer run, before, inside and after
    assert session._lock.limits.end is None


def test_a_closed_gate_ends_waiting_and_keeps_no_one():
    lock, raised = SessionLock(), []

    def wait():
        with lock.turn:
            try:
                lock.wait(None, "")
            except errors.CancelledError:
                raised.append(True)

    thread = started(wait)
    until(lambda: lock._sleepers)
    with lock.turn:
        lock.close()
    thread.join(60)
    with lock.turn, pytest.raises(errors.CancelledError, match="the session was closed"):
        lock.wait(None, "")
    assert raised


def test_nobody_is_left():
    """All threads wait, if they are those of the test."""
    lock = SessionLock()
    session_lock._asleep.update(others := {t.ident for t in threading.enumerate()} - {threading.get_ident()})
    try:
        with lock.turn, pytest.raises(errors.FailedPreconditionError, match="it is empty, and no other thread"):
            lock.wait(None, "it is empty")
    finally:
        session_lock._asleep.difference_update(others)
    assert not lock._sleepers and threading.get_ident() not in session_lock._asleep


def test_who_was_woken_counts_as_awake():
    """The thread that woke others may wait itself before they run."""
    lock, order = SessionLock(), []

    def wait():
        with lock.turn:
            lock.wait(None, "")
            order.append("other")
            lock.wake()

    thread = started(wait)
    until(lambda: lock._sleepers)
    session_lock._asleep.update(others := {t.ident for t in threading.enumerate()})
    try:
        with lock.turn:
            session_lock._asleep.discard(threading.get_ident())
            lock.wake()
            lock.wait(None, "would be an error if the other one were thought to sleep")
            order.append("me")
    finally:
        session_lock._asleep.difference_update(others)
    thread.join(60)
    assert order == ["other", "me"]


def test_a_run_that_waits_keeps_its_memory():
    """Two runs of one plan: the values of the first have to outlive the second."""
    fed, queue = tf.placeholder(tf.float32, [3]), tf.FIFOQueue(9, tf.float32, shapes=[[]])
    before = fed * 2
    with tf.control_dependencies([before]):
        x = queue.dequeue()
    result, add, found, sess = before + x, queue.enqueue(100.0), {}, tf.Session()

    def run(n):
        found[n] = sess.run(result, {fed: [n, n, n]}).tolist()

    threads = []
    for n in range(1, 4):
        threads.append(started(lambda n=n: run(n)))
        until(lambda n=n: len(sess._lock._sleepers) == n)
    assert inspect(sess).last.ways == ()  # each run has one of its own
    for _ in threads:
        sess.run(add)
    for thread in threads:
        thread.join(60)
    assert found == {n: [2 * n + 100] * 3 for n in range(1, 4)}


def test_runs_of_other_graphs_parts_go_on():
    """Training goes on while another thread waits for input."""
    queue, w = tf.FIFOQueue(1, tf.float32), tf.Variable(0.0)
    step, take, sess, found = w.assign_add(1.0), queue.dequeue(), tf.Session(), []
    sess.run(w.initializer)
    thread = started(lambda: found.append(sess.run(take)))
    until(lambda: sess._lock._sleepers)
    for _ in range(10):
        sess.run(step)
    sess.run(queue.enqueue(5.0))
    thread.join(60)
    assert found == [5.0] and sess.run(w) == 10


def test_a_run_inside_a_run_may_wait():
    """A py_func that runs the session, which waits for what another thread does with the session."""
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    take, add, sess = queue.dequeue(), queue.enqueue(3.0), tf.Session()
    inside = tf.py_func(lambda: sess.run(take), [], tf.float32)
    outer = tf.constant(2.0) * inside
    thread = started(lambda: (until(lambda: sess._lock._sleepers), sess.run(add)))
    assert sess.run(outer) == 6
    thread.join(60)


def test_a_plan_that_runs_itself():
    """Each run has its own memory, even if one is inside the other."""
    fed, sess = tf.placeholder(tf.float32, []), tf.Session()
    doubled = fed * 2

    def again(x):
        return np.float32(sess.run(result, {fed: x - 1}) if x > 0 else 0)

    result = doubled + tf.py_func(again, [fed], tf.float32)
    assert sess.run(result, {fed: 3.0}) == 6 + 4 + 2


def test_ctrl_c_ends_waiting():
    """The session and its queue are as they were."""
    queue = tf.FIFOQueue(3, tf.int32, shapes=[[]])
    two, add, sess = queue.dequeue_many(2), queue.enqueue(7), tf.Session()
    sess.run(add)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        started(lambda: (until(lambda: sess._lock._sleepers), os.kill(os.getpid(), signal.SIGINT)))
        with pytest.raises(KeyboardInterrupt):
            sess.run(two)
    finally:
        signal.signal(signal.SIGINT, before)
    sess.run(add)
    assert sess.run(two).tolist() == [7, 7]


def test_a_traced_run_may_wait():
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    x, add, sess, found = queue.dequeue() * 2, queue.enqueue(4.0), tf.Session(), []
    metadata = [tf.RunMetadata(), tf.RunMetadata()]
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    threads = [started(lambda m=m: found.append(sess.run(x, options=options, run_metadata=m))) for m in metadata]
    until(lambda: len(sess._lock._sleepers) == 2)
    for _ in metadata:
        sess.run(add)
    for thread in threads:
        thread.join(60)
    assert found == [8, 8]
    for m in metadata:
        assert "QueueDequeueV2" in str([e.timeline_label for e in m.step_stats.dev_stats[0].node_stats])


# ---- user code, during which others may go on


def test_a_py_func_may_wait_for_another_threads_run():
    x, v, sess = tf.placeholder(tf.float32, []), tf.Variable(1.0), tf.Session()
    sess.run(v.initializer)
    add = v.assign_add(x)

    def wait(value):
        thread = started(lambda: sess.run(add, {x: 10.0}))
        thread.join(60)
        return np.float32(-1 if thread.is_alive() else value)

    before = v * 1.0
    with tf.control_dependencies([before]):
        waited = tf.py_func(wait, [x], tf.float32)
    with tf.control_dependencies([waited]):
        after = v.read_value()
    assert sess.run([waited, before, after], {x: 3.0}) == [3, 1, 11]


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_runs_during_a_py_func_of_the_same_plan_have_memory_of_their_own(executor):
    """Each of them goes on only after the last one has begun."""
    n, inside = 4, []
    x = tf.placeholder(tf.float32, [3])

    def wait(value):
        inside.append(value)
        until(lambda: len(inside) >= n)
        return value

    y = tf.exp(x)
    total = (
        tf.while_loop(
            lambda i, h: i < 2, lambda i, h: (i + 1, tf.reshape(tf.py_func(wait, [h + 1], tf.float32), [3])), [0, y * 2]
        )[1]
        + y
    )
    sess, found = tf.Session(config=tf.ConfigProto(executor=executor)), {}
    expected = {k: np.exp(np.full(3, k, np.float32)) for k in range(n)}
    threads = [started(lambda k=k: found.update({k: sess.run(total, {x: np.full(3, k)})})) for k in range(n)]
    for thread in threads:
        thread.join(60)
    assert sorted(found) == list(range(n))
    for k in range(n):
        np.testing.assert_allclose(found[k], expected[k] * 3 + 2, rtol=1e-6)


def test_a_session_may_be_closed_during_a_py_func():
    sess = tf.Session()
    y = tf.py_func(lambda: started(sess.close).join(60), [], []), tf.constant(1)
    with pytest.raises(errors.CancelledError, match="the session was closed during this run"):
        sess.run(y)
    with pytest.raises(RuntimeError, match="this Session is closed"):
        sess.run(y)


def test_a_print_may_run_the_session(monkeypatch):
    """What is printed goes to a file of the user's, which may do anything."""
    sess, shown = tf.Session(), []

    class File:
        def write(self, text):
            started(lambda: shown.append((text, sess.run(tf.constant(5))))).join(60)

        def flush(self):
            pass

    monkeypatch.setattr("sys.stderr", File())
    sess.run(tf.Print(tf.constant(1.0), [tf.constant(2)], "seen "))
    assert shown[0] == ("seen [2]", 5)


def test_ctrl_c_in_a_py_func_does_not_wait_for_others():
    """Another thread's run, which may take long, has the turn when the interrupted one ought to come back."""
    sess, events = tf.Session(), [threading.Event() for _ in range(2)]

    def busy():
        with sess._lock.turn:
            events[0].set()
            events[1].wait(60)

    def interrupted():
        started(busy)
        events[0].wait(60)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        return np.float32(1)

    def end(*_):
        raise KeyboardInterrupt

    y = tf.py_func(interrupted, [], tf.float32)
    before = signal.signal(signal.SIGALRM, end)
    try:
        with pytest.raises(KeyboardInterrupt):
            sess.run(y)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not events[1].is_set()
    events[1].set()
    assert sess.run(tf.constant(3)) == 3


def test_other_errors_of_runs_are_their_own():
    """A lock that complains is told from what user code raises."""

    def fail():
        raise RuntimeError("cannot release un-acquired lock")

    with tf.Session() as sess, pytest.raises(errors.UnknownError, match="cannot release"):
        sess.run(tf.py_func(fail, [], tf.float32))


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_user_code_sees_denormal_numbers_and_kernels_do_not(executor):
    tiny, seen = np.full(3, 1e-40, np.float32), []
    x = tf.placeholder(tf.float32, [3])
    product = x * 0.5
    asked = tf.py_func(lambda a: seen.append(a * np.float32(0.5)) or a * 1, [x], tf.float32)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        first, second = sess.run([product, asked * 0.5], {x: tiny})
    assert first.tolist() == second.tolist() == [0, 0, 0]
    assert (seen[0] > 0).all() and np.float32(1e-40) * np.float32(0.5) > 0
