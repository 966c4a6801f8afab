"""Functions of datasets that read and change variables and tables."""

import threading

import numpy as np
import pytest
import session_facts

import minitf as tf


@pytest.mark.parametrize("name", session_facts.names("dataset_state"))
def test_as_in_tensorflow(name):
    session_facts.check(name)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_threads_that_change_a_variable_together_lose_nothing(executor):
    v = tf.Variable(np.zeros(3, np.int64), use_resource=True)
    more = v.assign_add([1, 1, 1])
    changed = tf.data.Dataset.range(200).map(lambda x: v.assign_add([x, 1, 0]), num_parallel_calls=4).prefetch(8)
    it = changed.make_initializable_iterator()
    x = it.get_next()
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run([v.initializer, it.initializer])
        others = [threading.Thread(target=lambda: [session.run(more) for _ in range(50)]) for _ in range(2)]
        for thread in others:
            thread.start()
        for _ in range(200):
            session.run(x)
        for thread in others:
            thread.join()
        assert session.run(v).tolist() == [199 * 100 + 100, 300, 100]


def test_a_variable_that_takes_another_shape_is_seen():
    v = tf.Variable([1.0], use_resource=True, validate_shape=False)
    grow = v.assign(tf.ones([4]))
    it = tf.data.Dataset.range(3).map(lambda x: tf.reduce_sum(v.read_value() * 2.0)).make_initializable_iterator()
    x = it.get_next()
    with tf.Session() as session:
        session.run([v.initializer, it.initializer])
        assert session.run(x) == 2.0
        session.run(grow)
        assert session.run(x) == 8.0


def test_a_session_ends_while_threads_change_its_variables():
    v = tf.Variable(0, dtype=tf.int64, use_resource=True)
    endless = tf.data.Dataset.range(10**9).map(lambda x: v.assign_add(1), num_parallel_calls=2).prefetch(4)
    it = endless.make_initializable_iterator()
    x = it.get_next()
    for _ in range(3):
        with tf.Session() as session:
            session.run([v.initializer, it.initializer])
            session.run(x)
