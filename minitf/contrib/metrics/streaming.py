"""tf.metrics by the names, and with the order of arguments, that they had before TensorFlow 1.0."""

from __future__ import annotations

import minitf as tf
from minitf import metrics
from minitf.framework.named import named
from minitf.framework.taking import arguments, taking
from minitf.metrics.counts import counted_at, of_float32


def _streaming(function, name: str | None = None, but: str = ""):
    """A function of tf.metrics with predictions before labels, and without some arguments."""
    known = {p.name: p for p in arguments(function) if p.name not in but.split()}
    swapped = ["predictions", "labels"] if "labels" in known else []
    order = [*swapped, *[n for n in known if n not in swapped]]
    doc = f"`tf.metrics.{function.__name__}`, with predictions before labels."
    return named(f"streaming_{name or function.__name__}", doc)(taking([known[n] for n in order])(function))


def _counted(kind: str, name: str):
    """A number at thresholds, a pair of its variable and the update op."""

    @named(f"streaming_{name}_at_thresholds", f"`tf.metrics.{name}_at_thresholds` of any predictions, unnamed.")
    def function(predictions, labels, thresholds: list, weights=None) -> tuple:
        values, updates = counted_at(labels, of_float32(predictions), thresholds, weights, (kind,))
        return values[kind], updates[kind]

    return function


streaming_accuracy = _streaming(metrics.accuracy)
streaming_auc = _streaming(metrics.auc, but="summation_method thresholds")
streaming_false_negatives = _streaming(metrics.false_negatives)
streaming_false_negatives_at_thresholds = _counted("fn", "false_negatives")
streaming_false_positives = _streaming(metrics.false_positives)
streaming_false_positives_at_thresholds = _counted("fp", "false_positives")
streaming_mean = _streaming(metrics.mean)
streaming_mean_absolute_error = _streaming(metrics.mean_absolute_error)
streaming_mean_cosine_distance = _streaming(metrics.mean_cosine_distance)
streaming_mean_iou = _streaming(metrics.mean_iou)
streaming_mean_relative_error = _streaming(metrics.mean_relative_error)
streaming_mean_squared_error = _streaming(metrics.mean_squared_error)
streaming_mean_tensor = _streaming(metrics.mean_tensor)
streaming_percentage_less = _streaming(metrics.percentage_below, "percentage_less")
streaming_precision = _streaming(metrics.precision)
streaming_precision_at_thresholds = _streaming(metrics.precision_at_thresholds)
streaming_recall = _streaming(metrics.recall)
streaming_recall_at_thresholds = _streaming(metrics.recall_at_thresholds)
streaming_root_mean_squared_error = _streaming(metrics.root_mean_squared_error)
streaming_sensitivity_at_specificity = _streaming(metrics.sensitivity_at_specificity)
streaming_sparse_average_precision_at_k = _streaming(metrics.average_precision_at_k, "sparse_average_precision_at_k")
streaming_sparse_precision_at_k = _streaming(metrics.precision_at_k, "sparse_precision_at_k")
streaming_sparse_recall_at_k = _streaming(metrics.recall_at_k, "sparse_recall_at_k")
streaming_specificity_at_sensitivity = _streaming(metrics.specificity_at_sensitivity)
streaming_true_negatives = _streaming(metrics.true_negatives)
streaming_true_negatives_at_thresholds = _counted("tn", "true_negatives")
streaming_true_positives = _streaming(metrics.true_positives)
streaming_true_positives_at_thresholds = _counted("tp", "true_positives")


def streaming_recall_at_k(
    predictions,
    labels,
    k: int,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name: str | None = None,
) -> tuple:
    """How often the one label of each row is among its k largest predictions; a pair of the share and its
    update op. labels: [batch] integers; predictions: [batch, classes] float32.
    """
    found = tf.cast(tf.nn.in_top_k(predictions, labels, k), tf.float32)
    return metrics.mean(found, weights, metrics_collections, updates_collections, name or f"recall_at_{k}")


def accuracy(predictions, labels, weights=None, name: str | None = None) -> tf.Tensor:
    """The share of predictions, of this run alone, that equal the labels.

    Raises:
      ValueError: for types that differ, or floats.
    """
    predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
    if not (labels.dtype.is_integer or labels.dtype in (tf.bool, tf.string)):
        raise ValueError(f"labels are integers, bools or strings, not {labels.dtype.name}")
    if labels.dtype.base_dtype is not predictions.dtype.base_dtype:
        raise ValueError(f"labels are {labels.dtype.name}, but predictions {predictions.dtype.name}")
    with tf.name_scope(name, "accuracy", [predictions, labels]):
        right = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is None:
            return tf.reduce_mean(right)
        right = tf.multiply(right, weights)
        return tf.div(tf.reduce_sum(right), tf.reduce_sum(tf.multiply(weights, tf.ones_like(right))))


def aggregate_metrics(*value_update_tuples) -> tuple[list, list]:
    """The values, and the update ops, of several metrics."""
    if not value_update_tuples:
        raise ValueError("aggregate_metrics needs one pair of a value and an update op at least")
    values, updates = zip(*value_update_tuples)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: dict) -> tuple[dict, dict]:
    """The values, and the update ops, of several metrics by their names."""
    values = {name: value for name, (value, _) in names_to_tuples.items()}
    return values, {name: update for name, (_, update) in names_to_tuples.items()}
