"""How many changes make one sequence of another."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.sparse import as_sparse
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.machine.alloc import empty, zeros
from minitf.kernels.math import edit_distance as kernels
from minitf.kernels.math.places import in_order
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.sparse.sparse import check_places, outside


def _groups(indices: np.ndarray, values: np.ndarray, shape, sizes: tuple) -> tuple:
    """For each value the number of its sequence, places of the other axes in a tensor of these sizes; and the
    values, in the order of these numbers.
    """
    check_places(indices, shape)
    groups = indices[:, :-1] @ np.array(layout.strides(sizes), np.int64)
    if in_order[()].run(groups, len(groups), 1):
        order = np.argsort(groups, kind="stable")
        groups, values = groups[order], values[order]
    return groups, values


def _numbered(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values as something that kernels compare: of other types their numbers among all that there are."""
    if kernels.edit_distances.supports(a.dtype):
        return a, b
    numbers = np.unique(np.concatenate([a, b]), return_inverse=True, equal_nan=False)[1].reshape(-1)
    return numbers[: len(a)], numbers[len(a) :]


def _distances(op, *arrays):
    mine, truth = arrays[:3], arrays[3:]
    if not len(mine[2]):
        raise ValueError("edit_distance takes sequences: tensors of rank 1 at least")
    result = zeros(tuple(np.maximum(mine[2], truth[2])[:-1].tolist()), np.float32)
    groups, a = _groups(*mine, result.shape)
    others, b = _groups(*truth, result.shape)
    a, b = _numbered(a, b)
    row, normalize = empty((len(b) + 1,), np.int64), int(op.attrs["normalize"])
    kernels.edit_distances[a.dtype].run(groups, a, others, b, result, row, len(a), len(b), normalize)
    return result


def _kernel(b, op, *inputs):
    mine, truth = inputs[:3], inputs[3:]
    sizes = [b.data(part[2]) for part in (mine, truth)]
    if not len(sizes[0]):
        raise ValueError("edit_distance takes sequences: tensors of rank 1 at least")
    out = patterns.filled(b, array.sizes_of(np.maximum(*sizes)[:-1]), np.float32)
    groups, a = _sequences(b, out.shape, *mine)
    others, c = _sequences(b, out.shape, *truth)
    row, normalize = b.new((c.size + 1,), np.int64), int(op.attrs["normalize"])
    b.call(kernels.edit_distances[a.dtype], groups, a, others, c, out, row, a.size, c.size, normalize)
    return out


def _sequences(b, sizes: tuple, indices, values, shape) -> tuple:
    """What `_groups` gives, by a kernel."""
    count, rank = indices.shape
    groups, sorted_values, *room = [b.new((count,), dtype) for dtype in (np.int64, values.dtype, *[np.int64] * 3)]
    kernel, strides = kernels.sequences[layout.carrier(values.dtype)], tuple(layout.strides(sizes))
    error = lambda at: outside(b.data(indices), at, b.data(shape))  # noqa: E731
    b.call(kernel, indices, values, shape, groups, sorted_values, *room, count, rank, strides, error=error)
    return groups, sorted_values


def _shape(op):
    mine, truth = (constant_value(op.inputs[i]) for i in (2, 5))
    if mine is None or truth is None:
        return UNKNOWN
    if len(mine) != len(truth):
        raise ValueError(f"hypothesis and truth have as many axes, not {len(mine)} and {len(truth)}")
    return TensorShape(np.maximum(mine, truth)[:-1].tolist())


define(
    "EditDistance",
    "hypothesis_indices: int64[n, rank], hypothesis_values: T[n], hypothesis_shape: int64[rank], truth_indices: "
    "int64[m, ~rank], truth_values: T[m], truth_shape: int64[~rank]; normalize: bool = True -> output: float32",
    shape=_shape,
    numpy=_distances,
    kernel=_kernel,
    differentiable=False,
)


def edit_distance(hypothesis, truth, normalize: bool = True, name: str | None = "edit_distance") -> Tensor:
    """Levenshtein's distance of the sequences along the last axis, for each place of the others: float32.

    hypothesis, truth: sparse tensors of one type and rank, in order. normalize: divide by the length of the
    truth, which gives inf for an empty one.

    >>> import minitf as tf
    >>> a = tf.SparseTensor([[0, 0], [0, 1], [0, 2]], ["c", "a", "t"], [1, 3])
    >>> b = tf.SparseTensor([[0, 0], [0, 1]], ["a", "t"], [1, 2])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.edit_distance(a, b, normalize=False)))
    [1.]
    """
    parts = [*as_sparse(hypothesis)._components(), *as_sparse(truth)._components()]
    return apply("EditDistance", *parts, normalize=normalize, name=name)
