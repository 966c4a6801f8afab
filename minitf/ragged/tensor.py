"""tf.RaggedTensor: rows of different lengths."""

from __future__ import annotations

import numpy as np

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.getter import getter
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.control.check import known_at_once
from minitf.ops.control.control import with_dependencies
from minitf.ragged.partitions import INDEX, positive_axis, row_splits_to_segment_ids


class RaggedTensor:
    """A tensor whose rows may be of different lengths: `values`, and `row_splits` that cuts them into rows.

    values: a tensor [values, ...], or a ragged one for rows of rows; row_splits: [rows + 1] int32 or int64. A
    session gives a `tf.ragged.RaggedTensorValue`, and takes one where a ragged tensor is fed. Maths, comparisons,
    reductions and ops on strings, by name or operator, take ragged tensors.

    >>> import minitf as tf
    >>> rt = tf.RaggedTensor.from_row_lengths([3, 1, 4, 1, 5], row_lengths=[4, 0, 1])
    >>> with tf.Session() as sess:
    ...     print(sess.run(rt).to_list(), sess.run(tf.reduce_sum(rt * 2, axis=1)))
    [[3, 1, 4, 1], [], [5]] [18  0 10]
    """

    __array_ufunc__ = None  # numpy_array * ragged asks the ragged tensor

    is_tensor_like = True

    def __init__(self, *args, **kwargs):
        raise ValueError(
            "RaggedTensor constructor is private; please use one of the factory methods instead (e.g., "
            "RaggedTensor.from_row_lengths())"
        )

    @classmethod
    def _of(cls, values, row_splits: Tensor, lengths=None, rowids=None, rows=None) -> RaggedTensor:
        """Values cut into rows by splits; lengths, rowids, rows: what else is known of the rows."""
        row_splits.shape.with_rank(1)
        values.shape.with_rank_at_least(1)
        row_splits.set_shape([None])
        made = cls.__new__(cls)
        made._values, made._row_splits = values, row_splits
        made._lengths, made._rowids, made._rows = lengths, rowids, rows
        return made

    # ---- made of values and rows

    @classmethod
    def from_value_rowids(
        cls, values, value_rowids, nrows=None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Values that belong to the rows `value_rowids`, integers in order; nrows: how many rows there are.

        Raises:
          ValueError: for numbers of rows that cannot be. InvalidArgumentError: at a run, unless not `validate`.
        """
        _check_flag(validate)
        with tf.name_scope(name, "RaggedFromValueRowIds", [values, value_rowids, nrows]):
            values, rowids = _converted(values, value_rowids, "value_rowids")
            rows, count = _row_count(rowids, nrows)
            rowids.shape.with_rank(1)
            values.shape[:1].assert_is_compatible_with(rowids.shape)
            if validate:
                checks = [
                    tf.assert_equal(_rows_of(values), _rows_of(rowids), message=_wrong("value_rowids")),
                    tf.assert_non_negative(rowids[:1], message=_wrong("value_rowids")),
                    _assert_increasing(rowids, "value_rowids"),
                    tf.assert_less(rowids[-1:], rows, message=_wrong("value_rowids")),
                ]
                rowids = with_dependencies(checks, rowids)
            bound = tf.cast(rows, tf.int32)
            lengths = tf.bincount(tf.cast(rowids, tf.int32), minlength=bound, maxlength=bound, dtype=rowids.dtype)
            splits = tf.concat([[0], tf.cumsum(lengths)], axis=0)
            if count is not None:
                lengths.set_shape([count])
                splits.set_shape([count + 1])
            return cls._of(values, splits, lengths, rowids, rows)

    @classmethod
    def from_row_splits(cls, values, row_splits, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Values that `row_splits` cuts into rows: row i is values[row_splits[i]:row_splits[i + 1]].

        Raises:
          ValueError: for empty splits. InvalidArgumentError: at a run, for splits that begin not with 0, fall, or
            end elsewhere than the values, unless not `validate`.
        """
        _check_flag(validate)
        if isinstance(row_splits, (list, tuple)) and not row_splits:
            raise ValueError("row_splits tensor may not be empty.")
        with tf.name_scope(name, "RaggedFromRowSplits", [values, row_splits]):
            values, splits = _converted(values, row_splits, "row_splits")
            splits.shape.with_rank(1)
            if validate:
                checks = [
                    tf.assert_equal(splits[0], tf.constant(0, splits.dtype), message=_wrong("row_splits")),
                    _assert_increasing(splits, "row_splits"),
                    tf.assert_equal(splits[-1], _rows_of(values, splits.dtype), message=_wrong("row_splits")),
                ]
                splits = with_dependencies(checks, splits)
            return cls._of(values, splits)

    @classmethod
    def from_row_lengths(cls, values, row_lengths, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Values cut into rows of such lengths.

        Raises:
          InvalidArgumentError: at a run, for lengths of other values, unless not `validate`.
        """
        _check_flag(validate)
        with tf.name_scope(name, "RaggedFromRowLengths", [values, row_lengths]):
            values, lengths = _converted(values, row_lengths, "row_lengths")
            lengths.shape.with_rank(1)
            if validate:
                total, count = tf.reduce_sum(lengths), _rows_of(values, lengths.dtype)
                checks = [
                    tf.assert_non_negative(lengths, message=_wrong("row_lengths")),
                    tf.assert_equal(total, count, message=_wrong("row_lengths")),
                ]
                lengths = with_dependencies(checks, lengths)
            return cls._of(values, tf.concat([[0], tf.cumsum(lengths)], axis=0), lengths)

    @classmethod
    def from_row_starts(cls, values, row_starts, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Values cut into rows that begin there.

        Raises:
          InvalidArgumentError: at a run, for starts of other values, unless not `validate`.
        """
        _check_flag(validate)
        with tf.name_scope(name, "RaggedFromRowStarts", [values, row_starts]):
            values, starts = _converted(values, row_starts, "row_starts")
            starts.shape.with_rank(1)
            count = _rows_of(values, starts.dtype)
            if validate:
                checks = [
                    tf.assert_equal(starts[:1], tf.constant(0, starts.dtype), message=_wrong("row_starts")),
                    _assert_increasing(starts, "row_starts"),
                    tf.assert_less_equal(starts[-1:], count, message=_wrong("row_starts")),
                ]
                starts = with_dependencies(checks, starts)
            return cls._of(values, tf.concat([starts, [count]], axis=0))

    @classmethod
    def from_row_limits(cls, values, row_limits, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Values cut into rows that end there.

        Raises:
          InvalidArgumentError: at a run, for limits of other values, unless not `validate`.
        """
        _check_flag(validate)
        with tf.name_scope(name, "RaggedFromRowLimits", [values, row_limits]):
            values, limits = _converted(values, row_limits, "row_limits")
            limits.shape.with_rank(1)
            if validate:
                checks = [
                    tf.assert_non_negative(limits[:1], message=_wrong("row_limits")),
                    _assert_increasing(limits, "row_limits"),
                    tf.assert_equal(limits[-1:], _rows_of(values, limits.dtype), message=_wrong("row_limits")),
                ]
                limits = with_dependencies(checks, limits)
            return cls._of(values, tf.concat([tf.zeros([1], limits.dtype), limits], axis=0))

    @classmethod
    def from_nested_value_rowids(
        cls, flat_values, nested_value_rowids, nested_nrows=None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """`from_value_rowids` for each of several, the innermost last; TypeError if they are one tensor."""
        rowids = _listed(nested_value_rowids, "nested_value_rowids")
        counts = [None] * len(rowids) if nested_nrows is None else _listed(nested_nrows, "nested_nrows")
        if len(counts) != len(rowids):
            raise ValueError("nested_nrows must have the same length as nested_value_rowids")
        with tf.name_scope(name, "RaggedFromNestedValueRowIds", [flat_values, *rowids, *counts]):
            made = flat_values
            for ids, count in reversed(list(zip(rowids, counts))):
                made = cls.from_value_rowids(made, ids, count, validate=validate)
            return made

    @classmethod
    def from_nested_row_splits(
        cls, flat_values, nested_row_splits, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """`from_row_splits` for each of several, the innermost last; TypeError if they are one tensor."""
        rows = _listed(nested_row_splits, "nested_row_splits")
        return _nested(cls.from_row_splits, flat_values, rows, name, "RaggedFromNestedRowSplits", validate)

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values, nested_row_lengths, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """`from_row_lengths` for each of several, the innermost last; TypeError if they are one tensor."""
        rows = _listed(nested_row_lengths, "nested_row_lengths")
        return _nested(cls.from_row_lengths, flat_values, rows, name, "RaggedFromNestedRowlengths", validate)

    # ---- what it is made of

    dtype: dtypes.DType = getter("_values.dtype", "The type of the values.")

    @property
    def shape(self) -> TensorShape:
        """The static shape, with None where rows may differ."""
        splits = self._row_splits.shape.sizes
        rows = None if splits is None or splits[0] is None else splits[0] - 1
        return TensorShape([rows, None]).concatenate(self._values.shape[1:])

    @property
    def ragged_rank(self) -> int:
        """How many axes have rows of different lengths."""
        return len(self.nested_row_splits)

    values = getter("_values", "The rows, one behind the other.")
    row_splits: Tensor = getter("_row_splits", "Where rows begin and end, [rows + 1].")

    @property
    def flat_values(self) -> Tensor:
        """What is inside of all rows."""
        return self._values.flat_values if isinstance(self._values, RaggedTensor) else self._values

    @property
    def nested_row_splits(self) -> tuple[Tensor, ...]:
        """The splits of this and of those inside, outermost first."""
        return tuple([rt.row_splits for rt in self._levels()])

    def _levels(self) -> list[RaggedTensor]:
        inner = self._values._levels() if isinstance(self._values, RaggedTensor) else []
        return [self, *inner]

    op = getter("flat_values.op", "The op that makes the values.")
    graph = getter("_row_splits.graph", "The graph of the parts.")

    def consumers(self) -> list:
        """The operations that take one of the parts as an input."""
        return list(dict.fromkeys(op for t in self._components() for op in t.consumers()))

    def _components(self) -> list[Tensor]:
        return [self.flat_values, *self.nested_row_splits]

    @classmethod
    def _from_components(cls, parts: list[Tensor]) -> RaggedTensor:
        made = parts[0]
        for splits in reversed(parts[1:]):
            made = cls._of(made, splits)
        return made

    def _component_shapes(self, shape: TensorShape) -> list[TensorShape]:
        """Those that a loop keeps to: rows may become longer."""
        rows = shape.sizes[0] if shape.sizes else None
        outer = TensorShape([None if rows is None else rows + 1])
        values = TensorShape([None]).concatenate(shape[self.ragged_rank + 1 :])
        return [values, outer, *[TensorShape([None])] * (self.ragged_rank - 1)]

    # ---- rows

    def value_rowids(self, name: str | None = None) -> Tensor:
        """The number of the row of each value, [values]."""
        if self._rowids is not None:
            return self._rowids
        with tf.name_scope(name, "RaggedValueRowIds", [self]):
            return row_splits_to_segment_ids(self._row_splits)

    def nested_value_rowids(self, name: str | None = None) -> tuple[Tensor, ...]:
        """The numbers of rows of this and of those inside, outermost first."""
        with tf.name_scope(name, "RaggedNestedValueRowIds", [self]):
            return tuple([rt.value_rowids() for rt in self._levels()])

    def nrows(self, out_type=None, name: str | None = None) -> Tensor:
        """The number of rows, a scalar."""
        dtype = self._row_splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        if self._rows is not None:
            return tf.cast(self._rows, dtype)
        with tf.name_scope(name, "RaggedNRows", [self]):
            return tf.shape(self._row_splits, out_type=dtype)[0] - 1

    def row_starts(self, name: str | None = None) -> Tensor:
        """Where rows begin, [rows]."""
        with tf.name_scope(name, "RaggedRowStarts", [self]):
            return self._row_splits[:-1]

    def row_limits(self, name: str | None = None) -> Tensor:
        """Where rows end, [rows]."""
        with tf.name_scope(name, "RaggedRowLimits", [self]):
            return self._row_splits[1:]

    def row_lengths(self, axis: int = 1, name: str | None = None):
        """The lengths of rows, [rows]; with another axis those of rows inside, a ragged tensor.

        Raises:
          ValueError: for an axis that is not there.
        """
        if self._lengths is not None and axis == 1:
            return self._lengths
        with tf.name_scope(name, "RaggedRowLengths", [self]):
            axis = positive_axis(axis, self.shape.rank)
            if axis == 0:
                return self.nrows()
            if axis == 1:
                return self._row_splits[1:] - self._row_splits[:-1]
            if isinstance(self._values, RaggedTensor):
                return self.with_values(self._values.row_lengths(axis - 1))
            sizes = tf.shape(self._values, out_type=self._row_splits.dtype)
            return self.with_values(tf.ones(sizes[: axis - 1], self._row_splits.dtype) * sizes[axis - 1])

    def nested_row_lengths(self, name: str | None = None) -> tuple[Tensor, ...]:
        """The lengths of rows of this and of those inside, outermost first."""
        with tf.name_scope(name, "RaggedNestedRowLengths", [self]):
            return tuple([rt.row_lengths() for rt in self._levels()])

    def bounding_shape(self, axis=None, name: str | None = None, out_type=None) -> Tensor:
        """The shape of the smallest tensor into which all rows fit, or its size along an axis or several."""
        dtype = self._row_splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        with tf.name_scope(name, "RaggedBoundingBox", [self, axis]):
            if isinstance(axis, int) and axis == 0:
                return tf.shape(self._row_splits, out_type=dtype)[0] - 1
            if isinstance(axis, int) and axis == 1:
                return tf.maximum(tf.reduce_max(self.row_lengths()), 0)
            rows = tf.shape(self._row_splits, out_type=dtype)[0] - 1
            longest = [tf.maximum(tf.reduce_max(s[1:] - s[:-1]), 0) for s in self.nested_row_splits]
            sizes = tf.stack([rows, *[tf.cast(n, dtype) for n in longest]])
            box = tf.concat([sizes, tf.shape(self.flat_values, out_type=dtype)[1:]], axis=0)
            return box if axis is None else tf.gather(box, axis)

    # ---- the same rows with other values, other types

    def with_values(self, new_values) -> RaggedTensor:
        """The same rows of other values, as many as these."""
        new_values.shape.with_rank_at_least(1)
        self._values.shape[:1].assert_is_compatible_with(new_values.shape[:1])
        if isinstance(new_values, RaggedTensor) and self._row_splits.dtype != new_values.row_splits.dtype:
            raise ValueError(
                "self and new_values have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to "
                "convert them to compatible dtypes."
            )
        return RaggedTensor._of(new_values, self._row_splits, self._lengths, self._rowids, self._rows)

    def with_flat_values(self, new_values) -> RaggedTensor:
        """The same rows, and rows inside, of other values."""
        if isinstance(self._values, RaggedTensor):
            new_values = self._values.with_flat_values(new_values)
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype) -> RaggedTensor:
        """The same rows with splits of another type, int32 or int64; ValueError for any other."""
        dtype = dtypes.as_dtype(dtype)
        if dtype not in INDEX:
            raise ValueError("dtype must be int32 or int64")
        if self._row_splits.dtype == dtype:
            return self
        values = self._values.with_row_splits_dtype(dtype) if isinstance(self._values, RaggedTensor) else self._values
        known = [None if t is None else tf.cast(t, dtype) for t in (self._lengths, self._rowids, self._rows)]
        return RaggedTensor._of(values, tf.cast(self._row_splits, dtype), *known)

    def to_list(self) -> list:
        """ValueError: a graph has no values. What a session gives for a ragged tensor has `to_list()`."""
        raise ValueError(
            "RaggedTensor.to_list() is only supported in eager mode; in graph mode, evaluate the RaggedTensor first "
            "and then use RaggedTensorValue.to_list()."
        )

    def _as_graph_element(self) -> Tensor:
        return self.flat_values

    def __bool__(self):
        raise TypeError("RaggedTensor may not be used as a boolean.")

    def __repr__(self):
        return f"tf.RaggedTensor(values={self._values}, row_splits={self._row_splits})"


# ---- parts of the above


def _check_flag(validate) -> None:
    if not isinstance(validate, bool):
        raise TypeError("validate must have type bool")


def _wrong(kind: str) -> str:
    return f"Arguments to from_{kind} do not form a valid RaggedTensor"


def _assert_increasing(tensor: Tensor, kind: str):
    return tf.assert_non_negative(tensor[1:] - tensor[:-1], message=_wrong(kind))


def _rows_of(values, out_type=dtypes.int32) -> Tensor:
    """The number of rows of a tensor, ragged or not."""
    if isinstance(values, RaggedTensor):
        return values.nrows(out_type=out_type)
    return tf.shape(values, out_type=out_type)[0]


def _converted(values, rows, name: str):
    """Values and what cuts them into rows, as tensors."""
    if isinstance(values, RaggedTensor):
        dtype = values.row_splits.dtype
        rows = rows if isinstance(rows, Tensor) else tf.convert_to_tensor(rows, dtype, name=name)
    else:
        values = tf.convert_to_tensor(values, name="values")
        preferred = None if isinstance(rows, np.ndarray) and rows.dtype == np.int32 else tf.int64
        rows = tf.convert_to_tensor(rows, preferred_dtype=preferred, name=name)
        dtype = rows.dtype
    if rows.dtype not in INDEX:
        raise ValueError(f"{name} must have dtype int32 or int64, not {rows.dtype.name}")
    if rows.dtype != dtype:
        raise ValueError(f"dtype mismatch: {name} ({rows.dtype.name}) vs values.row_splits ({dtype.name})")
    return values, rows


def _row_count(rowids: Tensor, rows) -> tuple[Tensor, int | None]:
    """The number of rows as a tensor, and as a number if it is known."""
    known = known_at_once(rowids)
    last = None if known is None else int(known.reshape(-1)[-1]) + 1 if known.size else 0
    if rows is None:
        if last is None:
            return tf.concat([rowids[-1:], [-1]], axis=0)[0] + 1, None
        return tf.convert_to_tensor(last, rowids.dtype, name="nrows"), last
    rows = tf.convert_to_tensor(rows, rowids.dtype, name="nrows")
    rows.shape.with_rank(0)
    count = constant_value(rows)
    if count is not None and count < 0:
        raise ValueError(f"Expected nrows >= 0; got {count}")
    if count is not None and known is not None and known.size and count < last:
        raise ValueError(f"Expected nrows >= value_rowids[-1] + 1; got nrows={count}, value_rowids[-1]={last - 1}")
    return rows, None if count is None else int(count)


def _listed(value, name: str) -> list:
    if isinstance(value, Tensor):
        raise TypeError(f"{name} must be a list of Tensors")
    return list(value)


def _nested(make, values, rows: list, name, scope: str, validate: bool):
    with tf.name_scope(name, scope, [values, *rows]):
        for each in reversed(rows):
            values = make(values, each, validate=validate)
        return values


# ---- as others see them


def _refused(value: RaggedTensor, dtype=None, name=None, as_ref=False):
    raise TypeError(f"{value} cannot become a dense tensor by itself: use its to_tensor()")


register_tensor_conversion_function(RaggedTensor, _refused)
