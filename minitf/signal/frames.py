"""Frames: overlapping pieces of a signal, and the signal again."""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts


def frame(
    signal, frame_length, frame_step, pad_end: bool = False, pad_value=0, axis=-1, name: str | None = None
) -> tf.Tensor:
    """Pieces of frame_length values, frame_step apart, along an axis: it becomes [frames, frame_length].

    pad_end: the last pieces are filled up with pad_value; without it what makes no full piece is left out.
    """
    with tf.name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = tf.convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(1)
        given = [n for n in (frame_length, frame_step, axis) if not isinstance(n, tf.Tensor)]
        computed = any(isinstance(n, tf.Tensor) and tf.get_static_value(n) is None for n in (frame_length, frame_step))
        since, count_all = op_counts.Since(), len(given) + op_counts.frames(bool(pad_end), computed)
        rank, axis = _rank_and_axis(signal, axis)
        size = signal.shape[axis].value if isinstance(axis, int) else None
        size = tf.shape(signal)[axis] if size is None else size
        padded = signal
        if pad_end:
            count = -(-size // frame_step)
            more = tf.maximum(0, frame_length + frame_step * (count - 1) - size)
            padded = tf.pad(signal, _paddings(rank, axis, more), constant_values=pad_value)
        else:
            count = tf.maximum(0, 1 + (size - frame_length) // frame_step)
        starts = tf.expand_dims(tf.range(count) * frame_step, 1)
        framed = tf.gather(padded, starts + tf.range(frame_length), axis=axis, name="Reshape_4")
        if isinstance(axis, int) and signal.shape.rank is not None:
            sizes = signal.shape.as_list()
            framed.set_shape([*sizes[:axis], None, None, *sizes[axis + 1 :]])
        since.count_as(count_all)
        return framed


def _rank_and_axis(signal: tf.Tensor, axis) -> tuple:
    """The rank of a signal and the axis counted from the first, as numbers if they are known, else as tensors."""
    known = tf.get_static_value(axis)
    axis = axis if known is None else known.item()
    if signal.shape.rank is not None and known is not None:
        return signal.shape.rank, axis % signal.shape.rank
    rank = tf.rank(signal)
    return rank, axis % rank


def _paddings(rank, axis, more) -> tf.Tensor:
    """The paddings by so much behind the end of one axis, as much known of them as is known of the rest."""
    if not isinstance(axis, int):
        return tf.expand_dims(tf.one_hot(axis, rank, more), 1) * [[0, 1]]
    pairs = [[0, 0]] * rank
    pairs[axis] = [0, more]
    return tf.stack([tf.stack(pair) for pair in pairs])


def overlap_and_add(signal, frame_step, name: str | None = None) -> tf.Tensor:
    """The sum of frames [..., frames, frame_length] that lie frame_step values apart: a signal.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(overlap_and_add(tf.ones([3, 5]), 2)))
    [1. 1. 2. 2. 3. 2. 2. 1. 1.]
    """
    with tf.name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = tf.convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        since, given = op_counts.Since(), not isinstance(frame_step, tf.Tensor)
        end_to_end = isinstance(frame_step, int) and signal.shape.rank and signal.shape[-1].value == frame_step
        shape = tf.shape(signal)
        count, length, outer = shape[-2], shape[-1], shape[:-2]
        places = tf.expand_dims(tf.range(count) * frame_step, 1) + tf.range(length)
        total = tf.maximum(0, (count - 1) * frame_step + length)
        rows = tf.reshape(signal, tf.concat([tf.reshape(tf.reduce_prod(outer), [1]), [-1]], 0))
        summed = tf.transpose(tf.unsorted_segment_sum(tf.transpose(rows), tf.reshape(places, [-1]), total))
        name = "fast_path" if end_to_end else "strided_slice_4"
        result = tf.reshape(summed, tf.concat([outer, tf.reshape(total, [1])], 0), name=name)
        since.count_as(op_counts.overlapping(end_to_end) + given)
        if signal.shape.rank is not None:
            result.set_shape(signal.shape[:-2].concatenate(_length(signal, frame_step)))
        return result


def _length(signal, step) -> int | None:
    count, length = signal.shape[-2].value, signal.shape[-1].value
    known = None not in (count, length) and isinstance(step, int)
    return max(0, (count - 1) * step + length) if known else None
