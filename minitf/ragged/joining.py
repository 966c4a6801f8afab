"""Ragged tensors joined, with more axes or fewer, repeated, and chosen from."""

from __future__ import annotations

import minitf as tf
from minitf.framework.tensor import Tensor
from minitf.ragged.conversion import same_splits_type
from minitf.ragged.gathering import as_ragged, at_least_ragged, gathered
from minitf.ragged.partitions import as_integers, check_equal_splits, lengths_to_splits, positions, positive_axis
from minitf.ragged.tensor import RaggedTensor

# ---- joining


def concat(values, axis, name: str | None = None):
    """Ragged tensors, or dense ones, one behind the other along an axis."""
    values = values if isinstance(values, (list, tuple)) else [values]
    with tf.name_scope(name, "RaggedConcat", values):
        return _joined(values, axis, False)


def stack(values, axis=0, name: str | None = None):
    """Tensors of one rank, ragged or dense, along a new axis: a ragged tensor, also of dense ones.

    Raises:
      ValueError: for no tensors, or an axis that is not there.

    >>> import minitf as tf
    >>> rt = tf.ragged.constant([[1, 2], [3]])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.ragged.stack([rt, rt], axis=1)).to_list())
    [[[1, 2], [1, 2]], [[3], [3]]]
    """
    values = values if isinstance(values, (list, tuple)) else [values]
    with tf.name_scope(name, "RaggedConcat", values):
        return _joined(values, axis, True)


def _joined(values, axis, stacked: bool):
    if not values:
        raise ValueError("rt_inputs may not be empty.")
    dtype, values = same_splits_type(*[as_ragged(v, name="rt_input") for v in values])
    if len(values) == 1:
        return expand_dims(values[0], axis) if stacked else values[0]
    ranks = {v.shape.rank for v in values} - {None}
    if len(ranks) > 1:
        raise ValueError(f"Shapes must have the same rank, not {', '.join(str(v.shape) for v in values)}")
    rank = ranks.pop() if len(ranks) == 1 else None
    axis = positive_axis(axis, rank if rank is None or not stacked else rank + 1)
    if not any(isinstance(v, RaggedTensor) for v in values) and rank is not None:
        last = rank if stacked else rank - 1
        if axis in (last, rank - 1):
            return tf.stack(values, axis) if stacked else tf.concat(values, axis)
    deepest = max([v.ragged_rank for v in values if isinstance(v, RaggedTensor)], default=1)
    return _along([at_least_ragged(v, deepest, dtype) for v in values], axis, stacked)


def _along(values: list, axis: int, stacked: bool) -> RaggedTensor:
    if axis == 0:
        return _behind(values, stacked)
    if axis == 1:
        return _side_by_side(values, stacked)
    with tf.control_dependencies(check_equal_splits([[v.row_splits] for v in values])):
        inner = _joined([v.values for v in values], axis - 1, stacked)
        return RaggedTensor._of(inner, tf.identity(values[0].row_splits))


def _behind(values: list, stacked: bool) -> RaggedTensor:
    flat = tf.concat([v.flat_values for v in values], axis=0)
    levels = [_splits_behind(list(level)) for level in zip(*[v.nested_row_splits for v in values])]
    if stacked:
        levels.insert(0, lengths_to_splits(tf.stack([v.nrows() for v in values])))
    return RaggedTensor._from_components([flat, *levels])


def _splits_behind(splits: list) -> Tensor:
    pieces, end = [splits[0]], splits[0][-1]
    for each in splits[1:]:
        pieces.append(each[1:] + end)
        end = end + each[-1]
    return tf.concat(pieces, axis=0)


def _side_by_side(values: list, stacked: bool) -> RaggedTensor:
    """Row i of each one behind the other, or as rows of row i."""
    rows, count = values[0].nrows(), len(values)
    message = "Input tensors have incompatible shapes."
    with tf.control_dependencies([tf.assert_equal(v.nrows(), rows, message=message) for v in values[1:]]):
        behind = _behind(values, False)
        order = tf.reshape(tf.transpose(tf.reshape(tf.range(rows * count), [count, -1])), [-1])
        shuffled = gathered(behind, order)
    splits = tf.range(0, rows * count + 1, count)
    if stacked:
        return RaggedTensor._of(shuffled, splits)
    return RaggedTensor._of(shuffled.values, tf.gather(shuffled.row_splits, splits))


# ---- axes


def expand_dims(input, axis=None, name: str | None = None, dim=None):
    """A ragged tensor with a new axis of size 1."""
    axis = dim if axis is None else axis
    with tf.name_scope(name, "RaggedExpandDims", [input]):
        input = as_ragged(input, name="input")
        if not isinstance(input, RaggedTensor):
            return tf.expand_dims(input, axis)
        axis = positive_axis(axis, None if input.shape.rank is None else input.shape.rank + 1)
        if axis == 0:
            return RaggedTensor.from_row_splits(input, tf.stack([0, input.nrows()]), validate=False)
        if axis == 1:
            return RaggedTensor.from_row_splits(input, tf.range(input.nrows() + 1), validate=False)
        return input.with_values(expand_dims(input.values, axis - 1))


def squeeze(input, axis=None, name: str | None = None, squeeze_dims=None):
    """A ragged tensor without axes of size 1."""
    axis = squeeze_dims if axis is None else axis
    with tf.name_scope(name, "RaggedSqueeze", [input]):
        if axis is None:
            raise ValueError("Ragged.squeeze must have an axis argument.")
        listed = axis if isinstance(axis, (list, tuple)) else [axis]
        if not all(isinstance(a, int) for a in listed):
            raise TypeError("Axis must be a list or tuple of integers.")
        axes = {positive_axis(a, input.shape.rank) for a in listed}
        depth = input.ragged_rank
        checks = [
            tf.Assert(tf.reduce_all(tf.equal(n, 1)), [f"the given axis (axis = {i}) is not squeezable!"])
            for i, n in enumerate([input.nrows(), *input.nested_row_lengths()])
            if i in axes
        ]
        with tf.control_dependencies(checks):
            flat = tf.identity(input.flat_values)
        inner = [a - depth for a in sorted(axes) if a > depth]
        flat = tf.squeeze(flat, inner) if inner else flat
        splits = [s for i, s in enumerate(input.nested_row_splits, 1) if i not in axes]
        if 0 in axes and splits:
            splits.pop(0)
        elif 0 in axes:
            flat = tf.squeeze(flat, [0])
        return RaggedTensor._from_components([flat, *splits])


def tile(input: RaggedTensor, multiples, name: str | None = None):
    """A ragged tensor repeated along each axis."""
    with tf.name_scope(name, "RaggedTile", [input, multiples]):
        multiples = tf.convert_to_tensor(multiples, name="multiples", preferred_dtype=input.row_splits.dtype)
        multiples = tf.cast(as_integers(multiples, "multiples"), input.row_splits.dtype)
        multiples.shape.with_rank(1)
        return _tiled(input, multiples)


def _tiled(input, multiples: Tensor):
    if not isinstance(input, RaggedTensor):
        return tf.tile(input, multiples)
    values = _tiled(input.values, tf.concat([[1], multiples[2:]], axis=0))
    starts, limits = [tf.repeat(t, multiples[1]) for t in (input.row_starts(), input.row_limits())]
    lengths = input.row_lengths() * multiples[1]
    longer = RaggedTensor._of(gathered(values, positions(starts, limits)), lengths_to_splits(lengths))
    return gathered(longer, tf.tile(tf.range(input.nrows()), multiples[:1]))


# ---- where


def where(condition, x=None, y=None, name: str | None = None):
    """Where `condition` is true, [n, rank] int64; or the elements, or rows, of x there and those of y elsewhere."""
    if (x is None) != (y is None):
        raise ValueError("x and y must be either both None or both non-None")
    with tf.name_scope(name, "RaggedWhere", [condition, x, y]):
        condition = as_ragged(condition, name="condition")
        if x is None:
            return _places(condition)
        x, y = as_ragged(x, name="x"), as_ragged(y, name="y")
        _, [condition, x, y] = same_splits_type(condition, x, y)
        ragged = [isinstance(t, RaggedTensor) for t in (condition, x, y)]
        if all(ragged):
            rows = [t.nested_row_splits for t in (condition, x, y)]
            with tf.control_dependencies(check_equal_splits(rows)):
                return condition.with_flat_values(tf.where(condition.flat_values, x.flat_values, y.flat_values))
        if ragged[0]:
            raise ValueError("Input shapes do not match.")
        condition.shape.with_rank(1)
        both = concat([x, y], axis=0)
        dtype = both.row_splits.dtype
        mine, others = [t.nrows(dtype) if isinstance(t, RaggedTensor) else tf.shape(t, None, dtype)[0] for t in (x, y)]
        return gathered(both, tf.where(condition, tf.range(mine), mine + tf.range(others)))


def _places(condition):
    if not isinstance(condition, RaggedTensor):
        return tf.where(condition)
    inner = _places(condition.values)
    condition = condition.with_row_splits_dtype(inner.dtype)
    rows = tf.gather(condition.value_rowids(), inner[:, 0])
    columns = inner[:, 0] - tf.gather(condition.row_splits, rows)
    return tf.concat([tf.expand_dims(rows, 1), tf.expand_dims(columns, 1), inner[:, 1:]], axis=1)
