"""Cross entropies of lists of outputs, and models for several lengths."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import name_scope


def sequence_loss_by_example(
    logits: list,
    targets: list,
    weights: list,
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable | None = None,
    name: str | None = None,
):
    """The weighted cross entropy of each sequence, [batch].

    logits: a list of tensors [batch, symbols]; targets: of integers [batch]; weights: of floats [batch], by
    whose sum the result is divided if average_across_timesteps. softmax_loss_function: computes the loss of
    one step from labels and logits (default: the sparse softmax cross entropy).

    Raises:
      ValueError: if the lists differ in length.
    """
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            "logits, targets and weights are lists with one tensor for each step; given are "
            f"{len(logits)}, {len(targets)} and {len(weights)}"
        )
    with name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for logit, target, weight in zip(logits, targets, weights):
            if softmax_loss_function is None:
                target = tf.reshape(target, [-1])
                loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = tf.add_n(losses)
        if average_across_timesteps:
            total /= tf.add_n(weights) + 1e-12  # a sequence may have no weight at all
    return total


def sequence_loss(
    logits: list,
    targets: list,
    weights: list,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable | None = None,
    name: str | None = None,
):
    """The sum of `sequence_loss_by_example`, divided by the batch size if average_across_batch: a scalar."""
    with name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        cost = tf.reduce_sum(
            sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        )
        return cost / tf.cast(tf.shape(targets[0])[0], cost.dtype) if average_across_batch else cost


def model_with_buckets(
    encoder_inputs: list,
    decoder_inputs: list,
    targets: list,
    weights: list,
    buckets: list,
    seq2seq: Callable,
    softmax_loss_function: Callable | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
):
    """One model for each bucket (encoder length, decoder length), shortest first: (lists of outputs, losses).

    seq2seq(encoder_inputs, decoder_inputs) gives (outputs, state); the buckets share its variables. The
    losses are `sequence_loss`, or `sequence_loss_by_example` if per_example_loss.

    Raises:
      ValueError: if a list is shorter than the last bucket.
    """
    for what, steps, needed in (
        ("encoder_inputs", encoder_inputs, buckets[-1][0]),
        ("targets", targets, buckets[-1][1]),
        ("weights", weights, buckets[-1][1]),
    ):
        if len(steps) < needed:
            raise ValueError(f"{what} has {len(steps)} steps, but the last bucket, {buckets[-1]}, needs {needed}")
    outputs, losses = [], []
    loss = sequence_loss_by_example if per_example_loss else sequence_loss
    with name_scope(name, "model_with_buckets", [*encoder_inputs, *decoder_inputs, *targets, *weights]):
        for i, (source, target) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if i > 0 else None):
                outputs.append(seq2seq(encoder_inputs[:source], decoder_inputs[:target])[0])
                losses.append(
                    loss(outputs[-1], targets[:target], weights[:target], softmax_loss_function=softmax_loss_function)
                )
    return outputs, losses
