"""Calls of `gemm`: c[m, n] = op(a) @ op(b) + beta * c."""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref


def is_gemm(call) -> bool:
    """Whether a node is one matrix product of floats, for all sizes: no batch that happens to be of one."""
    single = isinstance(call, Call) and call.name == "gemm" and call["batch"] == 1
    return single and not (call["a_next"] or call["b_next"])


def shifted(ref: Ref, items: int, shape: tuple | None = None) -> Ref:
    """The value that starts some items further on."""
    return Ref(shape or ref.shape, ref.dtype, ref.buffer, ref.offset + items * ref.dtype.itemsize, ref.moves)
