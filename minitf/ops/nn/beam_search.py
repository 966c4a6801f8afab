"""Following beams back to their beginning."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor


def _gather_tree(op, step_ids, parent_ids, lengths, end_token):
    time, batch, beams = step_ids.shape
    result = np.full_like(step_ids, end_token)
    rows, parents = np.arange(batch)[:, None], np.tile(np.arange(beams, dtype=step_ids.dtype), (batch, 1))
    for t in reversed(range(time)):
        inside = t < np.minimum(lengths, time)
        bad = inside[:, None] & ((parents < 0) | (parents >= beams))
        if bad.any():
            raise ValueError(f"parent id {parents[bad][0]} after step {t} is not a beam: there are {beams}")
        parents = np.where(inside[:, None], parents, np.arange(beams))
        result[t][inside] = step_ids[t][rows, parents][inside]
        parents = np.where(inside[:, None], parent_ids[t][rows, parents], parents)
    ended = np.cumsum(result == end_token, axis=0) > 0
    result[ended] = end_token
    return result


def _beam_shape(op):
    batch = TensorShape([None, op.inputs[2].shape.with_rank(1).sizes[0], None])
    return op.inputs[0].shape.merge_with(op.inputs[1].shape).merge_with(batch)


define(
    "GatherTree",
    "step_ids: T[time, batch, beams], parent_ids: T[time, batch, beams], max_sequence_lengths: int32[batch], "
    "end_token: T[] -> beams: T",
    T=frozenset([dtypes.int32]),
    shape=_beam_shape,
    numpy=_gather_tree,
    differentiable=False,
)


def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name: str | None = None) -> Tensor:
    """The symbols of whole beams, from each step's symbols and the beams that they continue.

    step_ids, parent_ids: int32 [time, batch, beams]; max_sequence_lengths: int32 [batch], past which, and
    past the first end_token of a beam, the result is end_token. Result: as step_ids.

    Raises:
      InvalidArgumentError: when it runs, if a parent id is no beam.

    >>> import minitf as tf
    >>> beams = gather_tree([[[1, 2]], [[3, 4]]], [[[0, 0]], [[1, 0]]], [2], 9)
    >>> with tf.Session() as sess:
    ...     print(sess.run(beams))
    [[[2 1]]
     [[3 4]]]
    """
    return apply("GatherTree", step_ids, parent_ids, max_sequence_lengths, end_token, name=name)
