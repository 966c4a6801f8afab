"""Histograms of bins of one width."""

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
from minitf.ops.math.clip import clip_by_value


def _counts(op, values, ends, nbins):
    _check_count(nbins)
    low, high = (float(n) for n in ends)
    if not low < high:
        raise ValueError(_wrong_ends(ends))
    step = (high - low) / int(nbins)
    places = np.clip((values[values == values].astype(np.float64) - low) / step, 0, int(nbins) - 1)
    return np.bincount(places.astype(np.int64).reshape(-1), minlength=int(nbins)).astype(op.outputs[0].dtype.numpy)


def _check_count(nbins) -> None:
    if nbins <= 0:
        raise ValueError(f"nbins should be a positive number, but got {int(nbins)}")


def _wrong_ends(ends) -> str:
    return f"value_range should satisfy value_range[0] < value_range[1], but got {np.asarray(ends).tolist()}"


def _lowered(b, op, values, ends, nbins):
    count = int(b.data(nbins))
    _check_count(count)
    out = b.new((count,), op.outputs[0].dtype.numpy)
    kernel = kernels.histogram[values.dtype, out.dtype]
    b.call(kernel, values, ends, out, values.size, count, error=lambda _: _wrong_ends(b.data(ends)))
    return out


def _shape(op):
    nbins = constant_value(op.inputs[2])
    if nbins is not None:
        _check_count(int(nbins))
    return TensorShape([None if nbins is None else int(nbins)])


define(
    "HistogramFixedWidth",
    "values: T, value_range: T[2], nbins: int32[]; dtype: type = int32 -> out: dtype",
    T=dtypes.INDEX | {dtypes.float32, dtypes.float64},
    dtype=dtypes.INDEX,
    shape=_shape,
    numpy=_counts,
    kernel=_lowered,
)


def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name: str | None = None) -> Tensor:
    """How many values are in each of `nbins` bins between the ends `value_range` [2]; those outside go to the ends.

    dtype: int32 or int64. InvalidArgumentError unless the first end is below the second.

    >>> import minitf as tf
    >>> tf.Session().run(histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], 5)).tolist()
    [2, 1, 1, 0, 2]
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in dtypes.INDEX:
        raise TypeError(f"the counts of a histogram are int32 or int64, not {dtype.name}")
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return apply("HistogramFixedWidth", values, value_range, nbins, dtype=dtype, name=scope)


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32, name: str | None = None) -> Tensor:
    """In which bin each value is, int32 of the shape of `values`; see `histogram_fixed_width`."""
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape, flat = array.shape(values), array.reshape(values, [-1])
        ends = convert_to_tensor(value_range, name="value_range")
        count = cast(convert_to_tensor(nbins, dtypes.int32, name="nbins"), values.dtype)
        scaled = math.truediv(flat - ends[0], ends[1] - ends[0], name="scaled_values")
        places = math.floor(count * scaled, name="indices")
        return array.reshape(cast(clip_by_value(places, 0.0, count - 1.0), dtypes.int32), shape)
