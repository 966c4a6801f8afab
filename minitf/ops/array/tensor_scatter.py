"""Tensors with some of their slices replaced, added to or subtracted from."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import state as kernels
from minitf.ops import patterns
from minitf.ops.array.array import zeros_like


def _shape(op):
    tensor, indices, updates = [t.shape for t in op.inputs]
    depth = indices.sizes[-1] if indices.rank else None
    if indices.rank == 0 or None not in (depth, tensor.rank) and depth > tensor.rank:
        raise ValueError(f"indices of shape {indices} do not index a tensor of shape {tensor}")
    updates.with_rank_at_least(1)
    if depth is not None and tensor.rank is not None:
        updates.assert_is_compatible_with(indices[:-1].concatenate(tensor[depth:]))
    return tensor


def _depth(tensor, indices, updates) -> int:
    """How many axes the indices say places along; ValueError if shapes do not fit."""
    depth = indices.shape[-1] if indices.shape else 0
    if not 0 < depth <= len(tensor.shape) or updates.shape != indices.shape[:-1] + tensor.shape[depth:]:
        raise ValueError(f"indices {indices.shape} and updates {updates.shape} do not fit a tensor {tensor.shape}")
    return depth


def _bad_row(rows, place: int, shape) -> str:
    return f"indices[{place}] = {rows[place].tolist()} does not index into shape {list(shape)}"


def _scattered(ufunc):
    def numpy(op, tensor, indices, updates):
        depth = _depth(tensor, indices, updates)
        rows = indices.reshape(-1, depth)
        bad = ((rows < 0) | (rows >= tensor.shape[:depth])).any(1)
        if bad.any():
            raise ValueError(_bad_row(rows, int(np.argmax(bad)), tensor.shape))
        result, parts = tensor.copy(), updates.reshape(len(rows), *tensor.shape[depth:])
        where = tuple(rows.T)
        if ufunc is None:
            result[where] = parts
        else:
            ufunc.at(result, where, parts)
        return result

    return numpy


def _kernel(kernel, binds: Callable):
    """The rule of a kernel that changes rows in place, here those of a copy. binds: by what type of items it goes."""

    def lower(b, op, tensor, indices, updates):
        depth, out = _depth(tensor, indices, updates), b.new(tensor.shape, tensor.dtype)
        patterns.place(b, tensor, out, layout.strides(tensor.shape))
        count, width, sizes = prod(indices.shape[:-1]), prod(tensor.shape[depth:]), tensor.shape[:depth]
        error = lambda at: _bad_row(b.data(indices).reshape(-1, depth), at, tensor.shape)  # noqa: E731
        made = kernel[indices.dtype, binds(tensor.dtype)]
        b.call(made, indices, updates, out, count, width, 1, depth, sizes, error=error)
        return out

    return lower


def _gathered(g: Tensor, indices: Tensor) -> Tensor:
    return apply("GatherNd", g, indices)


_SIGNATURE = "tensor: T, indices: Tindices, updates: T -> output: T"
define(
    "TensorScatterUpdate",
    _SIGNATURE,
    Tindices=dtypes.INDEX,
    shape=_shape,
    numpy=_scattered(None),
    kernel=_kernel(kernels.scatter_update, layout.carrier),
    grad=lambda op, g: (
        apply("TensorScatterUpdate", g, op.inputs[1], zeros_like(op.inputs[2])),
        None,
        _gathered(g, op.inputs[1]),
    ),
)
define(
    "TensorScatterAdd",
    _SIGNATURE,
    T=dtypes.NUMBER,
    Tindices=dtypes.INDEX,
    shape=_shape,
    numpy=_scattered(np.add),
    kernel=_kernel(kernels.scatter_add, np.dtype),
    grad=lambda op, g: (g, None, _gathered(g, op.inputs[1])),
)
define(
    "TensorScatterSub",
    _SIGNATURE,
    T=dtypes.NUMBER,
    Tindices=dtypes.INDEX,
    shape=_shape,
    numpy=_scattered(np.subtract),
    kernel=_kernel(kernels.scatter_sub, np.dtype),
    grad=lambda op, g: (g, None, -_gathered(g, op.inputs[1])),
)


def tensor_scatter_update(tensor, indices, updates, name: str | None = None) -> Tensor:
    """`tensor` with slices set: that at indices[i, :] is updates[i].

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tensor_scatter_update([1, 2, 3], [[1]], [9])))
    [1 9 3]
    """
    return apply("TensorScatterUpdate", tensor, indices, updates, name=name)


def tensor_scatter_add(tensor, indices, updates, name: str | None = None) -> Tensor:
    """`tensor` with updates[i] added to the slice at indices[i, :], repeated indices too."""
    return apply("TensorScatterAdd", tensor, indices, updates, name=name)


def tensor_scatter_sub(tensor, indices, updates, name: str | None = None) -> Tensor:
    """`tensor` with updates[i] subtracted from the slice at indices[i, :], repeated indices too."""
    return apply("TensorScatterSub", tensor, indices, updates, name=name)
