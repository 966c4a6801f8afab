"""Pass `repeat_bias`: a bias that is added to small matrices again and again is repeated for every row once.

Matrices of few numbers are then walked in one go, instead of starting anew for every short row.
"""

from __future__ import annotations

from minitf.kernels.math import fused
from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat
from minitf.runtime.passes import rows
from minitf.runtime.passes.uses import Uses

_WORTHWHILE = 3  # calls in one block
_BIASED = frozenset(kernel.name for kernel in fused.BIASED.values())


def repeat_bias(uses: Uses) -> None:
    """Rewrites fused biases in loops, and where several in one block share a bias."""
    with uses:
        _visit(uses.nodes, uses, None)


def _visit(block: list, uses: Uses, loop: Repeat | None) -> None:
    groups: dict[tuple, list[Call]] = {}
    for node in block:
        for inner in node.blocks:
            _visit(inner, uses, node if isinstance(node, Repeat) else loop)
        if isinstance(node, Call) and node.name in _BIASED and node.limit is None:
            bias, count, width = node["bias"], node["rows"], node["width"]
            small = count > 1 and count * width <= fused.BLOCK
            if node["step"] == width and uses.prefers("repeat", small, node.op):
                groups.setdefault((bias.buffer, bias.offset, bias.moves, count, width), []).append(node)
    for calls in groups.values():
        _rewrite(calls, uses, loop if loop is not None and not _changes(calls, uses, loop) else None)


def _changes(calls: list[Call], uses: Uses, loop: Repeat) -> bool:
    """Whether the bias is not the same in every trip."""
    bias = calls[0]["bias"]
    first, last = uses.span(loop)
    return any(each is loop for each, _ in bias.moves) or not uses.undisturbed([bias], first, last + 1)


def _rewrite(calls: list[Call], uses: Uses, loop: Repeat | None) -> None:
    bias, count, width = calls[0]["bias"], calls[0]["rows"], calls[0]["width"]
    if loop is None:
        members = set(calls)
        orders = [use.order for use in uses.of(bias.buffer) if use.call in members]
        if len(calls) < _WORTHWHILE or not uses.undisturbed([bias], orders[0], orders[-1]):
            return
    size = count * width
    full = Ref((count, width), bias.dtype, Buffer(size * bias.dtype.itemsize))
    uses.insert(loop or calls[0], rows.strided_copy(bias, full, (count, 0, width, 1), calls[0].op))
    uses.replace({call: [call.with_(bias=full, rows=1, width=size, step=size)] for call in calls})
