"""Distributions with a place and a scale: normal, Laplace, Student's t; and uniform ones between two ends."""

from __future__ import annotations

import math

import numpy as np

import minitf as tf
from minitf.distributions.base import Scalars
from minitf.distributions.checks import new_seed
from minitf.distributions.divergence import RegisterKL
from minitf.distributions.special import log_cdf_laplace, log_ndtr, ndtr, ndtri
from minitf.framework.getter import getter


class Normal(Scalars):
    """Normal distributions of means `loc` and standard deviations `scale`.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.distributions.Normal(loc=1.0, scale=[1.0, 2.0]).cdf([1.0, 1.0])))
    [0.5 0.5]
    """

    _names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Normal"):
        self._keep(locals(), lambda: [tf.assert_positive(scale)])

    loc = getter("_loc", "The means.")
    scale = getter("_scale", "The standard deviations.")

    def _sample_n(self, n, seed):
        drawn = tf.random_normal(self._drawn(n), 0.0, 1.0, self.loc.dtype, seed)
        return drawn * self.scale + self.loc

    def _log_prob(self, x):
        return -0.5 * tf.square(self._z(x)) - (0.5 * math.log(2.0 * math.pi) + tf.log(self.scale))

    def _log_cdf(self, x):
        return log_ndtr(self._z(x))

    def _cdf(self, x):
        return ndtr(self._z(x))

    def _log_survival_function(self, x):
        return log_ndtr(-self._z(x))

    def _survival_function(self, x):
        return ndtr(-self._z(x))

    def _quantile(self, p):
        z = ndtri(p)
        with tf.name_scope("reconstruct", values=[z]):
            return z * self.scale + self.loc

    def _entropy(self):
        return 0.5 * math.log(2.0 * math.pi * math.e) + tf.log(self._stddev())

    def _mean(self):
        return self.loc * tf.ones_like(self.scale)

    _mode = _mean

    def _stddev(self):
        return self.scale * tf.ones_like(self.loc)

    def _z(self, x):
        with tf.name_scope("standardize", values=[x]):
            return (x - self.loc) / self.scale


@RegisterKL(Normal, Normal)
def _kl_of_normal(a, b, name: str | None = None):
    with tf.name_scope(name, "kl_normal_normal", [a.loc, b.loc]):
        variance = tf.square(b.scale)
        ratio = tf.square(a.scale) / variance
        return tf.squared_difference(a.loc, b.loc) / (2.0 * variance) + 0.5 * (ratio - 1.0 - tf.log(ratio))


class Laplace(Scalars):
    """Laplace distributions of means `loc` and scales `scale`."""

    _names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Laplace"):
        self._keep(locals(), lambda: [tf.assert_positive(scale)])

    loc = getter("_loc", "The means.")
    scale = getter("_scale", "The scales.")

    def _sample_n(self, n, seed):
        least = np.nextafter(self._number(-1.0), self._number(0.0))  # at -1 the logarithm is infinite
        drawn = tf.random_uniform(self._drawn(n), least, self._number(1.0), self.dtype, seed)
        return self.loc - self.scale * tf.sign(drawn) * tf.log1p(-tf.abs(drawn))

    def _log_prob(self, x):
        return -tf.abs(self._z(x)) - (math.log(2.0) + tf.log(self.scale))

    def _log_cdf(self, x):
        return log_cdf_laplace(self._z(x))

    def _log_survival_function(self, x):
        return log_cdf_laplace(-self._z(x))

    def _cdf(self, x):
        z = self._z(x)
        return 0.5 + 0.5 * tf.sign(z) * (1.0 - tf.exp(-tf.abs(z)))

    def _entropy(self):
        return math.log(2.0) + 1.0 + tf.log(self.scale + tf.zeros_like(self.loc))

    def _mean(self):
        return self.loc + tf.zeros_like(self.scale)

    _mode = _mean

    def _stddev(self):
        return math.sqrt(2.0) * self.scale + tf.zeros_like(self.loc)

    def _z(self, x):
        return (x - self.loc) / self.scale


class Uniform(Scalars):
    """Uniform distributions on [low, high)."""

    _names = ("low", "high")

    def __init__(
        self, low=0.0, high=1.0, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Uniform"
    ):
        self._keep(locals(), lambda: [tf.assert_less(low, high, message="uniform not defined when low >= high.")])

    low = getter("_low", "The lower ends.")
    high = getter("_high", "The upper ends.")

    def range(self, name: str = "range"):
        """high - low."""
        with self._name_scope(name):
            return self.high - self.low

    def _sample_n(self, n, seed):
        drawn = tf.random_uniform(self._drawn(n), dtype=self.dtype, seed=seed)
        return self.low + self.range() * drawn

    def _prob(self, x):
        x = x * tf.ones(self.batch_shape_tensor(), x.dtype)
        outside = tf.logical_or(x < self.low, x >= self.high)
        inside = tf.ones_like(x) / self.range()
        return tf.where_v2(tf.is_nan(x), x, tf.where_v2(outside, tf.zeros_like(x), inside))

    def _cdf(self, x):
        shape = tf.broadcast_dynamic_shape(tf.shape(x), self.batch_shape_tensor())
        zeros, ones = tf.zeros(shape, self.dtype), tf.ones(shape, self.dtype)
        below = tf.where_v2(x < self.low, zeros, (x * ones - self.low) / self.range())
        return tf.where_v2(x >= self.high, ones, below)

    def _entropy(self):
        return tf.log(self.range())

    def _mean(self):
        return (self.low + self.high) / 2.0

    def _variance(self):
        return tf.square(self.range()) / 12.0

    def _stddev(self):
        return self.range() / math.sqrt(12.0)


class StudentT(Scalars):
    """Student's t distributions of `df` degrees of freedom, moved by `loc` and scaled by `scale`."""

    _names = ("df", "loc", "scale")

    def __init__(
        self, df, loc, scale, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "StudentT"
    ):
        self._keep(locals(), lambda: [tf.assert_positive(df)])

    df = getter("_df", "The degrees of freedom.")
    loc = getter("_loc", "The places.")
    scale = getter("_scale", "The scales.")

    def _sample_n(self, n, seed):
        drawn = tf.random_normal(self._drawn(n), dtype=self.dtype, seed=seed)
        df = self.df * tf.ones(self.batch_shape_tensor(), self.dtype)
        gamma = tf.random_gamma([n], 0.5 * df, 0.5, self.dtype, new_seed(seed, "student_t"))
        return drawn * tf.rsqrt(gamma / df) * self.scale + self.loc

    def _log_prob(self, x):
        y = (x - self.loc) / self.scale
        scale = tf.log(tf.abs(self.scale)) + 0.5 * tf.log(self.df) + 0.5 * np.log(np.pi)
        scale += tf.lgamma(0.5 * self.df) - tf.lgamma(0.5 * (self.df + 1.0))
        return -0.5 * (self.df + 1.0) * tf.log1p(tf.square(y) / self.df) - scale

    def _cdf(self, x):
        y = (x - self.loc) / tf.abs(self.scale)
        tail = 0.5 * tf.betainc(0.5 * self.df, self._number(0.5), self.df / (tf.square(y) + self.df))
        return tf.where_v2(tf.less(y, 0.0), tail, 1.0 - tail)

    def _entropy(self):
        ones = tf.ones(self.batch_shape_tensor(), self.dtype)[..., tf.newaxis]
        both = tf.concat([ones * self.df[..., tf.newaxis], ones], -1) / 2.0
        found = tf.log(tf.abs(self.scale)) + 0.5 * tf.log(self.df) + tf.lbeta(both)
        return found + 0.5 * (self.df + 1.0) * (tf.digamma(0.5 * (self.df + 1.0)) - tf.digamma(0.5 * self.df))

    def _mean(self):
        return self._if_df_exceeds_1("mean", self.loc * tf.ones(self.batch_shape_tensor(), self.dtype))

    def _variance(self):
        ones = tf.ones(self.batch_shape_tensor(), self.dtype)
        variance = ones * tf.square(self.scale) * self.df / tf.where_v2(self.df > 2.0, self.df - 2.0, 1.0)
        infinite = tf.fill(self.batch_shape_tensor(), self._number(np.inf), name="inf")
        return self._if_df_exceeds_1("variance", tf.where_v2(self.df * ones > 2.0, variance, infinite))

    def _mode(self):
        return tf.identity(self.loc)

    def _if_df_exceeds_1(self, what: str, value):
        said = f"{what} not defined for components of df <= 1"
        enough = self.df * tf.ones(self.batch_shape_tensor(), self.dtype) > 1.0
        return self._defined(value, enough, lambda: [tf.assert_less(tf.ones([], self.dtype), self.df, message=said)])
