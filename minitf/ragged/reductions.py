"""Sums, products and the like of ragged tensors, along axes and over segments."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ragged.conversion import same_splits_type
from minitf.ragged.gathering import as_ragged
from minitf.ragged.partitions import lengths_to_splits, positions, positive_axis
from minitf.ragged.tensor import RaggedTensor

# ---- over segments


def _segmented(function, data, ids, count):
    """`function(data, ids, count)`, an op of dense tensors, where data or ids may be ragged."""
    if not isinstance(data, RaggedTensor):
        if isinstance(ids, RaggedTensor):
            raise ValueError(
                "segment_ids.shape must be a prefix of data.shape, but segment_ids is ragged and data is not."
            )
        return function(data, ids, count)
    if ids.dtype not in (tf.int32, tf.int64):
        raise ValueError("segment_ids must have dtype int32 or int64.")
    if isinstance(ids, RaggedTensor):
        message = "segment_ids.shape must be a prefix of data.shape"
        with tf.control_dependencies([tf.assert_equal(ids.row_splits, data.row_splits, message=message)]):
            return _segmented(function, data.values, ids.values, count)
    lengths = data.row_splits[1:] - data.row_splits[:-1]
    longest = tf.maximum(tf.unsorted_segment_max(lengths, ids, count), 0)
    splits = lengths_to_splits(longest)
    starts = tf.gather(splits, ids)
    places = positions(starts, starts + lengths)
    return RaggedTensor._of(_segmented(function, data.values, places, splits[-1]), splits)


def _over_segments(function, data, segment_ids, num_segments, name: str | None = None):
    with tf.name_scope(name, "RaggedSegment", [data, segment_ids, num_segments]):
        data, ids = as_ragged(data, name="data"), as_ragged(segment_ids, name="segment_ids")
        _, [data, ids] = same_splits_type(data, ids)
        return _segmented(function, data, ids, num_segments)


def segment_sum(data, segment_ids, num_segments, name: str | None = None):
    """The sums of rows, or elements, of each segment."""
    return _over_segments(tf.unsorted_segment_sum, data, segment_ids, num_segments, name)


def segment_prod(data, segment_ids, num_segments, name: str | None = None):
    """The products of rows, or elements, of each segment."""
    return _over_segments(tf.unsorted_segment_prod, data, segment_ids, num_segments, name)


def segment_min(data, segment_ids, num_segments, name: str | None = None):
    """The smallest of rows, or elements, of each segment."""
    return _over_segments(tf.unsorted_segment_min, data, segment_ids, num_segments, name)


def segment_max(data, segment_ids, num_segments, name: str | None = None):
    """The largest of rows, or elements, of each segment."""
    return _over_segments(tf.unsorted_segment_max, data, segment_ids, num_segments, name)


def segment_mean(data, segment_ids, num_segments, name: str | None = None):
    """The means of rows, or elements, of each segment."""
    return _divided(data, segment_ids, num_segments, name, "RaggedSegmentMean", lambda count: count)


def segment_sqrt_n(data, segment_ids, num_segments, name: str | None = None):
    """The sums of rows, or elements, of each segment, divided by the square roots of how many they are."""
    return _divided(data, segment_ids, num_segments, name, "RaggedSegmentSqrtN", tf.sqrt)


def _divided(data, ids, count, name, scope: str, by):
    with tf.name_scope(name, scope, [data, ids, count]):
        total, found = segment_sum(data, ids, count), segment_sum(_ones(data), ids, count)
        return _ratio(total, found, by)


def _ones(data):
    return (
        data.with_flat_values(tf.ones_like(data.flat_values)) if isinstance(data, RaggedTensor) else tf.ones_like(data)
    )


def _ratio(total, count, by=lambda count: count):
    if isinstance(total, RaggedTensor):
        return total.with_flat_values(total.flat_values / by(count.flat_values))
    return total / by(count)


# ---- along axes


def _reduced(function, segments, ragged, axis, keepdims):
    """`function(tensor, axis)` of a ragged tensor; `segments` is the same over segments."""
    if keepdims:
        raise ValueError("keepdims=True is not supported for RaggedTensors.")
    axis = _known(axis)
    if axis is None:
        return function(ragged.flat_values, None)
    axes = sorted(positive_axis(a, ragged.shape.rank) for a in (axis if isinstance(axis, (list, tuple)) else [axis]))
    for each in reversed(axes):
        ragged = _along(function, segments, ragged, each)
    return ragged


def _known(axis):
    if isinstance(axis, Tensor):
        axis = constant_value(axis)
        if axis is None:
            raise ValueError("axis must be known at graph construction time.")
    return axis.tolist() if isinstance(axis, (np.ndarray, np.generic)) else axis


def _along(function, segments, ragged, axis: int):
    if not isinstance(ragged, RaggedTensor):
        return function(ragged, axis)
    splits = ragged.row_splits
    if axis == 0:
        lengths = splits[1:] - splits[:-1]
        count = tf.maximum(tf.reduce_max(lengths), 0)
        return _segmented(segments, ragged.values, positions(tf.zeros_like(lengths), lengths), count)
    if axis == 1:
        return _segmented(segments, ragged.values, ragged.value_rowids(), tf.shape(splits)[0] - 1)
    return ragged.with_values(_along(function, segments, ragged.values, axis - 1))


def _reduction(words: str, function, segments):
    """The reduction of ragged tensors that `function` is of dense ones."""

    def reduce(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = reduction_indices if axis is None else axis
        with tf.name_scope(name, f"RaggedReduce{words}", [input_tensor, axis]):
            ragged = as_ragged(input_tensor, name="rt_input")
            return _reduced(function(), segments(), ragged, axis, keepdims or keep_dims)

    return reduce


reduce_sum = _reduction("Sum", lambda: tf.reduce_sum, lambda: tf.unsorted_segment_sum)
reduce_prod = _reduction("Prod", lambda: tf.reduce_prod, lambda: tf.unsorted_segment_prod)
reduce_min = _reduction("Min", lambda: tf.reduce_min, lambda: tf.unsorted_segment_min)
reduce_max = _reduction("Max", lambda: tf.reduce_max, lambda: tf.unsorted_segment_max)


def reduce_mean(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
    """The means of a ragged tensor along axes."""
    axis = reduction_indices if axis is None else axis
    with tf.name_scope(name, "RaggedReduceMean", [input_tensor, axis]):
        ragged = as_ragged(input_tensor, name="rt_input")
        total = reduce_sum(ragged, axis, keepdims or keep_dims)
        return _ratio(total, reduce_sum(_ones(ragged), axis))


def _of_truth(words: str, reduce):
    def function(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = reduction_indices if axis is None else axis
        with tf.name_scope(name, f"RaggedReduce{words}", [input_tensor, axis]):
            numbers = tf.cast(as_ragged(input_tensor, name="rt_input"), tf.int32)
            return tf.cast(reduce(numbers, axis, keepdims or keep_dims), tf.bool)

    return function


reduce_all, reduce_any = _of_truth("All", reduce_prod), _of_truth("Any", reduce_sum)


def reduce_join(
    inputs, axis=None, keep_dims=None, separator: str = "", name=None, reduction_indices=None, keepdims=None
):  # fmt: skip
    """The strings of a ragged tensor joined along axes."""
    axis = reduction_indices if axis is None else axis

    def joined(tensor, axis):
        return tf.reduce_join(tensor, axis, separator=separator)

    def segments(data, ids, count):
        return tf.strings.unsorted_segment_join(data, ids, count, separator)

    with tf.name_scope(name, "RaggedSegmentJoin", [inputs, axis]):
        return _reduced(joined, segments, as_ragged(inputs, name="rt_input"), axis, keepdims or keep_dims)
