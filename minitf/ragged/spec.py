"""What ragged tensors are, without their values."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.shape import as_shape
from minitf.framework.type_spec import TypeSpec
from minitf.ragged.tensor import RaggedTensor


class RaggedTensorSpec(TypeSpec):
    """The static shape and the types of a ragged tensor; ragged_rank: how many axes have rows of different lengths, one
    less than the rank of the shape unless given.

    Raises:
      ValueError: if neither says it, or it is not less than the rank.
    """

    value_type = RaggedTensor

    def __init__(self, shape=None, dtype=dtypes.float32, ragged_rank: int | None = None, row_splits_dtype=dtypes.int64):
        self._shape, self._dtype = as_shape(shape), dtypes.as_dtype(dtype)
        self._splits = dtypes.as_dtype(row_splits_dtype)
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        if rank is not None and ragged_rank >= rank:
            raise ValueError(f"ragged_rank must be less than rank: {ragged_rank}, of rank {rank}.")
        self._ragged_rank = ragged_rank

    def _serialize(self) -> tuple:
        return self._shape, self._dtype, self._ragged_rank, self._splits

    @classmethod
    def _of(cls, value) -> RaggedTensorSpec | None:
        if not isinstance(value, RaggedTensor):
            return None
        return cls(value.shape, value.dtype, value.ragged_rank, value.row_splits.dtype)
