"""Metrics of predictions that are counted in bins of equal width: cheap for many of them."""

from __future__ import annotations

from typing import NamedTuple

import minitf as tf
from minitf.contrib.metrics.rates import SMALL
from minitf.metrics.streams import alike, metric_variable
from minitf.ops.math.confusion import without_last_axis


class PrecisionRecallData(NamedTuple):
    """Counts and shares at thresholds, vectors."""

    tp: tf.Tensor
    fp: tf.Tensor
    tn: tf.Tensor
    fn: tf.Tensor
    precision: tf.Tensor
    recall: tf.Tensor
    thresholds: tf.Tensor


def precision_recall_at_equal_thresholds(
    labels,
    predictions,
    weights=None,
    num_thresholds: int | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> tuple:
    """Precision, recall and what they are made of when predictions count as true from each of num_thresholds (201)
    thresholds on that divide [0, 1] evenly; a pair of `PrecisionRecallData` and its update op.

    labels: bool, predictions: floats in [0, 1], of one shape; weights broadcast to it.

    Raises:
      ValueError: for shapes that differ.
      TypeError: for labels that are no bools.
      InvalidArgumentError: at run time, for predictions outside [0, 1].
    """
    count = 201 if num_thresholds is None else num_thresholds
    weights = 1.0 if weights is None else weights
    tf.assert_type(labels, tf.bool)
    with tf.variable_scope(name, "precision_recall_at_equal_thresholds", [labels, predictions, weights]):
        predictions = tf.convert_to_tensor(predictions)
        said = "predictions must be in [0, 1]"
        low = tf.assert_greater_equal(predictions, tf.cast(0.0, predictions.dtype), message=said)
        high = tf.assert_less_equal(predictions, tf.cast(1.0, predictions.dtype), message=said)
        with tf.control_dependencies([low, high]):
            predictions, labels, weights = alike(predictions, labels, weights)
        places = tf.cast(tf.floor(tf.reshape(predictions, [-1]) * (count - 1)), tf.int32)
        truth, weights = tf.cast(labels, tf.float64), tf.cast(weights, tf.float64)
        with tf.name_scope("variables"):
            true = metric_variable([count], tf.float64, "tp_buckets")
            false = metric_variable([count], tf.float64, "fp_buckets")
        with tf.name_scope("update_op"):
            locking = True if use_locking is None else use_locking
            updates = [
                tf.scatter_add(kept, places, tf.reshape(part * weights, [-1]), use_locking=locking)
                for kept, part in ((true, truth), (false, 1.0 - truth))
            ]
        return _shares(true, false, predictions.dtype, count), tf.group(*updates)


def _shares(true, false, dtype, count: int) -> PrecisionRecallData:
    tp, fp = tf.cumsum(true, reverse=True, name="tp"), tf.cumsum(false, reverse=True, name="fp")
    fn, tn = tp[0] - tp, fp[0] - fp
    precision = tp / tf.maximum(tf.constant(SMALL, tf.float64), tp + fp)
    recall = tp / tf.maximum(tf.constant(SMALL, tf.float64), tp + fn)
    thresholds = tf.linspace(0.0, 1.0, count)
    return PrecisionRecallData(*[tf.cast(t, dtype) for t in (tp, fp, tn, fn, precision, recall, thresholds)])


def auc_using_histogram(
    boolean_labels,
    scores,
    score_range,
    nbins: int = 100,
    collections=None,
    check_shape: bool = True,
    name: str | None = None,
) -> tuple:
    """The area under the ROC curve of scores counted in bins; a pair of it, float32, and its update op.

    boolean_labels: bool [n]; scores: numbers [n]; score_range: [2], between which they are expected: others count in
    the bins at the ends. collections: of the variables, LOCAL_VARIABLES by default. check_shape: nothing depends on it,
    as in TensorFlow. Bouckaert, Efficient AUC Learning Curve Calculation (2006).

    Raises:
      ValueError: for labels that are no bools.
    """
    collections = [tf.GraphKeys.LOCAL_VARIABLES] if collections is None else collections
    with tf.variable_scope(name, "auc_using_histogram", [boolean_labels, scores, score_range]):
        scores, labels = without_last_axis(tf.convert_to_tensor(scores), tf.convert_to_tensor(boolean_labels))
        if labels.dtype.base_dtype is not tf.bool:
            raise ValueError(f"Argument boolean_labels should have dtype bool. Found: {labels.dtype.name}")
        ends = tf.convert_to_tensor(score_range, name="score_range")
        kept, updates = [], []
        for which, chosen in (("true", labels), ("false", tf.logical_not(labels))):
            counts = tf.histogram_fixed_width(tf.boolean_mask(scores, chosen), ends, nbins, tf.int64)
            variable = _kept_counts(f"hist_{which}_acc", nbins, collections)
            updates.append(variable.assign_add(counts))
            kept.append(variable)
        return _area(*kept), tf.group(*updates, name="update_op")


def _kept_counts(name: str, count: int, collections):
    with tf.variable_scope("hist_accumulate"):
        return tf.get_variable(
            name, [count], tf.int64, tf.zeros_initializer(), collections=collections, trainable=False
        )


def _area(true, false):
    """The area below shares of what is true over shares of what is false, from the highest bin on."""
    rise, step = [
        tf.cast(tf.reverse(tf.truediv(counts, tf.reduce_sum(counts)), [0]), tf.float32) for counts in (true, false)
    ]
    heights = tf.cumsum(rise)
    before = tf.cumsum(rise, exclusive=True)
    return tf.reduce_sum(step * (heights + before) / 2.0, name="auc")
