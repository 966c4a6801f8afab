"""Values are computed where they are wanted.

Lowering gives every value memory of its own, and copies it to where a loop or a branch wants it, or to where a
list is written. Where nobody needs what is there any more by the time the value begins to be made, it is made
right there, and the copy is not.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

import numpy as np

from minitf.runtime.lower.ir import Buffer, Call, Ref, calls
from minitf.runtime.passes.uses import Use, Uses, in_place, touches, whole

_COPIES = {"assign": ("a", "o"), "copy_list": ("size", "length")}  # where what a call copies is, and where to
_order = attrgetter("site.order")


def place_values(uses: Uses) -> None:
    """Takes out all such copies, the last one first: to it the others lead."""
    copies = [call for call in calls(uses.nodes) if call.name in _COPIES]
    with uses:
        placing = _Placing(uses)
        uses.replace({copy: [] for copy in reversed(copies) if placing.needless(copy)})
    uses.settle(placing.placed)


class _Placing:
    """Who uses each buffer, and the values that turned out to belong there."""

    def __init__(self, uses: Uses):
        self._uses = uses
        self._found: dict[Buffer, list[Use]] = {}
        self.placed: list[Buffer] = []  # the buffers that are in the place of others

    def _of(self, buffer: Buffer) -> list[Use]:
        return self._found.get(buffer) or self._uses.of(buffer)

    def needless(self, copy: Call) -> bool:
        """Whether what is copied can be where it is copied to, and then is."""
        source, target = _ends(copy)
        if source.same_place(target):
            return True
        made = next(use for use in self._uses.of(copy.refs[0].buffer) if use.call is copy)
        found = self._of(source.buffer)
        if not (whole(source) and self._own(source.buffer, found, made)) or self._needed(target, found, made):
            return False
        source.buffer.home = target
        self.placed.append(source.buffer)
        moved = [Use(u.site, u.operand, u.ref.settled(), u.writes) for u in found]
        self._found[target.buffer] = sorted([*self._of(target.buffer), *moved], key=_order)
        return True

    def _own(self, buffer: Buffer, found: list[Use], made: Use) -> bool:
        """Whether a buffer is of no use outside of the block of a copy, and does not change after it."""
        inside = all([self._inside(use, made) for use in (found[0], found[-1])])
        return inside and self._uses.internal(buffer) and not any([u.writes and u.order > made.order for u in found])

    def _inside(self, use: Use, made: Use) -> bool:
        """Whether a use is in the block of a copy, or in a loop or branch of that."""
        return use.site.block is made.site.block or self._uses.around(made) <= self._uses.around(use)

    def _needed(self, target: Ref, found: list[Use], made: Use) -> bool:
        """Whether the place of a copy holds something else for somebody while what is copied is needed."""
        if target.buffer.kind not in ("arena", "variable") or target.buffer in self._uses.controls:
            return True
        start, end = self._uses.since(found[0], made), self._uses.reach(made, found[-1])
        if target.buffer.kind == "variable" and self._uses.may_stop(start, made.order):
            return True  # a variable changes when the program gets there
        others = self._of(target.buffer)
        for use in others[bisect_left(others, start, key=_order) :]:
            if use.order > end:
                break
            harmless = use.call is made.call or use.order > made.order and not use.writes
            if touches(use.ref, target) and not harmless and not _read_first(use, found[0], target):
                return True
        return False


def _ends(copy: Call) -> list[Ref]:
    """What is copied, and where to, as bytes; of a list all of it."""
    ends = [copy[key] for key in _COPIES[copy.name]]
    size = ends[0].nbytes if copy.name == "assign" else ends[0].buffer.size
    return [Ref((size,), np.uint8, ref.buffer, ref.offset, ref.moves).settled() for ref in ends]


def _read_first(use: Use, made: Use, target: Ref) -> bool:
    """Whether the call that begins to make a value reads each element of the target before it writes it."""
    call = use.call
    if call is not made.call:
        return False
    if call.name in _COPIES:
        return _ends(call)[0].same_place(target)
    alike = use.ref.same_place(target) and use.ref.nbytes == target.nbytes
    return alike and in_place(call, use.operand, made.operand)
