"""Calls of `gemm`: c[m, n] = op(a) @ op(b) + beta * c."""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref


def is_gemm(call) -> bool:
    """Whether a node is one matrix product of floats."""
    return isinstance(call, Call) and call.name == "gemm" and call["batch"] == 1


def shifted(ref: Ref, items: int, shape: tuple | None = None) -> Ref:
    """The value that starts some items further on."""
    return Ref(shape or ref.shape, ref.dtype, ref.buffer, ref.offset + items * ref.dtype.itemsize, ref.moves)
