"""Distributions of what is chosen: true or false, one of some classes, or how often each of them."""

from __future__ import annotations

import minitf as tf
from minitf.distributions.base import NOT_REPARAMETERIZED, Distribution
from minitf.distributions.checks import castable, counts, logits_and_probs
from minitf.distributions.divergence import RegisterKL
from minitf.framework import op_counts
from minitf.framework.getter import getter
from minitf.ops.control.control import with_dependencies


class _OfLogits(Distribution):
    """What those with probabilities, or logarithms of them, have in common."""

    logits = getter("_logits", "Logarithms of the odds, or of probabilities but for a constant.")
    probs = getter("_probs", "The probabilities.")

    def _keep(self, given: dict, several: bool, dtype=None) -> str:
        """Its parameters; several: of classes along the last axis."""
        given = {n: v for n, v in given.items() if n not in ("self", "__class__")}
        validate = given["validate_args"]
        with tf.name_scope(given["name"], values=[given["logits"], given["probs"]]) as scope:
            self._logits, self._probs = logits_and_probs(given["logits"], given["probs"], several, validate, scope)
        dtype = tf.as_dtype(dtype) if dtype is not None else self._probs.dtype
        kept = [self._logits, self._probs]
        super().__init__(dtype, NOT_REPARAMETERIZED, validate, given["allow_nan_stats"], given, kept, scope)
        return scope


class Bernoulli(_OfLogits):
    """Distributions of 1, of probabilities `probs` or the sigmoids of `logits`, and 0."""

    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ):
        self._keep(locals(), False, dtype)

    @classmethod
    def _param_shapes(cls, sample_shape) -> dict:
        return {"logits": tf.convert_to_tensor(sample_shape, tf.int32)}

    def _batch_shape_tensor(self):
        return tf.shape(self.logits)

    def _batch_shape(self):
        return self.logits.shape

    def _event_shape_tensor(self):
        return tf.constant([], tf.int32)

    def _event_shape(self):
        return []

    def _sample_n(self, n, seed):
        shape = tf.concat([[n], self.batch_shape_tensor()], 0)
        drawn = tf.random_uniform(shape, seed=seed, dtype=self.probs.dtype)
        return tf.cast(tf.less(drawn, self.probs), self.dtype)

    def _log_prob(self, event):
        event = castable(event, tf.bool) if self.validate_args else event
        event, logits = tf.cast(event, self.logits.dtype), self.logits
        shapes = event.shape, logits.shape
        if not (shapes[0].is_fully_defined() and shapes[0].as_list() == shapes[1]):
            logits, event = tf.ones_like(event) * logits, tf.ones_like(logits) * event
        return -tf.nn.sigmoid_cross_entropy_with_logits(labels=event, logits=logits)

    def _entropy(self):
        return -self.logits * (tf.sigmoid(self.logits) - 1) + tf.nn.softplus(-self.logits)

    def _mean(self):
        return tf.identity(self.probs)

    def _variance(self):
        return self._mean() * (1.0 - self.probs)

    def _mode(self):
        return tf.cast(self.probs > 0.5, self.dtype)


@RegisterKL(Bernoulli, Bernoulli)
def _kl_of_bernoulli(a, b, name: str | None = None):
    with tf.name_scope(name, "kl_bernoulli_bernoulli", [a.logits, b.logits]):
        of_false = tf.nn.softplus(-b.logits) - tf.nn.softplus(-a.logits)
        of_true = tf.nn.softplus(b.logits) - tf.nn.softplus(a.logits)
        return tf.sigmoid(a.logits) * of_false + tf.sigmoid(-a.logits) * of_true


class Categorical(_OfLogits):
    """Distributions of classes 0 to n - 1, of probabilities `probs` [..., n] or the softmax of `logits`."""

    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ):
        scope = self._keep(locals(), True, dtype)
        self.logits.shape.with_rank_at_least(1)
        with tf.name_scope(scope):
            self._sizes()

    event_size = getter("_event_size", "How many classes there are, an int32 scalar.")

    def _sizes(self) -> None:
        """How many distributions and classes there are."""
        known = self.logits.shape
        if known.ndims is None:
            with tf.name_scope("batch_rank"):
                rank = tf.rank(self.logits) - 1
        else:
            rank = tf.constant(known.ndims - 1, tf.int32, name="batch_rank")
        shape = tf.shape(self.logits, name="logits_shape")
        if known.ndims is None or known[-1].value is None:
            with tf.name_scope("event_size"):
                self._event_size = shape[rank]
        else:
            self._event_size = tf.constant(known[-1].value, tf.int32, name="event_size")
        if known[:-1].is_fully_defined():
            self._batch_sizes = tf.constant(known[:-1].as_list(), tf.int32, name="batch_shape")
        else:
            with tf.name_scope("batch_shape"):
                self._batch_sizes = shape[:-1]

    def _batch_shape_tensor(self):
        return tf.identity(self._batch_sizes)

    def _batch_shape(self):
        return self.logits.shape[:-1]

    def _event_shape_tensor(self):
        return tf.constant([], tf.int32)

    def _event_shape(self):
        return []

    def _sample_n(self, n, seed):
        flat = self.logits if self.logits.shape.ndims == 2 else tf.reshape(self.logits, [-1, self.event_size])
        wide = tf.int64 if self.dtype.size > 4 else tf.int32
        drawn = tf.multinomial(flat, n, seed, output_dtype=wide)
        drawn = tf.reshape(tf.transpose(drawn), tf.concat([[n], self.batch_shape_tensor()], 0))
        return tf.cast(drawn, self.dtype)

    def _cdf(self, k):
        k, probs = self._alike(k, self.probs)
        flat = tf.reshape(probs, [-1, self.event_size])
        below = tf.where(tf.sequence_mask(tf.reshape(k, [-1]), self.event_size), flat, tf.zeros_like(flat))
        return tf.reshape(tf.reduce_sum(below, -1), tf.shape(k))

    def _log_prob(self, k):
        k, logits = self._alike(k, self.logits)
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _alike(self, k, parameter) -> tuple:
        """Classes [...] and a parameter [..., n], broadcast to each other; TypeError for what is no number."""
        k = castable(k, tf.int32) if self.validate_args else k
        if k.dtype.is_floating:
            k = tf.cast(k, tf.int32)
        elif not k.dtype.is_integer:
            raise TypeError(f"`value` should have integer `dtype` or `self.dtype` ({self.dtype.base_dtype})")
        before = parameter.shape[:-1]
        if not (before.is_fully_defined() and k.shape.is_fully_defined() and before == k.shape):
            parameter *= tf.ones_like(k[..., tf.newaxis], dtype=parameter.dtype)
            k *= tf.ones(tf.shape(parameter)[:-1], dtype=k.dtype)
            if parameter.shape.ndims is not None:
                k.set_shape(parameter.shape[:-1])
        return k, parameter

    def _entropy(self):
        return -tf.reduce_sum(tf.nn.log_softmax(self.logits) * self.probs, -1)

    def _mode(self):
        found = tf.cast(tf.argmax(self.logits, axis=-1), self.dtype)
        found.set_shape(self.batch_shape)
        return found


@RegisterKL(Categorical, Categorical)
def _kl_of_categorical(a, b, name: str | None = None):
    with tf.name_scope(name, "kl_categorical_categorical", [a.logits, b.logits]):
        difference = tf.nn.log_softmax(a.logits) - tf.nn.log_softmax(b.logits)
        return tf.reduce_sum(tf.nn.softmax(a.logits) * difference, -1)


class Multinomial(_OfLogits):
    """Distributions of how often each of n classes comes in `total_count` draws, of probabilities `probs` [..., n] or
    the softmax of `logits`.
    """

    def __init__(
        self,
        total_count,
        logits=None,
        probs=None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Multinomial",
    ):
        given = locals()
        with tf.name_scope(name, values=[total_count, logits, probs]) as scope:
            total = tf.convert_to_tensor(total_count, name="total_count")
            self._total_count = counts(total) if validate_args else total
        self._keep({**given, "name": scope}, True)
        self._parameters["name"] = name
        with tf.name_scope(scope):
            self._mean_counts = self._total_count[..., tf.newaxis] * self.probs
        self._graph_parents.insert(0, self._total_count)

    total_count = getter("_total_count", "How many draws there are.")

    def _batch_shape_tensor(self):
        return tf.shape(self._mean_counts)[:-1]

    def _batch_shape(self):
        return self._mean_counts.shape.with_rank_at_least(1)[:-1]

    def _event_shape_tensor(self):
        return tf.shape(self._mean_counts)[-1:]

    def _event_shape(self):
        return self._mean_counts.shape.with_rank_at_least(1)[-1:]

    def _sample_n(self, n, seed):
        draws, size = tf.cast(self.total_count, tf.int32), self.event_shape_tensor()[0]
        draws = tf.ones_like(self.logits[..., 0], dtype=draws.dtype) * draws
        logits = tf.ones_like(draws[..., tf.newaxis], dtype=self.logits.dtype) * self.logits

        def of_one(one):
            drawn = tf.reshape(tf.multinomial(one[0][tf.newaxis, ...], one[1], seed), [n, -1])
            return tf.reduce_sum(tf.one_hot(drawn, size, dtype=self.dtype), -2)

        logits = tf.stop_gradient(logits)
        op_counts.share(logits.op)
        found = tf.map_fn(of_one, [tf.reshape(logits, [-1, size]), n * tf.reshape(draws, [-1])], dtype=self.dtype)
        shape = tf.concat([[n], self.batch_shape_tensor(), [size]], 0)
        return tf.reshape(tf.transpose(found, [1, 0, 2]), shape)

    def _log_prob(self, value):
        value = self._checked(value)
        return tf.reduce_sum(value * tf.nn.log_softmax(self.logits), -1) + log_combinations(self.total_count, value)

    def _mean(self):
        return tf.identity(self._mean_counts)

    def _covariance(self):
        outer = tf.matmul(self._mean_counts[..., tf.newaxis], self._probs_of_draws()[..., tf.newaxis, :])
        return tf.matrix_set_diag(-outer, self._variance())

    def _variance(self):
        return self._mean_counts - self._mean_counts * self._probs_of_draws()

    def _probs_of_draws(self):
        return self.probs * tf.ones_like(self.total_count)[..., tf.newaxis]

    def _checked(self, value):
        return counted(self, value, "counts must sum to `self.total_count`")


def log_combinations(n, of_each):
    """The logarithm of in how many orders n things come, of which some are alike."""
    with tf.name_scope("log_combinations", values=[n, of_each]):
        return tf.lgamma(n + 1) - tf.reduce_sum(tf.lgamma(of_each + 1), [-1])


def counted(distribution, value, message: str):
    """Counts of classes, checked if a distribution checks values: their sums have to be its numbers of draws."""
    if not distribution.validate_args:
        return value
    value = counts(value)
    return with_dependencies(
        [tf.assert_equal(distribution.total_count, tf.reduce_sum(value, -1), message=message)], value
    )
