"""Loops over a batch whose rows are sorted, longest sequence first, and whose calls work on those that run.

Inside the loops all rows are in the new order. So what is read there is copied in that order first, and what
is read after them is given its old order back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.math import ended as kernels
from minitf.kernels.math import movement
from minitf.kernels.math.state import assign
from minitf.runtime.lower.ir import Buffer, Call, Limit, Ref, Repeat
from minitf.runtime.passes.row_rules import Places, Rows, Unfit
from minitf.runtime.passes.uses import Use, Uses, touches


@dataclass
class Loop:
    """A loop, its calls, and what is known of them."""

    node: Repeat
    calls: list[Call]
    strides: dict[Buffer, int]
    rules: dict[Call, Rows]
    places: Places
    blank: set[Buffer]  # those that hold zeros and never anything else
    full: set = field(default_factory=set)  # the calls that keep all rows
    cleared: set = field(default_factory=set)  # the stacks that have to be zero before the loop


class SortedRows:
    """The rewriting of a loop, whose call `mask` says which rows have ended, and of its gradients' loops."""

    def __init__(self, mask: Call, uses: Uses, loops: list[Loop]):
        self.nodes, self.mask, self.uses, self.kept, self.loops = uses.nodes, mask, uses, uses.kept, loops
        self.lengths, self.batch = mask["b"], mask["dims"][0]

    def rewrite(self) -> None:
        """Sorts the rows of all that the loops use, and limits their calls; Unfit, nothing being done, if it cannot."""
        first, steps = self.loops[0].node, most(self.loops[0].node)
        self.order, self.inverse = self._new(np.int32, self.batch), self._new(np.int32, self.batch)
        self.counts = self._new(np.int64, steps)
        self.before, self.after, self.changed, self.copies = [], [], {}, {}
        places = {"lengths": self.lengths, "places": self.order, "o": self.inverse, "values": self.counts}
        sorting = Call.of(kernels.sort_rows[()], self.mask.op, n=self.batch, steps=steps, **places)
        self.before.append((first, sorting))
        strides = {buffer: stride for loop in self.loops for buffer, stride in loop.strides.items()}
        moved = {b: m for b, stride in strides.items() if (m := self._moved(b, stride)) is not None}
        for loop in self.loops:
            self._limit(loop, moved)
        for node, call in self.before:
            self.uses.insert(node, call)
        for node, call in self.after:
            self.uses.append(node, call)
        self.uses.replace({node: [call] for node, call in self.changed.items()})

    @staticmethod
    def _new(dtype, *shape) -> Ref:
        size = math.prod(shape) * np.dtype(dtype).itemsize
        return Ref(shape, dtype, Buffer(size))

    def _users(self, buffer: Buffer) -> list[Loop]:
        return [loop for loop in self.loops if buffer in loop.strides]

    def _moved(self, buffer: Buffer, stride: int) -> Buffer | None:
        """Gives a buffer sorted rows inside the loops; returns the one to use there if it is another one."""
        users = self._users(buffer)
        if any(loop.strides[buffer] != stride for loop in users):
            raise Unfit
        bodies = [loop.node.body for loop in users]
        uses = self.uses.of(buffer)
        outside = [use for use in uses if not any(use.block is body for body in bodies)]
        if any(use.writes and use not in outside for use in uses):
            self._turn(buffer, stride, users, outside)
            return None
        if self.uses.blank(buffer) or _alike(buffer, stride):
            return None
        start, end = self.uses.span(users[0].node)[0], self.uses.span(users[-1].node)[1]
        if any(use.writes and start < use.order <= end for use in outside):
            raise Unfit
        whole = _whole(buffer, uses[0].ref)
        copy = Ref(whole.shape, whole.dtype, Buffer(buffer.size))
        self.before.append((users[0].node, self._sorted(whole, copy, stride, self.order)))
        return copy.buffer

    def _turn(self, buffer: Buffer, stride: int, users: list[Loop], outside: list[Use]) -> None:
        """Sorts what is written before the loops, and gives what is read after them its old order."""
        start, end = self.uses.span(users[0].node)[0], self.uses.span(users[-1].node)[1]
        late = [use for use in outside if use.order > end and not use.writes]
        written = {(use.ref.offset, use.ref.nbytes): use for use in outside if use.writes and use.order <= start}
        for use in written.values():
            if any(other is not use and touches(use.ref, other.ref) for other in written.values()):
                raise Unfit
            self._in_place(users[0].node, use.ref, stride, self.order, before=True)
        for use in outside:
            if use.block is not self.nodes:
                raise Unfit
            if use.writes and use.order <= start:
                continue
            if not use.writes and start < use.order <= end:
                self._read_early(use, stride)
            elif use not in late and use.call.name != "zero_tail":
                raise Unfit
        if late and buffer not in self.kept and all(use.call.name == "take_row" for use in late):
            for use in late:
                self._in_place(use.call, use.call["o"], stride, self.inverse)
        elif late or buffer in self.kept:
            whole = _whole(buffer, self.uses.of(buffer)[0].ref)
            self._in_place(users[-1].node, whole, stride, self.inverse)

    def _read_early(self, use: Use, stride: int) -> None:
        """Gives what is read between two of the loops its old order; for the second one it stays sorted."""
        if use.call.name == "take_row":
            self._in_place(use.call, use.call["o"], stride, self.inverse)
            return
        buffer, call = use.ref.buffer, self.changed.get(use.call, use.call)
        passed = sum(self.uses.span(loop.node)[1] < use.order for loop in self.loops)
        if (buffer, passed) not in self.copies:
            whole = _whole(buffer, use.ref)
            copy = self.copies[buffer, passed] = Ref(whole.shape, whole.dtype, Buffer(buffer.size))
            self.before.append((use.call, self._sorted(whole, copy, stride, self.inverse)))
        turned = _in(self.copies[buffer, passed].buffer, use.ref)
        self.changed[use.call] = call.with_(**{use.operand: turned})

    def _in_place(self, node, ref: Ref, stride: int, index: Ref, before: bool = False) -> None:
        """Before or after a node, puts the rows of a value in another order."""
        if ref.nbytes % (stride * self.batch) or ref.offset % (stride * self.batch) or ref.moves:
            raise Unfit
        copy = Ref(ref.shape, ref.dtype, Buffer(ref.nbytes))
        back = Call.of(assign[layout.carrier(ref.dtype)], self.mask.op, a=copy, o=ref, n=ref.size)
        turn = [self._sorted(ref, copy, stride, index), back]
        (self.before if before else self.after).extend((node, call) for call in turn)

    def _sorted(self, ref: Ref, out: Ref, stride: int, index: Ref) -> Call:
        """A call that makes a copy with the rows in another order."""
        item = ref.dtype.itemsize
        if stride % item:
            raise Unfit
        return Call.of(
            movement.gather[layout.carrier(ref.dtype), index.dtype],
            self.mask.op,
            a=ref,
            index=index,
            o=out,
            outer=ref.nbytes // (stride * self.batch),
            rows=self.batch,
            n=self.batch,
            width=stride // item,
        )

    # ---- limited calls

    def _limit(self, loop: Loop, moved: dict[Buffer, Buffer]) -> None:
        """Lets a loop run its calls on the rows that have not ended."""
        loop.node.running = Ref((), np.int64, self.counts.buffer, 0, ((loop.node, 8),))
        for buffer in loop.cleared:
            whole = _whole(buffer, next(use.ref for use in self.uses.of(buffer)))
            clear = movement.clear[layout.carrier(whole.dtype)]
            self.before.append((loop.node, Call.of(clear, self.mask.op, o=whole, n=whole.size)))
        for call, rule in loop.rules.items():
            rows = {key: call[key] for key in rule.strides if call[key].buffer in moved}
            limited = call.with_(**{key: _in(moved[ref.buffer], ref) for key, ref in rows.items()})
            limited.limit = None if call in loop.full else Limit(rule.numbers, 0, self.batch)
            self.changed[call] = limited


def most(loop: Repeat) -> int:
    """How many trips a loop makes, at most."""
    return loop.count if isinstance(loop.count, int) else loop.limit


def _whole(buffer: Buffer, like: Ref) -> Ref:
    return Ref((buffer.size // like.dtype.itemsize,), like.dtype, buffer)


def _in(buffer: Buffer, ref: Ref) -> Ref:
    """The same place in another buffer."""
    return Ref(ref.shape, ref.dtype, buffer, ref.offset, ref.moves)


def _alike(buffer: Buffer, stride: int) -> bool:
    """Whether all rows of a constant are the same."""
    if buffer.kind != "constant":
        return False
    rows = np.ascontiguousarray(buffer.array).reshape(-1).view(np.uint8).reshape(-1, stride)
    return bool((rows == rows[0]).all())
