"""Means over many runs: local variables that update ops add to.

What the functions have in common. labels: what is right; predictions: of the same shape (one of the two may
have a last axis of size 1 more). weights: what each element counts: a scalar, or of the labels' rank with
sizes that are theirs or 1. metrics_collections, updates_collections: names of collections to which the two
results are added. Result: a pair of the metric over all updates so far, and the op that makes an update with
the values of its run and gives the metric after it. The variables are in the collections LOCAL_VARIABLES and
METRIC_VARIABLES: `tf.local_variables_initializer()` starts them anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.graph import add_to_collections
from minitf.framework.taking import arguments, optional, taking
from minitf.losses.weighted import broadcast_weights
from minitf.ops.math.confusion import without_last_axis

_VARIABLES = [tf.GraphKeys.LOCAL_VARIABLES, tf.GraphKeys.METRIC_VARIABLES]


def metric_variable(shape, dtype, name: str, validate_shape: bool = True):
    """A local variable of zeros."""
    return tf.Variable(
        lambda: tf.zeros(shape, dtype),
        trainable=False,
        collections=_VARIABLES,
        validate_shape=validate_shape,
        name=name,
    )


def collected(value, update_op, metrics_collections, updates_collections) -> tuple:
    """The two results, in their collections."""
    if metrics_collections:
        add_to_collections(metrics_collections, value)
    if updates_collections:
        add_to_collections(updates_collections, update_op)
    return value, update_op


def finishing(finish: Callable) -> Callable:
    """A decorator: what a function gives is finished by `finish(found, metrics_collections, updates_collections,
    name)`, the last three of which it takes besides its own arguments.

    `found()` calls the function, `found.keywords` are its arguments.
    """
    more = [optional("metrics_collections"), optional("updates_collections"), optional("name", None, "str | None")]

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        @taking([*arguments(function), *more])
        def call(metrics_collections, updates_collections, name, **own) -> tuple:
            return finish(functools.partial(function, **own), metrics_collections, updates_collections, name)

        return call

    return decorate


def metric(default: str) -> Callable:
    """A decorator: the function gives a value and an update op, in a variable scope and to be collected."""

    def finish(found, metrics_collections, updates_collections, name) -> tuple:
        with tf.variable_scope(name, default, list(found.keywords.values())):
            return collected(*found(), metrics_collections, updates_collections)

    return finishing(finish)


def metric_of_mean(default: str) -> Callable:
    """A decorator: the function gives values and their weights, and the metric is the values' mean."""
    return finishing(lambda found, kept, updates, name: mean(*found(), kept, updates, name or default))


def alike(predictions, labels, weights) -> tuple:
    """All three as tensors (weights may be None), in one rank where one of them has an axis of size 1 more or less."""
    predictions = tf.convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = without_last_axis(tf.convert_to_tensor(labels), predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    return predictions, labels, _of_rank(tf.convert_to_tensor(weights), predictions)


def _of_rank(weights, values):
    """The weights in the rank of the values, where an axis of size 1 at the end does it; scalars stay what they are."""
    ranks = weights.shape.rank, values.shape.rank
    if ranks[0] == 0:
        return weights
    if None not in ranks:
        if ranks[0] - ranks[1] == 1:
            return tf.squeeze(weights, [-1])
        return tf.expand_dims(weights, [-1]) if ranks[1] - ranks[0] == 1 else weights
    since = op_counts.Since()
    rank = tf.rank(weights)
    more = rank - tf.rank(values)
    may_shrink = ranks[0] is None or weights.shape.sizes[-1] in (1, None)

    def fewer():
        return tf.cond(tf.equal(more, -1), lambda: tf.expand_dims(weights, [-1]), lambda: weights)

    def squeezed():
        return tf.squeeze(weights, [-1]) if may_shrink else weights

    fitting = tf.cond(tf.equal(rank, 0), lambda: weights, lambda: tf.cond(tf.equal(more, 1), squeezed, fewer))
    since.count_as(op_counts.WEIGHTS_ADJUSTED)
    return fitting


def ratio(total, count, name: str):
    """total / count, 0 without a count."""
    return tf.div_no_nan(total, tf.maximum(count, 0), name=name)


@metric("mean")
def mean(values, weights=None) -> tuple:
    """The weighted mean of the values of all updates; see the module for arguments and result.

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [None])
    >>> mean, update_op = tf.metrics.mean(x)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.local_variables_initializer())
    ...     print(sess.run(update_op, {x: [1.0, 2.0]}), sess.run(update_op, {x: [6.0]}), sess.run(mean))
    1.5 3.0 3.0
    """
    values = tf.cast(values, tf.float32)
    total = metric_variable([], tf.float32, "total")
    count = metric_variable([], tf.float32, "count")
    if weights is None:
        number = tf.cast(tf.size(values), tf.float32)
    else:
        values, _, weights = alike(values, None, weights)
        weights = broadcast_weights(tf.cast(weights, tf.float32), values)
        values = tf.multiply(values, weights)
        number = tf.reduce_sum(weights)
    return _streamed(total, count, tf.reduce_sum(values), values, number)


@metric("mean")
def mean_tensor(values, weights=None) -> tuple:
    """The weighted mean of each element over all updates; see the module for arguments and result."""
    values = tf.cast(values, tf.float32)
    total = metric_variable(values.shape, tf.float32, "total_tensor")
    count = metric_variable(values.shape, tf.float32, "count_tensor")
    number = tf.ones_like(values)
    if weights is not None:
        values, _, weights = alike(values, None, weights)
        weights = broadcast_weights(tf.cast(weights, tf.float32), values)
        values, number = tf.multiply(values, weights), tf.multiply(number, weights)
    return _streamed(total, count, values, values, number)


def _streamed(total, count, added, values, number) -> tuple:
    update_total = tf.assign_add(total, added)
    with tf.control_dependencies([values]):
        update_count = tf.assign_add(count, number)
    return ratio(total, count, "value"), ratio(update_total, update_count, "update_op")
