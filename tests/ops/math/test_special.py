"""Special functions as TensorFlow 1.15.5 computes them, and their derivatives."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check, check_gradients

import minitf as tf


@pytest.mark.parametrize("fact", cases("special"), ids=lambda fact: fact["source"][-50:])
def test_recorded_values(fact):
    single = "tf.float32" in fact["source"] or "tf.float64" not in fact["source"]
    check_case(fact, 3e-5 if single else 1e-8 if "random_gamma" in fact["source"] else 1e-10)


@pytest.mark.parametrize("fact", graphs("special"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_small_and_large_arguments():
    a, x = np.geomspace(0.01, 300, 20)[:, None], np.geomspace(1e-3, 400, 30)
    for function in (tf.igamma, tf.igammac, tf.zeta):
        check(function, a if function is not tf.zeta else 1 + a / 50, x, grads=False, tolerance=1000)
    a, b, x = np.random.default_rng(0).uniform([[0.1], [0.1], [0]], [[40], [40], [1]], (3, 99))
    check(tf.math.betainc, a, b, x, grads=False, tolerance=1000)


def test_gradients_of_samples():
    """A draw moves with its shape as the quantile does: F(alpha, draw) stays what it is."""
    alpha = np.array([0.4, 1.0, 3.0, 60.0])
    with tf.Graph().as_default(), tf.Session() as session:
        shape = tf.constant(alpha)
        draws = tf.random_gamma([5], shape, dtype=tf.float64, seed=1)
        slope = tf.gradients(draws, shape)[0]
        drawn, found = session.run([draws, slope])

    def level(alpha):
        with tf.Graph().as_default(), tf.Session() as session:
            return session.run(tf.igamma(alpha, drawn))

    moved = (level(alpha + 1e-5) - level(alpha - 1e-5)) / 2e-5
    density = drawn ** (alpha - 1) * np.exp(-drawn - np.vectorize(__import__("math").lgamma)(alpha))
    np.testing.assert_allclose(found, -(moved / density).sum(0), rtol=1e-5)


def test_gradients_of_running_sums():
    x = np.array([[1.0, -2.0, 0.5], [300.0, 299.0, -5.0]])
    for options in ({}, {"axis": 1, "reverse": True}, {"axis": -1}):
        check_gradients(lambda x, options=options: tf.math.cumulative_logsumexp(x, **options), x, tolerance=10)
