"""Barriers: against TensorFlow's records, and waiting."""

import threading

import core_facts
import pytest
from helpers import fails

import minitf as tf
from minitf.ops.io.barriers import Barrier


@pytest.mark.parametrize("name", core_facts.names("barriers"))
def test_as_tensorflow(name):
    core_facts.check(name)


def test_a_run_waits_for_whole_elements():
    barrier = Barrier((tf.int32, tf.int32), ((), ()))
    first, second = barrier.insert_many(0, ["a"], [1]), barrier.insert_many(1, ["a"], [2])
    _, keys, values = barrier.take_many(1)
    found = []
    with tf.Session() as sess:
        thread = threading.Thread(target=lambda: found.append(sess.run([keys, *values])))
        thread.start()
        sess.run(first)
        thread.join(0.2)
        assert thread.is_alive()
        sess.run(second)
        thread.join(20)
    assert [part.tolist() for part in found[0]] == [[b"a"], [1], [2]]


def test_timeouts_are_those_of_runs():
    barrier = Barrier((tf.int32,), ((),))
    with tf.Session() as sess, fails(tf.errors.DeadlineExceededError, "barrier 'barrier' has 0 whole elements"):
        sess.run(barrier.take_many(1)[1], options=tf.RunOptions(timeout_in_ms=50))
    with fails(ValueError, "timeout_in_ms"):
        barrier.take_many(1, timeout=50)


def test_errors():
    barrier = Barrier((tf.int32, tf.string))
    with fails(ValueError, "2 components, no component 2"):
        barrier.insert_many(2, ["a"], [1])
    uneven = [barrier.insert_many(0, ["a", "b"], [1, 2]), barrier.insert_many(1, ["a"], [["x"]])]
    uneven.append(barrier.insert_many(1, ["b"], [["x", "y"]]))
    with tf.Session() as sess, fails(tf.errors.InvalidArgumentError, "differ in shape"):
        sess.run(uneven)
        sess.run(barrier.take_many(2)[0])
    with tf.Session() as sess, fails(tf.errors.InvalidArgumentError, "keys of shape [1]", "[2]"):
        sess.run(barrier.insert_many(0, ["a"], [1, 2]))
    with fails(ValueError, "1 shapes for 2 types"):
        Barrier((tf.int32, tf.string), ((),))


@pytest.mark.parametrize("ready, incomplete", [(0, 0), (0, 1), (1, 0), (1, 2), (3, 1)])
def test_small_batches_once_closed(ready, incomplete):
    """What is not whole yet is not waited for."""
    barrier = Barrier((tf.float32, tf.int32), shapes=((), ()))
    keys = [str(i) for i in range(ready + incomplete)]
    take = barrier.take_many(2, allow_small_batch=True)
    with tf.Session() as session:
        session.run(barrier.insert_many(0, keys or tf.zeros([0], tf.string), [0.0] * len(keys)))
        session.run(barrier.insert_many(1, keys[:ready] or tf.zeros([0], tf.string), [0] * ready))
        session.run(barrier.close())
        for left in range(ready, 0, -2):
            assert len(session.run(take[1])) == min(left, 2)
        with pytest.raises(tf.errors.OutOfRangeError, match="closed"):
            session.run(take[1])
