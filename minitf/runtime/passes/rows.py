"""Calls seen as walks over the rows of matrices, which need not be adjacent."""

from __future__ import annotations

from typing import NamedTuple

from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.runtime.lower.ir import Call, Ref

_BINARY = ["a", "b", "o", "rank", "dims"]


def is_binary(call: Call) -> bool:
    """Whether a call computes each element from one of each of two values, which may be repeated."""
    return list(call.kernel.kernel.operands) == _BINARY and call.error is None


def grid(call: Call) -> tuple[int, int] | None:
    """(rows, columns) of the walk of a binary call, 1 row if none are needed; None for a deeper nest."""
    rank, dims = call["rank"], call["dims"]
    return (1, dims[0]) if rank == 1 else (dims[0], dims[3]) if rank == 2 else None


class Step(NamedTuple):
    """How many items it is from row to row, and from column to column."""

    row: int
    column: int


def steps(call: Call, rows: int, columns: int) -> dict[str, Step] | None:
    """The steps over each input, a and b, of a binary call, if it walks over so many rows and columns."""
    rank, dims = call["rank"], call["dims"]
    if rank == 1 and dims[0] == rows * columns:
        return {key: Step(step * columns, step) for key, step in zip("ab", dims[1:])}
    if rank == 2 and (dims[0], dims[3]) == (rows, columns):
        return {"a": Step(dims[1], dims[4]), "b": Step(dims[2], dims[5])}
    return None


class Columns(NamedTuple):
    """Some columns of a matrix."""

    first: int
    rows: int
    count: int
    step: int  # columns that the matrix has


def strided_copy(source: Ref, out: Ref, loops: tuple, op, offset: int = 0) -> Call:
    """Copies items of the source from `offset` on; loops: (trips, items from trip to trip) of each, outermost first."""
    kernel = movement.strided_copy[layout.carrier(source.dtype)]
    return Call.of(kernel, op, a=source, o=out, offset=offset, rank=len(loops) // 2, dims=loops)


def columns_read(call: Call) -> Columns | None:
    """The columns that a call copies out of a matrix."""
    return _columns(call, "a") if call.name == "strided_copy" else None


def columns_written(call: Call) -> Columns | None:
    """The columns that a call writes into a matrix."""
    return _columns(call, "o") if call.name == "strided_write" else None


def _columns(call: Call, matrix: str) -> Columns | None:
    offset, rank, dims = call["offset"], call["rank"], call["dims"]
    if rank != 2 or dims[3] != 1 or dims[0] * dims[1] != call[matrix].size:
        return None
    return Columns(offset, dims[0], dims[2], dims[1]) if 0 <= offset <= dims[1] - dims[2] else None


def view(ref: Ref, first: int, rows: int, columns: int, step: int) -> Ref:
    """A range of columns of a matrix, in place: from its first item to its last."""
    span = ((rows - 1) * step + columns,)
    return Ref(span, ref.dtype, ref.buffer, ref.offset + first * ref.dtype.itemsize, ref.moves)
