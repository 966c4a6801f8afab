"""What sparse tensors and slices are, without their values."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.getter import getter
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices
from minitf.framework.type_spec import TypeSpec


class SparseTensorSpec(TypeSpec):
    """The static shape and the type of a sparse tensor.

    >>> SparseTensorSpec([None, 3]).is_compatible_with(SparseTensorSpec([2, 3]))
    True
    """

    value_type = SparseTensor

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape, self._dtype = as_shape(shape), dtypes.as_dtype(dtype)

    shape: TensorShape = getter("_shape", "The static shape.")
    dtype: dtypes.DType = getter("_dtype", "The type.")

    def _serialize(self) -> tuple:
        return self._shape, self._dtype

    @classmethod
    def _of(cls, value) -> SparseTensorSpec | None:
        return cls(value.get_shape(), value.dtype) if isinstance(value, SparseTensor) else None


class IndexedSlicesSpec(TypeSpec):
    """The static shape and the types of slices of a tensor; dense_shape_dtype: None if they do not say its shape."""

    value_type = IndexedSlices

    def __init__(
        self, shape=None, dtype=dtypes.float32, indices_dtype=dtypes.int64, dense_shape_dtype=None, indices_shape=None
    ):
        self._shape, self._dtype = as_shape(shape), dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = None if dense_shape_dtype is None else dtypes.as_dtype(dense_shape_dtype)
        self._indices_shape = as_shape(indices_shape).with_rank(1)

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self._indices_dtype, self._dense_shape_dtype, self._indices_shape

    @classmethod
    def _of(cls, value) -> IndexedSlicesSpec | None:
        if not isinstance(value, IndexedSlices):
            return None
        dense = None if value.dense_shape is None else value.dense_shape.dtype.base_dtype
        rows = TensorShape([None]).concatenate(value.values.shape[1:])
        return cls(rows, value.dtype.base_dtype, value.indices.dtype.base_dtype, dense, value.indices.shape)
