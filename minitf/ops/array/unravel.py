"""Flat positions as positions along each axis."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor


def _shape(op):
    indices, dims = op.inputs[0].shape, op.inputs[1].shape.with_rank(1)
    if indices.rank is None:
        return UNKNOWN
    return dims if indices.rank == 0 else TensorShape([dims.sizes[0], indices.num_elements()])


def _unravel(op, indices, dims):
    if indices.ndim > 1:
        raise ValueError(f"the indices are a vector or a scalar, not of shape {indices.shape}")
    size = int(np.prod(dims, dtype=np.int64))
    bad = np.flatnonzero((indices < 0) | (indices >= size))
    if bad.size:
        raise ValueError(f"index is out of bound as with dims: {indices.flat[bad[0]]} is not in [0, {size})")
    found = np.array(np.unravel_index(indices.reshape(-1), tuple(dims)), indices.dtype).reshape(len(dims), -1)
    return found.reshape(len(dims)) if indices.ndim == 0 else found


define(
    "UnravelIndex",
    "indices: Tidx, dims: Tidx[n]; Tidx: type = int32 -> output: Tidx",
    Tidx=dtypes.INDEX,
    shape=_shape,
    numpy=_unravel,
    differentiable=False,
)


def unravel_index(indices, dims, name: str | None = None) -> Tensor:
    """The positions along each axis of flat positions in a tensor of the sizes `dims`: [len(dims), n].

    indices: [n], or a scalar, which gives [len(dims)].

    Raises (at run time):
      InvalidArgumentError: for an index outside of the tensor, and for indices of more axes.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.unravel_index([2, 5, 7], [3, 3])))
    [[0 1 2]
     [2 2 1]]
    """
    return apply("UnravelIndex", indices, dims, name=name)
