"""Buckets, sampled batches and where variables go: what TensorFlow gives (sampling_scenarios.py)."""

import pytest
import session_scenarios
from oracle import facts
from session_facts import assert_like, check, names

import minitf as tf


@pytest.mark.parametrize("name", names("sampling_"))
def test_like_tensorflow(name):
    if name == "sampling_rates":
        assert_like(session_scenarios.run(tf, name), facts("sessions")[name])
    else:
        check(name)


def test_classes_are_counted_while_it_runs():
    label = tf.to_int32(tf.random_uniform([], seed=1) < 0.1)
    _, labels = tf.contrib.training.stratified_sample([label], label, [0.5, 0.5], 100)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        shares = [session.run(labels).mean() for _ in range(4)]
        coord.request_stop()
        coord.join(threads)
    assert 0.3 < shares[-1] < 0.7


def test_labels_without_a_probability_are_refused():
    label = tf.constant(2)
    batch = tf.contrib.training.stratified_sample([label], label, [0.5, 0.5], 1, [0.5, 0.5])
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(batch)
        with pytest.raises(tf.errors.InvalidArgumentError, match="assertion failed"):
            coord.join(threads)
