"""Rows of numbers at equal distances."""

from __future__ import annotations

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.ragged.tensor import RaggedTensor

_TYPES = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]


def range(starts, limits=None, deltas=1, dtype=None, name: str | None = None, row_splits_dtype=dtypes.int64):
    """Rows of the numbers from starts[i] to limits[i], deltas[i] apart: a ragged tensor.

    starts, limits, deltas: vectors of one size, or scalars for all rows; with one of them, the limits from 0.

    Raises:
      ValueError: for other ranks. InvalidArgumentError: at a run, for a distance of 0 or different sizes.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.ragged.range([3, 5, 2])).to_list())
    [[0, 1, 2], [0, 1, 2, 3, 4], [0, 1]]
    """
    starts, limits = (0, starts) if limits is None else (starts, limits)
    with tf.name_scope(name, "RaggedRange", [starts, limits, deltas]) as scope:
        named = {"starts": starts, "limits": limits, "deltas": deltas}
        given = [tf.convert_to_tensor(value, dtype, name=key) for key, value in named.items()]
        if dtype is None:
            widest = max([t.dtype for t in given], key=_TYPES.index)
            given = [tf.cast(t, widest) for t in given]
        made = apply("RaggedRange", *given, Tsplits=dtypes.as_dtype(row_splits_dtype), name=scope)
        return RaggedTensor.from_row_splits(made.rt_dense_values, made.rt_nested_splits, validate=False)
