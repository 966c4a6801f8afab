"""Sets in the last axis of tensors, dense or sparse: unions, intersections, differences, sizes."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define, not_differentiable
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.sparse import SparseTensor, convert_to_tensor_or_sparse_tensor
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import sets as kernels
from minitf.kernels.math.places import in_order
from minitf.ops.array import array
from minitf.ops.sparse.sparse import check_places, different, rank_of, repeats

_ITEMS = (dtypes.INTEGER | {dtypes.string}) - {dtypes.uint32, dtypes.uint64}
_JOINED = {
    "intersection": lambda a, b: a & b,
    "union": lambda a, b: a | b,
    "a-b": lambda a, b: a & ~b,
    "b-a": lambda a, b: b & ~a,
}
_SPARSE = "set{}_indices: int64[n{}, rank], set{}_values: T[n{}], set{}_shape: int64[rank]"


def _in_order(indices: np.ndarray, shape: np.ndarray) -> None:
    """Raises ValueError unless indices are within the shape and rise."""
    check_places(indices, shape)
    falls = in_order[()].run(np.ascontiguousarray(indices), *indices.shape)
    same = np.append(np.flatnonzero((indices[1:] == indices[:-1]).all(1)) + 1, len(indices))[0]
    at = min(falls - 1, same) if falls else same
    if at < len(indices):
        raise ValueError(
            f"indices[{at}] = {indices[at].tolist()} is out of order or repeated. Sort them by tf.sparse.reorder"
        )


def _sets_of_dense(x: np.ndarray) -> tuple:
    """The places of sets in a tensor, for each item that of its set, and the items."""
    if x.ndim < 2:
        raise ValueError(f"sets are in the last axis of a tensor of rank 2 at least, not of shape {x.shape}")
    places = np.indices(x.shape[:-1], np.int64).reshape(x.ndim - 1, -1).T
    return np.repeat(places, x.shape[-1], axis=0), x.reshape(-1)


def _sets_of_sparse(op, indices, values, shape) -> tuple:
    if op.attrs["validate_indices"]:
        _in_order(indices, shape)
    return indices[:, :-1], values


def _different(places: np.ndarray, values: np.ndarray) -> tuple:
    """The different items of sets, in order: [place..., the value, or its number if it is no number itself]; which of
    them each item is; and the values that numbers mean, if they do.
    """
    found = None
    if values.dtype.kind not in "iu":
        found, values = np.unique(values, return_inverse=True)
    return *different(np.column_stack([places, values.reshape(-1)])), found


def _operated(op, lead: tuple, other: tuple, a: tuple, b: tuple):
    """What a set operation gives, as a sparse tensor. a, b: the places and values of the items."""
    if tuple(lead) != tuple(other):
        raise ValueError(_unlike([*lead, 0], [*other, 0]))
    rows, which, values = _different(*[np.concatenate(parts) for parts in zip(a, b)])
    has = np.zeros((2, len(rows)), bool)
    has[0, which[: len(a[1])]] = has[1, which[len(a[1]) :]] = True
    rows = rows[_JOINED[op.attrs["set_operation"]](*has)]
    at, items = repeats(different(rows[:, :-1])[1]), rows[:, -1]
    shape = np.array([*lead, at.max(initial=-1) + 1], np.int64)
    return np.column_stack([rows[:, :-1], at]), items if values is None else values[items], shape


def _of_dense(op, a, b):
    return _operated(op, a.shape[:-1], b.shape[:-1], _sets_of_dense(a), _sets_of_dense(b))


def _of_mixed(op, a, indices, values, shape):
    lead = tuple(shape[:-1].tolist())
    return _operated(op, a.shape[:-1], lead, _sets_of_dense(a), _sets_of_sparse(op, indices, values, shape))


def _of_sparse(op, i, v, s, j, w, t):
    a, b = _sets_of_sparse(op, i, v, s), _sets_of_sparse(op, j, w, t)
    return _operated(op, tuple(s[:-1].tolist()), tuple(t[:-1].tolist()), a, b)


# ---- by kernels


def _table_of_dense(b, x) -> tuple:
    """The items of a dense tensor as a table, and its sizes."""
    rank, rows = len(x.shape), prod(x.shape[:-1])
    if rank < 2:
        raise ValueError(f"sets are in the last axis of a tensor of rank 2 at least, not of shape {x.shape}")
    table = b.new((x.size, rank), np.int64)
    b.call(kernels.table_of_dense[x.dtype], x, table, rows, x.shape[-1], rank, x.shape[:-1])
    return table, b.constant(np.array(x.shape, np.int64))


def _table_of_sparse(b, op, indices, values, shape) -> tuple:
    table, ordered = b.new(indices.shape, np.int64), op.attrs["validate_indices"]

    def complaint(_):
        try:
            (_in_order if ordered else check_places)(b.data(indices), b.data(shape))
        except ValueError as error:
            return str(error)

    kernel = kernels.table_of_sparse[values.dtype]
    b.call(kernel, indices, values, shape, table, *indices.shape, int(ordered), error=complaint)
    return table, shape


_STAYS = {
    "intersection": kernels.BOTH,
    "union": kernels.ONE | kernels.OTHER | kernels.BOTH,
    "a-b": kernels.ONE,
    "b-a": kernels.OTHER,
}


def _kernel(first: Callable, second: Callable):
    """The rule for two inputs, or threes of them, of which these make tables."""

    def lower(b, op, *inputs):
        parts = (inputs[:1], inputs[1:]) if first is _table_of_dense else (inputs[:3], inputs[3:])
        tables = [
            make(b, *part) if make is _table_of_dense else make(b, op, *part)
            for make, part in zip((first, second), parts)
        ]
        (one, sizes), (other, other_sizes) = tables
        (count, rank), (others, other_rank) = one.shape, other.shape
        if rank != other_rank:
            raise ValueError(f"sets in tensors of rank {rank} do not go with those of rank {other_rank}")
        places, out = b.new((count + others, rank), np.int64), b.new((count + others,), op.outputs[1].dtype.numpy)
        made, found = b.new((rank,), np.int64), b.new((), np.int64)
        room = [b.new((n,), np.int64) for n in (count, others, max(count, others))]
        b.call(
            kernels.operate_on_sets[out.dtype],
            *(one, sizes, other, other_sizes, places, out, made, found, *room),
            *(count, others, rank, _STAYS[op.attrs["set_operation"]]),
            error=lambda _: _unlike(b.data(sizes), b.data(other_sizes)),
        )
        return *b.first(found, places, out), made

    return lower


def _unlike(sizes, others) -> str:
    lead, other = (tuple(np.ravel(s)[:-1].tolist()) for s in (sizes, others))
    return f"sets of shape {lead} do not go with sets of shape {other}"


def _sizes_kernel(b, op, indices, values, shape):
    lead = array.sizes_of(b.data(shape)[:-1])
    table, _ = _table_of_sparse(b, op, indices, values, shape)
    out, (count, rank) = b.new(lead, np.int32), table.shape
    room = [b.new((count,), np.int64) for _ in range(2)]
    b.call(kernels.set_sizes[()], table, out, *room, count, rank, out.size, layout.strides(lead))
    return out


def _shapes(rank) -> list[TensorShape]:
    return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]


def _dense_shapes(op):
    a, b = (t.shape.with_rank_at_least(2) for t in op.inputs)
    if a.rank is not None and b.rank is not None:
        b.with_rank(a.rank)
        a[:-1].assert_is_compatible_with(b[:-1])
    return _shapes(b.rank if a.rank is None else a.rank)


def _mixed_shapes(op):
    rank = op.inputs[0].shape.rank
    return _shapes(rank_of(op.inputs[3].shape) if rank is None else rank)


_RESULT = "; set_operation: string, validate_indices: bool = True -> "
_RESULT += "result_indices: int64, result_values: T, result_shape: int64"
define(
    "DenseToDenseSetOperation",
    f"set1: T, set2: T{_RESULT}",
    T=_ITEMS,
    shape=_dense_shapes,
    numpy=_of_dense,
    kernel=_kernel(_table_of_dense, _table_of_dense),
    counted=True,
)
define(
    "DenseToSparseSetOperation",
    f"set1: T, {_SPARSE.format(*[2] * 5)}{_RESULT}",
    T=_ITEMS,
    shape=_mixed_shapes,
    numpy=_of_mixed,
    kernel=_kernel(_table_of_dense, _table_of_sparse),
    counted=True,
)
define(
    "SparseToSparseSetOperation",
    f"{_SPARSE.format(*[1] * 5)}, {_SPARSE.format(*[2] * 5)}{_RESULT}",
    T=_ITEMS,
    shape=lambda op: _shapes(rank_of(op.inputs[2].shape, op.inputs[5].shape)),
    numpy=_of_sparse,
    kernel=_kernel(_table_of_sparse, _table_of_sparse),
    counted=True,
)


def _sizes(op, indices, values, shape):
    out = np.zeros(shape[:-1], np.int32)
    rows = _different(*_sets_of_sparse(op, indices, values, shape))[0]
    np.add.at(out, tuple(rows[:, :-1].T), 1)
    return out


define(
    "SetSize",
    "set_indices: int64~[n, rank], set_values: T~[n], set_shape: int64~[rank]; validate_indices: bool = True"
    " -> size: int32",
    T=_ITEMS,
    shape=lambda op: UNKNOWN,
    numpy=_sizes,
    kernel=_sizes_kernel,
)
not_differentiable("DenseToDenseSetOperation", "DenseToSparseSetOperation", "SparseToSparseSetOperation", "SetSize")


def size(a, validate_indices: bool = True) -> Tensor:
    """How many different items are in the sets of a sparse tensor: int32, without its last axis."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}: the sets of a dense tensor are all of one size")
    _check_type(a)
    return apply("SetSize", a.indices, a.values, a.dense_shape, validate_indices=validate_indices)


def _check_type(x) -> None:
    if x.dtype.base_dtype not in _ITEMS:
        raise TypeError(f"sets are of {', '.join(sorted(d.name for d in _ITEMS))}, not of {x.dtype.name}")


def _operation(a, b, what: str, turned: str, validate_indices: bool) -> SparseTensor:
    """`turned` is the operation for the arguments the other way round."""
    a, b = (convert_to_tensor_or_sparse_tensor(x, name=name) for x, name in ((a, "a"), (b, "b")))
    _check_type(a)
    if a.dtype.base_dtype != b.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype.name} vs {b.dtype.name}")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        a, b, what = b, a, turned
    kinds = ["Sparse" if isinstance(x, SparseTensor) else "Dense" for x in (a, b)]
    parts = [p for x in (a, b) for p in (x._components() if isinstance(x, SparseTensor) else [x])]
    how = {"set_operation": what, "validate_indices": bool(validate_indices)}
    return SparseTensor(*apply(f"{kinds[0]}To{kinds[1]}SetOperation", *parts, **how))


def intersection(a, b, validate_indices: bool = True) -> SparseTensor:
    """What is in the sets of both `a` and `b`, which are in the last axis of dense or sparse tensors.

    The sets of the result are sorted, of a sparse tensor whose last axis is as long as the largest is.
    InvalidArgumentError if sparse indices are not in order.

    >>> import minitf as tf
    >>> tf.Session().run(intersection([[1, 2, 3]], [[3, 1, 4]])).values.tolist()
    [1, 3]
    """
    return _operation(a, b, "intersection", "intersection", validate_indices)


def difference(a, b, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in the sets of `a` and not in those of `b` (without `aminusb`: the other way round)."""
    what = "a-b", "b-a"
    return _operation(a, b, *(what if aminusb else what[::-1]), validate_indices)


def union(a, b, validate_indices: bool = True) -> SparseTensor:
    """What is in the sets of `a` or in those of `b`; see `intersection`."""
    return _operation(a, b, "union", "union", validate_indices)
