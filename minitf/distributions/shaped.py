"""Distributions made of gamma ones: gamma, exponential and beta distributions."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.distributions.base import FULLY_REPARAMETERIZED, Distribution, Scalars
from minitf.distributions.checks import new_seed
from minitf.distributions.divergence import RegisterKL
from minitf.framework.getter import getter
from minitf.ops.control.control import with_dependencies


class Gamma(Scalars):
    """Gamma distributions of shapes `concentration` and inverse scales `rate`."""

    _names = ("concentration", "rate")

    def __init__(
        self, concentration, rate, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Gamma"
    ):
        self._keep(locals(), lambda: [tf.assert_positive(concentration), tf.assert_positive(rate)])

    concentration = getter("_concentration", "The shapes.")
    rate = getter("_rate", "The inverse scales.")

    def _sample_n(self, n, seed):
        return tf.random_gamma([n], self.concentration, self.rate, self.dtype, seed)

    def _log_prob(self, x):
        x = self._checked(x)
        found = tf.math.xlogy(self.concentration - 1.0, x) - self.rate * x
        return found - (tf.lgamma(self.concentration) - self.concentration * tf.log(self.rate))

    def _cdf(self, x):
        return tf.igamma(*_broadcast(self.concentration, self.rate * self._checked(x)))

    def _entropy(self):
        found = self.concentration - tf.log(self.rate) + tf.lgamma(self.concentration)
        return found + (1.0 - self.concentration) * tf.digamma(self.concentration)

    def _mean(self):
        return self.concentration / self.rate

    def _variance(self):
        return self.concentration / tf.square(self.rate)

    def _stddev(self):
        return tf.sqrt(self.concentration) / self.rate

    def _mode(self):
        said = "mode not defined when any concentration <= 1"
        return self._defined(
            (self.concentration - 1.0) / self.rate,
            self.concentration > 1.0,
            lambda: [tf.assert_less(tf.ones([], self.dtype), self.concentration, message=said)],
        )

    def _checked(self, x):
        tf.debugging.assert_same_float_dtype([x], self.dtype)
        return with_dependencies([tf.assert_positive(x)], x) if self.validate_args else x


def _broadcast(*tensors) -> list:
    shape = tf.shape(tf.add_n([tensors[0] + 0.0 * other for other in tensors[1:]]))
    return [tf.broadcast_to(t, shape) for t in tensors]


@RegisterKL(Gamma, Gamma)
def _kl_of_gamma(a, b, name: str | None = None):
    with tf.name_scope(name, "kl_gamma_gamma", [a.concentration, a.rate, b.concentration, b.rate]):
        found = (a.concentration - b.concentration) * tf.digamma(a.concentration)
        found += tf.lgamma(b.concentration) - tf.lgamma(a.concentration)
        found += b.concentration * tf.log(a.rate) - b.concentration * tf.log(b.rate)
        return found + a.concentration * (b.rate / a.rate - 1.0)


class Exponential(Gamma):
    """Exponential distributions of inverse scales `rate`."""

    def __init__(self, rate, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Exponential"):
        given = {n: v for n, v in locals().items() if n not in ("self", "__class__")}
        with tf.name_scope(name, values=[rate]) as scope:
            rate = tf.convert_to_tensor(rate, name="rate")
        super().__init__(tf.ones([], rate.dtype), rate, validate_args, allow_nan_stats, scope)
        self._parameters = given
        self._graph_parents.append(rate)

    @classmethod
    def _param_shapes(cls, sample_shape) -> dict:
        return {"rate": tf.convert_to_tensor(sample_shape, tf.int32)}

    def _log_survival_function(self, x):
        return self._log_prob(x) - tf.log(self.rate)

    def _sample_n(self, n, seed):
        shape = tf.concat([[n], tf.shape(self.rate)], 0)
        least = np.finfo(self.dtype.as_numpy_dtype).tiny  # at 0 the logarithm is infinite
        return -tf.log(tf.random_uniform(shape, least, self._number(1.0), self.dtype, seed)) / self.rate


class Beta(Scalars):
    """Beta distributions of shapes `concentration1` and `concentration0`."""

    _names = ("concentration1", "concentration0")

    def __init__(
        self,
        concentration1=None,
        concentration0=None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ):
        given = {n: v for n, v in locals().items() if n not in ("self", "__class__")}
        with tf.name_scope(name, values=[concentration1, concentration0]) as scope:
            for one in self._names:
                kept = tf.convert_to_tensor(given[one], name=one)
                setattr(self, f"_{one}", _positive(kept) if validate_args else kept)
            tf.debugging.assert_same_float_dtype([self.concentration1, self.concentration0])
            self._total_concentration = self.concentration1 + self.concentration0
        dtype, kept = self.total_concentration.dtype, [self.concentration1, self.concentration0]
        kept.append(self.total_concentration)
        Distribution.__init__(self, dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, given, kept, scope)

    concentration1 = getter("_concentration1", "The shapes that draw towards 1.")
    concentration0 = getter("_concentration0", "The shapes that draw towards 0.")
    total_concentration = getter("_total_concentration", "Their sums.")

    def _sample_n(self, n, seed):
        total = self.total_concentration
        of_1, of_0 = [tf.ones_like(total) * part for part in (self.concentration1, self.concentration0)]
        a = tf.random_gamma([n], of_1, dtype=self.dtype, seed=seed)
        b = tf.random_gamma([n], of_0, dtype=self.dtype, seed=new_seed(seed, "beta"))
        return a / (a + b)

    def _log_prob(self, x):
        x = self._checked(x)
        found = tf.math.xlogy(self.concentration1 - 1.0, x) + (self.concentration0 - 1.0) * tf.log1p(-x)
        return found - self._log_normalization()

    def _cdf(self, x):
        return tf.betainc(self.concentration1, self.concentration0, x)

    def _log_normalization(self):
        parts = tf.lgamma(self.concentration1) + tf.lgamma(self.concentration0)
        return parts - tf.lgamma(self.total_concentration)

    def _entropy(self):
        found = self._log_normalization() - (self.concentration1 - 1.0) * tf.digamma(self.concentration1)
        found -= (self.concentration0 - 1.0) * tf.digamma(self.concentration0)
        return found + (self.total_concentration - 2.0) * tf.digamma(self.total_concentration)

    def _mean(self):
        return self.concentration1 / self.total_concentration

    def _variance(self):
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + self.total_concentration)

    def _mode(self):
        parts = {"1": self.concentration1, "0": self.concentration0}
        return self._defined(
            (self.concentration1 - 1.0) / (self.total_concentration - 2.0),
            tf.logical_and(self.concentration1 > 1.0, self.concentration0 > 1.0),
            lambda: [
                tf.assert_less(tf.ones([], self.dtype), c, message=f"Mode undefined for concentration{n} <= 1.")
                for n, c in parts.items()
            ],
        )

    def _checked(self, x):
        if not self.validate_args:
            return x
        low = tf.assert_positive(x, message="sample must be positive")
        return with_dependencies(
            [low, tf.assert_less(x, tf.ones([], self.dtype), message="sample must be less than `1`.")], x
        )


def _positive(concentration):
    positive = tf.assert_positive(concentration, message="Concentration parameter must be positive.")
    return with_dependencies([positive], concentration)


@RegisterKL(Beta, Beta)
def _kl_of_beta(a, b, name: str | None = None):
    parts = [t for d in (a, b) for t in (d.concentration1, d.concentration0, d.total_concentration)]
    with tf.name_scope(name, "kl_beta_beta", parts):
        found = b._log_normalization() - a._log_normalization()
        found -= tf.digamma(a.concentration1) * (b.concentration1 - a.concentration1)
        found -= tf.digamma(a.concentration0) * (b.concentration0 - a.concentration0)
        return found + tf.digamma(a.total_concentration) * (b.total_concentration - a.total_concentration)
