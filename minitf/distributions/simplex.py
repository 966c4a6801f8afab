"""Distributions of probabilities of classes, and of counts drawn with such."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.distributions.base import FULLY_REPARAMETERIZED, NOT_REPARAMETERIZED, Distribution
from minitf.distributions.checks import classes, counts, new_seed
from minitf.distributions.choices import counted, log_combinations
from minitf.distributions.divergence import RegisterKL
from minitf.framework.getter import getter
from minitf.ops.control.control import with_dependencies


class _Concentrated(Distribution):
    """What those of a `concentration` [..., n] have in common."""

    concentration = getter("_concentration", "The shapes, one for each class.")
    total_concentration = getter("_total_concentration", "Their sums.")

    def _keep_concentration(self, concentration, checks) -> None:
        concentration = tf.convert_to_tensor(concentration, name="concentration")
        self._concentration = checks(concentration)
        self._total_concentration = tf.reduce_sum(self._concentration, -1)

    def _batch_shape_tensor(self):
        return tf.shape(self.total_concentration)

    def _batch_shape(self):
        return self.total_concentration.shape

    def _event_shape_tensor(self):
        return tf.shape(self.concentration)[-1:]

    def _event_shape(self):
        return self.concentration.shape.with_rank_at_least(1)[-1:]

    def _covariance(self):
        x = self._scale() * self._mean()
        outer = tf.matmul(x[..., tf.newaxis], x[..., tf.newaxis, :])
        return tf.matrix_set_diag(-outer, self._variance())


class Dirichlet(_Concentrated):
    """Dirichlet distributions, of probabilities of n classes, of shapes `concentration` [..., n]."""

    def __init__(
        self, concentration, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Dirichlet"
    ):
        given = {n: v for n, v in locals().items() if n not in ("self", "__class__")}
        with tf.name_scope(name, values=[concentration]) as scope:
            self._keep_concentration(concentration, _several if validate_args else lambda c: c)
        dtype, kept = self.concentration.dtype, [self.concentration, self.total_concentration]
        super().__init__(dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, given, kept, scope)

    def _sample_n(self, n, seed):
        drawn = tf.random_gamma([n], self.concentration, dtype=self.dtype, seed=seed)
        return drawn / tf.reduce_sum(drawn, -1, keepdims=True)

    def _log_prob(self, x):
        x = self._checked(x)
        return tf.reduce_sum(tf.math.xlogy(self.concentration - 1.0, x), -1) - tf.lbeta(self.concentration)

    def _entropy(self):
        size = tf.cast(self.event_shape_tensor()[0], self.dtype)
        found = tf.lbeta(self.concentration)
        found += (self.total_concentration - size) * tf.digamma(self.total_concentration)
        return found - tf.reduce_sum((self.concentration - 1.0) * tf.digamma(self.concentration), -1)

    def _mean(self):
        return self.concentration / self.total_concentration[..., tf.newaxis]

    def _variance(self):
        x = self._scale() * self._mean()
        return x * (self._scale() - x)

    def _scale(self):
        return tf.rsqrt(1.0 + self.total_concentration[..., tf.newaxis])

    def _mode(self):
        size = tf.cast(self.event_shape_tensor()[0], self.dtype)
        mode = (self.concentration - 1.0) / (self.total_concentration[..., tf.newaxis] - size)
        if not self.allow_nan_stats:
            said = "Mode undefined when any concentration <= 1"
            low = tf.assert_less(tf.ones([], self.dtype), self.concentration, message=said)
            return with_dependencies([low], mode)
        nan = tf.fill(tf.shape(mode), np.array(np.nan, self.dtype.as_numpy_dtype), name="nan")
        return tf.where_v2(tf.reduce_all(self.concentration > 1.0, -1, keepdims=True), mode, nan)

    def _checked(self, x):
        if not self.validate_args:
            return x
        low = tf.assert_positive(x, message="samples must be positive")
        said = "sample last-dimension must sum to `1`"
        whole = tf.debugging.assert_near(tf.ones([], self.dtype), tf.reduce_sum(x, -1), message=said)
        return with_dependencies([low, whole], x)


def _several(concentration):
    said = "Concentration parameter must have"
    checks = [
        tf.assert_positive(concentration, message="Concentration parameter must be positive."),
        tf.assert_rank_at_least(concentration, 1, message=f"{said} >=1 dimensions."),
        tf.assert_less(1, tf.shape(concentration)[-1], message=f"{said} event_size >= 2."),
    ]
    return with_dependencies(checks, concentration)


@RegisterKL(Dirichlet, Dirichlet)
def _kl_of_dirichlet(a, b, name: str | None = None):
    with tf.name_scope(name, "kl_dirichlet_dirichlet", [a.concentration, b.concentration]):
        total = tf.digamma(tf.reduce_sum(a.concentration, -1, keepdims=True))
        difference = (a.concentration - b.concentration) * (tf.digamma(a.concentration) - total)
        return tf.reduce_sum(difference, -1) - tf.lbeta(a.concentration) + tf.lbeta(b.concentration)


class DirichletMultinomial(_Concentrated):
    """Distributions of how often each of n classes comes in `total_count` draws, whose probabilities are of a Dirichlet
    distribution of shapes `concentration` [..., n].
    """

    def __init__(
        self,
        total_count,
        concentration,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DirichletMultinomial",
    ):
        given = {n: v for n, v in locals().items() if n not in ("self", "__class__")}
        with tf.name_scope(name, values=[total_count, concentration]) as scope:
            total = tf.convert_to_tensor(total_count, name="total_count")
            self._total_count = counts(total) if validate_args else total
            self._keep_concentration(concentration, _positive if validate_args else lambda c: c)
        dtype, kept = self.concentration.dtype, [self.total_count, self.concentration]
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, given, kept, scope)

    total_count = getter("_total_count", "How many draws there are.")

    def _sample_n(self, n, seed):
        draws, size = tf.cast(self.total_count, tf.int32), self.event_shape_tensor()[0]
        logits = tf.log(tf.random_gamma([n], self.concentration, dtype=self.dtype, seed=seed))
        drawn = tf.multinomial(tf.reshape(logits, [-1, size]), draws, new_seed(seed, "dirichlet_multinomial"))
        found = tf.reduce_sum(tf.one_hot(drawn, size), -2)
        return tf.cast(tf.reshape(found, tf.concat([[n], self.batch_shape_tensor(), [size]], 0)), self.dtype)

    def _log_prob(self, value):
        value = counted(self, value, "counts last-dimension must sum to `self.total_count`")
        ordered = tf.lbeta(self.concentration + value) - tf.lbeta(self.concentration)
        return ordered + log_combinations(self.total_count, value)

    def _mean(self):
        return self.total_count * (self.concentration / self.total_concentration[..., tf.newaxis])

    def _variance(self):
        x = self._scale() * self._mean()
        return x * (self.total_count * self._scale() - x)

    def _scale(self):
        total = self.total_concentration[..., tf.newaxis]
        return tf.sqrt((1.0 + total / self.total_count) / (1.0 + total))


def _positive(concentration):
    positive = tf.assert_positive(concentration, message="Concentration parameter must be positive.")
    return with_dependencies([positive], classes(concentration))
