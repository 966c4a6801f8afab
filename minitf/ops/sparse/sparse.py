"""Sparse tensors: making them, and what can be done with their places alone."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import at_home, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.sparse import SparseTensor, as_sparse
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math.places import in_order, sort_sparse, within
from minitf.ops.array import array
from minitf.ops.array.gather import gather, gather_nd, sparse_to_dense, where
from minitf.ops.array.identity import identity
from minitf.ops.array.joining import stack
from minitf.ops.array.placeholders import placeholder
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.sets import invert_permutation, listdiff
from minitf.ops.math.cast import cast
from minitf.ops.math.math import minimum

# ---- what rules have in common


def row_major(indices: np.ndarray) -> np.ndarray | slice:
    """The order in which the rows of `indices` [n, rank] rise, for indexing; equal ones stay in theirs."""
    if not in_order[()].run(np.ascontiguousarray(indices), *indices.shape):
        return slice(None)
    return np.lexsort(indices.T[::-1])


def different(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different ones of some rows [n, rank], in order, and for each row which of them it is."""
    order, new, which = row_major(rows), np.zeros(len(rows), bool), np.empty(len(rows), np.int64)
    rows, new[:1] = rows[order], True
    for column in rows.T:  # few of them: faster than along the rows
        new[1:] |= column[1:] != column[:-1]
    which[order] = np.cumsum(new) - 1
    return rows[new], which


def repeats(which: np.ndarray) -> np.ndarray:
    """How many numbers in front of each are the same."""
    order, places = row_major(which.reshape(-1, 1)), np.arange(len(which))
    begins = np.diff(which[order], prepend=-1) != 0
    found = np.empty_like(places)
    found[order] = places - np.maximum.accumulate(np.where(begins, places, 0))
    return found


def check_places(indices: np.ndarray, shape) -> None:
    """Raises ValueError, naming the first place that is not within the shape."""
    places, sizes = (np.ascontiguousarray(each, np.int64) for each in (indices, shape))
    status = within[()].run(places, sizes, *places.shape)
    if status:
        raise ValueError(outside(indices, status - 1, shape))


def outside(indices: np.ndarray, at: int, shape) -> str:
    """Says that a place is not within the shape."""
    return f"indices[{at}] = {indices[at].tolist()} is out of bounds: need 0 <= index < {list(shape)}"


def rank_of(*shapes: TensorShape):
    """The rank that shapes of indices [n, rank] and of dense shapes [rank] tell."""
    for shape in shapes:
        if shape.rank and shape.sizes[-1] is not None:
            return shape.sizes[-1]
    return None


def any_number(*parts: TensorShape) -> list[TensorShape]:
    """The shapes of a sparse result with any number of values, of the rank that some shapes tell."""
    rank = rank_of(*parts)
    return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]


def _own_shape(sparse: SparseTensor):
    """The shape of a result that is of the same one."""
    shape = sparse.shape
    return shape.as_list() if shape.is_fully_defined() else identity(sparse.dense_shape)


# ---- making


def sparse_placeholder(dtype, shape=None, name: str | None = None) -> SparseTensor:
    """A SparseTensor that has to be fed: a SparseTensorValue, or a tuple (indices, values, dense_shape).

    shape: of the whole tensor, if it is the same in every run, as integers or an int64 tensor.

    >>> import minitf as tf
    >>> p = tf.sparse_placeholder(tf.int32)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.sparse_tensor_to_dense(p), {p: ([[0, 1]], [5], [2, 2])}))
    [[0 5]
     [0 0]]
    """
    inner = (lambda part: None) if name is None else (lambda part: f"{name}/{part}")
    if not isinstance(shape, Tensor):
        sizes = None if shape is None else as_shape([int(n) if n is not None else n for n in shape])
        rank = None if sizes is None else sizes.rank
        if sizes is not None and sizes.is_fully_defined():
            shape = convert_to_tensor(np.array(sizes.sizes, np.int64), name=inner("shape"))
        else:
            shape = placeholder(dtypes.int64, [rank], name=inner("shape"))
    values = placeholder(dtype, [None], name=inner("values"))
    rank = shape.shape.with_rank(1).dims[0]
    return SparseTensor(placeholder(dtypes.int64, [None, rank], name=inner("indices")), values, shape)


def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name: str | None = None) -> SparseTensor:
    """The sparse matrix [num_rows, num_columns] with 1 on its diagonal; square without num_columns."""
    with name_scope(name, "eye", [num_rows, num_columns]):
        num_rows = _size(num_rows, "num_rows")
        num_columns = num_rows if num_columns is None else _size(num_columns, "num_columns")
        count = minimum(num_rows, num_columns)
        places = range_(count, dtype=dtypes.int64)
        indices = stack([places, places], axis=1)
        return SparseTensor(indices, array.ones(count, dtype), [num_rows, num_columns])


def _size(value, name: str) -> Tensor:
    if isinstance(value, Tensor):
        return cast(value, dtypes.int64)
    return convert_to_tensor(value, dtypes.int64, name=name)


def from_dense(tensor, name: str | None = None) -> SparseTensor:
    """The elements of `tensor` that are not 0 (or "") as a SparseTensor."""
    with name_scope(name, "dense_to_sparse", [tensor]):
        tensor = convert_to_tensor(tensor)
        zero = b"" if tensor.dtype is dtypes.string else np.zeros((), tensor.dtype.numpy)
        nothing = convert_to_tensor(zero, tensor.dtype.base_dtype, name="Const")
        indices = where(apply("NotEqual", tensor, nothing))
        values = gather_nd(tensor, indices)
        return SparseTensor(indices, values, array.shape(tensor, out_type=dtypes.int64))


def sparse_mask(a: IndexedSlices, mask_indices, name: str | None = None) -> IndexedSlices:
    """IndexedSlices without the rows at `mask_indices`."""
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        indices, places = listdiff(a.indices, mask_indices)
        return IndexedSlices(gather(a.values, places, name=scope), indices, a.dense_shape)


# ---- as dense tensors


def sparse_tensor_to_dense(
    sp_input, default_value=None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """The dense tensor of a sparse one, with `default_value` (0 or "") where it has no value.

    Raises (at run time):
      InvalidArgumentError: for a place that is not within the shape; with validate_indices also for places
        out of order (see `sparse_reorder`) or repeated; without, the last value counts.
    """
    sp_input = as_sparse(sp_input)
    with at_home(sp_input):
        if default_value is None:
            default_value = array.zeros([], sp_input.dtype.base_dtype)
        return sparse_to_dense(
            sp_input.indices, sp_input.dense_shape, sp_input.values, default_value, validate_indices, name=name
        )


# ---- order


def _reordered(op, indices, values, shape):
    order = row_major(indices)
    return indices[order], values[order]


def reordered(b, indices, values) -> tuple:
    """Places and values in row-major order, by a kernel."""
    (count, rank), made = indices.shape, (b.new(indices.shape, np.int64), b.new(values.shape, values.dtype))
    orders, kernel = [b.new((count,), np.int64) for _ in range(2)], sort_sparse[layout.carrier(values.dtype)]
    b.call(kernel, indices, values, *made, *orders, count, rank)
    return made


def _reorder_grad(op, _, g):
    """The gradient of each value stands where the value went."""
    indices, values, shape = op.inputs
    order = apply("SparseReorder", indices, range_(array.size(values)), shape)[1]
    return None, gather(g, invert_permutation(order)), None


define(
    "SparseReorder",
    "input_indices: int64[n, rank], input_values: T[~n], input_shape: int64[~rank]"
    "-> output_indices: int64, output_values: T",
    shape=lambda op: [op.inputs[0].shape.with_rank(2), op.inputs[1].shape.with_rank(1)],
    numpy=_reordered,
    kernel=lambda b, op, indices, values, shape: reordered(b, indices, values),
    grad=_reorder_grad,
)


def sparse_reorder(sp_input, name: str | None = None) -> SparseTensor:
    """The same with its places in row-major order, as most ops need them; equal ones stay in their order."""
    return _sorted(as_sparse(sp_input), _own_shape, name)


def _sorted(sparse: SparseTensor, shape, name: str | None = None) -> SparseTensor:
    """The same in order; `shape` makes the shape of the result of it."""
    indices, values = apply("SparseReorder", *sparse._components(), name=name)
    return SparseTensor(indices, values, shape(sparse))


def sparse_transpose(sp_input, perm=None, name: str | None = None) -> SparseTensor:
    """The axes in the order `perm` (default: reversed), in row-major order."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseTranspose", [sp_input]):
        given = perm is not None
        if not given:
            rank = apply("Size", sp_input.dense_shape, name="Rank")
            perm = (rank - 1) - range_(0, rank, 1)
        indices = array.transpose(gather(array.transpose(sp_input.indices), perm))
        known = constant_value_as_shape(convert_to_tensor(perm, name="Const")) if given else as_shape(None)
        shape = sp_input.shape
        if known.rank is not None:
            known.assert_has_rank(shape.rank) if shape.rank is not None else None
        if known.is_fully_defined() and shape.is_fully_defined():
            turned = [shape.sizes[axis] for axis in known.sizes]
        else:
            turned = gather(sp_input.dense_shape, perm)
        turned = SparseTensor(indices, sp_input.values, turned)
        return sparse_reorder(turned) if given else _sorted(turned, lambda s: identity(s.dense_shape))


def sparse_retain(sp_input, to_retain) -> SparseTensor:
    """The values for which the bool vector `to_retain` is true."""
    sp_input = as_sparse(sp_input)
    with at_home(sp_input):
        to_retain = convert_to_tensor(to_retain)
    sp_input.values.shape.assert_is_compatible_with(to_retain.shape.with_rank(1))
    kept = array.reshape(where(to_retain), [-1])
    indices, values = gather(sp_input.indices, kept), gather(sp_input.values, kept)
    return SparseTensor(indices, values, identity(sp_input.dense_shape))
