"""How often each number occurs."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import histogram as kernels
from minitf.ops.array import array
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_max, reduce_prod
from minitf.ops.math.segment import unsorted_segment_sum


def _counts(op, values, size, weights):
    _check_size(size)
    if (values < 0).any():
        raise ValueError(_negative(values))
    kept = values.reshape(-1) if values.max(initial=-1) < size else values[values < size]
    return np.bincount(kept, minlength=int(size)).astype(op.outputs[0].dtype.numpy)


def _check_size(size) -> None:
    if size < 0:
        raise ValueError(f"size is not negative, but {size} was given")


def _negative(values) -> str:
    return f"Input arr must be non-negative! It holds {values.min()}"


def _lowered(b, op, values, size, _):
    size = int(b.data(size))
    _check_size(size)
    out, spare = b.new((size,), op.outputs[0].dtype.numpy), b.new((size,), np.int64)
    kernel = kernels.bincount[out.dtype]
    b.call(kernel, values, spare, out, values.size, size, error=lambda _: _negative(b.data(values)))
    return out


def _counts_shape(op):
    size = constant_value(op.inputs[1])
    if size is not None and size < 0:
        raise ValueError(f"size ({size}) must be non-negative")
    return TensorShape([None if size is None else int(size)])


define(
    "Bincount",
    "arr: int32, size: int32[], weights: T -> bins: T",
    T=dtypes.REAL,
    numpy=_counts,
    kernel=_lowered,
    shape=_counts_shape,
    differentiable=False,
)


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32) -> Tensor:
    """How often each of 0, 1, ... occurs in the int32 tensor `arr` (or the sum of its weights).

    minlength, maxlength: how many counts are given at least, and at most; what is larger is not counted.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(bincount([1, 1, 3])))
    [0 2 0 1]
    """
    with name_scope(None, "bincount"):
        arr = convert_to_tensor(arr, dtypes.int32, name="arr")
        filled = reduce_prod(array.shape(arr)) > 0
        size = cast(filled, dtypes.int32) * (reduce_max(arr) + 1)
        if minlength is not None:
            size = math.maximum(convert_to_tensor(minlength, dtypes.int32, name="minlength"), size)
        if maxlength is not None:
            size = math.minimum(convert_to_tensor(maxlength, dtypes.int32, name="maxlength"), size)
        if weights is not None:
            return unsorted_segment_sum(convert_to_tensor(weights, name="weights"), arr, size)
        return apply("Bincount", arr, size, convert_to_tensor([], dtypes.as_dtype(dtype)))
