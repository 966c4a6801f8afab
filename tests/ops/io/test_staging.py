"""Staging areas: against TensorFlow's records, waiting, limits."""

import threading

import core_facts
import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.ops.io.staging import MapStagingArea, StagingArea


@pytest.mark.parametrize("name", core_facts.names("staging"))
def test_as_tensorflow(name):
    core_facts.check(name)


def later(sess, fetch):
    """A thread in which a run waits, and what it gives."""
    found = []
    thread = threading.Thread(target=lambda: found.append(sess.run(fetch)))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    return thread, found


def test_a_run_waits_for_an_element():
    area = StagingArea([tf.int32])
    put, get = area.put([tf.constant(3)]), area.get()
    with tf.Session() as sess:
        thread, found = later(sess, get)
        sess.run(put)
        thread.join(20)
    assert found == [[3]]


def test_a_run_waits_for_room():
    area = StagingArea([tf.int32], capacity=1)
    put, get = area.put([tf.constant(3)]), area.get()
    with tf.Session() as sess:
        sess.run(put)
        sess.run(put)  # the first that waits does so while its run goes on
        assert sess.run(area.size()) == 1
        thread, _ = later(sess, put)
        for _ in range(3):
            sess.run(get)
        thread.join(20)
        assert sess.run(area.size()) == 0


def test_a_pipeline_of_one_element_does_not_block_itself():
    area, n = StagingArea([tf.int32], capacity=1), tf.placeholder(tf.int32, [])
    put, get = area.put([n]), area.get()[0]
    with tf.Session() as sess:
        sess.run(put, {n: 0})
        assert [sess.run([put, get], {n: i})[1] for i in range(1, 5)] == [0, 1, 2, 3]


def test_limits_of_memory():
    area = StagingArea([tf.float32], memory_limit=100)
    with tf.Session() as sess:
        sess.run(area.put([tf.zeros([20])]))
        with fails(tf.errors.ResourceExhaustedError, "400 bytes", "100"):
            sess.run(area.put([tf.zeros([100])]))
        with fails(tf.errors.DeadlineExceededError, "is full"):
            sess.run(area.put([tf.zeros([20])]))
            sess.run(area.put([tf.zeros([20])]), options=tf.RunOptions(timeout_in_ms=50))


def test_parts_of_elements():
    area = MapStagingArea([tf.int32, tf.float32], names=["n", "x"])
    put = area.put(np.int64(1), {"n": tf.constant(5), "x": tf.constant(0.5)})
    half = area.get(np.int64(1), ["x"])[1]
    with tf.Session() as sess:
        sess.run(put)
        assert sess.run(half) == {"x": 0.5}
        with fails(tf.errors.InvalidArgumentError, "the parts [1] of key 1 were taken before"):
            sess.run(half)
        with fails(tf.errors.DeadlineExceededError, "wanted: key 7"):
            sess.run(area.peek(np.int64(7)), options=tf.RunOptions(timeout_in_ms=50))
    with fails(ValueError, "no names of the staging area"):
        area.get(np.int64(1), ["y"])
    with fails(ValueError, "parts; 1 were given"):
        StagingArea([tf.int32, tf.int32]).put([tf.constant(1)])


def test_a_part_that_is_there():
    area = MapStagingArea([tf.int32, tf.int32])
    put = area.put(np.int64(1), [tf.constant(1)], [0])
    with tf.Session() as sess, fails(tf.errors.InvalidArgumentError, "has a value for key 1"):
        sess.run(put)
        sess.run(put)
