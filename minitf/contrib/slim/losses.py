"""tf.contrib.slim.losses: predictions first, then labels; each loss is in the collection of losses."""

from __future__ import annotations

import minitf as tf
from minitf.contrib import metric_learning as metric_learning
from minitf.framework.graph import name_scope


def absolute_difference(predictions, labels=None, weights=1.0, scope=None):
    """The mean of the absolute differences, see `tf.losses.absolute_difference`."""
    return tf.losses.absolute_difference(labels, predictions, weights, scope)


def mean_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """The mean of the squared differences, see `tf.losses.mean_squared_error`."""
    return tf.losses.mean_squared_error(labels, predictions, weights, scope)


def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """Of n elements of each example, the mean of the squared differences of all n * n pairs of differences.

    Those of an element with itself count, too, which they do not in `tf.losses.mean_pairwise_squared_error`.
    """
    predictions = tf.convert_to_tensor(predictions)
    loss = tf.losses.mean_pairwise_squared_error(labels, predictions, weights, scope, loss_collection=None)
    count = tf.to_float(tf.reduce_prod(tf.shape(predictions)[1:]))
    loss = loss * (count - 1) / count
    tf.losses.add_loss(loss)
    return loss


def log_loss(predictions, labels=None, weights=1.0, epsilon: float = 1e-7, scope=None):
    """See `tf.losses.log_loss`."""
    return tf.losses.log_loss(labels, predictions, weights, epsilon, scope)


def cosine_distance(predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None):
    """One minus the products of unit vectors along an axis, see `tf.losses.cosine_distance`."""
    return tf.losses.cosine_distance(labels, predictions, dim if axis is None else axis, weights, scope)


def sigmoid_cross_entropy(logits, multi_class_labels, weights=1.0, label_smoothing: float = 0, scope=None):
    """See `tf.losses.sigmoid_cross_entropy`."""
    return tf.losses.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing, scope)


def softmax_cross_entropy(logits, onehot_labels, weights=1.0, label_smoothing: float = 0, scope=None):
    """See `tf.losses.softmax_cross_entropy`."""
    return tf.losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing, scope)


def sparse_softmax_cross_entropy(logits, labels, weights=1.0, scope=None):
    """See `tf.losses.sparse_softmax_cross_entropy`."""
    return tf.losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)


def hinge_loss(logits, labels=None, scope=None):
    """The hinge losses of single elements, for labels 0 and 1: a tensor shaped like both, not collected."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        labels = tf.to_float(labels)
        ones = tf.ones_like(labels)
        return tf.nn.relu(tf.subtract(ones, tf.multiply(tf.subtract(2 * labels, ones), logits)))


def compute_weighted_loss(losses, weights=1.0, scope=None):
    """The mean of losses that have weights, see `tf.losses.compute_weighted_loss`."""
    return tf.losses.compute_weighted_loss(losses, weights, scope)


def add_loss(loss, loss_collection: str | None = tf.GraphKeys.LOSSES) -> None:
    """Adds a loss to those that are collected."""
    tf.losses.add_loss(loss, loss_collection)


def get_losses(scope: str | None = None, loss_collection: str = tf.GraphKeys.LOSSES) -> list:
    """The losses that were collected."""
    return tf.losses.get_losses(scope, loss_collection)


def get_regularization_losses(scope: str | None = None) -> list:
    """The penalties on weights."""
    return tf.losses.get_regularization_losses(scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss"):
    """The sum of all losses and, unless told otherwise, penalties."""
    return tf.losses.get_total_loss(add_regularization_losses, name)
