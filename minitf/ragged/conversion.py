"""What may be ragged: told apart, and made tensors."""

from __future__ import annotations

import minitf as tf
from minitf.framework import dtypes
from minitf.ragged.tensor import RaggedTensor
from minitf.ragged.value import RaggedTensorValue


def is_ragged(value) -> bool:
    """Whether a value is a ragged tensor, or what a session gives for one."""
    return isinstance(value, (RaggedTensor, RaggedTensorValue))


def convert_to_tensor_or_ragged_tensor(value, dtype=None, preferred_dtype=None, name: str | None = None):
    """A RaggedTensor or RaggedTensorValue as RaggedTensor, anything else as a Tensor.

    Raises:
      ValueError: for a RaggedTensor of another type than `dtype`; else as `tf.convert_to_tensor`.
    """
    if isinstance(value, RaggedTensor):
        if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(f"{value!r} is {value.dtype.name}, not {dtypes.as_dtype(dtype).name}")
        return value
    if not isinstance(value, RaggedTensorValue):
        return tf.convert_to_tensor(value, dtype, name=name, preferred_dtype=preferred_dtype)
    with tf.name_scope(name, "ConvertToTensorOrRaggedTensor", []):
        flat = tf.convert_to_tensor(value.flat_values, dtype, name="flat_values", preferred_dtype=preferred_dtype)
        return RaggedTensor.from_nested_row_splits(flat, value.nested_row_splits, validate=False)


def same_splits_type(*tensors) -> tuple[dtypes.DType, list]:
    """The type of the splits of ragged tensors among several, and these.

    Raises:
      ValueError: if they differ.
    """
    found = {t.row_splits.dtype for t in tensors if isinstance(t, RaggedTensor)}
    if len(found) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to "
            "convert them to compatible dtypes."
        )
    return (found.pop() if found else tf.int64), list(tensors)
