"""Pass `repeated`: a bias that is added to small matrices again and again is repeated for every row once.

Matrices of few numbers are then walked in one go, instead of starting anew for every short row.
"""

from __future__ import annotations

from minitf.kernels import fused, layout, movement
from minitf.runtime.ir import Buffer, Call, Ref, Repeat
from minitf.runtime.passes.uses import Uses, name, parts

_WORTHWHILE = 3  # calls in one block
_BIASED = frozenset(kernel.name for kernel in fused.BIASED.values())


def repeated(nodes: list, kept: frozenset) -> None:
    """Rewrites fused biases in loops, and where several in one block share a bias."""
    with Uses(nodes, kept) as uses:
        _visit(nodes, uses, None)


def _visit(block: list, uses: Uses, loop: Repeat | None) -> None:
    groups: dict[tuple, list[Call]] = {}
    for node in block:
        for inner in parts(node):
            _visit(inner, uses, node if isinstance(node, Repeat) else loop)
        if isinstance(node, Call) and name(node) in _BIASED and node.limit is None:
            _, bias, _, _, rows, width, step = node.operands
            if rows > 1 and step == width and rows * width <= fused.BLOCK:
                groups.setdefault((bias.buffer, bias.offset, bias.moves, rows, width), []).append(node)
    for calls in groups.values():
        _rewrite(calls, uses, loop if loop is not None and not _changes(calls, uses, loop) else None)


def _changes(calls: list[Call], uses: Uses, loop: Repeat) -> bool:
    """Whether the bias is not the same in every trip."""
    bias = calls[0].operands[1]
    first, last = uses.span(loop)
    return any(each is loop for each, _ in bias.moves) or not uses.undisturbed([bias], first, last + 1)


def _rewrite(calls: list[Call], uses: Uses, loop: Repeat | None) -> None:
    bias, (rows, width) = calls[0].operands[1], calls[0].operands[4:6]
    if loop is None:
        members = set(calls)
        orders = [use.order for use in uses.of(bias.buffer) if use.call in members]
        if len(calls) < _WORTHWHILE or not uses.undisturbed([bias], orders[0], orders[-1]):
            return
    size = rows * width
    full = Ref((rows, width), bias.dtype, Buffer(size * bias.dtype.itemsize))
    kernel = movement.strided_copy[layout.carrier(bias.dtype)]
    uses.insert(loop or calls[0], Call(kernel, (bias, full, 0, 2, (rows, 0, width, 1)), None, calls[0].op))
    changes = {}
    for call in calls:
        z, _, out, shift = call.operands[:4]
        changes[call] = [Call(call.kernel, (z, full, out, shift, 1, size, size), None, call.op)]
    uses.replace(changes)
