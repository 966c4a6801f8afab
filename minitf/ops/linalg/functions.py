"""Functions of matrices: exponential, logarithm, square root, and logarithms of determinants."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.control.while_loop import while_loop
from minitf.ops.linalg.decompositions import cholesky
from minitf.ops.linalg.linalg import (
    MATRIX,
    by_lapack,
    checked_square,
    matrix_inverse,
    matrix_solve,
    over_matrices,
    same_square,
)
from minitf.ops.linalg.matmul import matmul
from minitf.ops.linalg.matrix import eye, matrix_diag_part
from minitf.ops.math import math
from minitf.ops.math.complex import real
from minitf.ops.math.reduce import reduce_max, reduce_sum

# ---- exponential

# Up to which norm a quotient of polynomials is exact enough, and the polynomials' coefficients
# (Higham 2005, The scaling and squaring method for the matrix exponential revisited).
_SINGLE = 3.925724783138660, (17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0, 1.0)
_DOUBLE = (
    5.371920351148152,
    (
        *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0),
        *(10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0),
    ),
)


def expm(input, name: str | None = None) -> Tensor:
    """The exponentials of matrices [..., n, n], by scaling, a quotient of polynomials, and squaring.

    >>> import minitf as tf
    >>> tf.Session().run(expm([[0.0, 1.0], [0.0, 0.0]])).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    with name_scope(name, "matrix_exponential", [input]):
        x = convert_to_tensor(input, name="input")
        if x.dtype not in MATRIX:
            raise ValueError(f"{x.name} is of {x.dtype.name}, but expm takes {sorted(d.name for d in MATRIX)}")
        x.shape.with_rank_at_least(2)[-2:].merge_with([x.shape[-1], x.shape[-1]])
        since, whole, sizes = op_counts.Since(), x.shape, array.shape(x)
        x = array.reshape(x, array.concat([[-1], sizes[-2:]], 0))
        norm = reduce_max(reduce_sum(math.abs(x), -2), -1)
        most, coefficients = _DOUBLE if x.dtype.real_dtype is dtypes.float64 else _SINGLE
        halvings = math.maximum(math.ceil(math.log(norm / most) / np.log(2.0)), 0.0)
        scaled = x / over_matrices(math.cast(math.pow(2.0 + array.zeros_like(halvings), halvings), x.dtype))
        result = array.reshape(_squared(_quotient(scaled, coefficients), halvings), sizes, name="Reshape_1")
        result.set_shape(whole)
        since.count_as(op_counts.exponential(coefficients is _DOUBLE[1], whole.is_fully_defined()))
        return result


def _quotient(x: Tensor, coefficients: tuple) -> Tensor:
    """Pade's approximation: p(x) / p(-x)."""
    square = matmul(x, x)
    sizes = array.shape(x)
    power = eye(sizes[-1], batch_shape=sizes[:-2], dtype=x.dtype)
    odd = even = 0.0
    for k in range(0, len(coefficients), 2):
        even, odd = even + coefficients[k] * power, odd + coefficients[k + 1] * power
        if k + 2 < len(coefficients):
            power = matmul(power, square)
    odd = matmul(x, odd)
    return matrix_solve(even - odd, even + odd)


def _squared(x: Tensor, times: Tensor) -> Tensor:
    """Each matrix squared as often as `times` says."""
    most = reduce_max(times)

    def square(i, x):
        goes_on = over_matrices(math.less(i, times))
        again = array.zeros_like(x) + math.cast(goes_on, x.dtype)
        return i + 1.0, apply("Select", math.not_equal(again, 0.0), matmul(x, x), x)

    start = convert_to_tensor(0.0, times.dtype)
    return while_loop(lambda i, x: math.less(i, most), square, [start, x])[1]


# ---- logarithm and root


def _logarithm(op, x):
    import scipy.linalg

    checked_square(x)
    return _each(scipy.linalg.logm, x)


def _root(op, x):
    import scipy.linalg

    checked_square(x)
    return _each(scipy.linalg.sqrtm, x)


def _each(function, x: np.ndarray) -> np.ndarray:
    """A function of every matrix; NaN where a real one's value is complex, or there is none."""
    out, wide = np.empty_like(x), x.astype(np.complex128 if np.iscomplexobj(x) else np.float64)
    for place in np.ndindex(*x.shape[:-2]):
        value = function(wide[place]) if np.isfinite(x[place]).all() and x.shape[-1] else x[place] * np.nan
        imaginary = np.iscomplexobj(value) and not np.iscomplexobj(x) and np.abs(value.imag).max() > 0
        out[place] = np.nan if imaginary else value.real if not np.iscomplexobj(x) else value
    return out


def _root_grad(op, g):
    """From the derivative of A = R R: R dR + dR R = dA, as one system of equations for the items of dR."""
    root = op.outputs[0]
    sizes = array.shape(root)
    n, batch = sizes[-1], sizes[:-2]
    same = eye(n, batch_shape=batch, dtype=root.dtype)
    system = kronecker(same, root) + kronecker(array.matrix_transpose(root), same)
    flat = array.reshape(array.matrix_transpose(g), array.concat([batch, [n * n, 1]], 0))
    return array.matrix_transpose(array.reshape(matrix_solve(system, flat, adjoint=True), sizes))


def kronecker(a: Tensor, b: Tensor) -> Tensor:
    """The Kronecker products of matrices of one batch shape."""
    of_a, of_b = array.shape(a), array.shape(b)
    product = array.expand_dims(array.expand_dims(a, -1), -3) * array.expand_dims(array.expand_dims(b, -2), -4)
    return array.reshape(product, array.concat([of_a[:-2], of_a[-2:] * of_b[-2:]], 0))


define("MatrixLogarithm", "input: T -> output: T", T=dtypes.COMPLEX, shape=same_square, numpy=_logarithm)
define("MatrixSquareRoot", "input: T -> output: T", T=MATRIX, shape=same_square, numpy=_root, grad=_root_grad)
logm = patterns.of_inputs(
    "MatrixLogarithm", "The principal logarithms of complex matrices [..., n, n]; it has no gradient.", "logm"
)


def sqrtm(input, name: str | None = None) -> Tensor:
    """The principal square roots of matrices [..., n, n]; NaN for real ones whose root is complex."""
    return apply("MatrixSquareRoot", input, name=name)


# ---- logarithms of determinants


def _log_determinant(op, x):
    checked_square(x)
    sign, log = np.linalg.slogdet(x)
    return sign.astype(x.dtype), log.astype(x.dtype)


define(
    "LogMatrixDeterminant",
    "input: T -> sign: T, log_abs_determinant: T",
    T=MATRIX,
    shape=lambda op: [UNKNOWN if op.inputs[0].shape.rank is None else same_square(op)[:-2]] * 2,
    numpy=by_lapack(_log_determinant),
    grad=lambda op, _, g: None if g is None else over_matrices(g) * matrix_inverse(op.inputs[0], adjoint=True),
)


def slogdet(input, name: str | None = None):
    """(sign, log_abs_determinant) of square matrices [..., n, n]; only the logarithm has a gradient."""
    return apply("LogMatrixDeterminant", input, name=name)


def logdet(matrix, name: str | None = None) -> Tensor:
    """The logarithms of the determinants of positive definite matrices [..., n, n], real: [...].

    InvalidArgumentError for one that is not positive definite.
    """
    with name_scope(name, "logdet", [matrix]):
        diagonal = matrix_diag_part(cholesky(matrix))
        return 2.0 * reduce_sum(math.log(real(diagonal)), [-1])
