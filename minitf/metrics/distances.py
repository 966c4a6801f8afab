"""Accuracy and mean distances of predictions over many updates; see `streams` for arguments and results."""

from __future__ import annotations

import minitf as tf
from minitf.metrics.streams import alike, collected, mean, metric_of_mean


@metric_of_mean("accuracy")
def accuracy(labels, predictions, weights=None) -> tuple:
    """How often predictions equal labels; a pair of it and its update op.

    >>> import minitf as tf
    >>> value, update_op = tf.metrics.accuracy(labels=[1, 0, 2], predictions=[1, 1, 2])
    >>> with tf.Session() as sess:
    ...     sess.run(tf.local_variables_initializer())
    ...     print(sess.run(update_op))
    0.6666667
    """
    predictions, labels, weights = alike(predictions, labels, weights)
    if labels.dtype.base_dtype is not predictions.dtype.base_dtype:
        predictions = tf.cast(predictions, labels.dtype)
    return tf.cast(tf.equal(predictions, labels), tf.float32), weights


@metric_of_mean("mean_absolute_error")
def mean_absolute_error(labels, predictions, weights=None) -> tuple:
    """The mean of |predictions - labels|; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    return tf.abs(predictions - labels), weights


@metric_of_mean("mean_squared_error")
def mean_squared_error(labels, predictions, weights=None) -> tuple:
    """The mean of (predictions - labels) ** 2; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    return tf.squared_difference(labels, predictions), weights


def root_mean_squared_error(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name: str | None = None
) -> tuple:
    """The root of the mean of (predictions - labels) ** 2; a pair of it and its update op."""
    name = name or "root_mean_squared_error"
    value, update_op = mean_squared_error(labels, predictions, weights, None, None, name)
    return collected(tf.sqrt(value), tf.sqrt(update_op), metrics_collections, updates_collections)


@metric_of_mean("mean_relative_error")
def mean_relative_error(labels, predictions, normalizer, weights=None) -> tuple:
    """The mean of |labels - predictions| / normalizer, 0 where that is 0; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    predictions, normalizer, _ = alike(predictions, normalizer, None)
    distances = tf.div(tf.abs(labels - predictions), normalizer)
    return tf.where(tf.equal(normalizer, 0.0), tf.zeros_like(labels), distances), weights


def mean_cosine_distance(
    labels, predictions, dim, weights=None, metrics_collections=None, updates_collections=None, name: str | None = None
) -> tuple:
    """1 - the mean product of vectors of length 1 along axis `dim`; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    products = tf.reduce_sum(tf.multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update_op = mean(products, weights, None, None, name or "mean_cosine_distance")
    return collected(tf.subtract(1.0, value), tf.subtract(1.0, update_op), metrics_collections, updates_collections)


@metric_of_mean("percentage_below_threshold")
def percentage_below(values, threshold, weights=None) -> tuple:
    """The share of values below a threshold; a pair of it and its update op."""
    return tf.cast(tf.less(values, threshold), tf.float32), weights
