import numpy as np
from helpers import fails

import minitf as tf
from minitf.framework.collections import GraphKeys


def test_created_once():
    assert tf.train.get_global_step() is None
    with tf.variable_scope("inner"), tf.name_scope("deeper"):
        step = tf.train.get_or_create_global_step()
    assert tf.train.get_or_create_global_step() is step and tf.train.get_global_step() is step
    assert step.dtype.base_dtype == tf.int64 and step.shape == [] and tf.trainable_variables() == []
    assert tf.get_collection(GraphKeys.GLOBAL_STEP) == [step]
    with fails(ValueError, "already", step.name):
        tf.train.create_global_step()


def test_found_by_name_and_counted():
    step = tf.Variable(0, name="global_step", trainable=False)
    assert tf.train.get_global_step() is step
    v = tf.Variable(1.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(v * 1.0, global_step=step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(train)
        assert tf.train.global_step(session, step) == 3
        assert session.run(step).dtype == np.int32


def test_refusals():
    with fails(TypeError, "integer"):
        tf.train.assert_global_step(tf.Variable(1.0))
    with fails(TypeError, "scalar"):
        tf.train.assert_global_step(tf.Variable([1]))
    for _ in range(2):
        tf.add_to_collection(GraphKeys.GLOBAL_STEP, tf.Variable(0))
    with fails(ValueError, "holds 2"):
        tf.train.get_global_step()
