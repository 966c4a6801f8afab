"""The confusion matrix: how often each class was taken for each."""

from __future__ import annotations

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.joining import stack
from minitf.ops.control import check
from minitf.ops.control.cond import cond
from minitf.ops.control.control import with_dependencies
from minitf.ops.math import math, reduce
from minitf.ops.math.cast import cast


def without_last_axis(
    labels: Tensor, predictions: Tensor, name: str | None = None, more: int = 0
) -> tuple[Tensor, Tensor]:
    """Both, without the last axis of the one that has one axis more, if that is of size 1: asked when it runs if one
    of the ranks is unknown. more: how many axes more than labels predictions should have.
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        ranks = predictions.shape.rank, labels.shape.rank
        if None in ranks:
            since = op_counts.Since()
            found, shapes = array.rank(predictions) - array.rank(labels), (predictions.shape, labels.shape)
            predictions = squeezed_if(math.equal(more + 1, found), predictions)
            labels = squeezed_if(math.equal(more - 1, found), labels)
            since.count_as(op_counts.squeezed(*shapes))
            return labels, predictions
        if ranks[0] - ranks[1] == more + 1:
            predictions = array.squeeze(predictions, [-1])
        elif ranks[0] - ranks[1] == more - 1:
            labels = array.squeeze(labels, [-1])
        return labels, predictions


def _may_end_in_one(tensor: Tensor) -> bool:
    return tensor.shape.rank is None or tensor.shape.sizes[-1:] in ((1,), (None,))


def squeezed_if(decision: Tensor, tensor: Tensor) -> Tensor:
    """The tensor, without its last axis if that is decided and it may be of size 1."""
    if not _may_end_in_one(tensor):
        return tensor
    return cond(decision, lambda: array.squeeze(tensor, [-1]), lambda: tensor)


def confusion_matrix(
    labels, predictions, num_classes=None, dtype=dtypes.int32, name: str | None = None, weights=None
) -> Tensor:
    """How often each class (row) was predicted to be each (column), [num_classes, num_classes] of `dtype`.

    labels, predictions: vectors of classes; num_classes: one more than the largest of them if it is None;
    weights: what each counts, of their shape.

    Raises:
      ValueError: for shapes that do not fit.
      InvalidArgumentError: when it runs, for classes that are negative or not below num_classes.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.confusion_matrix([1, 2, 2], [1, 0, 2])))
    [[0 0 0]
     [0 1 0]
     [1 0 1]]
    """
    with name_scope(name, "confusion_matrix", [predictions, labels, num_classes, weights]):
        labels = convert_to_tensor(labels, name="labels")
        predictions = convert_to_tensor(predictions, name="predictions")
        labels, predictions = without_last_axis(labels, predictions)
        predictions, labels = cast(predictions, dtypes.int64), cast(labels, dtypes.int64)
        labels = _checked(labels, check.assert_non_negative, "`labels` is negative")
        predictions = _checked(predictions, check.assert_non_negative, "`predictions` is negative")
        if num_classes is None:
            num_classes = math.maximum(reduce.reduce_max(predictions), reduce.reduce_max(labels)) + 1
        else:
            limit = cast(num_classes, dtypes.int64)
            labels = _checked(labels, check.assert_less, "`labels` out of bound", limit)
            predictions = _checked(predictions, check.assert_less, "`predictions` out of bound", limit)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = cast(weights, dtype)
        shape = stack([num_classes, num_classes])
        places = stack([labels, predictions], axis=1)
        places.shape.assert_has_rank(2)
        values = array.ones_like(predictions, dtype) if weights is None else weights
        whole = cast(shape, dtypes.int64)
        zeros = array.zeros(cast(shape, dtypes.int32), dtype)
        return apply("SparseTensorDenseAdd", places, values, whole, zeros)


def _checked(classes: Tensor, assertion, message: str, *limits) -> Tensor:
    return with_dependencies([assertion(classes, *limits, message=message)], classes)
