"""Decompositions of matrices: Cholesky, eigenvalues, singular values, QR."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.linalg.linalg import (
    MATRIX,
    adjoint,
    checked_square,
    matrix_inverse,
    matrix_triangular_solve,
    same_square,
)
from minitf.ops.linalg.matmul import adjoint_of, matmul
from minitf.ops.linalg.matrix import matrix_band_part, matrix_diag
from minitf.ops.math import math


def _cholesky(op, x):
    checked_square(x)
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        raise ValueError("a matrix is not positive definite: it has no Cholesky decomposition") from None


def _cholesky_grad(op, g):
    """Murray 2016, Differentiation of the Cholesky decomposition, https://arxiv.org/abs/1602.07527, 3.2."""
    factor = op.outputs[0]
    middle = matmul(factor, g, adjoint_a=True)
    middle = matrix_band_part(middle, -1, 0) - 0.5 * matrix_band_part(middle, 0, 0)
    inverse = matrix_inverse(factor)
    result = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
    return 0.5 * (result + adjoint(result))


define("Cholesky", "input: T -> output: T", T=MATRIX, shape=same_square, numpy=_cholesky, grad=_cholesky_grad)


def cholesky(input, name: str | None = None) -> Tensor:
    """The lower triangular L with L times its adjoint = input, a positive definite matrix [..., n, n].

    Only the lower triangle of `input` is read. InvalidArgumentError if it is not positive definite.
    """
    return apply("Cholesky", input, name=name)


def _eigen(op, x):
    checked_square(x)
    values, vectors = np.linalg.eigh(x)
    return values.astype(x.dtype), vectors


def _eigen_grad(op, g_values, g_vectors):
    """Giles 2008, Collected matrix derivative results for forward and reverse mode, section 3.1."""
    values, vectors = op.outputs
    middle = None
    if g_vectors is not None:
        gaps = array.expand_dims(values, -2) - array.expand_dims(values, -1)
        off = math.cast(math.not_equal(gaps, 0.0), gaps.dtype.base_dtype)
        middle = matmul(vectors, g_vectors, adjoint_a=True) * (off / (gaps + (1.0 - off)))
    if g_values is not None:
        middle = matrix_diag(g_values) if middle is None else middle + matrix_diag(g_values)
    result = matmul(vectors, matmul(middle, vectors, adjoint_b=True))
    return 0.5 * (result + adjoint(result))


def _eigen_shapes(op):
    shape = same_square(op)
    return [shape[:-1] if shape.rank else UNKNOWN, shape]


define(
    "SelfAdjointEigV2",
    "input: T -> e: T, v: T",
    T=dtypes.FLOAT - {dtypes.float16},
    shape=_eigen_shapes,
    numpy=_eigen,
    grad=_eigen_grad,
)


def self_adjoint_eig(tensor, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues [..., n] in rising order and eigenvectors as columns [..., n, n] of symmetric matrices."""
    return tuple(apply("SelfAdjointEigV2", tensor, name=name))


def self_adjoint_eigvals(tensor, name: str | None = None) -> Tensor:
    """The eigenvalues [..., n], in rising order, of symmetric matrices [..., n, n]."""
    return apply("SelfAdjointEigV2", tensor, name=name)[0]


def _svd(op, x):
    u, s, v = np.linalg.svd(x, full_matrices=op.attrs["full_matrices"])
    return s, u, adjoint_of(v)


def _svd_shapes(op):
    sizes = op.inputs[0].shape.with_rank_at_least(2).sizes
    if sizes is None:
        return [UNKNOWN] * 3
    (*batch, m, n), full = sizes, op.attrs["full_matrices"]
    least = None if None in (m, n) else min(m, n)
    shapes = [*batch, least], [*batch, m, m if full else least], [*batch, n, n if full else least]
    return [TensorShape(s) for s in shapes]


define("Svd", "input: T -> s: T, u: T, v: T", T=dtypes.FLOAT - {dtypes.float16}, shape=_svd_shapes, numpy=_svd)


def svd(tensor, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None):
    """(s, u, v) with tensor [..., m, n] = u diag(s) v^T and falling s [..., min(m, n)].

    Without `compute_uv` s alone. It has no gradient.
    """
    s, u, v = apply("Svd", tensor, full_matrices=bool(full_matrices), name=name)
    return (s, u, v) if compute_uv else s


def _qr(op, x):
    return np.linalg.qr(x, "complete" if op.attrs["full_matrices"] else "reduced")


def _qr_shapes(op):
    sizes = op.inputs[0].shape.with_rank_at_least(2).sizes
    if sizes is None:
        return [UNKNOWN] * 2
    *batch, m, n = sizes
    inner = m if op.attrs["full_matrices"] else None if None in (m, n) else min(m, n)
    return [TensorShape([*batch, m, inner]), TensorShape([*batch, inner, n])]


define("Qr", "input: T -> q: T, r: T", T=MATRIX, shape=_qr_shapes, numpy=_qr)


def qr(input, full_matrices: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(q, r) with input [..., m, n] = q r, orthonormal columns of q, upper triangular r; no gradient."""
    return apply("Qr", input, full_matrices=bool(full_matrices), name=name)


def cholesky_solve(chol, rhs, name: str | None = None) -> Tensor:
    """The x [..., n, k] with A x = rhs, given the Cholesky factor `chol` [..., n, n] of A."""
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        return matrix_triangular_solve(chol, matrix_triangular_solve(chol, rhs), adjoint=True)
