"""IndexedSlices as dense tensors."""

from __future__ import annotations

from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.tensor import IndexedSlices
from minitf.ops.math.segment import unsorted_segment_sum


def _dense(value: IndexedSlices, dtype=None, name=None, as_ref=False):
    """The rows added up where they belong."""
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(f"{value.name} is {value.dtype.name}, not {dtype.name}")
    if value.dense_shape is None:
        raise ValueError(f"{value} cannot become a dense tensor: its dense_shape is not known")
    return unsorted_segment_sum(value.values, value.indices, value.dense_shape[0], name=name)


register_tensor_conversion_function(IndexedSlices, _dense)
