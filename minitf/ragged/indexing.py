"""Rows of ragged tensors, and pieces of them, by `[...]`."""

from __future__ import annotations

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.tensor import Tensor
from minitf.ragged.gathering import gathered
from minitf.ragged.tensor import RaggedTensor

_ALL = slice(None, None, None)


def getitem(self: RaggedTensor, key):
    """Row `key`, rows of a slice, and with a tuple what is in them: slices of ragged axes, and in the axes inside
    of those whatever tensors take.

    Raises:
      ValueError: for a number where rows are of different lengths: not all may have such an element.

    >>> import minitf as tf
    >>> rt = tf.ragged.constant([[1, 2, 3], [4], [5, 6]])
    >>> with tf.Session() as sess:
    ...     print(sess.run(rt[0]), sess.run(rt[:2, 1:]).to_list())
    [1 2 3] [[2, 3], []]
    """
    keys = list(key) if isinstance(key, (list, tuple)) else [key]
    with tf.name_scope(None, "RaggedGetItem", [self]):
        return _taken(self, keys)


def _taken(ragged: RaggedTensor, keys: list):
    if not keys:
        return ragged
    key, inner = keys[0], keys[1:]
    if key is Ellipsis:
        return _taken(ragged, _spelled_out(keys, ragged.shape.rank))
    if key is None:
        made = _taken(ragged, inner)
        count = tf.shape(made.row_splits, out_type=made.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(made, tf.stack([0, count - 1]), validate=False)
    if isinstance(key, slice):
        return _inside(_rows(ragged, key), inner)
    splits = ragged.row_splits
    row = ragged.values[splits[:-1][key] : splits[1:][key]]
    return row[tuple(inner)] if inner else row


def _rows(ragged: RaggedTensor, key: slice) -> RaggedTensor:
    """The rows of a slice."""
    if key == _ALL:
        return ragged
    starts, limits = ragged.row_splits[:-1][key], ragged.row_splits[1:][key]
    if key.step is not None and not (isinstance(key.step, int) and key.step == 1):
        return _of_ranges(ragged.values, starts, limits, 1)
    none = tf.zeros([1], starts.dtype)[tf.size(starts) :]  # where there are no rows, splits are [0]
    splits = tf.concat([none, starts[:1], limits], axis=0)
    return RaggedTensor.from_row_splits(ragged.values[splits[0] : splits[-1]], splits - splits[0], validate=False)


def _inside(ragged, keys: list):
    """What is in each row."""
    if not keys:
        return ragged
    if isinstance(ragged, Tensor):
        return ragged[(_ALL, *keys)]
    key, inner = keys[0], keys[1:]
    if key is Ellipsis:
        return _inside(ragged, _spelled_out(keys, ragged.values.shape.rank))
    if key is None:
        made = _inside(ragged, inner)
        count = tf.shape(made.row_splits, out_type=made.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(made, tf.range(count), validate=False)
    if not isinstance(key, slice):
        raise ValueError("Cannot index into an inner ragged dimension.")
    if key != _ALL:
        starts, limits = ragged.row_splits[:-1], ragged.row_splits[1:]
        first, last = [_moved(n, starts, limits) for n in (key.start, key.stop)]
        backwards = isinstance(key.step, int) and key.step < 0
        if backwards and key.start is None and key.stop is None:
            first, last = limits - 1, starts - 1
        ragged = _of_ranges(
            ragged.values, starts if first is None else first, limits if last is None else last, key.step
        )
    return ragged.with_values(_inside(ragged.values, inner))


def _moved(offset, starts: Tensor, limits: Tensor) -> Tensor | None:
    """Where in each row a number of a slice is, counted from its end if it is negative."""
    if offset is None:
        return None
    if isinstance(offset, Tensor):
        offset = tf.cast(offset, starts.dtype)
        return tf.where(
            tf.broadcast_to(offset >= 0, tf.shape(starts)),
            tf.minimum(starts + offset, limits),
            tf.maximum(limits + offset, starts),
        )
    if not isinstance(offset, int):
        raise TypeError("slice offsets must be integers or None")
    return tf.minimum(starts + offset, limits) if offset >= 0 else tf.maximum(limits + offset, starts)


def _of_ranges(values, starts: Tensor, limits: Tensor, step) -> RaggedTensor:
    """Rows of values between starts and limits, `step` apart."""
    step = tf.convert_to_tensor(1 if step is None else step, name="step")
    if not step.dtype.is_integer:
        raise TypeError("slice strides must be integers or None")
    made = apply("RaggedRange", starts, limits, tf.cast(step, starts.dtype), Tsplits=starts.dtype)
    return RaggedTensor._of(gathered(values, made.rt_dense_values), made.rt_nested_splits)


def _spelled_out(keys: list, rank: int | None) -> list:
    """Keys with one more slice in the place of the ellipsis with which they begin, or without it."""
    if rank is None:
        raise ValueError("Ellipsis not supported for unknown shape RaggedTensors")
    count = sum(key is not None for key in keys)
    if count > rank + 1:
        raise IndexError("Too many indices for RaggedTensor")
    return keys[1:] if count == rank + 1 else [_ALL, *keys]


RaggedTensor.__getitem__ = getitem
