"""Shares of wrong predictions, and how two quantities vary together."""

from __future__ import annotations

import minitf as tf
from minitf.framework.named import named
from minitf.framework.taking import needed, optional, taking
from minitf.metrics.counts import (
    at_thresholds,
    counted_at,
    false_negatives,
    false_positives,
    of_float32,
    true_negatives,
    true_positives,
)
from minitf.metrics.ranks import average_precision
from minitf.metrics.streams import alike, broadcast_weights, collected, metric, metric_variable

SMALL = 1e-7
_KEPT = [optional(name) for name in ("class_id", "weights", "metrics_collections", "updates_collections")]
_KEPT.append(optional("name", None, "str | None"))


def _rate(default: str, wrong, right, doc: str):
    @named(
        f"streaming_{default}",
        f"{doc}; a pair of it and its update op.\n\n    predictions, labels: bools, or what is cast to them.\n    ",
    )
    @metric(default)
    def function(predictions, labels, weights=None) -> tuple:
        predictions, labels, weights = alike(tf.cast(predictions, tf.bool), tf.cast(labels, tf.bool), weights)
        bad, bad_update = wrong(labels, predictions, weights)
        good, good_update = right(labels, predictions, weights)
        return _share(bad, good, "value"), _share(bad_update, good_update, "update_op")

    return function


def _share(part, other, name: str):
    return tf.where(tf.greater(part + other, 0), tf.div(part, part + other), 0, name)


streaming_false_positive_rate = _rate(
    "false_positive_rate", false_positives, true_negatives, "The share of what is false that was predicted true"
)
streaming_false_negative_rate = _rate(
    "false_negative_rate", false_negatives, true_positives, "The share of what is true that was predicted false"
)


def _rate_at_thresholds(default: str, wrong: str, right: str, short: str, doc: str):
    about = f"{doc} above each of some thresholds; a pair of the shares and their update op."

    @named(f"streaming_{default}", about)
    @metric(default)
    def function(predictions, labels, thresholds: list, weights=None) -> tuple:
        values, updates = counted_at(labels, of_float32(predictions), thresholds, weights, (right, wrong))
        return tuple(
            tf.div(part[wrong], SMALL + part[wrong] + part[right], name=f"{short}_{which}")
            for part, which in ((values, "value"), (updates, "update_op"))
        )

    return function


streaming_false_positive_rate_at_thresholds = _rate_at_thresholds(
    "false_positive_rate_at_thresholds",
    "fp",
    "tn",
    "fpr",
    "The share of what is false that is predicted true when predictions in [0, 1] count so",
)
streaming_false_negative_rate_at_thresholds = _rate_at_thresholds(
    "false_negative_rate_at_thresholds",
    "fn",
    "tp",
    "fnr",
    "The share of what is true that is predicted false when predictions in [0, 1] count as true",
)


@metric("covariance")
def streaming_covariance(predictions, labels, weights=None) -> tuple:
    """The covariance of predictions and labels, floats of one shape; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    predictions.shape.assert_is_compatible_with(labels.shape)
    names = ("count", "mean_prediction", "mean_label", "comoment")
    count, mean_p, mean_l, comoment = [metric_variable([], tf.float32, n) for n in names]
    weights = None if weights is None else broadcast_weights(weights, labels)
    more = tf.cast(tf.size(labels), tf.float32) if weights is None else tf.reduce_sum(weights)
    total = tf.assign_add(count, more)
    before = total - more
    batch_p, before_p = _mean_moved(mean_p, predictions, weights, more, total)
    batch_l, before_l = _mean_moved(mean_l, labels, weights, more, total)
    residuals = (predictions - batch_p) * (labels - batch_l)
    own = tf.reduce_sum(residuals if weights is None else residuals * weights)
    moved = tf.assign_add(comoment, own + (before_p - batch_p) * (before_l - batch_l) * (before * more / total))
    value = _variance(count, comoment, "covariance")
    with tf.control_dependencies([moved]):
        update_op = _variance(count, comoment, "update_op")
    return value, update_op


def _mean_moved(mean, values, weights, more, total) -> tuple:
    """The mean of this run alone, and that of those before; the variable holds that of all."""
    own = tf.div_no_nan(tf.reduce_sum(values if weights is None else tf.multiply(values, weights)), more)
    step = tf.div_no_nan((own - mean) * more, total)
    return own, tf.assign_add(mean, step) - step


def _variance(count, comoment, name: str):
    return tf.where(tf.less_equal(count, 1.0), float("nan"), tf.truediv(comoment, count - 1), name=name)


@metric("pearson_r")
def streaming_pearson_correlation(predictions, labels, weights=None) -> tuple:
    """The correlation of predictions and labels, floats of one shape; a pair of it and its update op."""
    predictions, labels, weights = alike(predictions, labels, weights)
    predictions.shape.assert_is_compatible_with(labels.shape)
    weights = None if weights is None else broadcast_weights(weights, labels)
    both = streaming_covariance(predictions, labels, weights, name="covariance")
    of_p = streaming_covariance(predictions, predictions, weights, name="variance_predictions")
    of_l = streaming_covariance(labels, labels, weights, name="variance_labels")
    value, update_op = [
        tf.truediv(c, tf.multiply(tf.sqrt(p), tf.sqrt(of)), name=which)
        for c, p, of, which in zip(both, of_p, of_l, ("pearson_r", "update_op"))
    ]
    return value, update_op


@taking([needed("top_k_predictions"), needed("labels"), *_KEPT])
def streaming_sparse_precision_at_top_k(**how) -> tuple:
    """`tf.metrics.precision_at_top_k`, with predictions before labels."""
    return _at_top_k("precision", **how)


@taking([needed("labels"), needed("top_k_predictions"), *_KEPT])
def sparse_recall_at_top_k(**how) -> tuple:
    """`tf.metrics.recall_at_top_k`."""
    return _at_top_k("recall", **how)


def _at_top_k(word: str, labels, top_k_predictions, class_id, weights, name, **kept) -> tuple:
    default = f"{word}_at_k" + ("" if class_id is None else f"_class{class_id}")
    function = getattr(tf.metrics, f"{word}_at_top_k")
    with tf.name_scope(name, default, [top_k_predictions, labels, weights]) as scope:
        return function(labels, top_k_predictions, None, class_id, weights, name=scope, **kept)


@taking([needed("top_k_predictions"), needed("labels"), *[p for p in _KEPT if p.name != "class_id"]])
def streaming_sparse_average_precision_at_top_k(
    top_k_predictions, labels, weights, metrics_collections, updates_collections, name
) -> tuple:
    """`tf.metrics.average_precision_at_k` of classes that are predicted, [..., k] integers; a pair of it and its update
    op, float64.

    Raises:
      ValueError: for an unknown k.
    """
    chosen = tf.convert_to_tensor(top_k_predictions)
    k = chosen.shape[-1].value if chosen.shape.rank else None
    if k is None:
        raise ValueError(f"the last dimension of top_k_predictions must be set; its shape is {chosen.shape}")
    with tf.name_scope(name, "average_precision_at_top_k", [chosen, labels, weights]) as scope:
        found = average_precision(labels, chosen, k, weights, scope)
        return collected(*found, metrics_collections, updates_collections)


def spread(count: int) -> list[float]:
    """Thresholds from just below 0 to just above 1."""
    return [-SMALL, *[i * 1.0 / (count - 1) for i in range(1, count - 1)], 1.0 + SMALL]


def recall_at_precision(
    labels,
    predictions,
    precision: float,
    weights=None,
    num_thresholds: int = 200,
    metrics_collections=None,
    updates_collections=None,
    name: str | None = None,
    strict_mode: bool = False,
) -> tuple:
    """The recall at the threshold whose precision is nearest to one asked for, or with strict_mode not below it; a
    pair of it and its update op.

    Raises:
      ValueError: for a precision that is not in [0, 1].
    """
    if not 0 <= precision <= 1:
        raise ValueError("`precision` must be in the range [0, 1].")
    with tf.variable_scope(name, "recall_at_precision", [predictions, labels, weights]):
        predictions = tf.convert_to_tensor(predictions)
        parts = at_thresholds(labels, predictions, spread(num_thresholds), weights)
        value, update_op = [
            _recall_at(part["tp"], part["fp"], part["fn"], precision, which, strict_mode)
            for part, which in zip(parts, ("value", "update_op"))
        ]
        return collected(value, update_op, metrics_collections, updates_collections)


def _recall_at(tp, fp, fn, precision: float, name: str, strict: bool):
    precisions = tf.div(tp, tp + fp + SMALL)
    if not strict:
        at = tf.argmin(tf.abs(precisions - precision), 0, output_type=tf.int32)
        return tf.div(tp[at], tp[at] + fn[at] + SMALL, name)
    at = tf.argmax(tf.div(1.0, precisions - precision + SMALL), 0, output_type=tf.int32)
    good = precisions[at] >= precision
    return tf.cond(good, lambda: tf.div(tp[at], tp[at] + fn[at] + SMALL, name), lambda: tf.constant(0.0))


@metric("precision_at_recall")
def precision_at_recall(labels, predictions, target_recall: float, weights=None, num_thresholds: int = 200) -> tuple:
    """The precision at the highest threshold whose recall is not below one asked for; a pair of it and its update op.

    Raises:
      ValueError: for a recall that is not in [0, 1].
    """
    if not 0 <= target_recall <= 1:
        raise ValueError("`target_recall` must be in the range [0, 1].")
    predictions = tf.convert_to_tensor(predictions)
    parts = at_thresholds(labels, predictions, spread(num_thresholds), weights)
    value, update_op = [
        _precision_at(part["tp"], part["fp"], part["fn"], target_recall, which)
        for part, which in zip(parts, ("value", "update_op"))
    ]
    return value, update_op


def _precision_at(tp, fp, fn, recall: float, name: str):
    enough = tf.greater_equal(tf.div(tp, tp + fn + SMALL), recall)
    at = tf.reduce_sum(tf.cast(enough, tf.int64)) - 1
    return tf.div(tp[at] + SMALL, tp[at] + fp[at] + SMALL, name)


@metric("count")
def count(values, weights=None) -> tuple:
    """How many values there were, or the sum of their weights; a pair of it and its update op."""
    found = metric_variable([], tf.float32, "count")
    if weights is None:
        more = tf.cast(tf.size(values), tf.float32)
    else:
        values, _, weights = alike(tf.cast(values, tf.float32), None, weights)
        more = tf.reduce_sum(broadcast_weights(tf.cast(weights, tf.float32), values))
    with tf.control_dependencies([tf.convert_to_tensor(values)]):
        update_op = tf.assign_add(found, more)
    return tf.identity(found), update_op


def streaming_curve_points(
    labels=None,
    predictions=None,
    weights=None,
    num_thresholds: int = 200,
    metrics_collections=None,
    updates_collections=None,
    curve: str = "ROC",
    name: str | None = None,
) -> tuple:
    """Points of the curve of true over false positives ("ROC"), or of precision over recall ("PR"), [thresholds, 2];
    a pair of them and their update op.

    Raises:
      ValueError: for another curve.
    """
    with tf.variable_scope(name, "curve_points", [labels, predictions, weights]):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        predictions = tf.convert_to_tensor(predictions)
        found, updates = at_thresholds(labels, predictions, spread(num_thresholds), weights)
        tp, fn, tn, fp = [found[kind] for kind in ("tp", "fn", "tn", "fp")]
        recall = tf.div(tp + 1e-6, tp + fn + 1e-6)
        xs, ys = recall, tf.div(tp + 1e-6, tp + fp + 1e-6)
        if curve == "ROC":
            xs, ys = tf.div(fp, fp + tn + 1e-6), recall
        points = tf.stack([xs, ys], axis=1)
        return collected(points, tf.group(*updates.values()), metrics_collections, updates_collections)
