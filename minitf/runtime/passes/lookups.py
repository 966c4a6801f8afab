"""Rows of a matrix that are known by an index each: which rows a call reads, as a range of the indices."""

from __future__ import annotations

from minitf.runtime.lower.ir import Buffer, Call, Ref
from minitf.runtime.passes import gemms, rows
from minitf.runtime.passes.uses import Use


def reads_rows(use: Use, width: int, dtype) -> bool:
    """Whether a product reads whole rows, of `width` items, as its A."""
    if not gemms.is_gemm(use.call) or use.operand != "a" or use.ref.dtype != dtype:
        return False
    size = width * use.ref.dtype.itemsize
    strides = [use.ref.offset, *[stride for _, stride in use.ref.moves]]
    return use.call["lda"] == width and all(s % size == 0 for s in strides)


def indices(use: Use, index: Ref, width: int, count: int) -> Ref:
    """The indices of the rows that a product reads."""
    size, item = width * use.ref.dtype.itemsize, index.dtype.itemsize
    moves = tuple((loop, stride // size * item) for loop, stride in use.ref.moves)
    offset = index.offset + use.ref.offset // size * item
    return Ref((count,), index.dtype, index.buffer, offset, index.moves + moves)


def rearranged(copy: Call, index: Ref, width: int) -> tuple[Call, Ref] | None:
    """The indices of a copy that rearranges rows (time first, say), and the call that makes them."""
    out, offset, dims = copy["o"], copy["offset"], copy["dims"]
    if tuple(dims[-2:]) != (width, 1) or offset % width or any(s % width for s in dims[1:-1:2]):
        return None
    loops = [number // (width if k % 2 else 1) for k, number in enumerate(dims[:-2])] or [1, 0]
    count = out.size // width
    moved = Ref((count,), index.dtype, Buffer(count * index.dtype.itemsize))
    return rows.strided_copy(index, moved, tuple(loops), copy.op, offset // width), moved
