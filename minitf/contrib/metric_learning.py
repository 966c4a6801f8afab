"""tf.contrib.losses.metric_learning: losses that bring what is alike together, and part what is not."""

from __future__ import annotations

import minitf as tf


def _distances(rows, squared: bool = False):
    """The distances between all rows, 0 from each to itself."""
    across = tf.transpose(rows)
    found = tf.reduce_sum(tf.square(rows), axis=[1], keepdims=True)
    found = found + tf.reduce_sum(tf.square(across), axis=[0], keepdims=True) - 2.0 * tf.matmul(rows, across)
    found = tf.maximum(found, 0.0)
    none = tf.cast(tf.less_equal(found, 0.0), tf.float32)
    found = found if squared else tf.sqrt(found + none * 1e-16)
    found = tf.multiply(found, 1.0 - none)
    return tf.multiply(found, tf.ones_like(found) - tf.diag(tf.ones([tf.shape(rows)[0]])))


def _adjacency(labels) -> tuple:
    """Which rows have the same label, and how many there are."""
    labels = tf.convert_to_tensor(labels)
    labels.shape.with_rank(1)
    column = tf.reshape(labels, [tf.shape(labels)[0], 1])
    return tf.equal(column, tf.transpose(column)), tf.size(column)


def _largest(data, mask):
    least = tf.reduce_min(data, 1, keepdims=True)
    return tf.reduce_max(tf.multiply(data - least, mask), 1, keepdims=True) + least


def _smallest(data, mask):
    most = tf.reduce_max(data, 1, keepdims=True)
    return tf.reduce_min(tf.multiply(data - most, mask), 1, keepdims=True) + most


def contrastive_loss(labels, embeddings_anchor, embeddings_positive, margin: float = 1.0):
    """The mean of squared distances of pairs of rows whose label is 1, and of how far others are below `margin`."""
    distances = tf.sqrt(tf.reduce_sum(tf.squared_difference(embeddings_anchor, embeddings_positive), 1))
    alike = tf.cast(labels, distances.dtype)
    apart = (1.0 - alike) * tf.square(tf.maximum(margin - distances, 0.0))
    return tf.reduce_mean(alike * tf.square(distances) + apart, name="contrastive_loss")


def triplet_semihard_loss(labels, embeddings, margin: float = 1.0):
    """How much nearer the nearest other row is than one of the same label, but for `margin`, where that row is
    farther than the one of the same label, else the farthest other (Schroff et al. 2015).

    labels: [batch] integers; embeddings: [batch, n], of length 1.
    """
    adjacent, batch = _adjacency(labels)
    distances = _distances(embeddings, squared=True)
    other = tf.logical_not(adjacent)
    tiled = tf.tile(distances, [batch, 1])
    farther = tf.greater(tiled, tf.reshape(tf.transpose(distances), [-1, 1]))
    mask = tf.cast(tf.logical_and(tf.tile(other, [batch, 1]), farther), tf.float32)
    some = tf.transpose(tf.reshape(tf.greater(tf.reduce_sum(mask, 1, keepdims=True), 0.0), [batch, batch]))
    outside = tf.transpose(tf.reshape(_smallest(tiled, mask), [batch, batch]))
    inside = tf.tile(_largest(distances, tf.cast(other, tf.float32)), [1, batch])
    losses = tf.add(margin, distances - tf.where(some, outside, inside))
    positives = tf.cast(adjacent, tf.float32) - tf.diag(tf.ones([batch]))
    total = tf.reduce_sum(tf.maximum(tf.multiply(losses, positives), 0.0))
    return tf.truediv(total, tf.reduce_sum(positives), name="triplet_semihard_loss")


def _with_pairs(alike, anchor, positive, reg_lambda: float, print_losses: bool):
    """The cross entropy of which rows belong together, and the lengths of the rows."""
    lengths = [tf.reduce_mean(tf.reduce_sum(tf.square(rows), 1)) for rows in (anchor, positive)]
    l2loss = tf.multiply(0.25 * reg_lambda, lengths[0] + lengths[1], name="l2loss")
    logits = tf.matmul(anchor, positive, transpose_a=False, transpose_b=True)
    targets = alike / tf.reduce_sum(alike, 1, keepdims=True)
    entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=targets)
    entropy = tf.reduce_mean(entropy, name="xentropy")
    if print_losses:
        entropy = tf.Print(entropy, ["cross entropy:", entropy, "l2loss:", l2loss])
    return l2loss + entropy


def npairs_loss(labels, embeddings_anchor, embeddings_positive, reg_lambda: float = 0.002, print_losses: bool = False):
    """How well products of anchors and positives tell which rows have the same label (Sohn 2016).

    labels: [batch] integers; embeddings_anchor, embeddings_positive: [batch, n].
    """
    adjacent, _ = _adjacency(labels)
    alike = tf.cast(adjacent, tf.float32)
    return _with_pairs(alike, embeddings_anchor, embeddings_positive, reg_lambda, print_losses)


def npairs_loss_multilabel(
    sparse_labels: list, embeddings_anchor, embeddings_positive, reg_lambda: float = 0.002, print_losses: bool = False
):
    """`npairs_loss` where rows have several labels, a SparseTensor each; TypeError for anything else."""
    if not all(isinstance(labels, tf.SparseTensor) for labels in sparse_labels):
        raise TypeError(f"sparse_labels must be a list of SparseTensors, but got {sparse_labels}")
    with tf.name_scope("NpairsLossMultiLabel"):
        common = [
            [tf.cast(tf.sparse_reduce_sum(tf.sparse_minimum(a, b)), tf.float32) for b in sparse_labels]
            for a in sparse_labels
        ]
        return _with_pairs(tf.stack(common), embeddings_anchor, embeddings_positive, reg_lambda, print_losses)


def lifted_struct_loss(labels, embeddings, margin: float = 1.0):
    """The loss of lifted structures (Oh Song et al. 2016): each pair of rows of one label against all others that
    either of them has.

    labels: [batch] integers; embeddings: [batch, n].
    """
    adjacent, batch = _adjacency(labels)
    distances = _distances(embeddings)
    diff, mask = margin - distances, tf.cast(tf.logical_not(adjacent), tf.float32)
    largest = _largest(diff, mask)
    most = tf.maximum(largest, tf.transpose(largest))
    tiled, mask = tf.tile(diff, [batch, 1]), tf.tile(mask, [batch, 1])
    terms = tf.multiply(tf.exp(tiled - tf.reshape(tf.transpose(most), [-1, 1])), mask)
    left = tf.reshape(tf.reduce_sum(terms, 1, keepdims=True), [batch, batch])
    losses = most + tf.log(left + tf.transpose(left)) + distances
    positives = tf.cast(adjacent, tf.float32) - tf.diag(tf.ones([batch]))
    count = tf.reduce_sum(positives) / 2.0
    total = tf.reduce_sum(tf.square(tf.maximum(tf.multiply(losses, positives), 0.0)))
    return tf.truediv(0.25 * total, count, name="liftedstruct_loss")
