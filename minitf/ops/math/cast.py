"""Conversion between element types."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.kernels.math import cast as casting
from minitf.kernels.math import elementwise
from minitf.ops import patterns


def _cast(op, x):
    wanted = op.outputs[0].dtype.numpy
    return (x.real if x.dtype.kind == "c" and wanted.kind not in "cb" else x).astype(wanted)


def _cast_kernel(b, op, x):
    out = b.new(x.shape, op.outputs[0].dtype.numpy)
    kernel = elementwise.nonzero[x.dtype] if out.dtype == np.bool_ else casting.cast[x.dtype, out.dtype]
    b.call(kernel, x, out, x.size)
    return out


def _cast_grad(op, g):
    type = op.inputs[0].dtype.base_dtype
    return cast(g, type) if type in dtypes.SMOOTH else None


define(
    "Cast",
    "x: SrcT; Truncate: fixed[bool] = False -> y: DstT",
    SrcT=dtypes.ANY - {dtypes.string},
    shape=patterns.same,
    numpy=_cast,
    passes_slices=True,
    kernel=_cast_kernel,
    grad=_cast_grad,
)


def cast(x, dtype, name: str | None = None):
    """x in another type: fractions are cut off, anything but 0 is True; x itself if it has that type already.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.cast([1.8, -2.7], tf.int32)))
    [ 1 -2]
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    if isinstance(x, IndexedSlices):
        return IndexedSlices(cast(x.values, dtype, name), x.indices, x.dense_shape)
    if isinstance(x, SparseTensor):
        return x if x.dtype.base_dtype is dtype else x.mapped(lambda values: cast(values, dtype, name))
    if not isinstance(x, Tensor):
        with name_scope(name, "Cast", [x]) as scope:
            x = convert_to_tensor(x, name="x")
            return x if x.dtype.base_dtype is dtype else _cast_to(x, dtype, scope)
    return x if x.dtype.base_dtype is dtype else _cast_to(x, dtype, name)


def _cast_to(x: Tensor, dtype: dtypes.DType, name: str | None) -> Tensor:
    if dtype is dtypes.string:
        raise TypeError(f"{x.name} is {x.dtype.base_dtype.name} and cannot be cast to strings; use tf.as_string")
    return apply_op("Cast", x, DstT=dtype, name=name).outputs[0]


def _to(dtype: dtypes.DType, default: str):
    @named(f"to_{dtype.name}", f"x as {dtype.name}: see `cast`.")
    def function(x, name: str | None = default) -> Tensor:
        return cast(x, dtype, name=name)

    return function


to_float, to_double = _to(dtypes.float32, "ToFloat"), _to(dtypes.float64, "ToDouble")
to_int32, to_int64 = _to(dtypes.int32, "ToInt32"), _to(dtypes.int64, "ToInt64")
to_complex64, to_complex128 = _to(dtypes.complex64, "ToComplex64"), _to(dtypes.complex128, "ToComplex128")
