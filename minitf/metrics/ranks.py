"""Recall and precision of the k best predictions, when more than one class may be right; see `streams` for
arguments and results.

labels: int64 [..., number of labels], or without the last axis if there is one label each, or a SparseTensor;
predictions: floats [..., classes]; weights: [...]. Repeated labels count once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.metrics.streams import broadcast_weights, collected, finishing, metric_variable


class _Ids(NamedTuple):
    """Ids [..., n], and which of them count."""

    ids: tf.Tensor
    valid: tf.Tensor

    def of_class(self, class_id):
        """Only those of a class, if there is one."""
        if class_id is None:
            return self
        return _Ids(self.ids, tf.logical_and(self.valid, tf.equal(self.ids, tf.cast(class_id, tf.int64))))

    def is_in(self, others):
        """For each whether it counts and is among others that do."""
        same = tf.equal(tf.expand_dims(self.ids, -1), tf.expand_dims(others.ids, -2))
        same = tf.logical_and(same, tf.expand_dims(others.valid, -2))
        return tf.logical_and(self.valid, tf.reduce_any(same, -1))

    def once(self):
        """Repeated ones count the first time only."""
        same = tf.equal(tf.expand_dims(self.ids, -1), tf.expand_dims(self.ids, -2))
        same = tf.logical_and(same, tf.expand_dims(self.valid, -2))
        earlier = tf.matrix_band_part(tf.cast(same, tf.int32), -1, 0) - tf.matrix_diag(tf.cast(self.valid, tf.int32))
        return _Ids(self.ids, tf.logical_and(self.valid, tf.equal(tf.reduce_sum(earlier, -1), 0)))

    def below(self, count):
        """Only those that are classes, of which there are so many; None: those that may be."""
        valid = tf.logical_and(self.valid, tf.greater_equal(self.ids, 0))
        return _Ids(self.ids, valid if count is None else tf.logical_and(valid, tf.less(self.ids, count)))

    def count(self):
        """How many count, [...]."""
        return tf.reduce_sum(tf.cast(self.valid, tf.float64), -1)


def _labels(labels, predictions) -> _Ids:
    """Labels for predictions, with a last axis of one label each if they have none."""
    if isinstance(labels, (tf.SparseTensor, tf.SparseTensorValue)):
        labels = tf.convert_to_tensor_or_sparse_tensor(labels)
        there = tf.SparseTensor(labels.indices, tf.ones_like(labels.values, tf.bool), labels.dense_shape)
        ids = tf.sparse_tensor_to_dense(tf.cast(labels, tf.int64), validate_indices=False)
        valid = tf.sparse_tensor_to_dense(there, False, validate_indices=False)
        return _Ids(_of_each(ids, predictions), _of_each(valid, predictions))
    labels = _of_each(tf.convert_to_tensor(labels), predictions)
    if labels.dtype.base_dtype is not tf.int64:
        raise TypeError(f"labels are int64, not {labels.dtype.base_dtype.name} ({labels.name}); use tf.cast")
    return _Ids(labels, tf.ones_like(labels, tf.bool))


def _fewer_axes(labels, chosen) -> int | str:
    """How many axes the labels have fewer than the classes chosen, or what else tells of them."""
    if isinstance(labels, (tf.SparseTensor, tf.SparseTensorValue)):
        return "sparse"
    own = labels.shape.rank if hasattr(labels, "get_shape") else np.ndim(labels)
    ranks = own, chosen.shape.rank
    return "unknown" if None in ranks else ranks[1] - ranks[0]


def _of_each(labels, predictions):
    """Labels in the rank of the predictions."""
    rank, own = predictions.shape.rank, labels.shape.rank
    if None in (rank, own):
        fewer = tf.equal(tf.rank(predictions), tf.rank(labels) + 1)
        return tf.cond(fewer, lambda: tf.expand_dims(labels, -1), lambda: labels)
    if own not in (rank - 1, rank):
        raise ValueError(f"Unexpected labels shape {labels.shape} for predictions of rank {rank}")
    return tf.expand_dims(labels, -1) if own == rank - 1 else labels


def _name(what: str, k, class_id) -> str:
    name = f"{what}_at_{'k' if k is None else k}"
    return name if class_id is None else f"{name}_class{class_id}"


def _best(predictions, k: int):
    return tf.nn.top_k(predictions, k)[1]


def _summed(name: str, rows, weights) -> tuple:
    """The weighted sum of numbers of all updates, and its update op."""
    with name_scope(None, name) as scope:
        if weights is not None:
            rows = tf.multiply(rows, broadcast_weights(tf.cast(weights, tf.float64), rows))
        total = metric_variable([], tf.float64, scope)
        return total, tf.assign_add(total, tf.reduce_sum(rows), name="update")


def _at_k(what: str) -> Callable:
    """A decorator: the function gives a value and an update op in the scope that it gets, named by k and class_id."""

    def finish(found, metrics_collections, updates_collections, name) -> tuple:
        of = found.keywords
        with name_scope(name, _name(what, of["k"], of.get("class_id")), list(of.values())) as scope:
            return collected(*found(scope=scope), metrics_collections, updates_collections)

    return finishing(finish)


def _share(what: str, other: str, doc: str):
    """The public function of true positives over these and what `other` says."""

    @named(f"{what}_at_top_k", doc)
    @_at_k(what)
    def function(
        labels, predictions_idx, k: int | None = None, class_id: int | None = None, weights=None, *, scope
    ) -> tuple:
        chosen = tf.cast(predictions_idx, tf.int64)
        since = op_counts.Since()
        fewer = _fewer_axes(labels, chosen)
        truth = _labels(labels, chosen).of_class(class_id).once()
        chosen = _Ids(chosen, tf.ones_like(chosen, tf.bool)).of_class(class_id).once()
        right = _Ids(truth.ids, truth.is_in(chosen)).count()
        wrong = (truth if other == "false_negative" else chosen).count() - right
        found, update_found = _summed(_name("true_positive", k, class_id), right, weights)
        rest, update_rest = _summed(_name(other, k, class_id), wrong, weights)
        value = tf.div(found, tf.add(found, rest), name=scope)
        update_op = tf.div(update_found, tf.add(update_found, update_rest), name="update")
        given = weights is not None, not isinstance(weights, tf.Tensor), class_id is not None
        since.count_as(op_counts.share_at_k(fewer, *given))
        return value, update_op

    return function


def _of_best(what: str, share: Callable, doc: str):
    """The public function of a share of the k largest predictions."""

    @named(f"{what}_at_k", doc)
    @_at_k(what)
    def function(labels, predictions, k: int, class_id: int | None = None, weights=None, *, scope) -> tuple:
        return share(labels, _best(predictions, k), k, class_id, weights, name=scope)

    return function


_OF_CLASSES = "of the classes predictions_idx, [..., k] integers."
_PAIR = "a pair of it and its update op, float64.\n    class_id: count only that class.\n    "
recall_at_top_k = _share("recall", "false_negative", f"`recall_at_k` {_OF_CLASSES}")
precision_at_top_k = _share("precision", "false_positive", f"`precision_at_k` {_OF_CLASSES}")
recall_at_k = _of_best(
    "recall", recall_at_top_k, f"The share of labels that are among the k largest predictions; {_PAIR}"
)
precision_at_k = _of_best(
    "precision", precision_at_top_k, f"The share of the k largest predictions that are labels; {_PAIR}"
)
sparse_precision_at_k = precision_at_k


@_at_k("average_precision")
def average_precision_at_k(labels, predictions, k: int, weights=None, *, scope) -> tuple:
    """The mean of the average precision of the k largest predictions: the precisions down to each label that
    is found, summed, over the number of labels (k at most). A pair of it and its update op, float64.
    """
    if k < 1:
        raise ValueError(f"k is 1 at least, not {k}")
    predictions = tf.convert_to_tensor(predictions)
    classes = tf.cast(tf.shape(predictions)[-1], tf.int64)
    return average_precision(labels, _best(predictions, k), k, weights, scope, classes)


def average_precision(labels, predictions_idx, k: int, weights, scope: str, classes=None) -> tuple:
    """The mean of the average precision of k predicted classes; see `average_precision_at_k`."""
    since = op_counts.Since()
    chosen = tf.cast(predictions_idx, tf.int64)
    truth = _labels(labels, chosen)
    if not isinstance(labels, (tf.SparseTensor, tf.SparseTensorValue)):
        truth = truth.below(classes)
    relevant = tf.cast(_Ids(chosen, tf.ones_like(chosen, tf.bool)).is_in(truth), tf.float64)
    places = tf.cast(tf.range(1, k + 1), tf.float64)
    precisions = relevant * tf.cumsum(relevant, -1) / places
    rows = tf.div(tf.reduce_sum(precisions, -1), tf.minimum(truth.count(), float(k)))
    ones = tf.ones_like(rows)
    # TensorFlow's search for the largest label has the first name where it knows how many classes there are
    most, update_most = _summed("max" if classes is None else "max_1", ones, weights)
    total, update_total = _summed("total", rows, weights)
    value = tf.div_no_nan(total, most, name="mean")
    update_op = tf.div_no_nan(update_total, update_most, name=scope)
    if classes is not None:
        given = weights is not None, not isinstance(weights, tf.Tensor)
        since.count_as(op_counts.average_at_k(_fewer_axes(labels, chosen), *given, k))
    return value, update_op


sparse_average_precision_at_k = average_precision_at_k
