"""Placing buffers in one arena so that buffers that live at different times share memory."""

from __future__ import annotations

import heapq

from minitf.runtime.ir import Buffer, Call, Repeat

ALIGNMENT = 64


def intervals(nodes: list, kept: set[Buffer]) -> dict[Buffer, list[int]]:
    """The first and last moment at which each arena buffer is used; `kept` ones live to the end.

    A buffer that is used inside a loop and outside of it lives through the whole loop.
    """
    lives: dict[Buffer, list[int]] = {}
    end = _walk(nodes, 0, lives)
    for buffer in kept:
        if buffer in lives:
            lives[buffer][1] = end
        elif buffer.kind == "arena":
            lives[buffer] = [0, end]
    return lives


def _touch(lives: dict, buffer: Buffer, moment: int) -> None:
    if buffer.kind == "arena":
        life = lives.setdefault(buffer, [moment, moment])
        life[1] = max(life[1], moment)
        life[0] = min(life[0], moment)


def _walk(nodes: list, moment: int, lives: dict) -> int:
    for node in nodes:
        if isinstance(node, Call):
            for ref in node.refs:
                _touch(lives, ref.buffer, moment)
            moment += 1
        elif isinstance(node, Repeat):
            moment = _walk_loop(node, moment, lives)
        else:
            _touch(lives, node.predicate.buffer, moment)
            for body in node.bodies:
                moment = _walk(body, moment + 1, lives)
    return moment


def _walk_loop(node: Repeat, start: int, lives: dict) -> int:
    inner: dict[Buffer, list[int]] = {}
    end = _walk(node.test + node.body, start + 1, inner) + 1
    whole = {ref.buffer for ref in (node.predicate, node.trips, node.count) if hasattr(ref, "buffer")}
    whole |= node.carried
    for buffer, life in inner.items():
        through = buffer in lives or buffer in whole
        for moment in (start, end) if through else life:
            _touch(lives, buffer, moment)
    for buffer in whole:
        _touch(lives, buffer, start)
        _touch(lives, buffer, end)
    return end + 1


def place(lives: dict[Buffer, list[int]]) -> int:
    """Gives every buffer its offset; returns the size of the arena in bytes. Best fit, in order of birth."""
    free: list[list[int]] = []  # [offset, size], by offset
    dying: list[tuple[int, int, int]] = []  # (death, offset, size)
    top = 0
    for buffer, (birth, death) in sorted(lives.items(), key=lambda item: (item[1][0], -item[0].size)):
        while dying and dying[0][0] < birth:
            _, offset, size = heapq.heappop(dying)
            _release(free, offset, size)
        size = max(-(-buffer.size // ALIGNMENT) * ALIGNMENT, ALIGNMENT)
        best = min((block for block in free if block[1] >= size), key=lambda block: block[1], default=None)
        if best is None:
            if free and free[-1][0] + free[-1][1] == top:
                buffer.offset, top = free[-1][0], free[-1][0] + size
                free.pop()
            else:
                buffer.offset, top = top, top + size
        else:
            buffer.offset = best[0]
            best[0], best[1] = best[0] + size, best[1] - size
            if not best[1]:
                free.remove(best)
        heapq.heappush(dying, (death, buffer.offset, size))
    return top


def _release(free: list[list[int]], offset: int, size: int) -> None:
    """Gives a block back, merged with its free neighbours."""
    low, high = 0, len(free)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if free[middle][0] < offset else (low, middle)
    free.insert(low, [offset, size])
    if low + 1 < len(free) and offset + size == free[low + 1][0]:
        free[low][1] += free.pop(low + 1)[1]
    if low and free[low - 1][0] + free[low - 1][1] == free[low][0]:
        free[low - 1][1] += free.pop(low)[1]
