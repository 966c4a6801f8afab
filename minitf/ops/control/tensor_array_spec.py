"""What a TensorArray is, without its values."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.shape import as_shape
from minitf.framework.type_spec import TypeSpec
from minitf.ops.control.tensor_array import TensorArray


class TensorArraySpec(TypeSpec):
    """The static shape of a TensorArray's elements, their type, and whether it grows and elements are of one shape."""

    value_type = TensorArray

    def __init__(self, element_shape=None, dtype=dtypes.float32, dynamic_size: bool = False, infer_shape: bool = True):
        self._element_shape, self._dtype = as_shape(element_shape), dtypes.as_dtype(dtype)
        self._dynamic_size, self._infer_shape = dynamic_size, infer_shape

    def _serialize(self) -> tuple:
        return self._element_shape, self._dtype, self._dynamic_size, self._infer_shape

    @classmethod
    def _of(cls, value) -> TensorArraySpec | None:
        if not isinstance(value, TensorArray):
            return None
        return cls(value._known[0], value.dtype, value._dynamic_size, value._infer_shape)
