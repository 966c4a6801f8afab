"""Ragged tensors of nested lists, and placeholders for them."""

from __future__ import annotations

import math

import numpy as np

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.nest import not_too_deep
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ragged.conversion import is_ragged
from minitf.ragged.tensor import RaggedTensor
from minitf.ragged.value import RaggedTensorValue


def constant(
    pylist, dtype=None, ragged_rank: int | None = None, inner_shape=None, name: str | None = None,
    row_splits_dtype=dtypes.int64,
):  # fmt: skip
    """Nested lists as a ragged tensor; lists of one level as a tensor.

    ragged_rank: how many axes are ragged, by default all that can be; inner_shape: the shape of what is
    inside of those.

    Raises:
      ValueError: for lists whose numbers are nested differently, or not as said. TypeError: for more or fewer numbers
        than fill the inner shape.

    >>> import minitf as tf
    >>> rt = tf.ragged.constant([[1, 2], [3]])
    >>> rt.shape.as_list()
    [2, None]
    """

    def rows(values, splits: list):
        splits = tf.constant(splits, dtype=dtypes.as_dtype(row_splits_dtype))
        return RaggedTensor.from_row_splits(values, splits, validate=False)

    def inside(values, shape, name=None):
        made = tf.constant(values, dtype, shape, **({} if name is None else {"name": name}))
        _check_size(values, shape)
        return made

    with tf.name_scope(name, "RaggedConstant"):
        return _made(rows, inside, pylist, ragged_rank, inner_shape)


def constant_value(
    pylist, dtype=None, ragged_rank: int | None = None, inner_shape=None, row_splits_dtype="int64"
) -> RaggedTensorValue:
    """Nested lists as a RaggedTensorValue; lists of one level as an array. The arguments are those of `constant`."""
    kind = dtype.as_numpy_dtype if isinstance(dtype, dtypes.DType) else dtype
    splits_kind = dtypes.as_dtype(row_splits_dtype).as_numpy_dtype

    def rows(values, splits: list):
        return RaggedTensorValue(values, np.array(splits, splits_kind))

    def inside(values, shape, name=None):
        return np.array(values, kind).reshape(np.shape(values) if shape is None else shape)

    return _made(rows, inside, pylist, ragged_rank, inner_shape)


@not_too_deep
def _made(rows, inside, pylist, ragged_rank: int | None, inner_shape):
    """`inside(values, shape)` cut into rows by `rows(values, splits)`."""
    if is_ragged(pylist):
        raise TypeError("pylist may not be a RaggedTensor or RaggedTensorValue.")
    inner_shape = None if inner_shape is None else tuple(inner_shape)
    if not _is_list(pylist):
        if ragged_rank:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}")
        if inner_shape:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with dim(inner_shape)={len(inner_shape)}")
        return inside(pylist, ())
    if ragged_rank is not None and ragged_rank < 0:
        raise ValueError(f"Invalid ragged_rank={ragged_rank!r}: must be nonnegative")
    scalars, deepest = _depths(pylist)
    _check_depths(pylist, scalars, deepest, ragged_rank, inner_shape)
    whole = deepest < 2 or inner_shape is not None and deepest - len(inner_shape) < 2
    if ragged_rank == 0 or ragged_rank is None and whole:
        return inside(pylist, inner_shape)
    if ragged_rank is None:
        inner_shape = inner_shape or ()
        ragged_rank = max(1, deepest - 1 if scalars is None else scalars - 1 - len(inner_shape))
    elif inner_shape is None:
        inner_shape = _inner_shape(pylist, ragged_rank)
    splits = []
    for _ in range(ragged_rank):
        splits.append(np.cumsum([0, *map(len, pylist)]).tolist())
        pylist = [item for row in pylist for item in row]
    made = inside(pylist, (len(pylist), *inner_shape), name="values")
    for each in reversed(splits):
        made = rows(made, each)
    return made


def _is_list(value) -> bool:
    return isinstance(value, (list, tuple)) or np.ndim(value) != 0


def _depths(value) -> tuple[int | None, int]:
    """How deep the numbers in nested lists are, None if there are none, and how deep the lists are."""
    if not _is_list(value):
        return 0, 0
    scalars, deepest = None, 1
    for child in value:
        inner, depth = _depths(child)
        if inner is not None and scalars not in (None, inner + 1):
            raise ValueError("all scalar values must have the same nesting depth")
        scalars = scalars if inner is None else inner + 1
        deepest = max(deepest, depth + 1)
    return scalars, deepest


def _check_depths(pylist, scalars, deepest: int, ragged_rank, inner_shape) -> None:
    if scalars is not None and deepest > scalars:
        raise ValueError(f"Invalid pylist={pylist!r}: empty list nesting is greater than scalar value nesting")
    if inner_shape is None or ragged_rank is None:
        return
    expected = ragged_rank + len(inner_shape) + 1
    if (deepest > expected) if scalars is None else (scalars != expected):
        raise ValueError(
            f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank} and "
            f"dim(inner_shape)={len(inner_shape)}"
        )


def _inner_shape(pylist, ragged_rank: int) -> tuple:
    """The shape of what is inside of so many ragged axes."""
    for depth in range(ragged_rank):
        if not all(map(_is_list, pylist)):
            raise ValueError(
                f"pylist has scalar values depth {depth + 1}, but ragged_rank={ragged_rank} requires scalar value "
                f"depth greater than {ragged_rank}"
            )
        pylist = [item for row in pylist for item in row]
    shape = _sizes(pylist)
    _check_shape(pylist, shape)
    return tuple(shape[1:])


def _sizes(item) -> list:
    """The lengths of a list, of the first list inside of it and so on."""
    shape = []
    while _is_list(item):
        shape.append(len(item))
        item = item[0] if len(item) else None
    return shape


def _check_size(values, shape: tuple | None) -> None:
    """Only one number may fill a shape of more."""
    given = _sizes(values)
    if shape is not None and given not in ([], [1]) and math.prod(given) != math.prod(shape):
        raise TypeError(f"Expected Tensor's shape: {shape}, got {tuple(given)}.")


def _check_shape(item, shape: list) -> None:
    if _is_list(item) != bool(shape) or shape and len(item) != shape[0]:
        raise ValueError("inner values have inconsistent shape")
    for child in item if shape else ():
        _check_shape(child, shape[1:])


def placeholder(dtype, ragged_rank: int, value_shape=None, name: str | None = None) -> RaggedTensor | Tensor:
    """A placeholder for ragged tensors; for tensors if ragged_rank is 0.

    value_shape: the shape of what is inside of the ragged axes. A RaggedTensorValue is fed for it.
    """
    if ragged_rank == 0:
        return tf.placeholder(dtype, value_shape, name)
    with tf.name_scope(name, "RaggedPlaceholder", []):
        shape = TensorShape([None]).concatenate(value_shape)
        made = tf.placeholder(dtype, shape, "flat_values")
        for i in reversed(range(ragged_rank)):
            made = RaggedTensor._of(made, tf.placeholder(tf.int64, [None], f"row_splits_{i}"))
        return made
