"""Matrices of several diagonals, padded: what tf.raw_ops.MatrixDiagV2 and its like do.

The diagonals from `lower` to `upper` (above the main one numbers are positive) stand one below the other, the uppermost
first, in a strip [upper - lower + 1, longest]; each begins at the left, and what is behind the end of a shorter one is
padding. A single one is a vector instead.
"""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.kernels.compile import layout
from minitf.ops import patterns
from minitf.ops.array import array

# ---- where diagonals are


def _ends(k) -> tuple[int, int]:
    """The lowest and the uppermost diagonal."""
    k = np.asarray(k)
    if k.ndim > 1 or not 1 <= k.size <= 2:
        raise ValueError(f"diag_index must be a scalar or a vector of 1 or 2 elements, not {k.tolist()}")
    lower, upper = int(k.flat[0]), int(k.flat[-1])
    if lower > upper:
        raise ValueError(f"lower_diag_index must not be larger than upper_diag_index: {lower} > {upper}")
    return lower, upper


def _check_ends(lower: int, upper: int, rows: int | None, columns: int | None) -> None:
    """Each diagonal is one of the matrix; an empty matrix has its main one."""
    for name, end in (("lower", lower), ("upper", upper)):
        if end and (rows is not None and end <= -rows or columns is not None and end >= columns):
            raise ValueError(
                f"{name}_diag_index is out of bound: {end}. It must be between minus the number of rows, {rows}, and "
                f"that of columns, {columns}"
            )


def _length(diagonal: int, rows: int, columns: int) -> int:
    return max(min(rows + min(diagonal, 0), columns - max(diagonal, 0)), 0)


def _longest(lower: int, upper: int, rows: int, columns: int) -> int:
    return min(rows + min(upper, 0), columns - max(lower, 0))


def _strip(lower: int, upper: int, longest) -> tuple:
    """The shape of the diagonals, one below the other."""
    return (longest,) if lower == upper else (upper - lower + 1, longest)


def _places(shape: tuple, lower: int, upper: int, longest: int) -> list[tuple]:
    """For each diagonal of matrices of a shape: its length, its offset in a matrix, and that in a strip."""
    rows, columns = shape[-2:]
    found = []
    for number, diagonal in enumerate(range(upper, lower - 1, -1)):
        offset = diagonal if diagonal >= 0 else -diagonal * columns
        found.append((_length(diagonal, rows, columns), offset, number * longest))
    return found


def _flat(x, axes: int) -> np.ndarray:
    """A view with one axis in place of the last ones."""
    return x.reshape(*x.shape[: x.ndim - axes], math.prod(x.shape[x.ndim - axes :]))


def _along(items: np.ndarray, offset: int, length: int, step: int) -> np.ndarray:
    """So many items, a view."""
    return items[..., offset : offset + length * step : step] if length else items[..., :0]


def _sizes(lower: int, upper: int, longest: int, rows: int, columns: int) -> tuple[int, int]:
    """The sizes of a matrix with these diagonals; -1 stands for one that is to be found out."""
    least_rows, least_columns = longest - min(upper, 0), longest + max(lower, 0)
    if rows == columns == -1:
        rows = columns = max(least_rows, least_columns)
    rows, columns = least_rows if rows == -1 else rows, least_columns if columns == -1 else columns
    if rows < least_rows:
        raise ValueError(f"The number of rows is too small: {rows}, for diagonals {lower} to {upper} of {longest}")
    if columns < least_columns:
        raise ValueError(
            f"The number of columns is too small: {columns}, for diagonals {lower} to {upper} of {longest}"
        )
    if rows != least_rows and columns != least_columns:
        raise ValueError(
            f"The number of rows or columns is not consistent with the specified d_lower, d_upper, and diagonal: "
            f"{rows} x {columns}, for diagonals {lower} to {upper} of {longest}"
        )
    return rows, columns


def _check_count(sizes: tuple, lower: int, upper: int) -> int:
    """How many axes a strip of such sizes has."""
    if lower == upper:
        return 1
    if len(sizes) < 2 or sizes[-2] not in (None, upper - lower + 1):
        raise ValueError(
            f"The number of rows of `diagonal` is {upper - lower + 1}, that of the diagonals from {lower} to {upper}: "
            f"its shape is not {TensorShape(sizes)}"
        )
    return 2


# ---- matrices of diagonals


def _filled_shape(op, sizes: tuple, k, rows, columns) -> tuple[tuple, int, int, int]:
    """The shape of the matrices, the ends of the diagonals, and how many axes a strip has."""
    lower, upper = _ends(k)
    axes = _check_count(sizes, lower, upper)
    return (*sizes[:-axes], *_sizes(lower, upper, sizes[-1], int(rows), int(columns))), lower, upper, axes


def _diag_numpy(op, diagonal, k, rows, columns, padding):
    shape, lower, upper, axes = _filled_shape(op, diagonal.shape, k, rows, columns)
    out, strip = np.full(shape, padding, diagonal.dtype), _flat(diagonal, axes)
    items = _flat(out, 2)
    for length, offset, start in _places(shape, lower, upper, diagonal.shape[-1]):
        _along(items, offset, length, shape[-1] + 1)[...] = _along(strip, start, length, 1)
    return out


def _diag_kernel(b, op, diagonal, k, rows, columns, padding):
    given = [b.data(v) for v in (k, rows, columns)]
    shape, lower, upper, axes = _filled_shape(op, diagonal.shape, *given)
    out = patterns.filled(b, shape, diagonal.dtype, padding)
    places = _places(shape, lower, upper, diagonal.shape[-1])
    _move(b, diagonal, axes, out, 2, [(n, start, offset) for n, offset, start in places], 1, shape[-1] + 1)
    return out


def _move(b, source, source_axes: int, out, out_axes: int, places: list, step: int, out_step: int) -> None:
    """Lowers to copies of runs of items of each matrix or strip: (length, offset in the source, offset in `out`)."""
    outer = layout.strides(source.shape)[: len(source.shape) - source_axes]
    out_outer = layout.strides(out.shape)[: len(out.shape) - out_axes]
    batch = source.shape[: len(outer)]
    for length, start, end in places:
        if length and math.prod(batch):
            part = patterns.walk(b, source, (*batch, length), (*outer, step), start)
            patterns.place(b, part, out, (*out_outer, out_step), end)


def _diag_shape(op):
    sizes, k, rows, columns = op.inputs[0].shape.sizes, *map(constant_value, op.inputs[1:4])
    if sizes is not None and not sizes:
        raise ValueError("`diagonal` has one axis at least, it is a scalar")
    if sizes is None or k is None:
        return UNKNOWN
    lower, upper = _ends(k)
    axes = _check_count(sizes, lower, upper)
    if rows is None or columns is None or sizes[-1] is None:
        known = [None if n is None or n < 0 else int(n) for n in (rows, columns)]
        return TensorShape([*sizes[:-axes], *known])
    return TensorShape([*sizes[:-axes], *_sizes(lower, upper, sizes[-1], int(rows), int(columns))])


define(
    "MatrixDiagV2",
    "diagonal: T, k: int32, num_rows: int32[], num_cols: int32[], padding_value: T[] -> output: T",
    T=dtypes.NUMBER | {dtypes.bool},
    numpy=_diag_numpy,
    kernel=_diag_kernel,
    grad=lambda op, g: (apply("MatrixDiagPartV2", g, op.inputs[1], array.zeros([], g.dtype)), None, None, None, None),
    shape=_diag_shape,
)

# ---- the diagonals of matrices


def _part_shape(sizes: tuple, k) -> tuple[tuple, int, int, int]:
    """The shape of the strips, the ends of the diagonals, and how long the longest one is."""
    lower, upper = _ends(k)
    _check_ends(lower, upper, *sizes[-2:])
    longest = _longest(lower, upper, *sizes[-2:])
    return (*sizes[:-2], *_strip(lower, upper, longest)), lower, upper, longest


def _part_numpy(op, x, k, padding):
    shape, lower, upper, longest = _part_shape(x.shape, k)
    out, items = np.full(shape, padding, x.dtype), _flat(x, 2)
    strip = _flat(out, len(_strip(lower, upper, 0)))
    for length, offset, start in _places(x.shape, lower, upper, longest):
        _along(strip, start, length, 1)[...] = _along(items, offset, length, x.shape[-1] + 1)
    return out


def _part_kernel(b, op, x, k, padding):
    shape, lower, upper, longest = _part_shape(x.shape, b.data(k))
    out = patterns.filled(b, shape, x.dtype, padding)
    places = _places(x.shape, lower, upper, longest)
    _move(b, x, 2, out, len(_strip(lower, upper, 0)), places, x.shape[-1] + 1, 1)
    return out


def _static_part(op):
    sizes, k = op.inputs[0].shape.with_rank_at_least(2).sizes, constant_value(op.inputs[1])
    if sizes is None or k is None:
        return UNKNOWN
    lower, upper = _ends(k)
    _check_ends(lower, upper, *sizes[-2:])
    longest = None if None in sizes[-2:] else _longest(lower, upper, *sizes[-2:])
    return TensorShape([*sizes[:-2], *_strip(lower, upper, longest)])


def _part_grad(op, g):
    sizes, k = op.inputs[0].shape.sizes, op.inputs[1]
    if sizes is None or None in sizes[-2:]:
        return apply("MatrixSetDiagV2", array.zeros_like(op.inputs[0]), g, k), None, None
    return apply("MatrixDiagV2", g, k, *sizes[-2:], array.zeros([], g.dtype)), None, None


define(
    "MatrixDiagPartV2",
    "input: T, k: int32, padding_value: T[] -> diagonal: T",
    T=dtypes.NUMBER | {dtypes.bool},
    numpy=_part_numpy,
    kernel=_part_kernel,
    grad=_part_grad,
    shape=_static_part,
)

# ---- matrices some of whose diagonals are others


def _checked(shape: tuple, given: tuple, k) -> tuple[int, int, int]:
    """The ends of the diagonals, and how long the longest one is."""
    expected, lower, upper, longest = _part_shape(shape, k)
    if given != expected:
        raise ValueError(f"the diagonals {lower} to {upper} of {shape} have the shape {expected}, not {given}")
    return lower, upper, longest


def _set_numpy(op, x, diagonal, k):
    lower, upper, longest = _checked(x.shape, diagonal.shape, k)
    out = x.copy()
    items, strip = _flat(out, 2), _flat(diagonal, len(_strip(lower, upper, 0)))
    for length, offset, start in _places(x.shape, lower, upper, longest):
        _along(items, offset, length, x.shape[-1] + 1)[...] = _along(strip, start, length, 1)
    return out


def _set_kernel(b, op, x, diagonal, k):
    lower, upper, longest = _checked(x.shape, diagonal.shape, b.data(k))
    out = b.new(x.shape, x.dtype)
    patterns.place(b, x, out, layout.strides(x.shape))
    places = [(n, start, offset) for n, offset, start in _places(x.shape, lower, upper, longest)]
    _move(b, diagonal, len(_strip(lower, upper, 0)), out, 2, places, 1, x.shape[-1] + 1)
    return out


def _static_set(op):
    shape, k = op.inputs[0].shape.with_rank_at_least(2), constant_value(op.inputs[2])
    diagonal = op.inputs[1].shape.with_rank_at_least(1)
    if k is None:
        return shape
    lower, upper = _ends(k)
    axes = len(_strip(lower, upper, 0))
    if shape.sizes is not None:
        _check_ends(lower, upper, *shape.sizes[-2:])
        diagonal = diagonal.with_rank(shape.rank - 2 + axes)
    if diagonal.sizes is None:
        return shape
    batch = TensorShape(diagonal.sizes[:-axes])
    return batch.concatenate([None, None]).merge_with(shape)


def _set_grad(op, g):
    k = op.inputs[2]
    nothing = array.zeros_like(op.inputs[1])
    return apply("MatrixSetDiagV2", g, nothing, k), apply("MatrixDiagPartV2", g, k, array.zeros([], g.dtype)), None


define(
    "MatrixSetDiagV2",
    "input: T, diagonal: T, k: int32 -> output: T",
    T=dtypes.NUMBER | {dtypes.bool},
    numpy=_set_numpy,
    kernel=_set_kernel,
    grad=_set_grad,
    shape=_static_set,
)
