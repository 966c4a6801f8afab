import threading
import time

import pytest
from queue_facts import cases, check_case

import minitf as tf

FOREVER = 60


@pytest.mark.parametrize("id", cases("runner", "train_twice", "train_names"))
def test_like_tensorflow(id):
    check_case(id)


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda q: tf.train.QueueRunner(), ValueError, "needs a queue and a list of operations"),
        (lambda q: tf.train.QueueRunner(q, []), ValueError, "needs a queue and a list of operations"),
        (lambda q: tf.train.QueueRunner(3, [tf.no_op()]), TypeError, "a tf.QueueBase, such as .*, not 3"),
        (
            lambda q: tf.train.QueueRunner(q, [tf.no_op()], queue_closed_exception_types=(ValueError,)),
            TypeError,
            "a tuple of classes of tf.errors",
        ),
    ],
)
def test_what_is_no_runner(make, error, message):
    with pytest.raises(error, match=message):
        make(tf.FIFOQueue(2, tf.int32))


def counting(limit=None):
    """A queue and a runner that adds 0, 1, 2, ... to it."""
    queue, count = tf.FIFOQueue(3, tf.int32, shapes=[[]]), tf.Variable(0)
    runner = tf.train.QueueRunner(queue, [queue.enqueue(count.count_up_to(limit or 10**6))])
    return queue, runner, count.initializer


def test_what_a_runner_says_of_itself():
    queue, runner, _ = counting()
    assert runner.queue is queue and runner.name == queue.name
    assert [op.type for op in runner.enqueue_ops] == ["QueueEnqueueV2"]
    assert not runner.close_op.get_attr("cancel_pending_enqueues")
    assert runner.cancel_op.get_attr("cancel_pending_enqueues")
    assert runner.queue_closed_exception_types == (tf.errors.OutOfRangeError,)


def test_other_threads_than_those_of_the_graph():
    queue, runner, initializer = counting()
    tf.train.add_queue_runner(runner, "mine")
    with tf.Session() as sess:
        sess.run(initializer)
        coord = tf.train.Coordinator()
        with pytest.warns(UserWarning, match="no queue runners to be started"):
            assert tf.train.start_queue_runners(coord=coord) == []
        threads = tf.train.start_queue_runners(coord=coord, start=False, collection="mine")
        assert [t.is_alive() for t in threads] == [False, False] and all(t.daemon for t in threads)
        for thread in threads:
            thread.start()
        assert [sess.run(queue.dequeue()) for _ in range(5)] == [0, 1, 2, 3, 4]
        coord.request_stop()
        coord.join(threads, stop_grace_period_secs=FOREVER)
        assert sess.run(queue.is_closed())


def test_a_session_is_needed():
    with pytest.raises(ValueError, match="tf.train.start_queue_runners needs a session"):
        tf.train.start_queue_runners()
    with pytest.raises(TypeError, match="sess is a tf.Session, not 3"):
        tf.train.start_queue_runners(3)


def test_the_end_of_the_input_closes_the_queue():
    queue, runner, initializer = counting(limit=5)
    with tf.Session() as sess:
        sess.run(initializer)
        threads = runner.create_threads(sess, start=True)
        assert sess.run(queue.dequeue_many(5)).tolist() == [0, 1, 2, 3, 4]
        with pytest.raises(tf.errors.OutOfRangeError):
            sess.run(queue.dequeue())
        for thread in threads:
            thread.join(FOREVER)
        assert runner.exceptions_raised == []


def test_errors_stop_the_others_and_reach_join():
    queue, runner, _ = counting()  # without initialization
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        threads = runner.create_threads(sess, coord, daemon=True, start=True)
        with pytest.raises((tf.errors.OutOfRangeError, tf.errors.CancelledError)):
            sess.run(queue.dequeue())
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized"):
            coord.join(threads, stop_grace_period_secs=FOREVER)


def test_errors_without_a_coordinator_are_kept(monkeypatch):
    shown = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(args.exc_value))
    _, runner, _ = counting()
    with tf.Session() as sess:
        [thread] = runner.create_threads(sess, start=True)
        thread.join(FOREVER)
    assert [type(e) for e in runner.exceptions_raised] == [tf.errors.FailedPreconditionError]
    assert shown == runner.exceptions_raised


def test_a_closed_session_ends_its_threads_quietly(monkeypatch):
    shown = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(args.exc_value))
    queue, runner, initializer = counting()
    with tf.Session() as sess:
        sess.run(initializer)
        [thread] = runner.create_threads(sess, start=True)
        while sess.run(queue.size()) < 3:
            time.sleep(0.001)
    thread.join(FOREVER)
    assert not thread.is_alive() and not shown and runner.exceptions_raised == []


def test_threads_can_be_started_again_after_their_end():
    _, runner, initializer = counting(limit=2)
    with tf.Session() as sess:
        sess.run(initializer)
        for _ in range(2):
            [thread] = runner.create_threads(sess, start=True)
            thread.join(FOREVER)


def test_each_session_has_threads_of_its_own():
    queue, runner, initializer = counting()
    take, sessions = queue.dequeue_many(3), [tf.Session(), tf.Session()]
    for sess in sessions:
        sess.run(initializer)
        assert len(runner.create_threads(sess, daemon=True, start=True)) == 1
        assert sess.run(take).tolist() == [0, 1, 2]
        sess.close()
