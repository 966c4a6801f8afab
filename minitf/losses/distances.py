"""Distances of predictions from labels, weighted and reduced.

Arguments that the functions share: labels and predictions are of one shape and computed with as float32;
weights, loss_collection and reduction are `compute_weighted_loss`'s; scope names the ops.
"""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import control_dependencies, name_scope
from minitf.losses.collected import add_loss
from minitf.losses.weighted import Reduction, broadcastable, compute_weighted_loss, present

_LOSSES, _BY_NONZERO = tf.GraphKeys.LOSSES, Reduction.SUM_BY_NONZERO_WEIGHTS


def _loss(
    name: str, measure: Callable, labels, predictions, weights, scope, collection, reduction, other: str = "predictions"
):
    """The weighted loss of `measure(labels, predictions)`."""
    if labels is None or predictions is None:
        raise ValueError(f"{name}: {'labels' if labels is None else other} must not be None")
    with name_scope(scope, name) as scope:
        losses = measure(*_floats(labels, predictions))
        return compute_weighted_loss(losses, weights, scope, collection, reduction=reduction)


def _floats(labels, predictions) -> tuple:
    predictions, labels = tf.cast(predictions, tf.float32), tf.cast(labels, tf.float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


def absolute_difference(
    labels,
    predictions,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
):
    """`|predictions - labels|`."""
    return _loss(
        "absolute_difference",
        lambda y, p: tf.abs(tf.subtract(p, y)),
        labels,
        predictions,
        weights,
        scope,
        loss_collection,
        reduction,
    )


def mean_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
):
    """`(predictions - labels) ** 2`.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.losses.mean_squared_error([1.0, 2.0], [1.0, 4.0])))
    2.0
    """
    return _loss(
        "mean_squared_error",
        lambda y, p: tf.squared_difference(p, y),
        labels,
        predictions,
        weights,
        scope,
        loss_collection,
        reduction,
    )


def cosine_distance(
    labels,
    predictions,
    axis: int | None = None,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
    dim: int | None = None,
):
    """`1 - sum(labels * predictions)` along `axis`, which stays with size 1; both are to have length 1 along
    it.
    """
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("cosine_distance needs an axis")

    def measure(y, p):
        return 1 - tf.reduce_sum(tf.multiply(p, y), axis=(axis,), keepdims=True)

    return _loss("cosine_distance_loss", measure, labels, predictions, weights, scope, loss_collection, reduction)


def hinge_loss(
    labels,
    logits,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
):
    """`max(0, 1 - (2 * labels - 1) * logits)` for labels 0 and 1."""

    def measure(y, x):
        ones = tf.ones_like(y)
        return tf.nn.relu(tf.subtract(ones, tf.multiply(tf.subtract(2 * y, ones), x)))

    return _loss("hinge_loss", measure, labels, logits, weights, scope, loss_collection, reduction, "logits")


def huber_loss(
    labels,
    predictions,
    weights=1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
):
    """Half the squared error up to an error of `delta`, and its tangent from there (Huber 1964)."""

    def measure(y, p):
        error = tf.abs(tf.subtract(p, y))
        quadratic = tf.minimum(error, delta)
        return 0.5 * tf.multiply(quadratic, quadratic) + tf.multiply(delta, tf.subtract(error, quadratic))

    return _loss("huber_loss", measure, labels, predictions, weights, scope, loss_collection, reduction)


def log_loss(
    labels,
    predictions,
    weights=1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = _LOSSES,
    reduction: str = _BY_NONZERO,
):
    """`-labels * log(p + epsilon) - (1 - labels) * log(1 - p + epsilon)` for predicted probabilities p."""

    def measure(y, p):
        return -tf.multiply(y, tf.log(p + epsilon)) - tf.multiply(1 - y, tf.log(1 - p + epsilon))

    return _loss("log_loss", measure, labels, predictions, weights, scope, loss_collection, reduction)


def mean_pairwise_squared_error(
    labels, predictions, weights=1.0, scope: str | None = None, loss_collection: str | None = _LOSSES
):
    """The squared differences of all pairs of errors in each batch item, averaged; weighted and summed."""
    if labels is None or predictions is None:
        raise ValueError(
            f"mean_pairwise_squared_error: {'labels' if labels is None else 'predictions'} must not be None"
        )
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
