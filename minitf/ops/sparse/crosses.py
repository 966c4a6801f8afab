"""Features crossed with each other: every combination of one value of each, row by row."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.ops.math.cast import cast
from minitf.ops.strings.hashes import farm

_BETWEEN = b"_X_"
_WORD = (1 << 64) - 1
_FACTOR = 0xC6A4A7935BD1E995
_KEY = 0xDECAFCAFFE


def _shifted(values: np.ndarray) -> np.ndarray:
    return values ^ (values >> 47)


def _joined_hash(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The hashes of pairs of hashes."""
    mixed = _shifted(second * _FACTOR) * _FACTOR
    result = ((first ^ _FACTOR) ^ mixed) * _FACTOR
    return _shifted(_shifted(result) * _FACTOR)


def _hashes(values: np.ndarray) -> np.ndarray:
    """What of texts and integers is joined."""
    if values.dtype.hasobject:
        return np.array([farm(value) for value in values.tolist()], np.uint64)
    return values.astype(np.int64).view(np.uint64)


def _hashed(op, parts: list, picked: list, count: int) -> np.ndarray:
    result = np.full(count, op.attrs["hash_key"] & _WORD, np.uint64)
    for values, which in zip(parts, picked):
        result = _joined_hash(result, _hashes(values)[which])
    return (result % np.uint64(op.attrs["num_buckets"] or (1 << 63) - 1)).astype(np.int64)


def _texts(op, parts: list, picked: list, count: int) -> np.ndarray:
    columns = []
    for values, which in zip(parts, picked):
        texts = [v if isinstance(v, bytes) else str(int(v)).encode() for v in values.tolist()]
        columns.append([texts[k] for k in which.tolist()])
    rows = [_BETWEEN.join(row) for row in zip(*columns)] if columns else [b""] * count
    return np.array([*rows, None], object)[:-1]


def _by_rows(indices: np.ndarray, values: np.ndarray, rows: int) -> tuple:
    """The values row by row, and how many each row has."""
    where = indices[:, 0]
    if where.size and not 0 <= where.min() <= where.max() < rows:
        raise ValueError(f"a feature of {rows} rows has a value in row {where[(where < 0) | (where >= rows)][0]}")
    return values[np.argsort(where, kind="stable")], np.bincount(where, minlength=rows)


def _crossed(op, *arrays):
    """Where the combinations stand, they, and the shape."""
    count, dense = op.attrs["N"], arrays[3 * op.attrs["N"] :]
    indices, values, shapes = [arrays[i * count : (i + 1) * count] for i in range(3)]
    rows = int(shapes[0][0]) if count else len(dense[0])
    for where, shape in zip(indices, shapes):
        if where.ndim != 2 or where.shape[1] != 2 or shape.shape != (2,):
            raise ValueError(f"a feature is a sparse matrix, not of rank {where.shape[-1]}")
    if {int(shape[0]) for shape in shapes} | {len(array) for array in dense} != {rows}:
        raise ValueError("features have different numbers of rows")
    features = [_by_rows(where, held, rows) for where, held in zip(indices, values)]
    features += [(array.reshape(-1), np.full(rows, array.shape[1])) for array in dense]
    parts, counts = (
        [values for values, _ in features],
        np.array([many for _, many in features]).reshape(len(features), rows),
    )
    many = counts.prod(axis=0)
    row = np.repeat(np.arange(rows), many)
    place, after, picked = np.arange(len(row)) - (np.cumsum(many) - many)[row], many, []
    for own in counts:  # how often each value follows the one before it is how many combinations are left
        after = after // np.maximum(own, 1)
        picked.append((np.cumsum(own) - own)[row] + place // np.maximum(after, 1)[row] % np.maximum(own, 1)[row])
    make = _hashed if op.attrs["hashed_output"] else _texts
    out = make(op, parts, picked, len(row)).astype(op.attrs["out_type"].numpy)
    return [np.stack([row, place], 1), out, np.array([rows, many.max(initial=0)], np.int64)]


define(
    "SparseCross",
    "indices: N*int64, values: **sparse_types, shapes: N*int64, dense_inputs: **dense_types; hashed_output: bool, "
    "num_buckets: int, hash_key: int, out_type: type, internal_type: type -> output_indices: int64, "
    "output_values: out_type, output_shape: int64",
    shape=lambda op: [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])],
    numpy=_crossed,
    differentiable=False,
)


def sparse_cross(inputs, name: str | None = None) -> SparseTensor:
    """Every combination of one value of each input, row by row: texts joined by "_X_", as a sparse matrix.

    inputs: a list of sparse matrices and tensors [rows, n], of strings or integers.

    Raises:
      TypeError: for what is no list of them. InvalidArgumentError: at a run, for different numbers of rows.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.sparse.cross([tf.constant([["a", "b"]]), tf.constant([[1]])])).values)
    [b'a_X_1' b'b_X_1']
    """
    return _cross(inputs, False, 0, None, name)


def sparse_cross_hashed(inputs, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None):
    """`sparse_cross`, of whose combinations the hashes are given, int64: below num_buckets unless that is 0."""
    return _cross(inputs, True, num_buckets, hash_key, name)


def _cross(inputs, hashed: bool, buckets: int, key, name) -> SparseTensor:
    if not isinstance(inputs, list):
        raise TypeError("Inputs must be a list")
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        raise TypeError("All inputs must be SparseTensors")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    values = [_whole(s.values) for s in sparse]
    dense = [_whole(i) for i in inputs if isinstance(i, Tensor)]
    texts = all(t.dtype.base_dtype is dtypes.string for t in [*values, *dense])
    made = apply(
        "SparseCross",
        [s.indices for s in sparse],
        values,
        [s.dense_shape for s in sparse],
        dense,
        hashed_output=hashed,
        num_buckets=buckets,
        hash_key=key or _KEY,
        out_type=dtypes.int64 if hashed else dtypes.string,
        internal_type=dtypes.string if texts else dtypes.int64,
        name=name,
    )
    return SparseTensor(*made)


def _whole(tensor) -> Tensor:
    tensor = convert_to_tensor(tensor)
    return tensor if tensor.dtype.base_dtype is dtypes.string else cast(tensor, dtypes.int64)
