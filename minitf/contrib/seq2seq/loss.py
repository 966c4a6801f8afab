"""The cross entropy of batches of sequences."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import name_scope


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable | None = None,
    name: str | None = None,
):
    """The weighted softmax cross entropy of sequences, averaged or summed over some axes.

    logits: [batch, time, symbols]; targets: integers [batch, time]; weights: floats [batch, time]. Averages
    divide by the sum of weights over the averaged axes, sums by the number of weights that are not zero; over
    an axis with neither the loss is kept: [batch, time], [time] or [batch] instead of a scalar.
    softmax_loss_function: computes the losses from flat labels and logits (default: the sparse cross entropy).

    Raises:
      ValueError: if ranks are wrong, or an axis is to be both averaged and summed over.

    >>> import minitf as tf
    >>> loss = sequence_loss(tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.ones([2, 3]))
    >>> with tf.Session() as sess:
    ...     print(sess.run(loss))
    1.3862944
    """
    for what, tensor, rank in (("logits", logits, 3), ("targets", targets, 2), ("weights", weights, 2)):
        if tensor.shape.rank != rank:
            raise ValueError(f"sequence_loss: {what} has rank {rank}; {tensor.name} has shape {tensor.shape}")
    if (average_across_timesteps and sum_over_timesteps) or (average_across_batch and sum_over_batch):
        raise ValueError("sequence_loss: an axis is either averaged or summed over, not both")
    axes = ([0] if average_across_batch or sum_over_batch else []) + (
        [1] if average_across_timesteps or sum_over_timesteps else []
    )
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        flat = tf.reshape(logits, [-1, tf.shape(logits)[2]])
        labels = tf.reshape(targets, [-1])
        losses = (softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits)(labels=labels, logits=flat)
        losses *= tf.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return tf.div_no_nan(tf.reduce_sum(losses), tf.reduce_sum(weights))
        losses = tf.reshape(losses, tf.shape(logits)[:2])
        if not axes:
            return losses
        total = tf.reduce_sum(losses, axis=axes)
        if average_across_timesteps or average_across_batch:
            return tf.div_no_nan(total, tf.reduce_sum(weights, axis=axes))
        return tf.div_no_nan(total, tf.cast(tf.count_nonzero(weights, axis=axes), total.dtype))
