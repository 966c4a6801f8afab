"""Pairs of rows and columns of a matrix of distances."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape


def _in_order(distances: np.ndarray):
    """Places in a row of distances, the nearest first; equal ones, and NaN, as they leave C++'s priority queue, which
    is where TensorFlow has them in.
    """
    if len(np.unique(distances)) == distances.size and not np.isnan(distances).any():
        yield from np.argsort(distances).tolist()
        return
    values, heap = distances.tolist(), []
    for place in range(len(values)):
        heap.append(place)
        _rise(heap, place, place, values)
    while heap:
        first, moved = heap[0], heap.pop()
        if heap:
            _sink(heap, moved, values)
        yield first


def _rise(heap: list, at: int, place: int, values: list) -> None:
    """Puts a place where what is above it is no farther, from `at` on."""
    while at > 0 and values[heap[(at - 1) // 2]] > values[place]:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = place


def _sink(heap: list, place: int, values: list) -> None:
    """Puts a place in for the first one: the nearer ones of each two below move up, to the end."""
    at, size = 0, len(heap)
    while 2 * at + 2 < size:
        below = 2 * at + 2
        below -= values[heap[below]] > values[heap[below - 1]]
        heap[at] = heap[below]
        at = below
    if 2 * at + 2 == size:
        heap[at] = heap[size - 1]
        at = size - 1
    _rise(heap, at, place, values)


def _matched(op, distances, valid):
    rows, columns = distances.shape
    if valid.size != 1:
        raise ValueError(f"num_valid_rows is one number, not of shape {valid.shape}")
    count = int(valid.reshape(-1)[0])
    if count > rows:
        raise ValueError(f"There should be at least {count} rows in distance_mat, but only got {rows} rows")
    count = rows if count < 0 else count
    left = op.attrs["top_k"] if op.attrs["top_k"] > 0 else min(count, columns)
    of_rows, of_columns = np.full(rows, -1, np.int32), np.full(columns, -1, np.int32)
    for place in _in_order(distances[:count].reshape(-1)):
        row, column = divmod(place, columns)
        if left and of_rows[row] < 0 and of_columns[column] < 0:
            of_rows[row], of_columns[column], left = column, row, left - 1
    return of_rows, of_columns


def _shapes(op):
    rows, columns = op.inputs[0].shape.with_rank(2).sizes
    return [TensorShape([rows]), TensorShape([columns])]


define(
    "BipartiteMatch",
    "distance_mat: float32[n, m], num_valid_rows: float32; top_k: int = -1 -> "
    "row_to_col_match_indices: int32, col_to_row_match_indices: int32",
    shape=_shapes,
    numpy=_matched,
    differentiable=False,
)


def bipartite_match(distance_mat, num_valid_rows, top_k: int = -1, name: str | None = "bipartite_match") -> tuple:
    """Pairs of rows and columns, the nearest first: (for each row its column, for each column its row), both int32 and
    -1 where there is none.

    distance_mat: [rows, columns], float32; num_valid_rows: how many rows count, a number or [1], all if it is negative;
    top_k: how many pairs there are at most, if positive.

    >>> import minitf as tf
    >>> found = bipartite_match([[0.5, 0.1, 0.8], [0.3, 0.2, 0.15]], -1)
    >>> [pairs.tolist() for pairs in tf.Session().run(found)]
    [[1, 2], [-1, 0, 1]]

    Raises:
      InvalidArgumentError: if more rows shall count than there are.
    """
    return apply("BipartiteMatch", distance_mat, num_valid_rows, top_k=top_k, name=name)
