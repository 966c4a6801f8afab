"""Moving averages against TensorFlow's recorded numbers."""

import numpy as np
import pytest
from helpers import fails
from oracle import facts

import minitf as tf
from minitf.train.moving_averages import assign_moving_average


@pytest.mark.parametrize("fact", facts("train")["moving_averages"], ids=lambda f: f["call"])
def test_averages(fact):
    v = tf.Variable([1.0, 2.0], name="v")
    step = tf.Variable(0, trainable=False, name="step")
    t = tf.multiply(v, 3.0, name="scaled")
    ema = eval(f"tf.train.{fact['call']}", {"tf": tf, "step": step})
    names = [ema.average_name(v), ema.average_name(t)]
    assert ema.average(v) is None
    update = ema.apply([v, t])
    assert names == fact["average_names"] == [ema.average_name(v), ema.average_name(t)]
    assert [g.op.name for g in tf.global_variables()] == fact["variables"]
    assert sorted(ema.variables_to_restore()) == fact["restore"]
    assert tf.moving_average_variables() == [v] and update.name == ema.name
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        averages = [ema.average(v), ema.average(t)]
        np.testing.assert_allclose(session.run(averages), fact["values"][0])
        move = tf.group(v.assign_add([1.0, -1.0]), step.assign_add(1))
        for expected in fact["values"][1:]:
            session.run(move)
            session.run(update)
            np.testing.assert_allclose(session.run(averages), expected, rtol=2e-6, atol=1e-6)


def test_assign_moving_average_gives_the_new_value():
    v = tf.Variable(1.0)
    moved = assign_moving_average(v, 3.0, 0.5, zero_debias=False)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(moved) == 2.0 and session.run(v) == 2.0


def test_integers_are_refused():
    with fails(TypeError, "floating point", "count"):
        tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1, name="count")])
