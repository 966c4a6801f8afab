"""Operators of matrices that are the same everywhere: identities, their multiples, zeros."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.static import constant_value, constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.joining import stack
from minitf.ops.control import check, control
from minitf.ops.linalg.matrix import eye
from minitf.ops.linalg.operators.base import LinearOperator, together
from minitf.ops.math import math


def _count(value, what: str) -> Tensor:
    """A number of rows or columns, an integer scalar."""
    x = convert_to_tensor(value, name=what)
    if not x.dtype.is_integer:
        raise TypeError(f"Argument {what} must be integer type.  Found: {x.dtype.name}")
    if x.shape.rank not in (0, None):
        raise ValueError(f"Argument {what} must be a 0-D Tensor.  Found: {x}")
    known = constant_value(x)
    if known is not None and known < 0:
        raise ValueError(f"Argument {what} must be non-negative.  Found: {int(known)}")
    return math.cast(x, dtypes.int32)


def _batch(value) -> Tensor:
    """A batch shape as an integer vector; none if None."""
    x = convert_to_tensor([] if value is None else value, dtypes.int32, name="batch_shape")
    if x.shape.rank not in (1, None):
        raise ValueError(f"Argument batch_shape must be a 1-D Tensor.  Found: {x}")
    return x


def _known(count: Tensor):
    value = constant_value(count)
    return None if value is None else int(value)


class _Multiple(LinearOperator):
    """Square matrices that are a number times the identity."""

    def _factor(self) -> Tensor:
        """The number [...]."""
        raise NotImplementedError

    def _over(self, rank: int, adjoint: bool = False) -> Tensor:
        """The number with axes behind it."""
        factor = self._factor()
        factor = math.conjugated(factor) if adjoint else factor
        for _ in range(rank):
            factor = array.expand_dims(factor, -1)
        return factor

    def _matmul(self, x, adjoint=False):
        return x * self._over(2, adjoint)

    def _solve(self, rhs, adjoint=False):
        return rhs / self._over(2, adjoint)

    def _size(self) -> Tensor:
        return math.cast(self.domain_dimension_tensor(), self.dtype)

    def _diag_part(self):
        return self._over(1) * array.ones(array.reshape(self.domain_dimension_tensor(), [1]), self.dtype)

    def _trace(self):
        return self._factor() * self._size()

    def _determinant(self):
        return math.pow(self._factor(), self._size())

    def _log_abs_determinant(self):
        size = math.abs(self._factor())
        return math.cast(self.domain_dimension_tensor(), size.dtype) * math.log(size)

    def _to_dense(self):
        return self._over(2) * eye(self.domain_dimension_tensor(), dtype=self.dtype)


class LinearOperatorIdentity(_Multiple):
    """Identity matrices of `num_rows` rows, one for each place of `batch_shape`; float32 unless `dtype` says.

    assert_proper_shapes: whether operands' batch shapes are looked at when they run.
    """

    def __init__(
        self,
        num_rows,
        batch_shape=None,
        dtype=None,
        is_non_singular=True,
        is_self_adjoint=True,
        is_positive_definite=True,
        is_square=True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ):
        for hint, what in (
            (is_self_adjoint, "self adjoint"),
            (is_square, "square"),
            (is_non_singular, "non-singular"),
            (is_positive_definite, "positive-definite"),
        ):
            if not hint:
                raise ValueError(f"An identity operator is always {what}.")
        self._rows, self._batches = _count(num_rows, "num_rows"), _batch(batch_shape)
        super().__init__(dtype or dtypes.float32, [], True, True, True, True, name)

    def _shape(self):
        rows = _known(self._rows)
        return constant_value_as_shape(self._batches).concatenate([rows, rows])

    def _shape_tensor(self):
        return array.concat([self._batches, stack([self._rows] * 2)], 0)

    def _factor(self):
        return array.ones(self._batches, self.dtype)

    def _matmul(self, x, adjoint=False):
        return x if self.batch_shape.rank == 0 else super()._matmul(x, adjoint)

    def _solve(self, rhs, adjoint=False):
        return self._matmul(rhs)

    def _determinant(self):
        return array.ones(self.batch_shape_tensor(), self.dtype)

    def _log_abs_determinant(self):
        return array.zeros(self.batch_shape_tensor(), self.dtype.real_dtype)

    def _inverse(self):
        return self

    def _cholesky(self):
        return self

    def _after(self, other):
        return other if self.batch_shape.rank == 0 else super()._after(other)

    def _assert_non_singular(self):
        return control.no_op("assert_non_singular")

    _assert_positive_definite = _assert_self_adjoint = _assert_non_singular


class LinearOperatorScaledIdentity(_Multiple):
    """The identity of `num_rows` rows times `multiplier`, numbers [...]."""

    def __init__(
        self,
        num_rows,
        multiplier,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ):
        if not is_square:
            raise ValueError("A ScaledIdentity operator is always square.")
        self._rows, self._multiplier = _count(num_rows, "num_rows"), convert_to_tensor(multiplier, name="multiplier")
        if not self._multiplier.dtype.is_complex:
            is_self_adjoint = True if is_self_adjoint is None else is_self_adjoint
        hints = is_non_singular, is_self_adjoint, is_positive_definite, True
        super().__init__(self._multiplier.dtype, [self._multiplier], *hints, name)

    multiplier: Tensor = getter("_multiplier", "The numbers [...].")

    def _factor(self):
        return self._multiplier

    def _shape(self):
        rows = _known(self._rows)
        return self._multiplier.shape.concatenate([rows, rows])

    def _shape_tensor(self):
        return array.concat([array.shape(self._multiplier), stack([self._rows] * 2)], 0)

    def _like(self, multiplier: Tensor, **hints) -> LinearOperatorScaledIdentity:
        return LinearOperatorScaledIdentity(self._rows, multiplier, **hints)

    def _adjoint(self):
        return self._like(math.conjugated(self._multiplier), is_non_singular=self.is_non_singular)

    def _inverse(self):
        return self._like(
            1.0 / self._multiplier,
            is_non_singular=self.is_non_singular,
            is_self_adjoint=self.is_self_adjoint,
            is_positive_definite=self.is_positive_definite,
        )

    def _cholesky(self):
        return self._like(math.sqrt(self._multiplier), is_non_singular=True, is_self_adjoint=True)

    def _assert_non_singular(self):
        return check.assert_positive(math.abs(self._multiplier), message="LinearOperator was singular")


class LinearOperatorZeros(LinearOperator):
    """Matrices of zeros, `num_rows` x `num_columns` (default: square); float32 unless `dtype` says."""

    def __init__(
        self,
        num_rows,
        num_columns=None,
        batch_shape=None,
        dtype=None,
        is_non_singular=False,
        is_self_adjoint=True,
        is_positive_definite=False,
        is_square=True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ):
        if is_non_singular or is_non_singular is None:
            raise ValueError("A zero operator is always singular.")
        if is_positive_definite or is_positive_definite is None:
            raise ValueError("A zero operator is always not positive-definite.")
        if is_self_adjoint and not is_square:
            raise ValueError("A zero operator is only self adjoint if it is square.")
        self._rows = _count(num_rows, "num_rows")
        self._columns = self._rows if num_columns is None else _count(num_columns, "num_columns")
        self._batches = _batch(batch_shape)
        hints = False, is_self_adjoint, False, is_square
        super().__init__(dtype or dtypes.float32, [], *hints, name)

    def _shape(self):
        return constant_value_as_shape(self._batches).concatenate([_known(self._rows), _known(self._columns)])

    def _shape_tensor(self):
        return array.concat([self._batches, stack([self._rows, self._columns])], 0)

    def _matmul(self, x, adjoint=False):
        rows = self._columns if adjoint else self._rows
        batch = together([self.batch_shape, x.shape[:-2]])
        width = array.zeros_like(x[..., :1, :]) + array.zeros(
            array.concat([self.batch_shape_tensor(), [1, 1]], 0), self.dtype
        )
        out = width * array.ones(stack([rows, 1]), self.dtype)
        out.set_shape(batch.concatenate([_known(rows), x.shape[-1]]))
        return out

    def _to_dense(self):
        return array.zeros(self.shape_tensor(), self.dtype)

    def _determinant(self):
        return array.zeros(self.batch_shape_tensor(), self.dtype)

    def _log_abs_determinant(self):
        return self._determinant() - np.inf

    def _trace(self):
        return self._determinant()

    def _adjoint(self):
        return LinearOperatorZeros(
            self._columns, self._rows, self._batches, self.dtype, is_self_adjoint=False, is_square=self.is_square
        )

    def _assert_non_singular(self):
        raise ValueError("Zero operators are always non-invertible.")
