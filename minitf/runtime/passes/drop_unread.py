"""Pass `drop_unread`: calls whose results nobody reads, and which cannot fail, are not made."""

from __future__ import annotations

from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat, calls


def drop_unread(nodes: list, kept: frozenset) -> None:
    """Removes such calls, and loops and branches that are left empty."""
    everything = list(calls(nodes))
    makers: dict[Buffer, list[Call]] = {}
    for call in everything:
        for ref in call.results:
            makers.setdefault(ref.buffer, []).append(call)
    needed: set[Call] = {call for call in everything if call.error is not None}
    todo = [b for b in makers if b.kind != "arena" or b in kept] + _structural(nodes)
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


def _structural(nodes: list) -> list[Buffer]:
    """The buffers on which loops and branches themselves depend."""
    found = []
    for node in nodes:
        if isinstance(node, Repeat):
            found += [r.buffer for r in (node.predicate, node.count) if isinstance(r, Ref)]
            found += _structural(node.test) + _structural(node.body)
        elif isinstance(node, Choice):
            found += [node.predicate.buffer, *_structural(node.bodies[0]), *_structural(node.bodies[1])]
    return found


def _sweep(nodes: list, needed: set[Call]) -> None:
    for node in nodes:
        if isinstance(node, Repeat):
            _sweep(node.test, needed)
            _sweep(node.body, needed)
        elif isinstance(node, Choice):
            _sweep(node.bodies[0], needed)
            _sweep(node.bodies[1], needed)
    nodes[:] = [n for n in nodes if not isinstance(n, Call) or n in needed]
