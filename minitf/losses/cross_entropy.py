"""Cross entropies of logits, weighted and reduced.

Arguments that the functions share: weights, loss_collection and reduction are `compute_weighted_loss`'s;
label_smoothing in [0, 1] moves labels towards equal probabilities (Szegedy et al. 2015); scope names the ops.
"""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.graph import name_scope
from minitf.losses.weighted import Reduction, check_given, compute_weighted_loss, measuring
from minitf.ops.math.confusion import squeezed_if, without_last_axis


def _alike(labels, logits) -> tuple:
    logits = tf.convert_to_tensor(logits)
    labels = tf.cast(labels, logits.dtype)
    logits.shape.assert_is_compatible_with(labels.shape)
    return labels, logits


@measuring("sigmoid_cross_entropy_loss", _alike)
def sigmoid_cross_entropy(multi_class_labels, logits, label_smoothing=0):
    """The cross entropy of independent probabilities; labels in [0, 1] of the logits' shape."""
    labels = multi_class_labels
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")


@measuring("softmax_cross_entropy_loss", _alike)
def softmax_cross_entropy(onehot_labels, logits, label_smoothing=0):
    """The cross entropy of classes; one-hot labels [..., classes] of the logits' shape, weights [...]."""
    labels = onehot_labels
    if label_smoothing > 0:
        classes = tf.cast(tf.shape(labels)[-1], logits.dtype)
        labels = labels * (1.0 - label_smoothing) + label_smoothing / classes
    labels = tf.stop_gradient(labels, name="labels_stop_gradient")
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")


def sparse_softmax_cross_entropy(
    labels,
    logits,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = tf.GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The cross entropy of classes; labels are class numbers [...], logits [..., classes].

    A last axis of size 1 of labels or weights, one more than the others have, is dropped.
    """
    check_given(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss") as scope:
        labels, logits = tf.convert_to_tensor(labels), tf.convert_to_tensor(logits)
        labels, logits = without_last_axis(labels, logits, more=1)
        if not isinstance(weights, (int, float)):
            weights = _like_labels(tf.convert_to_tensor(weights), labels)
        else:
            op_counts.skip(op_counts.WEIGHTS_ARE_A_TENSOR)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def _like_labels(weights, labels):
    """The weights without their last axis if they have one more than the labels."""
    if None in (weights.shape.rank, labels.shape.rank):
        if weights.shape.rank == 0:
            return weights
        return squeezed_if(tf.equal(1, tf.rank(weights) - tf.rank(labels)), weights)
    return tf.squeeze(weights, [-1]) if weights.shape.rank == labels.shape.rank + 1 else weights
