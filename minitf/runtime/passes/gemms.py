"""Reading and making GEMM calls: C[m, n] = op(A) @ op(B) + beta * C."""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref

A, B, C, M, N, K, TA, TB, LDA, LDB, LDC, BETA, BATCH = range(13)


def is_gemm(call) -> bool:
    """Whether a node is one matrix product of floats."""
    return isinstance(call, Call) and call.kernel.kernel.name == "gemm" and call.operands[BATCH] == 1


def changed(call: Call, **operands) -> Call:
    """The same product with some operands replaced: `changed(call, K=3, BETA=1)`."""
    values = list(call.operands)
    for key, value in operands.items():
        values[globals()[key]] = value
    return Call(call.kernel, tuple(values), call.error, call.op)


def shifted(ref: Ref, items: int, shape: tuple | None = None) -> Ref:
    """The value that starts some items further on."""
    return Ref(shape or ref.shape, ref.dtype, ref.buffer, ref.offset + items * ref.dtype.itemsize, ref.moves)
