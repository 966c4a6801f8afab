"""Distributions: what TensorFlow gives (distribution_scenarios.py), samples against moments, and functions against
those of SciPy.
"""

import numpy as np
import pytest
import session_scenarios
from helpers import check_gradients, fails
from oracle import facts
from scipy import integrate
from scipy import special as scipy
from session_facts import assert_like, names

import minitf as tf
from minitf.distributions import special

D = tf.distributions


@pytest.mark.filterwarnings("ignore:gradients of")  # samples that have none are asked for them
@pytest.mark.parametrize("name", names("distributions_"))
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


OF_SCALARS = {
    "Normal": lambda: D.Normal(1.0, 2.0),
    "Laplace": lambda: D.Laplace(1.0, 0.5),
    "Uniform": lambda: D.Uniform(-1.0, 3.0),
    "StudentT": lambda: D.StudentT(7.0, 1.0, 0.5),
    "Gamma": lambda: D.Gamma(3.0, 2.0),
    "Exponential": lambda: D.Exponential(0.7),
    "Beta": lambda: D.Beta(2.0, 3.0),
}


@pytest.mark.parametrize("made", OF_SCALARS.values(), ids=OF_SCALARS)
def test_samples_have_the_moments_and_densities_sum_up_to_1(made):
    distribution = made()
    x = tf.placeholder(tf.float32, [None])
    with tf.Session() as session:
        drawn, mean, deviation = session.run(
            [distribution.sample(20000, seed=1), distribution.mean(), distribution.stddev()]
        )
        assert drawn.mean() == pytest.approx(mean, abs=float(5 * deviation / 20000**0.5))
        assert drawn.std() == pytest.approx(deviation, rel=0.1)
        density = session.make_callable(distribution.prob(x), [x])
        ends = {"Beta": (1e-6, 1 - 1e-6), "Gamma": (1e-6, 30), "Exponential": (0, 40)}
        grid = np.linspace(*ends.get(type(distribution).__name__, (-30, 30)), 200001)
        assert integrate.trapezoid(density(grid), grid) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    "made",
    [
        lambda: D.Multinomial(6.0, logits=[1.0, 0.0, -1.0]),
        lambda: D.Multinomial([3.0, 5.0], probs=[[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
        lambda: D.Dirichlet([1.0, 2.0, 3.0]),
        lambda: D.DirichletMultinomial(5.0, [1.0, 2.0, 3.0]),
    ],
)
def test_samples_of_vectors_have_the_moments(made):
    distribution = made()
    with tf.Session() as session:
        tensors = distribution.sample(4000, seed=2), distribution.mean(), distribution.covariance()
        drawn, mean, covariance = session.run(tensors)
    np.testing.assert_allclose(drawn.mean(0), mean, atol=0.15)
    centered = drawn - mean
    found = np.einsum("n...i,n...j->...ij", centered, centered) / len(drawn)
    np.testing.assert_allclose(found, covariance, atol=0.2)


def test_functions_of_normal_numbers():
    x, p = np.linspace(-45, 12, 400), np.concatenate([10.0 ** np.arange(-300, -1, 7), np.linspace(0, 1, 101)])
    with tf.Session() as session:
        below, log_below, at = session.run(
            [special.ndtr(tf.constant(x)), special.log_ndtr(tf.constant(x)), special.ndtri(tf.constant(p))]
        )
    np.testing.assert_allclose(below, scipy.ndtr(x), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(log_below, scipy.log_ndtr(x), rtol=1e-6, atol=1e-15)  # a series of three terms below -20
    np.testing.assert_allclose(at, scipy.ndtri(p), rtol=1e-12, atol=1e-15)


PARAMETERS = {
    "Normal": lambda a, b: D.Normal(a - 2, b).log_prob(0.7),
    "Laplace": lambda a, b: D.Laplace(a - 5, b).log_cdf(np.float64(0.7)),
    "StudentT": lambda a, b: D.StudentT(a, b, a + b).log_prob(9.0),
    "Gamma": lambda a, b: D.Gamma(a, b).log_prob(np.float64(0.7)),
    "Beta": lambda a, b: D.Beta(a, b).log_prob(0.3),
    "Bernoulli": lambda a, b: D.Bernoulli(logits=a - b).log_prob(1),
    "Categorical": lambda a, b: D.Categorical(logits=tf.stack([a, b], -1)).log_prob(1),
    "Dirichlet": lambda a, b: D.Dirichlet(tf.stack([a, b], -1)).log_prob(np.array([0.3, 0.7])),
    "quantile": lambda a, b: D.Normal(np.float64(0), np.float64(1)).quantile(a / (a + 30 * b)),
}


@pytest.mark.parametrize("function", PARAMETERS.values(), ids=PARAMETERS)
def test_gradients(function):
    random = np.random.RandomState(3)
    check_gradients(function, random.uniform(0.7, 2, 3), random.uniform(0.7, 2, 3))


def test_a_distribution_of_ones_own():
    class Coin(D.Distribution):
        def __init__(self):
            super().__init__(tf.float32, D.NOT_REPARAMETERIZED, False, True, name="coin")

        def _batch_shape(self):
            return []

        _event_shape = _batch_shape

        def _sample_n(self, n, seed):
            return tf.ones([n])

        def _prob(self, value):
            return tf.cast(tf.equal(value, 1.0), tf.float32)

    coin = Coin()
    with tf.Session() as session:
        assert session.run(coin.sample(2)).tolist() == [1, 1]
        assert session.run(coin.log_prob(1.0)) == 0
    with fails(NotImplementedError, "mean is not implemented", "Coin"):
        coin.mean()
    with fails(NotImplementedError, "No KL(distribution_a || distribution_b)", "Coin"):
        coin.kl_divergence(coin)

    @D.RegisterKL(Coin, D.Distribution)
    def zero(a, b, name=None):
        return tf.constant(0.0, name=name)

    with tf.Session() as session:
        assert session.run(coin.kl_divergence(coin)) == 0
