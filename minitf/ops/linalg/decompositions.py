"""Decompositions of matrices: Cholesky, eigenvalues, QR, LU; `singular` has singular values."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import triangles
from minitf.ops.array import array
from minitf.ops.linalg.linalg import (
    HALF_TOO,
    MATRIX,
    adjoint,
    by_lapack,
    checked_square,
    in_doubles,
    in_type,
    matrix_inverse,
    matrix_triangular_solve,
    same_square,
)
from minitf.ops.linalg.matmul import matmul
from minitf.ops.linalg.matrix import matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag
from minitf.ops.math import math

_INDEFINITE = "a matrix is not positive definite: it has no Cholesky decomposition"


def _cholesky(op, x):
    checked_square(x)
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        raise ValueError(_INDEFINITE) from None


def _cholesky_kernel(b, op, x):
    checked_square(x)
    out, spare = (b.new(x.shape, np.float64) for _ in range(2))
    sizes = prod(x.shape[:-2]), x.shape[-1]
    b.call(triangles.cholesky[()], in_doubles(b, x), out, spare, *sizes, error=lambda position: _INDEFINITE)
    return in_type(b, out, x.dtype)


def _cholesky_grad(op, g):
    """Murray 2016, Differentiation of the Cholesky decomposition, https://arxiv.org/abs/1602.07527, 3.2."""
    factor = op.outputs[0]
    middle = matmul(factor, g, adjoint_a=True)
    middle = matrix_band_part(middle, -1, 0) - 0.5 * matrix_band_part(middle, 0, 0)
    inverse = matrix_inverse(factor)
    result = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
    return 0.5 * (result + adjoint(result))


define(
    "Cholesky",
    "input: T -> output: T",
    T=HALF_TOO,
    shape=same_square,
    numpy=by_lapack(_cholesky),
    kernel=_cholesky_kernel,
    grad=_cholesky_grad,
)


def cholesky(input, name: str | None = None) -> Tensor:
    """The lower triangular L with L times its adjoint = input, a positive definite matrix [..., n, n].

    Only the lower triangle of `input` is read. InvalidArgumentError if it is not positive definite.
    """
    return apply("Cholesky", input, name=name)


def _eigen(op, x):
    checked_square(x)
    if not op.attrs["compute_v"]:
        return np.linalg.eigvalsh(x).astype(x.dtype), np.zeros(0, x.dtype)
    values, vectors = np.linalg.eigh(x)
    return values.astype(x.dtype), vectors


def _eigen_grad(op, g_values, g_vectors):
    """Giles 2008, Collected matrix derivative results for forward and reverse mode, section 3.1.

    Only the lower triangle is read, so only that has a gradient. Vectors of equal values turn freely: what
    would turn them into each other counts for nothing.
    """
    values, vectors = op.outputs if op.attrs["compute_v"] else self_adjoint_eig(op.inputs[0])
    middle = None
    if g_vectors is not None and op.attrs["compute_v"]:
        gaps = array.expand_dims(values, -2) - array.expand_dims(values, -1)
        off = math.cast(math.not_equal(gaps, 0.0), gaps.dtype.base_dtype)
        middle = matmul(vectors, g_vectors, adjoint_a=True) * (off / (gaps + (1.0 - off)))
    if g_values is not None:
        middle = matrix_diag(g_values) if middle is None else middle + matrix_diag(g_values)
    result = matmul(vectors, matmul(middle, vectors, adjoint_b=True))
    both = matrix_band_part(result + adjoint(result), -1, 0)
    return matrix_set_diag(both, 0.5 * matrix_diag_part(both))


def _eigen_shapes(op):
    shape = same_square(op)
    if not op.attrs["compute_v"]:
        return [shape[:-1] if shape.rank else UNKNOWN, TensorShape([0])]
    return [shape[:-1] if shape.rank else UNKNOWN, shape]


define(
    "SelfAdjointEigV2",
    "input: T; compute_v: bool = True -> e: T, v: T",
    T=HALF_TOO,
    shape=_eigen_shapes,
    numpy=by_lapack(_eigen),
    grad=_eigen_grad,
)


def self_adjoint_eig(tensor, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues [..., n] in rising order and eigenvectors as columns [..., n, n] of symmetric matrices."""
    return tuple(apply("SelfAdjointEigV2", tensor, name=name))


def self_adjoint_eigvals(tensor, name: str | None = None) -> Tensor:
    """The eigenvalues [..., n], in rising order, of symmetric matrices [..., n, n]."""
    return apply("SelfAdjointEigV2", tensor, compute_v=False, name=name)[0]


def _qr(op, x):
    return np.linalg.qr(x, "complete" if op.attrs["full_matrices"] else "reduced")


def _qr_shapes(op):
    sizes = op.inputs[0].shape.with_rank_at_least(2).sizes
    if sizes is None:
        return [UNKNOWN] * 2
    *batch, m, n = sizes
    inner = m if op.attrs["full_matrices"] else None if None in (m, n) else min(m, n)
    return [TensorShape([*batch, m, inner]), TensorShape([*batch, inner, n])]


def _qr_grad(op, g_q, g_r):
    """Walter, Lehmann and Lamour 2012, On evaluating higher-order derivatives of the QR decomposition."""
    q, r = op.outputs
    if q.dtype.is_complex:
        raise NotImplementedError(f"the QR decomposition of {q.dtype.name} has no gradient; that of real numbers has")
    if None in (r.shape[-2:].sizes or (None,)) or r.shape[-2] != r.shape[-1]:
        raise NotImplementedError(
            "a QR decomposition has a gradient if sizes are known and q has not more columns than the matrix, "
            f"nor fewer: r has shape {r.shape}"
        )
    g_q = array.zeros_like(q) if g_q is None else g_q
    g_r = array.zeros_like(r) if g_r is None else g_r

    def divided(x):
        """x times the inverse of r's adjoint."""
        return adjoint(matrix_triangular_solve(r, adjoint(x), lower=False))

    turned, kept = matmul(q, g_q, adjoint_a=True), matmul(r, g_r, adjoint_b=True)
    skew = matrix_band_part(turned - adjoint(turned) + kept - adjoint(kept), -1, 0)
    return matmul(q, g_r + divided(skew)) + divided(g_q - matmul(q, turned))


define(
    "Qr",
    "input: T; full_matrices: bool = False -> q: T, r: T",
    T=HALF_TOO,
    shape=_qr_shapes,
    numpy=by_lapack(_qr),
    grad=_qr_grad,
)


def qr(input, full_matrices: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(q, r) with input [..., m, n] = q r, orthonormal columns of q, upper triangular r.

    full_matrices: q is square. The gradient is for real matrices with r square, else NotImplementedError.
    """
    return apply("Qr", input, full_matrices=full_matrices, name=name)


def _lu(op, x):
    import scipy.linalg

    checked_square(x)
    lu, order = np.empty_like(x), np.empty(x.shape[:-1], op.attrs["output_idx_type"].numpy)
    for place in np.ndindex(*x.shape[:-2]):
        rows, lower, upper = scipy.linalg.lu(x[place], p_indices=True)
        if not np.diagonal(upper).all():
            raise ValueError("a matrix is not invertible: it has no LU decomposition with a diagonal without zeros")
        lu[place] = np.tril(lower, -1) + upper
        order[place] = np.argsort(rows)
    return lu, order


define(
    "Lu",
    "input: T; output_idx_type: type = int32 -> lu: T, p: output_idx_type",
    T=MATRIX,
    shape=lambda op: [same_square(op), UNKNOWN if op.inputs[0].shape.rank is None else same_square(op)[:-1]],
    numpy=_lu,
)


def lu(input, output_idx_type=dtypes.int32, name: str | None = None):
    """(lu, p): of matrices [..., n, n] with rows in the order p [..., n], the factors in one matrix.

    Below the diagonal stands the lower one, whose own diagonal is 1; the rest is the upper one. InvalidArgumentError
    for a singular matrix; it has no gradient.
    """
    return apply("Lu", input, output_idx_type=dtypes.as_dtype(output_idx_type), name=name)


def cholesky_solve(chol, rhs, name: str | None = None) -> Tensor:
    """The x [..., n, k] with A x = rhs, given the Cholesky factor `chol` [..., n, n] of A."""
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        return matrix_triangular_solve(chol, matrix_triangular_solve(chol, rhs), adjoint=True)
