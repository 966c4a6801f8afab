"""Losses under their names of before TensorFlow 1.0."""

from __future__ import annotations

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def sum_of_squares(predictions, targets, weight=1.0, scope=None):
    """`tf.contrib.losses.mean_squared_error`."""
    note("tf.contrib.losses.sum_of_squares")
    return tf.contrib.losses.mean_squared_error(predictions, targets, weight, scope)


def sum_of_pairwise_squares(predictions, targets, weight=1.0, scope=None):
    """`tf.contrib.losses.mean_pairwise_squared_error`."""
    note("tf.contrib.losses.sum_of_pairwise_squares")
    return tf.contrib.losses.mean_pairwise_squared_error(predictions, targets, weight, scope)
