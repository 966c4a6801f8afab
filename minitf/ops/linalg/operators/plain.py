"""Operators that keep their matrices, or the parts of them that are not zero."""

from __future__ import annotations

import numpy as np

from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.control import check
from minitf.ops.linalg.linalg import matrix_triangular_solve
from minitf.ops.linalg.matrix import matrix_band_part, matrix_diag, matrix_diag_part
from minitf.ops.linalg.operators.base import LinearOperator, alike, hinted
from minitf.ops.math import math
from minitf.ops.math.complex import real
from minitf.ops.math.reduce import reduce_max, reduce_prod, reduce_sum


def _numbers(value, what: str, rank: int) -> Tensor:
    """A tensor of floating point or complex numbers of at least this rank."""
    x = convert_to_tensor(value, name=what)
    if not (x.dtype.is_floating or x.dtype.is_complex):
        raise TypeError(f"Argument {what} must have a floating point or complex dtype.  Found: {x.dtype.name}")
    if x.shape.rank is not None and x.shape.rank < rank:
        raise ValueError(f"Argument {what} must have at least {rank} dimension{'s' * (rank > 1)}.  Found: {x}")
    return x


class LinearOperatorFullMatrix(LinearOperator):
    """An operator that keeps the matrices [..., m, n] themselves.

    >>> import minitf as tf
    >>> operator = tf.linalg.LinearOperatorFullMatrix([[2.0, 0.0], [1.0, 4.0]])
    >>> print(*tf.Session().run([operator.determinant(), operator.solvevec([2.0, 5.0])]))
    8.0 [1. 1.]
    """

    @hinted("matrix", name="LinearOperatorFullMatrix")
    def __init__(self, matrix, **hints):
        self._matrix = _numbers(matrix, "matrix", 2)
        super().__init__(self._matrix.dtype, [self._matrix], **hints)

    def _shape(self):
        return self._matrix.shape

    def _shape_tensor(self):
        return array.shape(self._matrix)

    def _to_dense(self):
        return self._matrix


class LinearOperatorLowerTriangular(LinearOperator):
    """An operator that keeps matrices [..., n, n] of which only the lower triangle counts.

    TypeError unless they are of floating point or complex numbers.
    """

    @hinted("tril", name="LinearOperatorLowerTriangular")
    def __init__(self, tril, is_square, **hints):
        if is_square is False:
            raise ValueError("Only square lower triangular operators supported at this time.")
        self._tril = matrix_band_part(_numbers(tril, "tril", 2), -1, 0)
        self._diag = matrix_diag_part(self._tril)
        super().__init__(self._tril.dtype, [self._tril], is_square=True, **hints)

    def _shape(self):
        return self._tril.shape

    def _shape_tensor(self):
        return array.shape(self._tril)

    def _to_dense(self):
        return self._tril

    def _determinant(self):
        return reduce_prod(self._diag, [-1])

    def _log_abs_determinant(self):
        return reduce_sum(math.log(math.abs(self._diag)), [-1])

    def _solve(self, rhs, adjoint=False):
        matrix, rhs = alike(self._tril, rhs)
        return matrix_triangular_solve(matrix, rhs, lower=True, adjoint=adjoint)

    def _assert_non_singular(self):
        return _no_zeros(self._diag, "Singular operator:  Diagonal contained zero values.")


def _no_zeros(x: Tensor, message: str):
    return check.assert_positive(math.abs(x), message=message)


class LinearOperatorDiag(LinearOperator):
    """An operator that keeps diagonals [..., n]: the matrices are zero elsewhere."""

    @hinted("diag", name="LinearOperatorDiag")
    def __init__(self, diag, is_self_adjoint, is_square, **hints):
        if is_square is False:
            raise ValueError("Only square diagonal operators currently supported.")
        self._diag = _numbers(diag, "diag", 1)
        if is_self_adjoint is False and not self._diag.dtype.is_complex:
            raise ValueError("A real diagonal operator is always self adjoint.")
        is_self_adjoint = is_self_adjoint if self._diag.dtype.is_complex else True
        super().__init__(self._diag.dtype, [self._diag], is_self_adjoint=is_self_adjoint, is_square=True, **hints)

    diag: Tensor = getter("_diag", "The diagonals [..., n].")

    def _shape(self):
        sizes = self._diag.shape.sizes
        return UNKNOWN if sizes is None else TensorShape([*sizes, sizes[-1]])

    def _shape_tensor(self):
        sizes = array.shape(self._diag)
        return array.concat([sizes, sizes[-1:]], 0)

    def _column(self, adjoint: bool = False) -> Tensor:
        return array.expand_dims(math.conjugated(self._diag) if adjoint else self._diag, -1)

    def _matmul(self, x, adjoint=False):
        return self._column(adjoint) * x

    def _solve(self, rhs, adjoint=False):
        return rhs / self._column(adjoint)

    def _to_dense(self):
        return matrix_diag(self._diag)

    def _diag_part(self):
        return self._diag

    def _determinant(self):
        return reduce_prod(self._diag, [-1])

    def _log_abs_determinant(self):
        return reduce_sum(math.log(math.abs(self._diag)), [-1])

    def _adjoint(self):
        return LinearOperatorDiag(math.conjugated(self._diag), *self._hints())

    def _inverse(self):
        return LinearOperatorDiag(1.0 / self._diag, *self._hints())

    def _cholesky(self):
        return LinearOperatorDiag(math.sqrt(self._diag), is_non_singular=True, is_self_adjoint=True)

    def _hints(self) -> tuple:
        return self.is_non_singular, self.is_self_adjoint, self.is_positive_definite, True

    def _after(self, other):
        if isinstance(other, LinearOperatorDiag):
            return LinearOperatorDiag(self._diag * other._diag)
        return super()._after(other)

    def _assert_non_singular(self):
        return _no_zeros(self._diag, "Singular operator:  Diagonal contained zero values.")

    def _assert_positive_definite(self):
        return check.assert_positive(real(self._diag), message="A diagonal operator's real part is not positive.")

    def _assert_self_adjoint(self):
        apart = reduce_max(math.abs(self._diag - math.conjugated(self._diag)))
        return check.assert_equal(apart, np.zeros((), apart.dtype.numpy), message="The diagonal is not real.")
