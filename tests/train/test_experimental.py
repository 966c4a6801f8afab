"""Scaled losses: what TensorFlow gives (loss_scale_scenarios.py)."""

import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like

import minitf as tf
from minitf.train import experimental


@pytest.mark.parametrize("name", ["scaled_losses", "managed_losses"])
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


def test_a_scale_of_ones_own():
    class Halved(experimental.LossScale):
        def __call__(self):
            return tf.constant(0.5)

    v = tf.get_variable("v", initializer=1.0)
    optimizer = experimental.MixedPrecisionLossScaleOptimizer(tf.train.GradientDescentOptimizer(0.5), Halved())
    step = optimizer.minimize(v * 1.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run(v) == 0.5
    with fails(NotImplementedError, "Halved", "update"):
        Halved().update([])


def test_taking_back_what_was_not_done_is_warned_of(caplog):
    experimental.enable_mixed_precision_graph_rewrite(tf.train.GradientDescentOptimizer(0.5), 2.0)
    experimental.disable_mixed_precision_graph_rewrite()
    assert not caplog.text
    experimental.disable_mixed_precision_graph_rewrite()
    assert "already disabled" in caplog.text
