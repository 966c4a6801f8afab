"""Diagonals and bands of matrices."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.ops import patterns
from minitf.ops.array import array

# ---- tensors with one diagonal: diag and diag_part


def _halves(sizes: tuple) -> tuple:
    """The first half of the sizes, which the second half has to repeat."""
    half = len(sizes) // 2
    if len(sizes) % 2 or not sizes:
        raise ValueError(f"diag_part takes a tensor of even rank, not of shape {TensorShape(sizes)}")
    return TensorShape(sizes[:half]).merge_with(sizes[half:]).sizes


def _half_shape(op):
    sizes = op.inputs[0].shape.sizes
    return UNKNOWN if sizes is None else TensorShape(_halves(sizes))


def _diag_part(op, x):
    return np.diag(x.reshape([int(np.sqrt(x.size))] * 2)).reshape(_halves(x.shape))


def _halfway_steps(shape) -> list[int]:
    """How far the next item of a diagonal is along each of its axes."""
    steps, half = layout.strides(shape), len(shape) // 2
    return [one + other for one, other in zip(steps[:half], steps[half:])]


define(
    "Diag",
    "diagonal: T -> output: T",
    T=dtypes.NUMBER,
    numpy=lambda op, x: np.diag(x.reshape(-1)).reshape(x.shape * 2),
    kernel=lambda b, op, x: patterns.placed(b, x, x.shape * 2, _halfway_steps(x.shape * 2)),
    grad=lambda op, g: apply("DiagPart", g),
    shape=lambda op: op.inputs[0].shape.with_rank_at_least(1).concatenate(op.inputs[0].shape),
)
define(
    "DiagPart",
    "input: T -> diagonal: T",
    T=dtypes.NUMBER,
    numpy=_diag_part,
    kernel=lambda b, op, x: patterns.walk(b, x, _halves(x.shape), _halfway_steps(x.shape)),
    grad=lambda op, g: apply("Diag", g),
    shape=_half_shape,
)


def diag(diagonal, name: str | None = None) -> Tensor:
    """Zeros of twice the rank, with `diagonal` where both halves of the index agree.

    >>> diag([1, 2, 3]).shape.as_list()
    [3, 3]
    """
    return apply("Diag", diagonal, name=name)


def diag_part(input, name: str | None = None) -> Tensor:
    """The elements of `input`, of shape s + s, where both halves of the index agree: the inverse of `diag`."""
    return apply("DiagPart", input, name=name)


# ---- batches of matrices


def _matrix_diag(op, x):
    result = dtypes.zeros((*x.shape, x.shape[-1]), x.dtype)
    _diagonal(result)[...] = x
    return result


def _diagonal(x) -> np.ndarray:
    """The main diagonals of the last two axes, as a view that can be written."""
    return np.einsum("...ii->...i", x[..., : min(x.shape[-2:]), : min(x.shape[-2:])])


def _diagonal_steps(shape: tuple) -> tuple:
    """Element strides along the diagonals of a contiguous tensor."""
    steps = layout.strides(shape)
    return (*steps[:-2], steps[-2] + steps[-1])


def _matrix_diag_kernel(b, op, x):
    shape = (*x.shape, x.shape[-1])
    return patterns.placed(b, x, shape, _diagonal_steps(shape))


def _diagonal_kernel(b, op, x):
    shape = *x.shape[:-2], *b.derived(_shorter, (), *x.shape[-2:])
    return patterns.walk(b, x, shape, _diagonal_steps(x.shape), cut=[len(shape) - 1])


def _shorter(rows: int, columns: int) -> tuple[int]:
    return (min(rows, columns),)


def _set_diag_kernel(b, op, x, diagonal):
    _check_diagonal(x.shape, diagonal.shape)
    b.derived(_shorter, (), *x.shape[-2:])
    out = b.new(x.shape, x.dtype)
    patterns.place(b, x, out, layout.strides(x.shape))
    patterns.place(b, diagonal, out, _diagonal_steps(x.shape))
    return out


def _check_diagonal(shape: tuple, given: tuple) -> None:
    if given != (*shape[:-2], min(shape[-2:])):
        raise ValueError(f"the diagonal of shape {shape} has shape {(*shape[:-2], min(shape[-2:]))}, not {given}")


def _set_diag(op, x, diagonal):
    _check_diagonal(x.shape, diagonal.shape)
    result = x.copy()
    _diagonal(result)[...] = diagonal
    return result


def _diagonal_shape(shape: TensorShape) -> TensorShape:
    sizes = shape.with_rank_at_least(2).sizes
    if sizes is None:
        return UNKNOWN
    return TensorShape((*sizes[:-2], None if None in sizes[-2:] else min(sizes[-2:])))


def _matrix_shape(op):
    shape = op.inputs[0].shape.with_rank_at_least(1)
    return shape.concatenate(shape[-1:])


def _with_diagonal(op):
    """What is not known of the matrices is that of the diagonals."""
    shape, diagonal = op.inputs[0].shape.with_rank_at_least(2), op.inputs[1].shape.with_rank_at_least(1)
    _diagonal_shape(shape).assert_is_compatible_with(diagonal)
    if diagonal.rank is None:
        return shape
    return shape.merge_with(diagonal[:-1].concatenate([None, None]))


def _diag_part_grad(op, g):
    """A square matrix's gradient is a diagonal one; another's is zero with its diagonal set."""
    sizes = op.inputs[0].shape.sizes
    if sizes is not None and sizes[-1] is not None and sizes[-1] == sizes[-2]:
        return apply("MatrixDiag", g)
    return apply("MatrixSetDiag", array.zeros_like(op.inputs[0]), g)


def _set_diag_grad(op, g):
    nothing = array.zeros_like(op.inputs[1])
    return apply("MatrixSetDiag", g, nothing), apply("MatrixDiagPart", g, name="diag_part")


define(
    "MatrixDiag",
    "diagonal: T -> output: T",
    numpy=_matrix_diag,
    kernel=_matrix_diag_kernel,
    grad=lambda op, g: apply("MatrixDiagPart", g, name="diag_part"),
    shape=_matrix_shape,
)
define(
    "MatrixDiagPart",
    "input: T -> diagonal: T",
    numpy=lambda op, x: _diagonal(x),
    kernel=_diagonal_kernel,
    grad=_diag_part_grad,
    shape=lambda op: _diagonal_shape(op.inputs[0].shape),
)
define(
    "MatrixSetDiag",
    "input: T, diagonal: T -> output: T",
    numpy=_set_diag,
    kernel=_set_diag_kernel,
    grad=_set_diag_grad,
    shape=_with_diagonal,
)


def _check_main(k=0, *sizes, padding_value=0) -> None:
    """TensorFlow 1.15 takes arguments that say another diagonal, and heeds none of them."""
    if k != 0 or any(size != -1 for size in sizes) or padding_value != 0:
        raise ValueError("only main diagonals, k=0, of matrices filled with zeros are there; TensorFlow 1.15 ignores k")


def matrix_diag(
    diagonal, name: str | None = "diag", k: int = 0, num_rows: int = -1, num_cols: int = -1, padding_value=0
) -> Tensor:
    """For each vector along the last axis the square matrix with that diagonal.

    k, num_rows, num_cols, padding_value: what they are by default.

    Raises:
      ValueError: for others, which TensorFlow 1.15 does not heed.

    >>> matrix_diag([[1, 2, 3], [4, 5, 6]]).shape.as_list()
    [2, 3, 3]
    """
    _check_main(k, num_rows, num_cols, padding_value=padding_value)
    return apply("MatrixDiag", diagonal, name=name)


def matrix_diag_part(input, name: str | None = "diag_part", k: int = 0, padding_value=0) -> Tensor:
    """The main diagonals of the matrices along the last two axes; k is 0, and nothing is padded."""
    _check_main(k)
    return apply("MatrixDiagPart", input, name=name)


def matrix_set_diag(input, diagonal, name: str | None = "set_diag", k: int = 0) -> Tensor:
    """`input` with the main diagonals of the matrices along its last two axes replaced; `k` is 0."""
    _check_main(k)
    return apply("MatrixSetDiag", input, diagonal, name=name)


# ---- bands


def _band(op, x, lower, upper):
    rows, columns = np.arange(x.shape[-2])[:, None], np.arange(x.shape[-1])
    _check_band(x.shape, lower, upper)
    inside = ((lower < 0) | (rows - columns <= lower)) & ((upper < 0) | (columns - rows <= upper))
    return np.where(inside, x, dtypes.zeros((), x.dtype))


def _check_band(sizes: tuple, lower, upper) -> None:
    for name, count, size in (("num_lower", lower, sizes[-2]), ("num_upper", upper, sizes[-1])):
        if count > size:
            raise ValueError(f"{name} is at most {size}, the size of the matrix, not {count}")


def _band_kernel(b, op, x, lower, upper):
    _check_band(x.shape, b.data(lower), b.data(upper))
    out = b.new(x.shape, x.dtype)
    b.call(
        movement.matrix_band_part[layout.carrier(x.dtype), lower.dtype],
        x,
        lower,
        upper,
        out,
        math.prod(x.shape[:-2]),
        *x.shape[-2:],
    )
    return out


define(
    "MatrixBandPart",
    "input: T, num_lower: Tindex~[], num_upper: Tindex~[]; Tindex: type = int64 -> band: T",
    Tindex=dtypes.INDEX,
    shape=lambda op: op.inputs[0].shape.with_rank_at_least(2),
    numpy=_band,
    kernel=_band_kernel,
    grad=lambda op, g: (apply("MatrixBandPart", g, *op.inputs[1:]), None, None),
)


def matrix_band_part(input, num_lower, num_upper, name: str | None = None) -> Tensor:
    """The matrices along the last two axes with zeros below `num_lower` and above `num_upper` diagonals; -1 keeps all.

    >>> matrix_band_part([[1, 2], [3, 4]], -1, 0).shape.as_list()
    [2, 2]
    """
    with name_scope(name, "MatrixBandPart", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        lower = convert_to_tensor(num_lower, preferred_dtype=dtypes.int64, name="num_lower")
        upper = convert_to_tensor(num_upper, preferred_dtype=lower.dtype.base_dtype, name="num_upper")
        return apply("MatrixBandPart", input, lower, upper, name=scope)


# ---- identity matrices


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name: str | None = None) -> Tensor:
    """Identity matrices: `num_rows` x `num_columns` (default: square), one for each place of `batch_shape`.

    >>> eye(2, 3, batch_shape=[4]).shape.as_list()
    [4, 2, 3]
    """
    with name_scope(name, "eye", [num_rows]):
        square = num_columns is None
        columns = num_rows if square else num_columns
        batch = [] if batch_shape is None else batch_shape
        if any(isinstance(v, Tensor) for v in (num_rows, columns)):
            diagonal = apply("Minimum", num_rows, columns)
        else:
            diagonal, square = min(int(num_rows), int(columns)), int(num_rows) == int(columns)
        if isinstance(batch, Tensor) or isinstance(diagonal, Tensor):
            batch = convert_to_tensor(batch, dtypes.int32, name="shape")
        ones = array.ones(_joined(batch, [diagonal]), dtype)
        if square:
            return matrix_diag(ones)
        return matrix_set_diag(array.zeros(_joined(batch, [num_rows, columns]), dtype), ones)


def _joined(batch, sizes: list):
    return array.concat([batch, sizes], 0) if isinstance(batch, Tensor) else [*batch, *sizes]
