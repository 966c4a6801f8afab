"""Ragged tensors as one value each, in which they go through datasets."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ragged.tensor import RaggedTensor


class _Parts:
    """The splits of a ragged tensor and its flat values, as one thing: not as what NumPy takes for several."""

    __slots__ = ("arrays",)

    def __init__(self, *arrays: np.ndarray):
        self.arrays = tuple([array.copy() for array in arrays])  # theirs may be a program's memory


def _encoded(op, *arrays):
    """All parts as one thing, the flat values last; or with batched_input the parts of each row."""
    *splits, flat = arrays
    if not op.attrs["batched_input"]:
        box = np.empty((), object)
        box[()] = _Parts(*splits, flat)
        return box
    rows = np.empty(len(splits[0]) - 1, object)
    for i in range(len(rows)):
        rows[i] = _cut(splits[0][i], splits[0][i + 1], splits[1:], flat)
    return rows


def _cut(start: int, end: int, splits: list, flat: np.ndarray) -> _Parts:
    """What stands between two places: the splits inside of it, from 0 on, and the values."""
    found = []
    for each in splits:
        part = each[start : end + 1]
        found.append(part - part[0])
        start, end = part[0], part[-1]
    return _Parts(*found, flat[start:end])


def _decoded(op, encoded):
    depth, dtype = op.attrs["output_ragged_rank"], op.attrs["Tvalues"]
    things = [thing.arrays for thing in encoded.flat]
    parts = things[0] if encoded.ndim == 0 else _joined(things, depth, dtype, op.attrs["Tsplits"].numpy)
    if len(parts) != depth + 1:
        raise ValueError(f"a ragged tensor of ragged_rank {len(parts) - 1} where {depth} is expected")
    return list(parts)


def _joined(rows: list, depth: int, dtype, kind) -> tuple:
    """Ragged tensors as the rows of one that is deeper."""
    if not rows:
        return (*[np.zeros(1, kind)] * depth, np.zeros(0, dtype.numpy))
    counts = [len(row[0]) - 1 if len(row) > 1 else len(row[0]) for row in rows]
    levels = [np.cumsum([0, *counts]).astype(kind)]
    for level in zip(*[row[:-1] for row in rows]):
        pieces, end = [level[0][:1]], 0
        for each in level:
            pieces.append(each[1:] + end)
            end += each[-1]
        levels.append(np.concatenate(pieces).astype(kind))
    return (*levels, np.concatenate([row[-1] for row in rows]))


define(
    "RaggedTensorToVariant",
    "rt_nested_splits: RAGGED_RANK*Tsplits, rt_dense_values: Tvalues; batched_input: bool -> encoded_ragged: variant",
    shape=lambda op: TensorShape([None]) if op.attrs["batched_input"] else SCALAR,
    numpy=_encoded,
    differentiable=False,
)
define(
    "RaggedTensorFromVariant",
    "encoded_ragged: variant; input_ragged_rank: int, output_ragged_rank: int, Tvalues: type, Tsplits: type -> "
    "output_nested_splits: output_ragged_rank*Tsplits, output_dense_values: Tvalues",
    shape=lambda op: [*[TensorShape([None])] * op.attrs["output_ragged_rank"], TensorShape(None)],
    numpy=_decoded,
    differentiable=False,
)


def encoded(ragged: RaggedTensor, batched: bool = False) -> Tensor:
    """A ragged tensor as one value, or each of its rows as one."""
    splits = list(ragged.nested_row_splits)
    return apply("RaggedTensorToVariant", splits, ragged.flat_values, batched_input=batched)


def decoded(tensor: Tensor, dtype, shape: TensorShape, ragged_rank: int, splits_type=dtypes.int64):
    """The ragged tensor of such a value; the tensor, where no axis is ragged."""
    attrs = {"input_ragged_rank": -1, "output_ragged_rank": ragged_rank, "Tvalues": dtype, "Tsplits": splits_type}
    made = apply("RaggedTensorFromVariant", tensor, **attrs)
    *splits, flat = made if isinstance(made, tuple) else (made,)
    if shape.rank is not None:
        flat.set_shape(TensorShape([None]).concatenate(shape[ragged_rank + 1 :]) if ragged_rank else shape)
        if splits and shape[0].value is not None:
            splits[0].set_shape([shape[0].value + 1])
    return RaggedTensor._from_components([flat, *splits])
