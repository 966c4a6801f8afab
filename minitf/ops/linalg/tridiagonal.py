"""Matrices that are zero but for three diagonals, which are given one above the other."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.joining import stack
from minitf.ops.linalg.linalg import MATRIX
from minitf.ops.linalg.matrix import matrix_diag_part
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_sum

# ---- solving


def _solve(op, diagonals, rhs):
    from scipy.linalg import solve_banded

    if diagonals.shape[-2:-1] != (3,) or diagonals.shape[:-2] + diagonals.shape[-1:] != rhs.shape[:-1]:
        raise ValueError(f"diagonals of shape {diagonals.shape} do not fit right-hand sides of shape {rhs.shape}")
    out, lined = np.empty_like(rhs), _lined(diagonals)
    for place in np.ndindex(*rhs.shape[:-2]):
        try:
            out[place] = solve_banded((1, 1), lined[place], rhs[place], check_finite=False) if rhs.size else 0
        except np.linalg.LinAlgError:
            raise ValueError("a matrix is not invertible: the equations have no single solution") from None
    return out


def _lined(diagonals):
    """As LAPACK has them: items of one column above each other."""
    lined = np.zeros_like(diagonals)
    lined[..., 0, 1:], lined[..., 1, :], lined[..., 2, :-1] = (
        diagonals[..., 0, :-1],
        diagonals[..., 1, :],
        diagonals[..., 2, 1:],
    )
    return lined


def _solve_grad(op, g):
    diagonals, x = op.inputs[0], op.outputs[0]
    above, main, below = (diagonals[..., i, :] for i in range(3))
    turned = stack([_shifted(below, -1), main, _shifted(above, 1)], -2)
    g_rhs = apply_like(op, "TridiagonalSolve", math.conjugated(turned), g)
    parts = [reduce_sum(g_rhs * math.conjugated(_shifted(x, by, -2)), -1) for by in (-1, 0, 1)]
    return -stack(parts, -2), g_rhs


def _shifted(x: Tensor, by: int, axis: int = -1) -> Tensor:
    """Items moved by a place along the last axis, or the one before it; 0 comes in."""
    if by == 0:
        return x
    whole = (slice(None),) * (-1 - axis)
    zero = array.zeros_like(x[(..., slice(0, 1), *whole)])
    if by < 0:
        return array.concat([x[(..., slice(1, None), *whole)], zero], axis)
    return array.concat([zero, x[(..., slice(0, -1), *whole)]], axis)


define(
    "TridiagonalSolve",
    "diagonals: T, rhs: T; partial_pivoting: bool = True -> output: T",
    T=MATRIX,
    shape=lambda op: op.inputs[1].shape,
    numpy=_solve,
    grad=_solve_grad,
)


def tridiagonal_solve(
    diagonals,
    rhs,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
) -> Tensor:
    """The x with a tridiagonal matrix times x = rhs [..., n, k] (or [..., n]).

    diagonals: of shape [..., 3, n], the upper, main and lower one ("compact", the last of the upper and the first
    of the lower do not count); a list of the three ("sequence", the others may be a place shorter); or whole
    matrices ("matrix"). ValueError for shapes that do not fit, InvalidArgumentError for a singular matrix.

    >>> import minitf as tf
    >>> x = tridiagonal_solve([[1.0, 0.0], [2.0, 2.0], [0.0, 1.0]], [3.0, 3.0])
    >>> tf.Session().run(x).round(3).tolist()
    [1.0, 1.0]
    """
    rhs = convert_to_tensor(rhs, name="rhs")
    whole = diagonals_format == "compact"
    compact = _compact(diagonals) if whole else stack(_three(diagonals, diagonals_format), -2)
    _check(compact, rhs)
    if rhs.shape.rank == compact.shape.rank - 1:
        rhs = math.conjugated(rhs) if conjugate_rhs else rhs
        column = array.expand_dims(rhs, -1)
        return array.squeeze(_solved(compact, column, partial_pivoting, name), [-1])
    if transpose_rhs:
        rhs = array.matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = math.conjugated(rhs)
    result = _solved(compact, rhs, partial_pivoting, name)
    return array.matrix_transpose(result) if transpose_rhs else result


def _solved(diagonals: Tensor, rhs: Tensor, partial_pivoting: bool, name: str | None) -> Tensor:
    return apply("TridiagonalSolve", diagonals, rhs, partial_pivoting=partial_pivoting, name=name)


def _check(compact: Tensor, rhs: Tensor) -> None:
    rank = compact.shape.rank
    if rank is None:
        raise ValueError("Expected diagonals to have rank at least 2, got None")
    if rhs.shape.rank not in (rank, rank - 1):
        raise ValueError(f"Expected the rank of rhs to be {rank - 1} or {rank}, got {rhs.shape.rank}")
    if not compact.shape[:-2].is_compatible_with(rhs.shape[: rank - 2]):
        raise ValueError(f"Batch shapes {compact.shape[:-2]} and {rhs.shape[: rank - 2]} are incompatible")


def _compact(diagonals) -> Tensor:
    diagonals = convert_to_tensor(diagonals, name="diagonals")
    sizes = diagonals.shape.sizes
    if sizes is not None and len(sizes) < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {len(sizes)}")
    if sizes is not None and sizes[-2] not in (3, None):
        raise ValueError(f"Expected 3 diagonals got {sizes[-2]}")
    return diagonals


def _three(diagonals, form: str) -> list[Tensor]:
    """The upper, main and lower diagonals, all of one length."""
    if form == "compact":
        diagonals = _compact(diagonals)
        return [diagonals[..., i, :] for i in range(3)]
    if form == "sequence":
        if not isinstance(diagonals, (list, tuple)) or len(diagonals) != 3:
            raise ValueError("Expected diagonals to be a sequence of length 3: the upper, main and lower one")
        above, main, below = (convert_to_tensor(d) for d in diagonals)
        return [_full(above, main, True), main, _full(below, main, False)]
    if form == "matrix":
        return _of_matrices(convert_to_tensor(diagonals, name="diagonals"))
    raise ValueError(f"Unrecognized diagonals_format: {form}; there are compact, sequence and matrix")


def _full(diagonal: Tensor, main: Tensor, ends: bool) -> Tensor:
    """A diagonal as long as the main one: with a zero at its end (or begin), if that is missing."""
    have, want = ((d.shape.with_rank_at_least(1).sizes or (None,))[-1] for d in (diagonal, main))
    if have in (want, None):
        return diagonal
    if want is None or have != want - 1:
        raise ValueError(f"Expected a diagonal to have length {want} or one less, got {have}")
    zero = array.zeros_like(main[..., :1])
    return array.concat([diagonal, zero] if ends else [zero, diagonal], -1)


def _of_matrices(x: Tensor) -> list[Tensor]:
    sizes = x.shape.with_rank_at_least(2)[-2:].sizes
    if sizes is None or None in sizes:
        raise ValueError('The size of the matrix needs to be known for diagonals_format="matrix"')
    if sizes[0] != sizes[1]:
        raise ValueError(f"Expected last two dimensions of diagonals to be same, got {sizes[1]} and {sizes[0]}")
    main = matrix_diag_part(x)
    above, below = matrix_diag_part(x[..., :-1, 1:]), matrix_diag_part(x[..., 1:, :-1])
    return [_full(above, main, True), main, _full(below, main, False)]


# ---- multiplying


def _product(op, above, main, below, rhs):
    n = rhs.shape[-2]
    if any(d.shape != (*rhs.shape[:-2], 1, n) for d in (above, main, below)):
        raise ValueError(f"diagonals of shape {main.shape} do not fit matrices of shape {rhs.shape}")
    above, main, below = (np.swapaxes(d, -1, -2) for d in (above, main, below))
    out = main * rhs
    out[..., :-1, :] += above[..., :-1, :] * rhs[..., 1:, :]
    out[..., 1:, :] += below[..., 1:, :] * rhs[..., :-1, :]
    return out


def _product_grad(op, g):
    above, main, below = (math.conjugated(array.matrix_transpose(d)) for d in op.inputs[:3])
    rhs = math.conjugated(op.inputs[3])
    parts = [array.expand_dims(reduce_sum(_shifted(rhs, by, -2) * g, -1), -2) for by in (-1, 0, 1)]
    return (*parts, _shifted(above * g, 1, -2) + main * g + _shifted(below * g, -1, -2))


define(
    "TridiagonalMatMul",
    "superdiag: T, maindiag: T, subdiag: T, rhs: T -> output: T",
    T=MATRIX,
    shape=lambda op: op.inputs[3].shape,
    numpy=_product,
    grad=_product_grad,
)


def tridiagonal_matmul(diagonals, rhs, diagonals_format: str = "compact", name: str | None = None) -> Tensor:
    """The products of tridiagonal matrices, given as for `tridiagonal_solve`, with rhs [..., n, k]."""
    rows = [array.expand_dims(d, -2) for d in _three(diagonals, diagonals_format)]
    return apply("TridiagonalMatMul", *rows, rhs, name=name)
