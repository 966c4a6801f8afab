"""Losses weighted and reduced to one number."""

from __future__ import annotations

import functools
from collections.abc import Callable

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.taking import arguments, optional, taking
from minitf.losses.collected import add_loss


class Reduction:
    """How losses become one: not at all, by their weighted sum, or that divided by a count or by the weights' sum."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple:
        """The reductions there are."""
        return cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises ValueError unless `key` is a reduction."""
        if key not in cls.all():
            raise ValueError(f"{key!r} is not a reduction; tf.losses.Reduction has {', '.join(cls.all())}")


def compute_weighted_loss(
    losses,
    weights=1.0,
    scope: str | None = None,
    loss_collection: str | None = tf.GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """`losses * weights`, reduced as `reduction` says and added to a collection.

    weights: a scalar, or of the losses' rank with each size equal to theirs or 1. SUM_BY_NONZERO_WEIGHTS, the default,
    divides the sum by the number of losses whose weight is not 0 (the result is 0 if there are none).

    Raises:
      ValueError: for weights of another shape, or another reduction.
      InvalidArgumentError: when it runs, if the weights' shape turns out wrong.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.losses.compute_weighted_loss([1.0, 2.0, 4.0], [1.0, 1.0, 0.0])))
    1.5
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss"), control_dependencies(broadcastable(weights, losses)):
        losses = tf.convert_to_tensor(losses)
        dtype, plain = losses.dtype.base_dtype, tf.cast(losses, tf.float32)
        factors = tf.cast(weights, tf.float32)
        loss = tf.multiply(plain, factors)
        if reduction != Reduction.NONE:
            loss = tf.reduce_sum(loss)
        if reduction == Reduction.MEAN:
            loss = _divided(loss, tf.reduce_sum(tf.ones_like(plain) * factors))
        elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
            constant = isinstance(weights, float) and weights != 0.0
            loss = _divided(loss, _all_present(plain) if constant else present(plain, factors))
        elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
            loss = _divided(loss, _count(plain))
        loss = tf.cast(loss, dtype)
        add_loss(loss, loss_collection)
        return loss


def _divided(total, count):
    return tf.div_no_nan(tf.reduce_sum(total), count, name="value")


def _count(losses):
    with name_scope(None, "num_elements") as scope:
        return tf.cast(tf.size(losses, name=scope), losses.dtype)


def _all_present(losses):
    """How many losses there are, where a constant weight is not 0."""
    with name_scope(None, "num_present") as scope:
        since = op_counts.Since()
        found = tf.cast(tf.size(losses), losses.dtype, name=scope)
        since.count_as(op_counts.present(losses.shape.rank))
        return found


def present(losses, weights, per_batch: bool = False):
    """How many losses have a weight that is not 0: in all, or [batch, 1, ...]."""
    with name_scope(None, "num_present") as scope:
        ones = tf.where(tf.equal(weights, 0.0), tf.zeros_like(weights), tf.ones_like(weights))
        ones = broadcast_weights(ones, losses)
        if not per_batch:
            return tf.reduce_sum(ones, name=scope)
        return tf.reduce_sum(ones, axis=tf.range(1, tf.rank(ones)), keepdims=True, name=scope)


def broadcast_weights(weights, values):
    """The weights in the shape of the values; ValueError, or InvalidArgumentError when it runs, if they do not fit."""
    with name_scope(None, "broadcast_weights", [weights, values]) as scope:
        weights, values = tf.convert_to_tensor(weights), tf.convert_to_tensor(values)
        if values.shape.is_fully_defined() and values.shape == weights.shape:
            return weights
        with tf.control_dependencies(broadcastable(weights, values)):
            return tf.multiply(weights, tf.ones_like(values), name=scope)


def broadcastable(weights, values) -> list:
    """The ops that check, when it runs, what is not known of the weights' shape before; ValueError if it is wrong."""
    with name_scope(None, "assert_broadcastable", [weights, values]):
        weights, values = tf.convert_to_tensor(weights, name="weights"), tf.convert_to_tensor(values, name="values")
        since = op_counts.Since()
        checks = _checks(weights, values)
        since.count_as(op_counts.broadcastable(weights.shape, values.shape))
        return checks


def _checks(weights, values) -> list:
    if weights.shape.rank == 0:
        return []
    message = "weights are a scalar, or of the rank of the values with sizes that are equal or 1"
    if None not in (weights.shape.rank, values.shape.rank):
        pairs = list(zip(weights.shape.sizes, values.shape.sizes))
        wrong = any(w not in (1, None, v) and v is not None for w, v in pairs)
        if weights.shape.rank != values.shape.rank or wrong:
            raise ValueError(f"{message}; {weights.name} has shape {weights.shape}, {values.name} {values.shape}")
        if all(w == 1 or None not in (w, v) for w, v in pairs):
            return []
    mine, theirs = tf.shape(weights), tf.shape(values)
    fits = tf.cond(
        tf.equal(tf.rank(weights), tf.rank(values)),
        lambda: tf.reduce_all(tf.logical_or(tf.equal(mine, theirs), tf.equal(mine, 1))),
        lambda: tf.equal(tf.rank(weights), 0),
    )
    return [tf.Assert(fits, [message, mine, theirs])]


_ENDING = [
    optional("scope", None, "str | None"),
    optional("loss_collection", tf.GraphKeys.LOSSES, "str | None"),
    optional("reduction", Reduction.SUM_BY_NONZERO_WEIGHTS, "str"),
]


def measuring(name: str, prepare: Callable) -> Callable:
    """A decorator: the function gives losses, of labels and predictions as `prepare` makes them; they are weighted
    and reduced, as `weights` and the arguments at the end say.
    """

    def decorate(measure: Callable) -> Callable:
        labels, predictions, *own = arguments(measure)

        @functools.wraps(measure)
        @taking([labels, predictions, optional("weights", 1.0), *own, *_ENDING])
        def loss(weights, scope, loss_collection, reduction, **measured):
            pair = {argument.name: measured.pop(argument.name) for argument in (labels, predictions)}
            check_given(**pair)
            with name_scope(scope, name) as scope:
                losses = measure(*prepare(*pair.values()), **measured)
                return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)

        return loss

    return decorate


def check_given(**arguments) -> None:
    """Raises ValueError naming the arguments that are None."""
    missing = [name for name, value in arguments.items() if value is None]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must not be None")
