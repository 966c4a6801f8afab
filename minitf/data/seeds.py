"""The seeds of datasets, as tensors."""

from __future__ import annotations

import minitf as tf
from minitf.framework.tensor import Tensor
from minitf.ops.random.random import get_seed


def seeds(seed) -> tuple[Tensor, Tensor]:
    """The two seeds of a dataset made with `seed`, which are never both 0 unless none are set."""
    first, second = get_seed(seed)
    if first is None:
        return _constant(0, "seed"), _constant(0, "seed2")
    first = tf.convert_to_tensor(first, tf.int64, name="seed")
    with tf.name_scope("seed2") as scope:
        second = tf.convert_to_tensor(second, tf.int64)
        zeros = tf.logical_and(tf.equal(first, 0), tf.equal(second, 0))
        return first, tf.where(zeros, _constant(2**31 - 1), second, name=scope)


def _constant(value: int, name: str = "Const") -> Tensor:
    return tf.constant(value, tf.int64, name=name)
