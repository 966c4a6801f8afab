"""How well labels are found, in one number."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.metrics.rates import SMALL, spread
from minitf.metrics.counts import at_thresholds
from minitf.metrics.streams import alike, metric, metric_variable, ratio


@metric("f1")
def f1_score(labels, predictions, weights=None, num_thresholds: int = 200) -> tuple:
    """The best F1, the harmonic mean of precision and recall, at any of num_thresholds in [0, 1]; a pair of it and its
    update op.

    labels: bool, predictions: float in [0, 1], of one shape.
    """
    predictions, labels, weights = alike(predictions, labels, weights)
    parts = at_thresholds(labels, predictions, spread(num_thresholds), weights, ("tp", "fn", "fp"))
    value, update_op = [_best_f1(part["tp"], part["fp"], part["fn"]) for part in parts]
    return value, update_op


def _best_f1(tp, fp, fn):
    precision, recall = tf.div(tp, SMALL + tp + fp), tf.div(tp, SMALL + tp + fn)
    return tf.reduce_max(2.0 * precision * recall / (precision + recall + SMALL))


@metric("cohen_kappa")
def cohen_kappa(labels, predictions_idx, num_classes: int, weights=None) -> tuple:
    """Cohen's kappa: by how much labels and predictions agree more than by chance, 1 at most; a pair of it, float64,
    and its update op.

    labels, predictions_idx: classes, integers [n] or [n, 1].

    Raises:
      ValueError: for fewer than two classes.
      InvalidArgumentError: at run time, for classes that are not in [0, num_classes).
    """
    if num_classes < 2:
        raise ValueError(f"`num_classes` must be >= 2. Found: {num_classes}")
    labels = tf.convert_to_tensor(labels)
    if labels.shape.with_rank_at_most(2).rank == 2:
        labels = tf.squeeze(labels, [-1])
    predictions, labels, weights = alike(predictions_idx, labels, weights)
    kind = tf.int64 if weights is None or weights.dtype.is_integer else tf.float32
    kept = [metric_variable([num_classes], kind, name) for name in ("po", "pe_row", "pe_col")]
    table = tf.confusion_matrix(labels, predictions, num_classes, kind, "counts_in_table", weights)
    more = tf.diag_part(table), tf.reduce_sum(table, 0), tf.reduce_sum(table, 1)
    moved = [tf.assign_add(variable, part) for variable, part in zip(kept, more)]
    return _kappa(*kept, "value"), _kappa(*moved, "update_op")


def _kappa(agreed, predicted, labelled, name: str):
    total = tf.cast(tf.reduce_sum(predicted), tf.float64)
    chance = tf.reduce_sum(tf.div_no_nan(tf.cast(predicted * labelled, tf.float64), total))
    return ratio(tf.cast(tf.reduce_sum(agreed), tf.float64) - chance, total - chance, name)
