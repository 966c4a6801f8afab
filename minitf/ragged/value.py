"""What a session gives for a ragged tensor."""

from __future__ import annotations

import numpy as np

from minitf.framework.getter import getter


class RaggedTensorValue:
    """The rows of a ragged tensor: what a session gives for one, and what can be fed for one.

    values: an array of the rows, one behind the other, or another RaggedTensorValue; row_splits: where rows
    begin and end in it, a vector of int32 or int64.

    Raises:
      TypeError: for parts that are no such arrays. ValueError: for splits of other types than those inside.
    """

    def __init__(self, values, row_splits):
        good = isinstance(row_splits, (np.ndarray, np.generic)) and row_splits.dtype in (np.int64, np.int32)
        if not good or row_splits.ndim != 1:
            raise TypeError(f"row_splits must be a 1D int32 or int64 numpy array, not {row_splits!r}")
        if not isinstance(values, (np.ndarray, np.generic, RaggedTensorValue)):
            raise TypeError(f"values must be a numpy array or a RaggedTensorValue, not {values!r}")
        if isinstance(values, RaggedTensorValue) and row_splits.dtype != values.row_splits.dtype:
            raise ValueError("row_splits and values.row_splits must have the same dtype")
        self._values, self._row_splits = values, row_splits

    values = getter("_values", "The rows, one behind the other.")
    row_splits: np.ndarray = getter("_row_splits", "Where rows begin and end, one more than there are rows.")
    dtype: np.dtype = getter("_values.dtype", "The type of the numbers.")

    @property
    def flat_values(self) -> np.ndarray:
        """What is inside of all rows."""
        return self._values.flat_values if isinstance(self._values, RaggedTensorValue) else self._values

    @property
    def nested_row_splits(self) -> tuple[np.ndarray, ...]:
        """The splits of this and of those inside, outermost first."""
        inner = self._values.nested_row_splits if isinstance(self._values, RaggedTensorValue) else ()
        return (self._row_splits, *inner)

    @property
    def ragged_rank(self) -> int:
        """How many axes have rows of different lengths."""
        return len(self.nested_row_splits)

    @property
    def shape(self) -> tuple:
        """The sizes, with None where rows differ."""
        return (len(self._row_splits) - 1, None, *self._values.shape[1:])

    def to_list(self) -> list:
        """The rows as lists of lists."""
        inner = self._values
        rows = inner.to_list() if isinstance(inner, RaggedTensorValue) else inner.tolist()
        return [rows[a:b] for a, b in zip(self._row_splits, self._row_splits[1:])]

    def __str__(self):
        return f"<tf.RaggedTensorValue {self.to_list()}>"

    def __repr__(self):
        return f"tf.RaggedTensorValue(values={self._values!r}, row_splits={self._row_splits!r})"
