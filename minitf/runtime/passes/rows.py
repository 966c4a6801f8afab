"""Elementwise calls seen as walks over the rows of matrices, which need not be adjacent."""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref
from minitf.runtime.passes.uses import name

_BINARY = ["a", "b", "o", "rank", "dims"]


def is_binary(call: Call) -> bool:
    """Whether a call computes each element from one of each of two values, which may be repeated."""
    return list(call.kernel.kernel.operands) == _BINARY and call.error is None


def grid(call: Call) -> tuple[int, int] | None:
    """(rows, columns) of the walk of a binary call, 1 row if none are needed; None for a deeper nest."""
    rank, dims = call.operands[3:]
    return (1, dims[0]) if rank == 1 else (dims[0], dims[3]) if rank == 2 else None


def steps(call: Call, rows: int, columns: int) -> list[tuple[int, int]] | None:
    """Of each input of a binary call the items from row to row and from column to column, if it fits."""
    rank, dims = call.operands[3:]
    if rank == 1 and dims[0] == rows * columns:
        return [(step * columns, step) for step in dims[1:]]
    if rank == 2 and (dims[0], dims[3]) == (rows, columns):
        return [(dims[1], dims[4]), (dims[2], dims[5])]
    return None


def columns_read(call: Call) -> tuple[int, int, int, int] | None:
    """(first, rows, columns, step) of the columns a call copies out of a matrix with `step` columns."""
    return _columns(call, "strided_copy", call.operands[0])


def columns_written(call: Call) -> tuple[int, int, int, int] | None:
    """(first, rows, columns, step) of the columns a call writes into a matrix with `step` columns."""
    return _columns(call, "strided_write", call.operands[1])


def _columns(call: Call, kernel: str, matrix) -> tuple[int, int, int, int] | None:
    if name(call) != kernel:
        return None
    offset, rank, dims = call.operands[2:]
    if rank != 2 or dims[3] != 1 or dims[0] * dims[1] != matrix.size or not 0 <= offset <= dims[1] - dims[2]:
        return None
    return offset, dims[0], dims[2], dims[1]


def view(ref: Ref, first: int, rows: int, columns: int, step: int) -> Ref:
    """A range of columns of a matrix, in place: from its first item to its last."""
    span = ((rows - 1) * step + columns,)
    return Ref(span, ref.dtype, ref.buffer, ref.offset + first * ref.dtype.itemsize, ref.moves)
