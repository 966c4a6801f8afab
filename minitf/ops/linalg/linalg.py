"""Linear algebra: inverses, determinants, equations and traces."""

from __future__ import annotations

import functools
from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import cast as casts
from minitf.kernels.math import triangles
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.linalg.matmul import adjoint_of, matmul
from minitf.ops.linalg.matrix import matrix_band_part, matrix_diag_part
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_sum

MATRIX = (dtypes.FLOAT | dtypes.COMPLEX) - {dtypes.float16}  # what LAPACK works on
HALF_TOO = MATRIX | {dtypes.float16}  # what ops take that convert it
_LARGE = 512  # rows from which on LAPACK gains by more than one thread


def by_lapack(numpy):
    """The function of an op and matrices, as LAPACK is best asked: float16 as float32, and small ones on one thread.

    Its pool costs them more than it saves, and more than a hundred times as much where other work has one of the cores.
    """

    def function(op, *matrices):
        with _pools().limit(limits=1 if max(matrices[0].shape[-2:], default=0) < _LARGE else None, user_api="blas"):
            if matrices[0].dtype != np.float16:
                return numpy(op, *matrices)
            found = numpy(op, *(x.astype(np.float32) for x in matrices))
        with np.errstate(over="ignore"):
            return [r.astype(np.float16) for r in found] if isinstance(found, tuple) else found.astype(np.float16)

    return function


@functools.cache
def _pools():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def in_doubles(b, x, turned: bool = False):
    """Matrices as float64 in memory of their own, or their transposes, as NumPy computes with them."""
    if turned:
        *steps, down, across = layout.strides(x.shape)
        x = patterns.walk(b, x, (*x.shape[:-2], x.shape[-1], x.shape[-2]), (*steps, across, down))
    out = b.new(x.shape, np.float64)
    b.call(casts.cast[x.dtype, out.dtype], x, out, x.size)
    return out


def in_type(b, x, dtype):
    """What was found, as the type of the op."""
    if x.dtype == dtype:
        return x
    out = b.new(x.shape, dtype)
    b.call(casts.cast[x.dtype, out.dtype], x, out, x.size)
    return out


def adjoint(matrix, name: str | None = None) -> Tensor:
    """The transposed complex conjugates of matrices [..., n, m]: [..., m, n]."""
    with name_scope(name, "adjoint", [matrix]):
        return array.matrix_transpose(matrix, conjugate=True)


# ---- square matrices


def _square(shape: TensorShape) -> TensorShape:
    sizes = shape.with_rank_at_least(2).sizes
    if sizes is None:
        return shape
    if None not in sizes[-2:] and sizes[-1] != sizes[-2]:
        raise ValueError(f"square matrices are expected, not shape {shape}")
    size = sizes[-1] if sizes[-2] is None else sizes[-2]
    return TensorShape((*sizes[:-2], size, size))


def same_square(op) -> TensorShape:
    """The shape of the first input, which has to be square matrices."""
    return _square(op.inputs[0].shape)


def checked_square(x) -> None:
    """Raises ValueError unless x holds square matrices."""
    if len(x.shape) < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"square matrices are expected, not shape {x.shape}")


def _inverse(op, x):
    checked_square(x)
    try:
        return np.linalg.inv(adjoint_of(x) if op.attrs["adjoint"] else x)
    except np.linalg.LinAlgError:
        raise ValueError(_SINGULAR) from None


_SINGULAR = "a matrix is singular and has no inverse"
_UNSOLVED = "a matrix is singular: the equations have no single solution"


def _solved(b, matrix, x, complaint: str) -> None:
    """Lowers to the solutions of equations in the place of their right-hand sides; the matrices are used up."""
    *batch, n, k = x.shape
    order = b.new((*batch, n), np.int64)
    b.call(triangles.solve[()], matrix, x, order, prod(batch), n, k, error=lambda position: complaint)


def _inverse_kernel(b, op, x):
    checked_square(x)
    out = b.new(x.shape, np.float64)
    b.call(triangles.identities[()], out, prod(x.shape[:-2]), x.shape[-1])
    _solved(b, in_doubles(b, x, op.attrs["adjoint"]), out, _SINGULAR)
    return in_type(b, out, x.dtype)


def _determinant_kernel(b, op, x):
    checked_square(x)
    *batch, n, _ = x.shape
    out, order = b.new(tuple(batch), np.float64), b.new((*batch, n), np.int64)
    b.call(triangles.determinants[()], in_doubles(b, x), out, order, out.size, n)
    return in_type(b, out, x.dtype)


def _inverse_grad(op, g):
    y, adjoint = op.outputs[0], op.attrs["adjoint"]
    if adjoint:
        return -matmul(y, matmul(g, y, adjoint_a=True))
    return -matmul(y, matmul(g, y, adjoint_b=True), adjoint_a=True)


define(
    "MatrixInverse",
    "input: T; adjoint: bool = False -> output: T",
    T=HALF_TOO,
    shape=same_square,
    numpy=by_lapack(_inverse),
    kernel=_inverse_kernel,
    grad=_inverse_grad,
)


def matrix_inverse(input, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverses of matrices [..., n, n] or of their adjoints; InvalidArgumentError if one is singular."""
    return apply("MatrixInverse", input, adjoint=adjoint, name=name)


def _determinant(op, x):
    checked_square(x)
    return np.linalg.det(x)


def over_matrices(x: Tensor) -> Tensor:
    """Numbers [...] as [..., 1, 1]."""
    return array.expand_dims(array.expand_dims(x, -1), -1)


define(
    "MatrixDeterminant",
    "input: T -> output: T",
    T=MATRIX,
    shape=lambda op: UNKNOWN if op.inputs[0].shape.rank is None else _square(op.inputs[0].shape)[:-2],
    numpy=by_lapack(_determinant),
    kernel=_determinant_kernel,
    grad=lambda op, g: over_matrices(g * math.conjugated(op.outputs[0])) * matrix_inverse(op.inputs[0], adjoint=True),
)
matrix_determinant = patterns.of_inputs(
    "MatrixDeterminant", "The determinants [...] of square matrices [..., n, n].", "matrix_determinant"
)


def _check_equations(matrix, rhs) -> None:
    checked_square(matrix)
    if len(rhs.shape) != len(matrix.shape) or rhs.shape[:-1] != matrix.shape[:-1]:
        raise ValueError(f"matrices of shape {matrix.shape} do not fit right-hand sides of shape {rhs.shape}")


def _solve(op, matrix, rhs):
    _check_equations(matrix, rhs)
    try:
        return np.linalg.solve(adjoint_of(matrix) if op.attrs["adjoint"] else matrix, rhs)
    except np.linalg.LinAlgError:
        raise ValueError(_UNSOLVED) from None


def _triangular_solve(op, matrix, rhs):
    checked_square(matrix)
    part = np.tril(matrix) if op.attrs["lower"] else np.triu(matrix)
    return _solve(op, part, rhs)


def _solve_kernel(b, op, matrix, rhs):
    _check_equations(matrix, rhs)
    out = in_doubles(b, rhs)
    _solved(b, in_doubles(b, matrix, op.attrs["adjoint"]), out, _UNSOLVED)
    return in_type(b, out, rhs.dtype)


def _triangular_solve_kernel(b, op, matrix, rhs):
    _check_equations(matrix, rhs)
    *batch, n, k = rhs.shape
    given, out, how = in_doubles(b, matrix), in_doubles(b, rhs), [int(op.attrs[a]) for a in ("lower", "adjoint")]
    b.call(triangles.triangular_solve[()], given, out, prod(batch), n, k, *how, error=lambda position: _UNSOLVED)
    return in_type(b, out, rhs.dtype)


def _solve_shape(op):
    """What only one of the shapes says holds of the other, too."""
    matrix, rhs = same_square(op), op.inputs[1].shape.with_rank_at_least(2)
    if matrix.rank is None and rhs.rank is None:
        return UNKNOWN
    rows = (matrix if rhs.rank is None else rhs)[:-1]
    if None not in (matrix.rank, rhs.rank):
        rows = matrix[:-1].merge_with(rows)
    return rows.concatenate([None if rhs.rank is None else rhs.sizes[-1]])


def _solve_grads(op, g, solve):
    grad_rhs = solve(op.inputs[0], g, adjoint=not op.attrs["adjoint"])
    x = op.outputs[0]
    if op.attrs["adjoint"]:
        return -matmul(x, grad_rhs, adjoint_b=True), grad_rhs
    return -matmul(grad_rhs, x, adjoint_b=True), grad_rhs


def _triangular_solve_grad(op, g):
    lower = op.attrs["lower"]

    def solve(matrix, rhs, adjoint):
        return matrix_triangular_solve(matrix, rhs, lower=lower, adjoint=adjoint)

    grad_matrix, grad_rhs = _solve_grads(op, g, solve)
    return matrix_band_part(grad_matrix, -1, 0) if lower else matrix_band_part(grad_matrix, 0, -1), grad_rhs


define(
    "MatrixSolve",
    "matrix: T, rhs: T; adjoint: bool = False -> output: T",
    T=MATRIX,
    shape=_solve_shape,
    numpy=by_lapack(_solve),
    kernel=_solve_kernel,
    grad=lambda op, g: _solve_grads(op, g, matrix_solve),
)
define(
    "MatrixTriangularSolve",
    "matrix: T, rhs: T; lower: bool = True, adjoint: bool = False -> output: T",
    T=HALF_TOO,
    shape=_solve_shape,
    numpy=by_lapack(_triangular_solve),
    kernel=_triangular_solve_kernel,
    grad=_triangular_solve_grad,
)


def matrix_solve(matrix, rhs, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The x [..., n, k] with matrix [..., n, n] (or its adjoint) times x = rhs [..., n, k].

    InvalidArgumentError for a singular matrix.
    """
    return apply("MatrixSolve", matrix, rhs, adjoint=adjoint, name=name)


def matrix_triangular_solve(matrix, rhs, lower: bool = True, adjoint: bool = False, name: str | None = None) -> Tensor:
    """Like `matrix_solve`, using only the lower (or upper) triangle of `matrix`."""
    return apply("MatrixTriangularSolve", matrix, rhs, lower=lower, adjoint=adjoint, name=name)


def trace(x, name: str | None = None) -> Tensor:
    """The sums of the diagonals of matrices [..., n, m]: [...]."""
    with name_scope(name, "Trace", [x]) as scope:
        return reduce_sum(matrix_diag_part(convert_to_tensor(x, name="x")), [-1], name=scope)
