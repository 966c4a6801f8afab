"""A lowered region as text that a person can read: a line for each kernel call, loops and choices indented.

    gemm[float32] a=x[32, 64] b=kernel[64, 256] c<>t0[32, 256] m=32 n=256 k=64 lda=64 ldb=256 ldc=256 ...  # MatMul

A call writes what stands behind `:=`, reads and writes what stands behind `<>`, and uses what stands behind `~=` for
itself. Memory is called as the tensor that is given there, as its variable, or t0, t1, ... in the order in which it is
met; `t0+8` is 8 bytes from its start, `t0+64/trip` moves on by 64 with each trip. What is known stands there itself
where it is one number; numbers that are 0 are left out. `*` is at calls that work only on the rows that run.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat

_SIGNS = {"in": "=", "out": ":=", "inout": "<>", "scratch": "~="}
_LETTERS = {"arena": "t", "constant": "c", "state": "s", "input": "x", "variable": "v"}


class Names:
    """What memory is called; the same in all texts that are made with it."""

    def __init__(self):
        self._names: dict[Buffer, str] = {}

    def of(self, buffer: Buffer) -> str:
        """The name of a buffer."""
        if buffer not in self._names:
            taken = buffer.name.removesuffix(":0") or f"{_LETTERS[buffer.kind]}{len(self._names)}"
            self._names[buffer] = taken
        return self._names[buffer]

    def value(self, ref: Ref) -> str:
        """A value: its memory, where it is there, and its shape."""
        if ref.known is not None and ref.known.size == 1:
            return f"{ref.known.item()!r}"
        place = f"+{ref.offset}" if ref.offset else ""
        moves = "".join(f"{stride:+}/trip" for _, stride in ref.moves)
        return f"{self.of(ref.buffer)}{place}{moves}{list(ref.shape) if ref.shape else ''}"

    def operand(self, value) -> str:
        """An operand of a call: memory, or numbers."""
        return self.value(value) if isinstance(value, Ref) else str(value).replace(" ", "")


def text(nodes: list, names: Names | None = None) -> str:
    """The text of a region's nodes.

    >>> import numpy as np
    >>> from minitf.kernels.math.elementwise import tanh
    >>> x, y = Ref((3,), np.float32, Buffer(12, "input", name="x:0")), Ref((3,), np.float32, Buffer(12))
    >>> print(text([Repeat([Call(tanh[np.float32], (x, y, 3), None, None)], count=5)]))
    repeat 5 times:
      tanh[float32] a=x[3] o:=t1[3] n=3
    """
    return "\n".join(_lines(nodes, names or Names(), ""))


def _lines(nodes: list, names: Names, indent: str):
    for node in nodes:
        made = f"  # {node.op.name}" if node.op is not None else ""
        if isinstance(node, Call):
            yield f"{indent}{_call(node, names)}{made}"
        elif isinstance(node, Repeat):
            yield f"{indent}{_repeat(node, names)}{made}"
            yield from _lines(node.test, names, indent + "  ? ")
            yield from _lines(node.body, names, indent + "  ")
        else:
            yield f"{indent}if {names.value(node.predicate)}:{made}"
            yield from _lines(node.blocks[0], names, indent + "  ")
            yield f"{indent}else:"
            yield from _lines(node.blocks[1], names, indent + "  ")


def _call(call: Call, names: Names) -> str:
    kinds = call.kernel.kernel.operands
    told = {key: o for key, o in call.named.items() if isinstance(o, Ref) or o != 0}
    parts = [f"{key}{_SIGNS[kinds[key].effect]}{names.operand(o)}" for key, o in told.items()]
    return " ".join([f"{call.kernel.name}{'*' if call.limit else ''}", *parts])


def _repeat(loop: Repeat, names: Names) -> str:
    if loop.predicate is not None:
        return f"repeat while {names.value(loop.predicate)}:"
    count = names.operand(loop.count)
    return f"repeat {count} times{', backwards' if loop.reverse else ''}:"
