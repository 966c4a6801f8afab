"""Least squares: equations that have too many solutions, or none."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.control.cond import cond
from minitf.ops.linalg.decompositions import cholesky, cholesky_solve
from minitf.ops.linalg.linalg import MATRIX, by_lapack
from minitf.ops.linalg.matmul import matmul
from minitf.ops.linalg.matrix import eye
from minitf.ops.math import math


def _least_squares(op, matrix, rhs, l2_regularizer):
    if matrix.ndim < 2 or matrix.shape[:-1] != rhs.shape[:-1]:
        raise ValueError(f"matrices of shape {matrix.shape} do not fit right-hand sides of shape {rhs.shape}")
    out = np.empty((*matrix.shape[:-2], matrix.shape[-1], rhs.shape[-1]), matrix.dtype)
    for place in np.ndindex(*matrix.shape[:-2]):
        out[place] = np.linalg.lstsq(matrix[place], rhs[place], rcond=None)[0]
    return out


def _solution_shape(op):
    matrix, rhs = (t.shape.with_rank_at_least(2).sizes for t in op.inputs[:2])
    if matrix is None or rhs is None:
        return UNKNOWN
    rows = TensorShape(matrix[:-1]).merge_with(rhs[:-1])
    return rows[:-1].concatenate([matrix[-1], rhs[-1]])


def _no_grad(op, g):
    raise ValueError("Gradient not defined for fast=False: least squares have a gradient with fast=True")


define(
    "MatrixSolveLs",
    "matrix: T, rhs: T, l2_regularizer: float64[]; fast: bool = True -> output: T",
    T=MATRIX,
    shape=_solution_shape,
    numpy=by_lapack(_least_squares),
    grad=_no_grad,
)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast: bool = True, name: str | None = None) -> Tensor:
    """The x [..., n, k] that makes matrix [..., m, n] times x differ least from rhs [..., m, k].

    l2_regularizer: how much the sum of x's squares counts beside that. fast: by Cholesky's decomposition, for
    matrices of full rank (InvalidArgumentError for others); else the smallest x by singular values, without the
    regularizer and without a gradient (ValueError).

    >>> import minitf as tf
    >>> tf.Session().run(lstsq([[1.0], [1.0]], [[1.0], [3.0]])).round(3).tolist()
    [[2.0]]
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    if matrix.dtype is dtypes.complex128 and l2_regularizer != 0:
        raise NotImplementedError("least squares of complex128 take no l2_regularizer, as in TensorFlow")
    if not fast:
        return apply("MatrixSolveLs", matrix, rhs, l2_regularizer, fast=False, name=name)
    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        rhs = convert_to_tensor(rhs, matrix.dtype, name="rhs")
        rows, columns = matrix.shape.with_rank_at_least(2)[-2:].sizes or (None, None)
        if None not in (rows, columns):
            return (_tall if rows >= columns else _wide)(matrix, rhs, l2_regularizer)
        sizes = array.shape(matrix)
        return cond(
            math.greater_equal(sizes[-2], sizes[-1]),
            lambda: _tall(matrix, rhs, l2_regularizer),
            lambda: _wide(matrix, rhs, l2_regularizer),
        )


def _tall(matrix: Tensor, rhs: Tensor, l2_regularizer) -> Tensor:
    factor = _factor(matmul(matrix, matrix, adjoint_a=True), l2_regularizer)
    return cholesky_solve(factor, matmul(matrix, rhs, adjoint_a=True))


def _wide(matrix: Tensor, rhs: Tensor, l2_regularizer) -> Tensor:
    factor = _factor(matmul(matrix, matrix, adjoint_b=True), l2_regularizer)
    return matmul(matrix, cholesky_solve(factor, rhs), adjoint_a=True)


def _factor(products: Tensor, l2_regularizer) -> Tensor:
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        sizes = array.shape(products)
        given = isinstance(l2_regularizer, Tensor)
        weight = math.cast(l2_regularizer, products.dtype) if given else float(l2_regularizer)
        products += weight * eye(sizes[-1], batch_shape=sizes[:-2], dtype=products.dtype)
    return cholesky(products)
