"""Pass `drop_unread`: calls whose results nobody reads, and which cannot fail, are not made."""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, walk
from minitf.runtime.passes.uses import Uses


def drop_unread(uses: Uses) -> None:
    """Removes such calls."""
    needed: set[Call] = {call for call in uses.calls if call.error is not None}
    todo = [b for b in uses.buffers if b.kind != "arena" or b in uses.kept]
    todo += [ref.buffer for node in walk(uses.nodes) for ref in node.controls]
    todo += [ref.buffer for call in needed for _, ref, _ in call.memory]
    seen = set(todo)
    while todo:
        for call in uses.makers(todo.pop()):
            if call not in needed:
                needed.add(call)
                fresh = {ref.buffer for _, ref, _ in call.memory} - seen
                seen |= fresh
                todo += fresh
    with uses:
        uses.replace({call: [] for call in uses.calls if call not in needed})
