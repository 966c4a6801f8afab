"""True and false positives and negatives, precision and recall; see `streams` for arguments and results."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.named import named
from minitf.metrics.streams import alike, broadcast_weights, metric, metric_variable


def _counted(happened, weights) -> tuple:
    """How often, in all updates, something was true."""
    tf.assert_type(happened, tf.bool)
    count = metric_variable([], tf.float32, "count")
    values = tf.cast(happened, tf.float32)
    if weights is not None:
        with tf.control_dependencies([tf.assert_rank_in(weights, (0, tf.rank(values)))]):
            values = tf.multiply(values, tf.cast(weights, tf.float32))
    value = tf.identity(count)
    return value, tf.assign_add(count, tf.reduce_sum(values))


def _of_truth(default: str, found: Callable, doc: str):
    """The metric that `found(labels, predictions, weights)` gives for bools."""
    about = "labels, predictions: bools, or what is cast to them."

    @named(default, f"{doc}; a pair of it and its update op.\n\n    {about}\n    ")
    @metric(default)
    def function(labels, predictions, weights=None) -> tuple:
        predictions, labels = tf.cast(predictions, tf.bool), tf.cast(labels, tf.bool)
        predictions, labels, weights = alike(predictions, labels, weights)
        return found(labels, predictions, weights)

    return function


def _truth_count(default: str, label: bool, prediction: bool, doc: str):
    def found(labels, predictions, weights) -> tuple:
        return _counted(tf.logical_and(tf.equal(labels, label), tf.equal(predictions, prediction)), weights)

    return _of_truth(default, found, doc)


true_positives = _truth_count("true_positives", True, True, "How often what is true was predicted so")
false_positives = _truth_count("false_positives", False, True, "How often what is false was predicted true")
true_negatives = _truth_count("true_negatives", False, False, "How often what is false was predicted so")
false_negatives = _truth_count("false_negatives", True, False, "How often what is true was predicted false")


def _share(part, other, name: str):
    """part / (part + other), 0 if both are."""
    return tf.where(tf.greater(part + other, 0), tf.div(part, part + other), 0, name=name)


def _truth_share(default: str, other: Callable, doc: str):
    def found(labels, predictions, weights) -> tuple:
        right, update_right = true_positives(labels, predictions, weights)
        wrong, update_wrong = other(labels, predictions, weights)
        return _share(right, wrong, "value"), _share(update_right, update_wrong, "update_op")

    return _of_truth(default, found, doc)


precision = _truth_share("precision", false_positives, "The share of what was predicted true that is")
recall = _truth_share("recall", false_negatives, "The share of what is true that was predicted so")

# ---- at thresholds


def at_thresholds(labels, predictions, thresholds: list, weights=None, includes=("tp", "fn", "tn", "fp")) -> tuple:
    """`counted_at` of predictions in [0, 1] (InvalidArgumentError when it runs if they are not)."""
    low = tf.assert_greater_equal(predictions, tf.cast(0.0, predictions.dtype), message="predictions must be in [0, 1]")
    high = tf.assert_less_equal(predictions, tf.cast(1.0, predictions.dtype), message="predictions must be in [0, 1]")
    return counted_at(labels, predictions, thresholds, weights, includes, [low, high])


def of_float32(predictions):
    """The predictions as a tensor; TypeError if they are of another type than float32."""
    predictions = tf.convert_to_tensor(predictions)
    if predictions.dtype.base_dtype is not tf.float32:
        raise TypeError(f"predictions are float32, not {predictions.dtype.base_dtype.name} ({predictions.name})")
    return predictions


def counted_at(labels, predictions, thresholds: list, weights, includes: tuple, checks=()) -> tuple:
    """Numbers of true and false positives and negatives when predictions count as true above each threshold:
    dicts of the values and of the update ops by `tp`, `fn`, `tn`, `fp`.
    """
    with tf.control_dependencies(checks):
        predictions, labels, weights = alike(tf.cast(predictions, tf.float32), tf.cast(labels, tf.bool), weights)
    count = len(thresholds)
    flat, truth = tf.reshape(predictions, [-1, 1]), tf.reshape(labels, [1, -1])
    known = flat.shape.sizes[0]
    size = tf.shape(flat)[0] if known is None else known
    limits = tf.tile(tf.expand_dims(tf.constant(thresholds), [1]), tf.stack([1, size]))
    positive = tf.greater(tf.tile(tf.transpose(flat), [count, 1]), limits)
    negative = tf.logical_not(positive) if {"fn", "tn"}.intersection(includes) else None
    truth = tf.tile(truth, [count, 1])
    untruth = tf.logical_not(truth) if {"fp", "tn"}.intersection(includes) else None
    if weights is not None:
        weights = broadcast_weights(tf.cast(weights, tf.float32), predictions)
        weights = tf.tile(tf.reshape(weights, [1, -1]), [count, 1])
    kinds = {"tp": (truth, positive), "fn": (truth, negative), "tn": (untruth, negative), "fp": (untruth, positive)}
    values, updates = {}, {}
    for kind in includes:
        variable = metric_variable([count], tf.float32, _NAMES[kind])
        happened = tf.cast(tf.logical_and(*kinds[kind]), tf.float32)
        happened = happened if weights is None else happened * weights
        updates[kind] = tf.assign_add(variable, tf.reduce_sum(happened, 1))
        values[kind] = variable
    return values, updates


_NAMES = {"tp": "true_positives", "fn": "false_negatives", "tn": "true_negatives", "fp": "false_positives"}


def _count_at(kind: str):
    default = _NAMES[kind]

    @named(
        f"{default}_at_thresholds",
        f"""`{default}` when predictions in [0, 1] count as true above each of some thresholds:
    a pair of the numbers, [len(thresholds)], and their update op.
    """,
    )
    @metric(default)
    def function(labels, predictions, thresholds: list, weights=None) -> tuple:
        predictions = tf.convert_to_tensor(predictions)
        values, updates = at_thresholds(labels, predictions, thresholds, weights, (kind,))
        return tf.identity(values[kind]), updates[kind]

    return function


true_positives_at_thresholds = _count_at("tp")
false_negatives_at_thresholds = _count_at("fn")
true_negatives_at_thresholds = _count_at("tn")
false_positives_at_thresholds = _count_at("fp")

_SMALL = 1e-7


def _share_at(default: str, other: str, doc: str):
    @named(f"{default}_at_thresholds", doc)
    @metric(f"{default}_at_thresholds")
    def function(labels, predictions, thresholds: list, weights=None) -> tuple:
        results = at_thresholds(labels, tf.convert_to_tensor(predictions), thresholds, weights, ("tp", other))
        value, update_op = [
            tf.div(of["tp"], _SMALL + of["tp"] + of[other], name=f"{default}_{what}")
            for of, what in zip(results, ("value", "update_op"))
        ]
        return value, update_op

    return function


_ABOVE = "when predictions in [0, 1] count as true above each threshold; a pair of it and its update op."
precision_at_thresholds = _share_at("precision", "fp", f"`precision` {_ABOVE}")
recall_at_thresholds = _share_at("recall", "fn", f"`recall` {_ABOVE}")
