"""Sparse tensors as strings, and kept in a session between runs: what queues hold of them."""

from __future__ import annotations

import numpy as np

from minitf.formats import tensors
from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.sparse import SparseTensor, as_sparse
from minitf.framework.tensor import Tensor
from minitf.ops.patterns import STATEFUL, boxed
from minitf.ops.sparse.sparse import check_places

_PARTS = "sparse_indices: int64[n, rank], sparse_values: T[~n], sparse_shape: int64[~rank]"


def _array(data: bytes, expected: dtypes.DType) -> np.ndarray:
    """The array of a message; ValueError if it is of another type."""
    try:
        return tensors.decoded(data, expected)
    except ValueError as error:
        raise ValueError(f"a string is no serialized part of a sparse tensor: {error}") from None


def _serialized(dtype: dtypes.DType, indices, values, shape) -> list[bytes]:
    kinds = dtypes.int64, dtype, dtypes.int64
    return [tensors.encoded(array, kind) for array, kind in zip((indices, values, shape), kinds)]


def _rows(indices, values, shape) -> list[tuple]:
    """The parts of a sparse tensor, cut along its first axis."""
    if len(shape) < 2:
        raise ValueError(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    check_places(indices, shape)
    order = np.argsort(indices[:, 0], kind="stable")
    ends = np.searchsorted(indices[order, 0], np.arange(1, shape[0] + 1))
    parts = [order[start:end] for start, end in zip([0, *ends[:-1]], ends)]
    return [(indices[part, 1:], values[part], shape[1:]) for part in parts]


def _as_row(op, parts: tuple) -> np.ndarray:
    """Three messages, or as variants the three arrays themselves."""
    row = np.empty(3, object)
    as_texts = op.attrs["out_type"] is dtypes.string
    texts = _serialized(op.inputs[1].dtype.base_dtype, *parts) if as_texts else None
    row[:] = texts or [part.copy() for part in parts]
    return row


def _stacked(parts: list[tuple], dtype: np.dtype) -> tuple:
    """Sparse tensors of one rank as one with an axis more in front, of their largest sizes."""
    ranks = {len(shape) for _, _, shape in parts}
    if len(ranks) > 1:
        raise ValueError(f"sparse tensors of ranks {sorted(ranks)} do not go into one")
    rank = max(ranks, default=0)
    places = [np.column_stack([np.full(len(p), i), p]) for i, (p, _, _) in enumerate(parts)]
    indices = np.concatenate([np.zeros((0, rank + 1), np.int64), *places]).astype(np.int64)
    values = np.concatenate([np.zeros(0, dtype), *[v for _, v, _ in parts]])
    largest = np.max([np.zeros(rank, np.int64), *[shape for _, _, shape in parts]], axis=0)
    return indices, values, np.concatenate([[len(parts)], largest]).astype(np.int64)


def _parts_of(op, row: np.ndarray) -> tuple:
    """Indices, values and shape."""
    if op.inputs[0].dtype is dtypes.variant:
        return tuple(row)
    kinds = dtypes.int64, op.outputs[1].dtype, dtypes.int64
    return tuple(_array(s, kind) for s, kind in zip(row, kinds))


def _deserialized(op, strings):
    dtype = op.outputs[1].dtype
    parts = [_parts_of(op, row) for row in strings.reshape(-1, 3)]
    for indices, values, shape in parts:
        if indices.ndim != 2 or values.ndim != 1 or indices.shape != (len(values), len(shape)):
            raise ValueError("the parts of a serialized sparse tensor do not fit each other")
    return parts[0] if strings.ndim == 1 else _stacked(parts, dtype.numpy)


def _batch_shapes(op, rank):
    more = None if rank is None else rank + 1
    return [TensorShape([None, more]), TensorShape([None]), TensorShape([more])]


define(
    "SerializeSparse",
    f"{_PARTS}; out_type: type = string -> serialized_sparse: out_type",
    shape=lambda op: TensorShape([3]),
    numpy=lambda op, *parts: _as_row(op, parts),
    differentiable=False,
)
define(
    "SerializeManySparse",
    f"{_PARTS}; out_type: type = string -> serialized_sparse: out_type",
    numpy=lambda op, *parts: np.array([_as_row(op, row) for row in _rows(*parts)], object).reshape(-1, 3),
    shape=lambda op: TensorShape([None, 3]),
    differentiable=False,
)
define(
    "DeserializeManySparse",
    "serialized_sparse: string[n, 3] -> sparse_indices: int64, sparse_values: dtype, sparse_shape: int64",
    shape=lambda op: _batch_shapes(op, None),
    numpy=_deserialized,
    differentiable=False,
)


define(
    "DeserializeSparse",
    "serialized_sparse: Tserialized; Tserialized: type = string -> sparse_indices: int64, sparse_values: dtype, "
    "sparse_shape: int64",
    Tserialized=frozenset([dtypes.string, dtypes.variant]),
    numpy=_deserialized,
    differentiable=False,
    shape=lambda op: _batch_shapes(op, None),
)


def serialize_sparse(sp_input, name: str | None = None, out_type=dtypes.string) -> Tensor:
    """A sparse tensor as a vector of three strings, TensorFlow's messages of indices, values and shape."""
    kind = _kept_as(out_type)
    return apply("SerializeSparse", *as_sparse(sp_input)._components(), out_type=kind, name=name)


def serialize_many_sparse(sp_input, name: str | None = None, out_type=dtypes.string) -> Tensor:
    """Each row of a sparse tensor as `serialize_sparse` would have it: [rows, 3] strings."""
    kind = _kept_as(out_type)
    return apply("SerializeManySparse", *as_sparse(sp_input)._components(), out_type=kind, name=name)


def _kept_as(out_type) -> dtypes.DType:
    kind = dtypes.as_dtype(out_type)
    if kind not in (dtypes.string, dtypes.variant):
        raise TypeError(f"out_type is string or variant, not {out_type!r}")
    return kind


def deserialize_many_sparse(serialized_sparse, dtype, rank: int | None = None, name: str | None = None) -> SparseTensor:
    """The sparse tensor whose rows are [rows, 3] strings of `serialize_sparse`, of their largest sizes.

    dtype: of the values; rank: of the result, one more than that of a row.

    Raises (at run time):
      InvalidArgumentError: for strings that are something else.
    """
    parts = apply("DeserializeManySparse", serialized_sparse, dtype=dtypes.as_dtype(dtype), name=name)
    return _with_rank(SparseTensor(*parts), rank)


def _with_rank(sparse: SparseTensor, rank: int | None) -> SparseTensor:
    if rank is not None:
        sparse.indices.set_shape([None, rank])
        sparse.dense_shape.set_shape([rank])
    return sparse


# ---- kept in the session


class _Kept:
    """Sparse tensors by the numbers under which they are kept until they are taken."""

    def __init__(self):
        self._parts: dict[int, tuple] = {}
        self._last = 0

    def add(self, parts: tuple) -> int:
        """Keeps a sparse tensor; returns its number."""
        self._last += 1
        self._parts[self._last] = parts
        return self._last

    def take(self, number: int) -> tuple:
        """The sparse tensor of a number, which is then no longer kept."""
        if number not in self._parts:
            raise ValueError(f"no sparse tensor is kept under the number {number}, or it was taken before")
        return self._parts.pop(number)


def _kept(b, op) -> _Kept:
    return b.data(b.state(op.attrs["shared_name"] or op.name, lambda: boxed(_Kept())))[()]


def _copied(b, values) -> list:
    return [b.data(v).copy() for v in values]


def _keep_rows(b, op, *values):
    kept = _kept(b, op)
    return b.constant(np.array([kept.add(row) for row in _rows(*_copied(b, values))], np.int64))


def _take(b, op, numbers):
    kept = _kept(b, op)
    parts = [kept.take(number) for number in b.data(numbers).tolist()]
    return [b.constant(part) for part in _stacked(parts, op.outputs[1].dtype.numpy)]


_SHARED = "container: string = '', shared_name: string = ''"
define(
    "AddSparseToTensorsMap",
    f"{_PARTS}; {_SHARED} -> sparse_handle: int64",
    shape=lambda op: SCALAR,
    host=lambda b, op, *values: b.constant(np.array(_kept(b, op).add(tuple(_copied(b, values))), np.int64)),
    **STATEFUL,
)
define(
    "AddManySparseToTensorsMap",
    f"{_PARTS}; {_SHARED} -> sparse_handles: int64",
    host=_keep_rows,
    shape=lambda op: TensorShape([None]),
    **STATEFUL,
)
define(
    "TakeManySparseFromTensorsMap",
    f"sparse_handles: int64[n]; {_SHARED} -> sparse_indices: int64, sparse_values: dtype, sparse_shape: int64",
    shape=lambda op: _batch_shapes(op, None),
    host=_take,
    **STATEFUL,
)


def keep(sparse: SparseTensor, rows: bool = False, shared_name: str = "") -> Tensor:
    """The number under which a sparse tensor is kept in the session, or the numbers of its rows.

    shared_name: the name of another such op, whose store it is to be.
    """
    type = "AddManySparseToTensorsMap" if rows else "AddSparseToTensorsMap"
    return apply(type, *sparse._components(), shared_name=shared_name)


def take(numbers: Tensor, dtype, rank: int | None, shared_name: str) -> SparseTensor:
    """One sparse tensor, of a rank, of those kept under some numbers, which are then kept no more."""
    parts = apply("TakeManySparseFromTensorsMap", numbers, dtype=dtype, shared_name=shared_name)
    return _with_rank(SparseTensor(*parts), rank)
