"""What the curves of rates over thresholds say; see `streams` for arguments and results."""

from __future__ import annotations

import minitf as tf
from minitf.metrics.counts import at_thresholds
from minitf.metrics.streams import collected, metric

_SMALL = 1e-7
_MOST = 1 << 20  # thresholds; each is compared with every prediction


def _spread(count: int) -> list[float]:
    """Thresholds from just below 0 to just above 1."""
    if count > _MOST:
        raise ValueError(f"num_thresholds is at most {_MOST:,}, not {count:,}")
    return [0.0 - _SMALL, *[(i + 1) / (count - 1) for i in range(count - 2)], 1.0 + _SMALL]


def auc(
    labels,
    predictions,
    weights=None,
    num_thresholds: int = 200,
    metrics_collections=None,
    updates_collections=None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds=None,
) -> tuple:
    """The area under a curve, worked out at thresholds; a pair of it and its update op.

    labels: bools; predictions: floats in [0, 1]. num_thresholds: how many, spread evenly; or thresholds, a
    list. curve: "ROC" (true over false positive rate) or "PR" (precision over recall). summation_method:
    "trapezoidal", "minoring", "majoring", or for PR "careful_interpolation" (Davis & Goadrich, ICML 2006).

    Raises:
      ValueError: for other names.
    """
    with tf.variable_scope(name, "auc", [labels, predictions, weights]):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve is 'ROC' or 'PR', not {curve!r}")
        limits = _spread(num_thresholds) if thresholds is None else [0.0 - _SMALL, *sorted(thresholds), 1.0 + _SMALL]
        results = at_thresholds(labels, tf.convert_to_tensor(predictions), limits, weights)
        value, update_op = [
            _area(**of, name=what, curve=curve, method=summation_method)
            for of, what in zip(results, ("value", "update_op"))
        ]
        return collected(value, update_op, metrics_collections, updates_collections)


def _area(tp, fn, tn, fp, name: str, curve: str, method: str):
    """The area from counts at rising thresholds."""
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated_area(tp, fn, fp)
    little = 1.0e-6
    recall = tf.div(tp + little, tp + fn + little)
    if curve == "ROC":
        x, y = tf.div(fp, fp + tn + little), recall
    else:
        x, y = recall, tf.div(tp + little, tp + fp + little)
    last = x.shape[0].value - 1
    widths = x[:last] - x[1:]
    if method in ("trapezoidal", "careful_interpolation"):
        return tf.reduce_sum(tf.multiply(widths, (y[:last] + y[1:]) / 2.0), name=name)
    if method not in ("minoring", "majoring"):
        raise ValueError(
            f"summation_method is 'trapezoidal', 'minoring', 'majoring' or 'careful_interpolation', not {method!r}"
        )
    heights = (tf.minimum if method == "minoring" else tf.maximum)(y[:last], y[1:])
    return tf.reduce_sum(tf.multiply(widths, heights), name=name)


def _interpolated_area(tp, fn, fp):
    """The area below precision over recall, true positives between thresholds growing with all positives."""
    last = tp.shape[0].value - 1
    found = tp[:last] - tp[1:]
    positives = tp + fp
    more = positives[:last] - positives[1:]
    slope = tf.div_no_nan(found, tf.maximum(more, 0), name="prec_slope")
    intercept = tp[1:] - tf.multiply(slope, positives[1:])
    both = tf.logical_and(positives[:last] > 0, positives[1:] > 0)
    ratio = tf.div_no_nan(positives[:last], tf.maximum(positives[1:], 0), name="recall_relative_ratio")
    ratio = tf.where(both, ratio, tf.ones_like(positives[1:]))
    rise = tf.div_no_nan(
        slope * (found + intercept * tf.log(ratio)), tf.maximum(tp[1:] + fn[1:], 0), name="pr_auc_increment"
    )
    return tf.reduce_sum(rise, name="interpolate_pr_auc")


def _nearest(chosen, wanted, labels, predictions, weights, count: int) -> list:
    if not 0 <= wanted <= 1:
        raise ValueError(f"a rate is in [0, 1], not {wanted!r}")
    results = at_thresholds(labels, tf.convert_to_tensor(predictions), _spread(count), weights)
    return [chosen(of, wanted, what) for of, what in zip(results, ("value", "update_op"))]


def _sensitivity(of: dict, specificity, name: str):
    specificities = tf.div(of["tn"], of["tn"] + of["fp"] + _SMALL)
    at = tf.cast(tf.argmin(tf.abs(specificities - specificity), 0), tf.int32)
    return tf.div(of["tp"][at], of["tp"][at] + of["fn"][at] + _SMALL, name)


def _specificity(of: dict, sensitivity, name: str):
    """At the last threshold among equally good ones."""
    distances = tf.abs(tf.div(of["tp"], of["tp"] + of["fn"] + _SMALL) - sensitivity)
    best = tf.cast(tf.equal(distances, tf.reduce_min(distances)), tf.int64)
    at = tf.cast(tf.argmax(tf.cumsum(best), 0), tf.int32)
    return tf.div(of["tn"][at], of["tn"][at] + of["fp"][at] + _SMALL, name)


@metric("sensitivity_at_specificity")
def sensitivity_at_specificity(
    labels, predictions, specificity: float, weights=None, num_thresholds: int = 200
) -> tuple:
    """The share of what is true found at the threshold whose share of what is false, found so, is nearest to
    `specificity`; a pair of it and its update op. predictions: floats in [0, 1].
    """
    return _nearest(_sensitivity, specificity, labels, predictions, weights, num_thresholds)


@metric("specificity_at_sensitivity")
def specificity_at_sensitivity(
    labels, predictions, sensitivity: float, weights=None, num_thresholds: int = 200
) -> tuple:
    """The share of what is false found so at the threshold whose share of what is true found is nearest to
    `sensitivity`; a pair of it and its update op. predictions: floats in [0, 1].
    """
    return _nearest(_specificity, sensitivity, labels, predictions, weights, num_thresholds)
