"""tf.contrib.slim.losses: those of tf.contrib.losses, predictions first, then labels; each loss is collected.

Weights are numbers, or count along the first axes of the losses: [batch], [batch, d1], ... A loss is the mean over all
items whose weights are not 0.
"""

from __future__ import annotations

import minitf as tf
from minitf.contrib import metric_learning as metric_learning
from minitf.contrib.framework import add_arg_scope
from minitf.framework.graph import name_scope
from minitf.losses import collected
from minitf.losses.collected import get_losses as get_losses
from minitf.losses.collected import get_regularization_losses as get_regularization_losses


@add_arg_scope
def add_loss(loss, loss_collection: str | None = tf.GraphKeys.LOSSES) -> None:
    """Adds a loss to a collection, if one is named."""
    collected.add_loss(loss, loss_collection)


def compute_weighted_loss(losses, weights=1.0, scope=None):
    """The mean of losses [batch, d1, ...] of which each has a weight; a scalar of their type, which is collected.

    weights: a number, or [batch, d1, ...] with as many axes as losses or fewer.

    >>> loss = compute_weighted_loss(tf.constant([[1.0, 3.0], [5.0, 7.0]]), [2.0, 0.0])
    >>> print(tf.Session().run(loss))
    4.0

    Raises:
      ValueError: for losses or weights of unknown rank.
    """
    with name_scope(scope, "weighted_loss", [losses, weights]):
        losses = tf.convert_to_tensor(losses)
        dtype, losses, weights = losses.dtype, tf.cast(losses, tf.float32), _numbers(weights)
        _ranked(losses=losses, weights=weights)
        if weights.shape.ndims > 1 and weights.shape[-1].is_compatible_with(1):
            weights = tf.squeeze(weights, [-1])
        total = _weighed(losses, weights)
        count = tf.reduce_sum(_present(losses, weights))
        mean = tf.cast(tf.div_no_nan(tf.reduce_sum(total), count, name="value"), dtype)
        add_loss(mean)
        return mean


def _numbers(weights):
    return tf.cast(tf.convert_to_tensor(weights), tf.float32)


def _weighed(losses, weights):
    """The sum of losses times weights, which count along the first axes."""
    rest = list(range(weights.shape.ndims, losses.shape.ndims))
    return tf.reduce_sum(tf.multiply(tf.reduce_sum(losses, rest), weights))


def _present(losses, weights):
    """Of each example, how many items have weights that are not 0."""
    if weights.shape.ndims == 0:
        batch = tf.reshape(tf.slice(tf.shape(losses), [0], [1]), [])
        each = tf.div(tf.cast(tf.size(losses), tf.float32), tf.cast(batch, tf.float32))
        each = tf.where(tf.equal(weights, 0), 0.0, each)
        return tf.multiply(tf.ones(tf.reshape(batch, [1])), each)
    weighing = tf.cast(tf.not_equal(weights, 0), tf.float32)
    weighing = tf.reduce_sum(weighing, list(range(1, weights.shape.ndims)))
    rest = tf.slice(tf.shape(losses), [weights.shape.ndims], [-1])
    return tf.multiply(weighing, tf.cast(tf.reduce_prod(rest), tf.float32))


def _ranked(**tensors) -> None:
    """ValueError for tensors of unknown rank."""
    for what, tensor in tensors.items():
        if tensor.shape.rank is None:
            raise ValueError(f"{what}: tf.contrib.losses need to know the rank; {tensor.name} has an unknown shape")


def _alike(predictions, labels) -> tuple:
    """Both as tensors; ValueError unless they are there and their shapes go together."""
    if labels is None:
        raise ValueError("labels are needed, the second argument of a loss of tf.contrib.losses; None was given")
    predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return predictions, labels


def _floats(predictions, labels) -> tuple:
    predictions, labels = _alike(predictions, labels)
    return tf.cast(predictions, tf.float32), tf.cast(labels, tf.float32)


def absolute_difference(predictions, labels=None, weights=1.0, scope=None):
    """The weighted mean of the absolute differences, see `compute_weighted_loss`."""
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(tf.abs(tf.subtract(predictions, labels)), weights, scope)


def mean_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """The weighted mean of the squared differences, see `compute_weighted_loss`."""
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(tf.squared_difference(predictions, labels), weights, scope)


def log_loss(predictions, labels=None, weights=1.0, epsilon=1e-7, scope=None):
    """The weighted mean of the cross entropies of probabilities and labels from 0 to 1."""
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = -tf.multiply(labels, tf.log(predictions + epsilon))
        losses = losses - tf.multiply((1 - labels), tf.log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope)


def cosine_distance(predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None):
    """The weighted mean of one minus the products of unit vectors along an axis."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify 'axis', along which vectors lie")
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = 1 - tf.reduce_sum(tf.multiply(predictions, labels), [axis])
        return compute_weighted_loss(losses, weights, scope)


def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """Of n items of each example, the mean of the squared differences of all n * n pairs of differences.

    weights: a number, or [batch]. Those of an item with itself count, too, which they do not in
    `tf.losses.mean_pairwise_squared_error`; examples are summed.
    """
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        weights, differences = _numbers(weights), tf.subtract(predictions, labels)
        _ranked(predictions=differences, weights=weights)
        items = list(range(1, differences.shape.ndims))
        squares = tf.reduce_sum(tf.square(differences), items)
        count = _present(differences, weights)
        squares = 2.0 * tf.div_no_nan(squares, count, name="value")
        of_sums = tf.square(tf.reduce_sum(differences, items))
        of_sums = 2.0 * tf.div_no_nan(of_sums, tf.square(count), name="value")
        loss = _weighed(squares - of_sums, weights)
        loss = tf.where(tf.reduce_sum(count) > 0, loss, tf.zeros_like(loss), name="value")
        add_loss(loss)
        return loss


def hinge_loss(logits, labels=None, scope=None):
    """The hinge losses of single elements, for labels 0 and 1: a tensor shaped like both, not collected."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits, labels = _alike(logits, labels)
        labels = tf.cast(labels, tf.float32)
        ones = tf.ones_like(labels)
        return tf.nn.relu(tf.subtract(ones, tf.multiply(tf.subtract(2 * labels, ones), logits)))


def sigmoid_cross_entropy(logits, multi_class_labels, weights=1.0, label_smoothing=0, scope=None):
    """The weighted mean of the cross entropies of each class by itself; label_smoothing moves labels to 1/2."""
    with name_scope(scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]) as scope:
        logits, labels = _alike(logits, multi_class_labels)
        labels = tf.cast(labels, logits.dtype)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope)


def softmax_cross_entropy(logits, onehot_labels, weights=1.0, label_smoothing=0, scope=None):
    """The weighted mean of the cross entropies of logits [batch, classes] and labels like them, which
    label_smoothing moves to one over the number of classes.
    """
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as scope:
        logits, labels = _alike(logits, onehot_labels)
        labels = tf.cast(labels, logits.dtype)
        if label_smoothing > 0:
            classes = tf.cast(tf.shape(labels)[1], logits.dtype)
            least = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + least
        losses = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope)


def sparse_softmax_cross_entropy(logits, labels, weights=1.0, scope=None):
    """The weighted mean of the cross entropies of logits [batch, classes] and labels [batch] or [batch, 1], which are
    numbers of classes, int32 or int64.
    """
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as scope:
        labels = tf.reshape(labels, [tf.shape(labels)[0]])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss"):
    """The sum of all losses and, unless told otherwise, penalties."""
    return tf.losses.get_total_loss(add_regularization_losses, name)
