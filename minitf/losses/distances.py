"""Distances of predictions from labels, weighted and reduced.

Arguments that the functions share: labels and predictions are of one shape and computed with as float32;
weights, loss_collection and reduction are `compute_weighted_loss`'s; scope names the ops.
"""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import control_dependencies, name_scope
from minitf.losses.collected import add_loss
from minitf.losses.weighted import Reduction, broadcastable, check_given, measuring, present


def _floats(labels, predictions) -> tuple:
    predictions, labels = tf.cast(predictions, tf.float32), tf.cast(labels, tf.float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


def _weighted(name: str) -> Callable:
    return measuring(name, _floats)


@_weighted("absolute_difference")
def absolute_difference(labels, predictions):
    """`|predictions - labels|`."""
    return tf.abs(tf.subtract(predictions, labels))


@_weighted("mean_squared_error")
def mean_squared_error(labels, predictions):
    """`(predictions - labels) ** 2`.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.losses.mean_squared_error([1.0, 2.0], [1.0, 4.0])))
    2.0
    """
    return tf.squared_difference(predictions, labels)


@_weighted("cosine_distance_loss")
def _cosine_distance(labels, predictions, axis=-1):
    return 1 - tf.reduce_sum(tf.multiply(predictions, labels), axis=(axis,), keepdims=True)


def cosine_distance(
    labels,
    predictions,
    axis=None,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = tf.GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim=None,
):
    """`1 - sum(labels * predictions)` along `axis`, which stays with size 1; both are to have length 1 along it."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("cosine_distance needs an axis")
    return _cosine_distance(labels, predictions, weights, axis, scope, loss_collection, reduction)


@_weighted("hinge_loss")
def hinge_loss(labels, logits):
    """`max(0, 1 - (2 * labels - 1) * logits)` for labels 0 and 1."""
    ones = tf.ones_like(labels)
    return tf.nn.relu(tf.subtract(ones, tf.multiply(tf.subtract(2 * labels, ones), logits)))


@_weighted("huber_loss")
def huber_loss(labels, predictions, delta=1.0):
    """Half the squared error up to an error of `delta`, and its tangent from there (Huber 1964)."""
    error = tf.abs(tf.subtract(predictions, labels))
    quadratic = tf.minimum(error, delta)
    return 0.5 * tf.multiply(quadratic, quadratic) + tf.multiply(delta, tf.subtract(error, quadratic))


@_weighted("log_loss")
def log_loss(labels, predictions, epsilon: float = 1e-7):
    """`-labels * log(p + epsilon) - (1 - labels) * log(1 - p + epsilon)` for predicted probabilities p."""
    true = -tf.multiply(labels, tf.log(predictions + epsilon))
    return true - tf.multiply(1 - labels, tf.log(1 - predictions + epsilon))


def mean_pairwise_squared_error(
    labels, predictions, weights=1.0, scope: str | None = None, loss_collection: str | None = tf.GraphKeys.LOSSES
):
    """The squared differences of all pairs of errors in each batch item, averaged; weighted and summed."""
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error"):
        weights, (labels, predictions) = tf.cast(weights, tf.float32), _floats(labels, predictions)
        with control_dependencies(broadcastable(weights, labels)):
            errors = tf.subtract(predictions, labels)
        axes = tf.range(1, tf.rank(errors))
        count = present(errors, weights, per_batch=True)
        squares = tf.reduce_sum(tf.square(errors), axis=axes, keepdims=True)
        sums = tf.square(tf.reduce_sum(errors, axis=axes, keepdims=True))
        first = 2.0 * tf.div_no_nan(squares, tf.maximum(count - 1, 0), name="value")
        second = 2.0 * tf.div_no_nan(sums, tf.maximum(tf.multiply(count, count - 1), 0), name="value")
        loss = tf.reduce_sum(tf.multiply(first - second, weights))
        loss = tf.where(tf.reduce_sum(count) > 0, loss, tf.zeros_like(loss), name="value")
        add_loss(loss, loss_collection)
        return loss
