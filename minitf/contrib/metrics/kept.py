"""Metrics that need all values of all updates at once: these are kept."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import minitf as tf
from minitf.contrib.metrics.rates import SMALL
from minitf.metrics.streams import alike, collected, metric, metric_variable

_GROWTH = 1.5  # what is kept is moved to room of a power of it


class AucData(NamedTuple):
    """An area under a curve, and between what it is likely to be."""

    auc: tf.Tensor
    lower: tf.Tensor
    upper: tf.Tensor


@metric("streaming_concat")
def streaming_concat(values, axis: int = 0, max_size: int | None = None) -> tuple:
    """The values of all updates joined along an axis, max_size at most if it is given; a pair of them and the update
    op, which gives how many there are.

    Raises:
      ValueError: for values of unknown sizes on other axes, or an axis that they do not have.
    """
    values = tf.convert_to_tensor(values)
    axis, others = _sizes_but_of(axis, values.shape)
    front = [axis, *[i for i in range(len(others) + 1) if i != axis]]
    array = metric_variable([max_size or 0, *others], values.dtype, "array", validate_shape=False)
    size = metric_variable([], tf.int32, "size")
    kept = array[:size]
    kept.set_shape([None, *others])
    value = tf.transpose(kept, [front.index(i) for i in range(len(front))], name="concat")
    added = tf.shape(values)[axis]
    if max_size is not None:
        added = tf.minimum(added, max_size - size)
    moved = tf.transpose(values, front)[:added]
    longer = size + added
    room = tf.cond(longer > tf.shape(array)[0], lambda: _more_room(array, size, longer, others), tf.no_op)
    with tf.control_dependencies([room]):
        written = array[size:longer].assign(moved)
    with tf.control_dependencies([written]):
        return value, size.assign(longer)


def _sizes_but_of(axis: int, shape) -> tuple[int, list[int]]:
    """The axis counted from the front, and the sizes of the others."""
    if shape.rank is None:
        raise ValueError("`values` must have a statically known rank")
    at = axis + shape.rank if axis < 0 else axis
    if not 0 <= at < shape.rank:
        raise ValueError(f"axis = {axis} not in [0, {shape.rank})")
    others = [d.value for i, d in enumerate(shape.dims) if i != at]
    if None in others:
        raise ValueError(f"all dimensions of `values` but {at} must have a statically known size, not {shape}")
    return at, others


def _more_room(array, size, wanted, others: list[int]):
    power = tf.ceil(tf.log(tf.cast(wanted, tf.float32)) / tf.log(_GROWTH))
    length = tf.cast(tf.ceil(_GROWTH**power), tf.int32)
    before = tf.identity(array[:size])
    with tf.control_dependencies([before]):
        larger = tf.assign(array, tf.zeros(tf.stack([length, *others]), array.dtype.base_dtype), validate_shape=False)
    with tf.control_dependencies([larger]):
        copied = array[:size].assign(before)
    with tf.control_dependencies([copied]):
        return tf.no_op()


def _kept(labels, predictions, weights) -> tuple:
    """Flat labels, predictions and weights (or None) of all updates, and their update op.

    InvalidArgumentError, when it runs, for labels that are neither 0 nor 1.
    """
    predictions = tf.reshape(tf.cast(predictions, tf.float64), [-1])
    labels = tf.reshape(tf.cast(labels, tf.int64), [-1])
    low = tf.assert_greater_equal(labels, tf.zeros_like(labels), message="labels must be 0 or 1, at least one is <0")
    high = tf.assert_less_equal(labels, tf.ones_like(labels), message="labels must be 0 or 1, at least one is >1")
    with tf.control_dependencies([low, high]):
        predictions, update_predictions = streaming_concat(predictions, name="concat_preds")
        labels, update_labels = streaming_concat(labels, name="concat_labels")
        updates = [update_labels, update_predictions]
        if weights is not None:
            weights, update_weights = streaming_concat(weights, name="concat_weights")
            updates.append(update_weights)
        return labels, predictions, weights, tf.group(*updates)


def streaming_dynamic_auc(
    labels,
    predictions,
    curve: str = "ROC",
    metrics_collections=(),
    updates_collections=(),
    name: str | None = None,
    weights=None,
) -> tuple:
    """The area under a curve with every prediction of all updates as a threshold, 0 if all labels are equal; a pair
    of it, float64, and its update op.

    labels: 0 or 1, predictions: numbers, weights: not negative, of one shape. curve: "ROC" or "PR".

    Raises:
      ValueError: for another curve, or shapes that differ.
      InvalidArgumentError: at run time, for other labels.
    """
    if curve not in ("PR", "ROC"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
    with tf.variable_scope(name, "dynamic_auc"):
        labels, predictions = tf.convert_to_tensor(labels), tf.convert_to_tensor(predictions)
        labels.shape.assert_is_compatible_with(predictions.shape)
        if weights is not None:
            weights = tf.reshape(tf.cast(weights, tf.float64), [-1])
        labels, predictions, weights, update_op = _kept(labels, predictions, weights)
        weights = tf.ones_like(labels, tf.float64) if weights is None else weights
        positive = tf.where(tf.greater(labels, 0), weights, tf.zeros_like(weights))
        found, all_of_them = tf.reduce_sum(positive), tf.reduce_sum(weights)
        area = tf.cond(
            tf.logical_or(tf.equal(found, 0), tf.equal(found, all_of_them)),
            lambda: tf.constant(0, tf.float64),
            lambda: _area(predictions, positive, weights, curve),
        )
        return collected(area, update_op, metrics_collections, updates_collections)


def _area(predictions, positive, weights, curve: str):
    """The area under a curve whose points lie between predictions that differ."""
    ordered, places = tf.nn.top_k(predictions, tf.size(predictions))
    _, _, counts = tf.unique_with_counts(ordered)
    between = tf.pad(tf.cumsum(counts), [[1, 0]])

    def above(numbers):
        """The sum of what stands above each point."""
        return tf.gather(tf.pad(tf.cumsum(tf.gather(numbers, places)), [[1, 0]]), between)

    found, chosen = above(positive), above(weights)
    recall = found / found[-1]
    if curve == "ROC":
        xs, ys = above(weights - positive) / (chosen[-1] - found[-1]), recall
    else:
        xs, ys = recall, tf.where(tf.greater(between, 0), found / chosen, tf.ones_like(found))
    return tf.reduce_sum((ys[1:] + ys[:-1]) / 2.0 * tf.abs(xs[1:] - xs[:-1]))


def auc_with_confidence_intervals(
    labels,
    predictions,
    weights=None,
    alpha: float = 0.95,
    logit_transformation: bool = True,
    metrics_collections=(),
    updates_collections=(),
    name: str | None = None,
) -> tuple:
    """The area under the ROC curve of all updates, and between which numbers it is with a probability of `alpha`; a
    pair of `AucData(auc, lower, upper)` and its update op.

    They are 0 where the labels of a run are all equal, or their weights sum up to less than 1. labels: 0 or 1,
    predictions: float32, weights: not negative, of one shape. logit_transformation: the limits are in [0, 1] then.
    From placement values: DeLong et al., Biometrics 44 (1988); Sun & Xu, IEEE Signal Processing Letters 21 (2014).

    Raises:
      ValueError: for an alpha that is not in (0, 1), or shapes that differ.
      InvalidArgumentError: at run time, for other labels.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1; currently {alpha:.2f}")
    weights = tf.ones_like(predictions) if weights is None else weights
    with tf.variable_scope(name, "auc_with_confidence_intervals", [labels, predictions, weights]):
        predictions, labels, weights = alike(predictions, labels, weights)
        enough = tf.greater_equal(tf.reduce_sum(weights), 1.0)
        labels = tf.cast(labels, tf.int64)
        both = tf.logical_and(tf.equal(tf.reduce_min(labels), 0), tf.equal(tf.reduce_max(labels), 1))
        *kept, update_op = _kept(labels, predictions, tf.reshape(weights, [-1]))
        update_op = tf.cond(enough, lambda: update_op, tf.no_op)
        none = tf.constant(0.0)
        found = AucData(
            *tf.cond(
                tf.logical_and(both, enough),
                lambda: _limits(*_placed(*kept), NormalDist().inv_cdf((1.0 - alpha) / 2.0), logit_transformation),
                lambda: [none, none, none],
            )
        )
        return collected(found, update_op, metrics_collections, updates_collections)


def _placed(labels, predictions, weights) -> tuple:
    """The area, and its standard error, by how many of the others are below each prediction."""
    ordered, places = tf.nn.top_k(-predictions, tf.size(predictions))
    _, groups = tf.unique(ordered)
    true = tf.cast(tf.gather(labels, places), weights.dtype)
    weights = tf.gather(weights, places)
    parts = [_part(weights * own, weights * (1.0 - own), groups) for own in (1.0 - true, true)]
    (below, total_0), (above, total_1) = parts
    below = 1.0 - below
    auc_0, variance_0 = _moments(below, weights * (1.0 - true), total_0)
    auc_1, variance_1 = _moments(above, weights * true, total_1)
    error = tf.sqrt(variance_0 / (total_0 + SMALL) + variance_1 / (total_1 + SMALL))
    return tf.where(tf.less(total_0, total_1), auc_1, auc_0), error


def _part(own, others, groups) -> tuple:
    """Which share of the others is below each, those that are equal counted half, and the weight of its own kind."""
    totals = tf.segment_sum(others, groups)
    shares = (tf.cumsum(totals, exclusive=True) + totals / 2.0) / (tf.reduce_sum(totals) + SMALL)
    return tf.gather(shares, groups), tf.reduce_sum(own)


def _moments(values, weights, total) -> tuple:
    mean = tf.reduce_sum(weights * values) / (total + SMALL)
    return mean, tf.reduce_sum(weights * tf.squared_difference(values, mean)) / (total - 1.0 + SMALL)


def _limits(auc, error, quantile: float, logit: bool) -> list:
    if logit:
        middle = tf.log(auc / (1.0 - auc + SMALL))
        error = error / (auc * (1.0 - auc + SMALL))
    else:
        middle = auc
    limits = [middle + quantile * error, middle - quantile * error]
    if logit:
        limits = [1.0 / (1.0 + tf.exp(-limit) + SMALL) for limit in limits]
    certain = tf.logical_or(tf.equal(auc, 1.0), tf.equal(auc, 0.0))
    return [auc, *[tf.where(certain, auc, limit) for limit in limits]]
