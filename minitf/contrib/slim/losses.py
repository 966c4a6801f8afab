"""tf.contrib.slim.losses: predictions first, then labels; each loss is in the collection of losses."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib import metric_learning as metric_learning
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.taking import arguments, taking
from minitf.losses.collected import add_loss as add_loss
from minitf.losses.collected import get_losses as get_losses
from minitf.losses.collected import get_regularization_losses as get_regularization_losses


def _predictions_first(function: Callable, doc: str = "See", labels_needed: bool = False) -> Callable:
    """A loss with predictions before labels, which may be missing unless they are needed."""
    labels, predictions, *others = arguments(function)
    labels = labels if labels_needed else labels.replace(default=None)
    kept = [argument for argument in others if argument.name not in ("loss_collection", "reduction")]
    name = function.__name__

    @named(name, f"{doc} `tf.losses.{name}`.")
    @taking([predictions, labels, *kept])
    def loss(**given):
        _ranked(*[value for key, value in given.items() if key != "onehot_labels"])
        return function(**given)

    return loss


def _ranked(*tensors) -> None:
    """ValueError for tensors of unknown rank."""
    for tensor in tensors:
        if isinstance(tensor, tf.Tensor) and tensor.shape.rank is None:
            raise ValueError(f"tf.contrib.losses take tensors of known rank; {tensor.name} has an unknown shape")


absolute_difference = _predictions_first(tf.losses.absolute_difference, "The mean of the absolute differences, see")
mean_squared_error = _predictions_first(tf.losses.mean_squared_error, "The mean of the squared differences, see")
log_loss = _predictions_first(tf.losses.log_loss)
sigmoid_cross_entropy = _predictions_first(tf.losses.sigmoid_cross_entropy, labels_needed=True)
softmax_cross_entropy = _predictions_first(tf.losses.softmax_cross_entropy, labels_needed=True)
sparse_softmax_cross_entropy = _predictions_first(tf.losses.sparse_softmax_cross_entropy, labels_needed=True)


def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """Of n elements of each example, the mean of the squared differences of all n * n pairs of differences.

    Those of an element with itself count, too, which they do not in `tf.losses.mean_pairwise_squared_error`.
    """
    _ranked(predictions, labels, weights)
    predictions = tf.convert_to_tensor(predictions)
    loss = tf.losses.mean_pairwise_squared_error(labels, predictions, weights, scope, loss_collection=None)
    count = tf.to_float(tf.reduce_prod(tf.shape(predictions)[1:]))
    loss = loss * (count - 1) / count
    tf.losses.add_loss(loss)
    return loss


def cosine_distance(predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None):
    """One minus the products of unit vectors along an axis, see `tf.losses.cosine_distance`."""
    _ranked(predictions, labels, weights)
    return tf.losses.cosine_distance(labels, predictions, dim if axis is None else axis, weights, scope)


def hinge_loss(logits, labels=None, scope=None):
    """The hinge losses of single elements, for labels 0 and 1: a tensor shaped like both, not collected."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        labels, logits = tf.to_float(labels), tf.convert_to_tensor(logits)
        logits.shape.assert_is_compatible_with(labels.shape)
        ones = tf.ones_like(labels)
        return tf.nn.relu(tf.subtract(ones, tf.multiply(tf.subtract(2 * labels, ones), logits)))


def compute_weighted_loss(losses, weights=1.0, scope=None):
    """The mean of losses that have weights, see `tf.losses.compute_weighted_loss`."""
    _ranked(losses, weights)
    return tf.losses.compute_weighted_loss(losses, weights, scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss"):
    """The sum of all losses and, unless told otherwise, penalties."""
    return tf.losses.get_total_loss(add_regularization_losses, name)
