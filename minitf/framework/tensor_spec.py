"""What a tensor is, without a tensor: shape, type and name."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.getter import getter
from minitf.framework.shape import TensorShape, as_shape, broadcast_static_shape
from minitf.framework.tensor import Tensor
from minitf.framework.type_spec import TypeSpec


class TensorSpec(TypeSpec):
    """The static shape, type and name of a tensor.

    >>> TensorSpec([None, 3], dtypes.float32, "x").is_compatible_with(TensorSpec([2, 3], dtypes.float32))
    True
    """

    value_type = Tensor

    def __init__(self, shape, dtype=dtypes.float32, name: str | None = None):
        self._shape, self._dtype, self._name = as_shape(shape), dtypes.as_dtype(dtype), name

    @classmethod
    def from_spec(cls, spec: TensorSpec, name: str | None = None) -> TensorSpec:
        """The same by another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor, name: str | None = None) -> TensorSpec:
        """That of a tensor; ValueError for what is none."""
        if not isinstance(tensor, Tensor):
            raise ValueError("`tensor` should be a tf.Tensor")
        return TensorSpec(tensor.shape, tensor.dtype, name or tensor.op.name)

    shape: TensorShape = getter("_shape", "The static shape.")
    dtype: dtypes.DType = getter("_dtype", "The type.")
    name: str | None = getter("_name", "The name.")

    def is_compatible_with(self, spec_or_tensor) -> bool:
        """Whether a tensor, or one of another spec, can be one of this."""
        return (
            isinstance(spec_or_tensor, (TensorSpec, Tensor))
            and self._dtype.is_compatible_with(spec_or_tensor.dtype)
            and self._shape.is_compatible_with(spec_or_tensor.shape)
        )

    def most_specific_compatible_type(self, other: TensorSpec) -> TensorSpec:
        """What both have in common; ValueError for different types."""
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self!r} and {other!r}")
        if self._dtype != other.dtype:
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        name = self._name if self._name == other.name else None
        return TensorSpec(self._shape.most_specific_compatible_shape(other.shape), self._dtype, name)

    def __eq__(self, other):
        mine = self._shape.sizes, self._dtype, self._name
        return type(self) is type(other) and mine == (other._shape.sizes, other._dtype, other._name)

    def __hash__(self):
        return hash((self._shape.sizes, self._dtype))

    def __repr__(self):
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class BoundedTensorSpec(TensorSpec):
    """A TensorSpec with bounds of the elements, which broadcast to its shape; ValueError if they do not."""

    def __init__(self, shape, dtype, minimum, maximum, name: str | None = None):
        super().__init__(shape, dtype, name)
        if minimum is None or maximum is None:
            raise ValueError(f"minimum and maximum must be provided; but saw '{minimum}' and '{maximum}'")
        for word, bound in (("minimum", minimum), ("maximum", maximum)):
            try:
                broadcast_static_shape(TensorShape(np.shape(bound)), self._shape)
            except ValueError as error:
                raise ValueError(f"{word} is not compatible with shape. Message: {error!r}.") from None
        kind = self._dtype.as_numpy_dtype
        self._minimum, self._maximum = np.array(minimum, kind), np.array(maximum, kind)
        self._minimum.setflags(write=False)
        self._maximum.setflags(write=False)

    @classmethod
    def from_spec(cls, spec: TensorSpec) -> BoundedTensorSpec:
        """A spec with bounds: its own, or those of its type."""
        low, high = getattr(spec, "minimum", spec.dtype.min), getattr(spec, "maximum", spec.dtype.max)
        return BoundedTensorSpec(spec.shape, spec.dtype, low, high, spec.name)

    minimum: np.ndarray = getter("_minimum", "The least that elements are.")
    maximum: np.ndarray = getter("_maximum", "The most that elements are.")

    def __eq__(self, other):
        return (
            super().__eq__(other)
            and np.allclose(self._minimum, other.minimum)
            and np.allclose(self._maximum, other.maximum)
        )

    __hash__ = TensorSpec.__hash__

    def __repr__(self):
        said = f"shape={self._shape}, dtype={self._dtype!r}, name={self._name!r}"
        return f"BoundedTensorSpec({said}, minimum={self._minimum!r}, maximum={self._maximum!r})"
