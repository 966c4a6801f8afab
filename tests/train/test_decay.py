"""Learning rate decays against TensorFlow's recorded numbers."""

import numpy as np
import pytest
from helpers import fails, run
from oracle import facts

import minitf as tf


@pytest.mark.parametrize("fact", facts("train")["decays"], ids=lambda f: f["call"])
@pytest.mark.parametrize("dtype", [tf.int32, tf.int64])
def test_decay(fact, dtype):
    step = tf.placeholder(dtype, [])
    rate = eval(f"tf.train.{fact['call']}", {"tf": tf, "step": step})
    assert rate.shape == [] and rate.dtype == tf.float32
    with tf.Session() as session:
        values = [session.run(rate, {step: s}) for s in fact["steps"]]
    np.testing.assert_allclose(values, fact["values"], rtol=2e-6, atol=1e-9)


def test_noise_fades():
    """With its variance the noise goes; what stays is linear_cosine_decay."""
    step = tf.constant(50)
    quiet = tf.train.noisy_linear_cosine_decay(0.1, step, 100, initial_variance=1e-12)
    loud = tf.train.noisy_linear_cosine_decay(0.1, step, 100)
    plain, quiet, loud = run(tf.train.linear_cosine_decay(0.1, step, 100), quiet, loud)
    assert abs(quiet - plain) < 1e-6 < abs(loud - plain)


def test_restarts_of_equal_length():
    step = tf.placeholder(tf.int32, [])
    rate = tf.train.cosine_decay_restarts(1.0, step, 4, t_mul=1.0, m_mul=0.5)
    with tf.Session() as session:
        values = [session.run(rate, {step: s}) for s in (0, 2, 4, 6, 8)]
    np.testing.assert_allclose(values, [1, 0.5, 0.5, 0.25, 0.25], rtol=1e-6)


def test_refusals():
    with fails(ValueError, "global_step"):
        tf.train.exponential_decay(0.1, None, 10, 0.5)
    with fails(ValueError, "3 values need 2 boundaries"):
        tf.train.piecewise_constant(tf.constant(1), [1], [0.1, 0.2, 0.3])
    with fails(ValueError, "one type"):
        tf.train.piecewise_constant(tf.constant(1), [1], [0.1, 2])
