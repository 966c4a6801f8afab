"""Means over classes; see `streams` for arguments and results."""

from __future__ import annotations

import minitf as tf
from minitf.metrics.streams import metric, metric_variable, ratio
from minitf.ops.math.confusion import without_last_axis


def _flat(tensor):
    return tf.reshape(tensor, [-1]) if (tensor.shape.rank or 2) > 1 else tensor


def streaming_confusion_matrix(labels, predictions, num_classes, weights=None) -> tuple:
    """The confusion matrix [num_classes, num_classes] of all updates, float64, and its update op."""
    total = metric_variable([num_classes, num_classes], tf.float64, "total_confusion_matrix")
    predictions, labels = tf.cast(predictions, tf.int64), tf.cast(labels, tf.int64)
    num_classes = tf.cast(num_classes, tf.int64)
    predictions, labels = _flat(predictions), _flat(labels)
    weights = None if weights is None else _flat(tf.convert_to_tensor(weights))
    current = tf.confusion_matrix(labels, predictions, num_classes, weights=weights, dtype=tf.float64)
    return total, tf.assign_add(total, current)


@metric("mean_iou")
def mean_iou(labels, predictions, num_classes, weights=None) -> tuple:
    """The mean over classes of intersection over union: how often right over how often labelled or predicted;
    classes that never occur do not count. A pair of it and the update op, which gives the confusion matrix.
    """
    predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
    predictions.shape.assert_is_compatible_with(labels.shape)
    total, update_op = streaming_confusion_matrix(labels, predictions, num_classes, weights)
    predicted = tf.cast(tf.reduce_sum(total, 0), tf.float32)
    labelled = tf.cast(tf.reduce_sum(total, 1), tf.float32)
    right = tf.cast(tf.diag_part(total), tf.float32)
    union = predicted + labelled - right
    number = tf.reduce_sum(tf.cast(tf.not_equal(union, 0), tf.float32))
    ious = tf.div(right, tf.where(tf.greater(union, 0), union, tf.ones_like(union)))
    some = tf.greater(number, 0)
    return tf.where(some, tf.reduce_sum(ious, name="mean_iou") / number, 0), update_op


@metric("mean_accuracy")
def mean_per_class_accuracy(labels, predictions, num_classes, weights=None) -> tuple:
    """The mean over classes of how often predictions are right; a pair of it and the update op, which gives
    the accuracy of each class.
    """
    labels = tf.cast(labels, tf.int64)
    labels, predictions = without_last_axis(labels, tf.convert_to_tensor(predictions))
    predictions.shape.assert_is_compatible_with(labels.shape)
    total = metric_variable([num_classes], tf.float32, "total")
    count = metric_variable([num_classes], tf.float32, "count")
    ones = tf.ones([tf.size(labels)], tf.float32)
    predictions, labels = _flat(predictions), _flat(labels)
    if labels.dtype.base_dtype is not predictions.dtype.base_dtype:
        predictions = tf.cast(predictions, labels.dtype)
    right = tf.cast(tf.equal(predictions, labels), tf.float32)
    if weights is not None:
        weights = tf.cast(_flat(tf.convert_to_tensor(weights)), tf.float32)
        right, ones = right * weights, ones * weights
    update_total = tf.scatter_add(total, labels, ones)
    update_count = tf.scatter_add(count, labels, right)
    value = tf.reduce_mean(ratio(count, total, None), name="mean_accuracy")
    return value, ratio(update_count, update_total, "update_op")
