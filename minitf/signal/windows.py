"""Windows: weights that fall off towards the ends of a frame."""

from __future__ import annotations

import math

import minitf as tf


def hann_window(window_length, periodic=True, dtype=tf.float32, name: str | None = None) -> tf.Tensor:
    """A Hann window of window_length values; periodic: as if its first value came after the last, if they are even."""
    with tf.name_scope(name, "hann_window", [window_length, periodic]):
        return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(window_length, periodic=True, dtype=tf.float32, name: str | None = None) -> tf.Tensor:
    """A Hamming window of window_length values; see `hann_window`."""
    with tf.name_scope(name, "hamming_window", [window_length, periodic]):
        return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(length, periodic, dtype, a: float, b: float):
    if not dtype.is_floating:
        raise ValueError(f"a window is of floating point numbers, not {dtype.name}")
    length = tf.convert_to_tensor(length, tf.int32, name="window_length")
    length.shape.assert_has_rank(0)
    known = tf.get_static_value(length)
    if known is not None and known == 1:
        return tf.ones([1], dtype)
    even = tf.cast(tf.convert_to_tensor(periodic, tf.bool, name="periodic"), tf.int32) * (1 - length % 2)
    steps, places = tf.cast(length + even - 1, dtype), tf.cast(tf.range(length), dtype)
    angles = tf.constant(2 * math.pi, dtype) * places / steps
    if known is not None:
        return a - b * tf.cos(angles)
    return tf.cond(tf.equal(length, 1), lambda: tf.ones([1], dtype), lambda: a - b * tf.cos(angles))
