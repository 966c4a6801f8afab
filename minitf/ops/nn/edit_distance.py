"""How many changes make one sequence of another."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.sparse import as_sparse
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.machine.alloc import zeros
from minitf.ops.sparse.sparse import check_places


def _distance(a: np.ndarray, b: np.ndarray) -> int:
    """Levenshtein's distance, a row of its table at a time."""
    steps = np.arange(len(b) + 1)
    row = steps
    for i, item in enumerate(a):
        changed = np.minimum(row[1:] + 1, row[:-1] + (b != item))
        row = np.minimum.accumulate(np.concatenate([[i + 1], changed]) - steps) + steps
    return int(row[-1])


def _sequences(indices, values, shape) -> dict:
    """The values of each sequence (last axis) by the place of the others."""
    check_places(indices, shape)
    found: dict = {}
    for place, value in zip(map(tuple, indices[:, :-1].tolist()), values.tolist()):
        found.setdefault(place, []).append(value)
    return {place: np.array(items, values.dtype) for place, items in found.items()}


def _distances(op, *arrays):
    mine, truth = arrays[:3], arrays[3:]
    if not len(mine[2]):
        raise ValueError("edit_distance takes sequences: tensors of rank 1 at least")
    a, b = _sequences(*mine), _sequences(*truth)
    result = zeros(tuple(np.maximum(mine[2], truth[2])[:-1].tolist()), np.float32)
    nothing = np.zeros(0, mine[1].dtype)
    for place in {**a, **b}:
        length = len(b.get(place, nothing))
        distance = _distance(a.get(place, nothing), b.get(place, nothing))
        if op.attrs["normalize"]:
            distance = distance / length if length else np.inf
        result[place] = distance
    return result


def _shape(op):
    mine, truth = (constant_value_as_shape(op.inputs[i]) for i in (2, 5))
    if mine.rank is None or truth.rank is None:
        return UNKNOWN
    both = zip(mine.sizes[:-1], truth.sizes[:-1])
    return TensorShape([None if None in pair else max(pair) for pair in both])


define(
    "EditDistance",
    "hypothesis_indices: int64[n, rank], hypothesis_values: T[n], hypothesis_shape: int64[rank],"
    "truth_indices: int64[m, rank], truth_values: T[m], truth_shape: int64[rank] -> output: float32",
    shape=_shape,
    numpy=_distances,
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
    return apply("EditDistance", *parts, normalize=bool(normalize), name=name)
