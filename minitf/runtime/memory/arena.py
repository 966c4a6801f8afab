"""Placing buffers in one arena so that buffers that live at different times share memory."""

from __future__ import annotations

import bisect
import heapq
from collections import defaultdict

from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat

ALIGNMENT = 64
_SMALL = 1 << 16  # bytes


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
            for operand in node.operands:
                if type(operand) is Ref and operand.buffer.kind == "arena":
                    life = lives.get(operand.buffer)
                    if life is None:
                        lives[operand.buffer] = [moment, moment]
                    else:
                        life[1] = moment
            moment += 1
        elif isinstance(node, Repeat):
            moment = _walk_loop(node, moment, lives)
        else:
            _touch(lives, node.predicate.buffer, moment)
            for body in node.blocks:
                moment = _walk(body, moment + 1, lives)
    return moment


def _walk_loop(node: Repeat, start: int, lives: dict) -> int:
    inner: dict[Buffer, list[int]] = {}
    end = _walk(node.test + node.body, start + 1, inner) + 1
    whole = {ref.buffer for ref in node.controls} | node.carried
    for buffer, life in inner.items():
        through = buffer in lives or buffer in whole
        for moment in (start, end) if through else life:
            _touch(lives, buffer, moment)
    for buffer in whole:
        _touch(lives, buffer, start)
        _touch(lives, buffer, end)
    return end + 1


def place(lives: dict[Buffer, list[int]], alike: bool = False) -> int:
    """Gives every buffer its offset; returns the size of the arena in bytes. Best fit, in order of birth.

    alike: whether small buffers only follow each other in the same memory if they are of one size. Threads that have
    the same share of both need not wait for each other there.
    """
    free, fitting = _Free(), defaultdict(list)  # by bytes needed, the small blocks that are free
    dying: list[tuple[int, int, int, int]] = []  # (death, offset, size, bytes needed)
    for buffer, (birth, death) in sorted(lives.items(), key=lambda item: (item[1][0], -item[0].size)):
        while dying and dying[0][0] < birth:
            _, offset, size, needed = heapq.heappop(dying)
            if alike and size <= _SMALL:
                fitting[needed].append(offset)
            else:
                free.give(offset, size)
        size = max(-(-buffer.size // ALIGNMENT) * ALIGNMENT, ALIGNMENT)
        buffer.offset = fitting[buffer.size].pop() if fitting[buffer.size] else free.take(size)
        heapq.heappush(dying, (death, buffer.offset, size, buffer.size))
    return free.top


class _Free:
    """The free blocks of an arena that grows at its `top`."""

    def __init__(self):
        self.top = 0
        self._by_size: list[tuple[int, int]] = []  # (size, offset), sorted
        self._sizes: dict[int, int] = {}  # offset -> size
        self._starts: dict[int, int] = {}  # end -> offset

    def take(self, size: int) -> int:
        """The offset of a block: the smallest free one that is large enough, or a new one at the top."""
        position = bisect.bisect_left(self._by_size, (size, 0))
        if position < len(self._by_size):
            found, offset = self._by_size[position]
            self._remove(offset)
            if found > size:
                self._add(offset + size, found - size)
            return offset
        offset = self._starts.get(self.top, self.top)
        if offset < self.top:
            self._remove(offset)
        self.top = offset + size
        return offset

    def give(self, offset: int, size: int) -> None:
        """Gives a block back, merged with its free neighbours."""
        after, before = self._sizes.get(offset + size), self._starts.get(offset)
        if after is not None:
            self._remove(offset + size)
            size += after
        if before is not None:
            self._remove(before)
            offset, size = before, size + offset - before
        self._add(offset, size)

    def _add(self, offset: int, size: int) -> None:
        bisect.insort(self._by_size, (size, offset))
        self._sizes[offset], self._starts[offset + size] = size, offset

    def _remove(self, offset: int) -> None:
        size = self._sizes.pop(offset)
        del self._starts[offset + size]
        del self._by_size[bisect.bisect_left(self._by_size, (size, offset))]
