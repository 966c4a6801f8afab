"""Pass `fuse`: a bias and the activation after it are one pass over memory."""

from __future__ import annotations

from minitf.kernels import fused
from minitf.runtime.ir import Call
from minitf.runtime.passes.uses import Use, Uses, name, whole


def fuse(nodes: list, kept: frozenset) -> None:
    """Rewrites `act(z + bias)`."""
    with Uses(nodes, kept) as uses:
        for buffer in uses.buffers():
            found = uses.of(buffer)
            if len(found) == 2 and uses.private(buffer) and found[0].writes and not found[1].writes:
                _rewrite(*found, uses)


def _rewrite(made: Use, read: Use, uses: Uses) -> None:
    kernel = fused.BIASED.get(name(read.call))
    if kernel is None or name(made.call) != "add" or read.operand != 0 or not whole(made.ref):
        return
    z, bias, _, rank, dims = made.call.operands
    dtype = z.dtype
    if rank != 2 or tuple(dims[1:3]) != (dims[3], 0) or tuple(dims[4:]) != (1, 1) or not kernel.supports(dtype):
        return
    both = Call(kernel[dtype], (z, bias, read.call.operands[1], dims[0], dims[3]), None, read.call.op)
    uses.replace(read.call, [both])
    uses.replace(made.call, [])
