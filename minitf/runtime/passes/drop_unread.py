"""Pass `drop_unread`: calls whose results nobody reads, and which cannot fail, are not made."""

from __future__ import annotations

from minitf.runtime.lower.ir import Buffer, Call, calls, walk


def drop_unread(nodes: list, kept: frozenset) -> None:
    """Removes such calls, and loops and branches that are left empty."""
    everything = list(calls(nodes))
    makers: dict[Buffer, list[Call]] = {}
    for call in everything:
        for ref in call.results:
            makers.setdefault(ref.buffer, []).append(call)
    needed: set[Call] = {call for call in everything if call.error is not None}
    todo = [b for b in makers if b.kind != "arena" or b in kept]
    todo += [ref.buffer for node in walk(nodes) for ref in node.controls]
    todo += [ref.buffer for call in needed for ref in call.refs]
    seen = set(todo)
    while todo:
        for call in makers.get(todo.pop(), ()):
            if call not in needed:
                needed.add(call)
                fresh = {ref.buffer for ref in call.refs} - seen
                seen |= fresh
                todo += fresh
    if len(needed) < len(everything):
        _sweep(nodes, needed)


def _sweep(nodes: list, needed: set[Call]) -> None:
    for node in nodes:
        for block in node.blocks:
            _sweep(block, needed)
    nodes[:] = [n for n in nodes if not isinstance(n, Call) or n in needed]
