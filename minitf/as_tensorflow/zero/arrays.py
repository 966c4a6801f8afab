"""Arrays: arguments in the order that they had before TensorFlow 1.0."""

from __future__ import annotations

import functools

import numpy as np

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def _is_number(value) -> bool:
    """Whether a value is one whole number, and so cannot be what is joined or split."""
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return value.shape.rank == 0 and value.dtype.is_integer
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


@functools.wraps(tf.concat)
def concat(values=None, axis=None, name: str = "concat", concat_dim=None):
    """`tf.concat(values, axis)`; also `concat(concat_dim, values)`."""
    if concat_dim is not None:
        note("tf.concat(concat_dim=...)")
        values, axis = (axis if values is None else values), concat_dim
    elif _is_number(values) and not _is_number(axis):
        note("tf.concat(dim, values)")
        values, axis = axis, values
    return tf.concat(values, axis, name)


@functools.wraps(tf.split)
def split(value=None, num_or_size_splits=None, axis=0, num=None, name: str = "split", split_dim=None, num_split=None):
    """`tf.split(value, num_or_size_splits, axis)`; also `split(split_dim, num_split, value)`."""
    if _is_number(value):
        note("tf.split(dim, num, value)")
        value, axis = (axis if not _is_number(axis) else None), value
    if split_dim is not None or num_split is not None:
        note("tf.split(split_dim=..., num_split=...)")
        axis = axis if split_dim is None else split_dim
        num_or_size_splits = num_or_size_splits if num_split is None else num_split
    return tf.split(value, num_or_size_splits, axis, num, name)


def pack(values, axis: int = 0, name: str = "pack"):
    """Tensors of one shape as one tensor: `tf.stack`."""
    note("tf.pack")
    return tf.stack(values, axis, name)


def unpack(value, num=None, axis: int = 0, name: str = "unpack"):
    """A tensor as the list of its parts: `tf.unstack`."""
    note("tf.unpack")
    return tf.unstack(value, num, axis, name)


def batch_matmul(x, y, adj_x: bool = False, adj_y: bool = False, name: str | None = None):
    """Products of matrices, pair by pair: `tf.matmul`."""
    note("tf.batch_matmul")
    return tf.matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)


@functools.wraps(tf.reverse)
def reverse(tensor, axis=None, name: str | None = None, dims=None):
    """`tf.reverse(tensor, axis)`; also with a bool for each axis."""
    given = axis if dims is None else dims
    flags = np.asarray(given) if isinstance(given, (list, tuple, np.ndarray)) else None
    if flags is None or flags.dtype != bool:
        return tf.reverse(tensor, given, name)
    note("tf.reverse(tensor, bools)")
    return tf.reverse(tensor, np.flatnonzero(flags).tolist(), name)


tf.TensorArray.pack, tf.TensorArray.unpack = tf.TensorArray.stack, tf.TensorArray.unstack
