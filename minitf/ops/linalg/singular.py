"""Singular values, and what is made of them: ranks and inverses of matrices that have none."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.linalg.linalg import HALF_TOO, adjoint, by_lapack
from minitf.ops.linalg.matmul import adjoint_of, matmul
from minitf.ops.linalg.matrix import matrix_diag
from minitf.ops.math import math
from minitf.ops.math.complex import real
from minitf.ops.math.reduce import reduce_max, reduce_sum


def _svd(op, x):
    if not op.attrs["compute_uv"]:
        return np.linalg.svd(x, compute_uv=False).astype(x.dtype), np.zeros(0, x.dtype), np.zeros(0, x.dtype)
    u, s, v = np.linalg.svd(x, full_matrices=op.attrs["full_matrices"])
    return s.astype(x.dtype), u, adjoint_of(v)


def _svd_shapes(op):
    sizes = op.inputs[0].shape.with_rank_at_least(2).sizes
    if sizes is None:
        return [UNKNOWN] * 3
    (*batch, m, n), full = sizes, op.attrs["full_matrices"]
    least = None if None in (m, n) else min(m, n)
    shapes = [*batch, least], [*batch, m, m if full else least], [*batch, n, n if full else least]
    if not op.attrs["compute_uv"]:
        shapes = shapes[0], [0], [0]
    return [TensorShape(s) for s in shapes]


def _svd_grad(op, g_s, g_u, g_v):
    """Townsend 2016, Differentiating the singular value decomposition."""
    x = op.inputs[0]
    if not op.attrs["compute_uv"] or g_u is None and g_v is None:
        _, u, v = apply("Svd", x)
        return matmul(u, matmul(matrix_diag(g_s), v, adjoint_b=True))
    s, u, v = op.outputs
    rows, columns = _known_sizes(x, u, v, op.attrs["full_matrices"])
    g_s, g_u, g_v = (array.zeros_like(y) if g is None else g for y, g in zip((s, u, v), (g_s, g_u, g_v)))
    if rows > columns:
        return adjoint(_of_wide(s, v, u, g_s, g_v, g_u, columns, rows))
    return _of_wide(s, u, v, g_s, g_u, g_v, rows, columns)


def _known_sizes(x: Tensor, u: Tensor, v: Tensor, full: bool) -> tuple[int, int]:
    """Rows and columns; NotImplementedError where there is no gradient."""
    if x.dtype.is_complex:
        raise NotImplementedError(f"singular vectors of {x.dtype.name} matrices have no gradient; their values have")
    sizes = x.shape[-2:].sizes
    if sizes is None or None in sizes:
        raise NotImplementedError(f"singular vectors have a gradient if the matrices' sizes are known: not {x.shape}")
    if full and abs(sizes[0] - sizes[1]) > 1:
        raise NotImplementedError(
            f"full_matrices=True leaves several vectors of {sizes[0]} x {sizes[1]} matrices open: they have no gradient"
        )
    return sizes


def _of_wide(s, u, v, g_s, g_u, g_v, rows: int, columns: int) -> Tensor:
    """The gradient for matrices that have not more rows than columns."""
    gaps = array.expand_dims(math.square(s), -2) - array.expand_dims(math.square(s), -1)
    same = matrix_diag(array.ones_like(s))
    apart = (1.0 - same) / (gaps + same)
    first, g_first = v[..., :rows], g_v[..., :rows]
    of_u = apart * matmul(u, g_u, adjoint_a=True)
    of_v = apart * matmul(first, g_first, adjoint_a=True)
    values = array.expand_dims(s, -1)
    middle = matrix_diag(g_s) + (of_u + adjoint(of_u)) * array.expand_dims(s, -2) + values * (of_v + adjoint(of_v))
    result = matmul(u, matmul(middle, first, adjoint_b=True))
    if rows == columns:
        return result
    rest = adjoint(g_first) - matmul(matmul(g_first, first, adjoint_a=True), first, adjoint_b=True)
    if v.shape[-1] != rows:
        last, g_last = v[..., rows:], g_v[..., rows:]
        rest -= matmul(matmul(first, g_last, adjoint_a=True), last, adjoint_b=True)
    return result + matmul(u, rest / values)


define(
    "Svd",
    "input: T; compute_uv: bool = True, full_matrices: bool = False -> s: T, u: T, v: T",
    T=HALF_TOO,
    shape=_svd_shapes,
    numpy=by_lapack(_svd),
    grad=_svd_grad,
)


def svd(tensor, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None):
    """(s, u, v) with tensor [..., m, n] = u diag(s) v^H and falling real s [..., min(m, n)].

    Without `compute_uv` s alone. Vectors of complex matrices, or of those of unknown size, have no gradient
    (NotImplementedError).
    """
    s, u, v = apply("Svd", tensor, full_matrices=full_matrices, compute_uv=compute_uv, name=name)
    return (real(s), u, v) if compute_uv else real(s)


def _checked_matrices(a) -> Tensor:
    a = convert_to_tensor(a, name="a")
    if not a.dtype.is_floating:
        raise TypeError(f"matrices of floating point numbers are expected, not {a.name} of {a.dtype.name}")
    a.shape.with_rank_at_least(2)
    return a


def _larger_size(a: Tensor):
    sizes = (None,) if a.shape.rank is None else a.shape.sizes[-2:]
    return math.cast(reduce_max(array.shape(a)[-2:]), a.dtype) if None in sizes else max(sizes)


def matrix_rank(a, tol=None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """How many singular values of matrices [..., m, n] are above `tol`: int32 [...].

    tol: by default the largest value times max(m, n) and the type's precision. TypeError unless `a` is real.
    """
    with name_scope(name, "matrix_rank"):
        a = _checked_matrices(a)
        s = svd(a, compute_uv=False)
        if tol is None:
            eps = float(np.finfo(a.dtype.numpy).eps)
            op_counts.skip(op_counts.LIMIT * (a.shape.rank is not None and None not in a.shape.sizes[-2:]))
            tol = eps * _larger_size(a) * reduce_max(s, -1, keepdims=True)
        return reduce_sum(math.cast(math.greater(s, tol), dtypes.int32), -1)


def pinv(a, rcond=None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The Moore-Penrose inverses [..., n, m] of matrices [..., m, n].

    rcond: singular values up to this part of the largest one count as zeros; by default
    10 * max(m, n) * the type's precision. TypeError unless `a` is real.

    >>> import minitf as tf
    >>> tf.Session().run(pinv([[1.0], [1.0]])).round(3).tolist()
    [[0.5, 0.5]]
    """
    with name_scope(name, "pinv"):
        a = _checked_matrices(a)
        op_counts.skip(op_counts.inverse(a.shape, rcond is not None))
        if rcond is None:
            rcond = 10.0 * float(np.finfo(a.dtype.numpy).eps) * _larger_size(a)
        rcond = convert_to_tensor(rcond, a.dtype, name="rcond")
        s, u, v = svd(a)
        least = array.expand_dims(rcond * reduce_max(s, -1), -1)
        infinite = array.zeros_like(s) + float("inf")
        s = apply("Select", math.greater(s, least), s, infinite)
        result = matmul(v / array.expand_dims(s, -2), u, adjoint_b=True)
        if a.shape.rank is not None:
            result.set_shape([*a.shape[:-2], a.shape[-1], a.shape[-2]])
        return result
