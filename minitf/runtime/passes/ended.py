"""Pass `ended`: rows of a batch whose sequence has ended are not computed any more.

`dynamic_rnn` with lengths copies the state of an ended row and makes its output zero, whatever the cell gives
for it. The pass sorts the rows by their lengths, longest first, so that those still running are the first
ones, and lets every call of the loop work on as many rows as run in that trip. In the gradient, where trips
go backwards, ended rows pass their gradient on, and add nothing to those of the weights. Whether that is so
is found by computing with symbols what ended rows hold; calls for which it is not keep all rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from minitf.kernels import ended as kernels
from minitf.kernels import layout, movement
from minitf.kernels.state import assign
from minitf.runtime.ir import Buffer, Call, Limit, Ref, Repeat
from minitf.runtime.passes.row_rules import ZERO, Contents, Rows, Unfit, layouts
from minitf.runtime.passes.uses import Use, Uses, name, written

_FEWEST = 4  # rows of a batch that is worth sorting


def ended(nodes: list, kept: frozenset) -> None:
    """Rewrites all loops over sequences of several lengths, and those of their gradients."""
    while any(isinstance(node, Repeat) and node.running is None for node in nodes):
        with Uses(nodes, kept) as uses:
            for node in nodes:
                mask = _mask(node, uses) if isinstance(node, Repeat) and node.running is None else None
                if mask is not None:
                    try:
                        _Group(nodes, node, mask, uses, kept).rewrite()
                        break
                    except Unfit:
                        continue
            else:
                return


def _mask(loop: Repeat, uses: Uses) -> Call | None:
    """The call of a loop that says which rows have ended: `time >= lengths`, the time counting trips."""
    if loop.reverse or loop.predicate is not None or not all(isinstance(n, Call) for n in loop.body):
        return None
    return next(
        (call for call in loop.body if name(call) == "greater_equal" and _counts(call, loop, uses)), None
    )


def _counts(call: Call, loop: Repeat, uses: Uses) -> bool:
    time, lengths, _, rank, dims = call.operands
    if rank != 1 or dims[1:] != (0, 1) or dims[0] < _FEWEST or time.dtype != np.int32 or lengths.moves:
        return False
    changes = [use.call for use in uses.of(time.buffer) if use.writes]
    if any(use.writes and use.block is loop.body for use in uses.of(lengths.buffer)) or len(changes) != 2:
        return False
    start, step = changes
    return _is(start, "assign", 0, 0) and _is(step, "add", 1, 1) and step.operands[0].same_place(time)


def _is(call: Call, kernel: str, operand: int, value: int) -> bool:
    known = call.operands[operand].known
    return name(call) == kernel and known is not None and known.size == 1 and known.item() == value


@dataclass
class _Loop:
    """One loop of a group, and what has been found of it."""

    node: Repeat
    calls: list[Call]
    strides: dict[Buffer, int]
    rules: dict[Call, Rows]
    full: set = field(default_factory=set)  # the calls that keep all rows
    cleared: set = field(default_factory=set)  # the stacks that have to be zero before the loop


class _Group:
    """A loop, and the loops of its gradients."""

    def __init__(self, nodes: list, node: Repeat, mask: Call, uses: Uses, kept: frozenset):
        self.nodes, self.mask, self.uses, self.kept = nodes, mask, uses, kept
        self.lengths, self.ended = mask.operands[1], mask.operands[2].buffer
        self.batch = mask.operands[4][0]
        partners = [use.block for use in uses.of(self.ended) if use.block is not node.body]
        loops = [n for n in nodes if isinstance(n, Repeat) and any(n.body is block for block in partners)]
        if len({id(block) for block in partners}) != len(loops) or any(not n.reverse for n in loops):
            raise Unfit
        self.loops = [self._loop(n) for n in [node, *loops]]
        for loop in reversed(self.loops):
            self._settle(loop)
        if not any(
            name(call) == "gemm" and call not in loop.full for loop in self.loops for call in loop.rules
        ):
            raise Unfit

    def _loop(self, node: Repeat) -> _Loop:
        calls = node.body
        if not all(isinstance(call, Call) for call in calls) or node.predicate is not None:
            raise Unfit
        if isinstance(node.count, int) or node.limit < 1:
            raise Unfit
        return _Loop(node, calls, *layouts(calls, self.batch, self.ended))

    # ---- which calls need not compute ended rows

    def _settle(self, loop: _Loop) -> None:
        """Finds the calls that must keep all rows."""
        loop.full = {self.mask} & set(loop.calls)
        symbols: dict = {}
        wanted = self._run(loop, symbols, everything=True)
        while True:
            found = self._run(loop, symbols, everything=False)
            wrong = [place for place in self._lasting(loop) if wanted.read(place) != found.read(place)]
            if not wrong:
                return
            self._mend(loop, wrong[0], wanted)

    def _run(self, loop: _Loop, symbols: dict, everything: bool) -> Contents:
        """What ended rows hold after a trip in which all calls, or only the full ones, compute them."""
        zeros = {b for b in loop.strides if b.kind == "constant" and not b.array.any()} | loop.cleared
        contents = Contents(loop.strides, self.batch, zeros, symbols)
        for call in loop.calls:
            rule = loop.rules.get(call)
            if rule is None:
                continue
            if rule.summed is not None:
                if everything and contents.of(call, rule, rule.summed) != ZERO:
                    raise Unfit
            elif everything or call in loop.full:
                result = contents.result(call, rule, self.ended)
                for i in written(call):
                    contents.write(contents.place(call.operands[i], rule.widths[i]), result)
        return contents

    def _lasting(self, loop: _Loop) -> list[tuple]:
        """The places written in a trip that are read when it is over."""
        contents = Contents(loop.strides, self.batch, set(), {})
        places = []
        for call, rule in loop.rules.items():
            for i in written(call) if rule.summed is None else ():
                ref = call.operands[i]
                if self._outlives(loop, ref):
                    places.append(contents.place(ref, rule.widths[i]))
        return list(dict.fromkeys(places))

    def _outlives(self, loop: _Loop, ref: Ref) -> bool:
        if ref.buffer in self.kept or ref.buffer in loop.node.carried and not ref.moves:
            return True
        return any(self._needs(loop, ref, use) for use in self.uses.of(ref.buffer))

    def _needs(self, loop: _Loop, ref: Ref, use: Use) -> bool:
        """Whether a use reads ended rows of a value when the trip is over."""
        size = loop.strides[ref.buffer] * self.batch
        ahead = use.ref.offset // size - ref.offset // size  # slices of a stack
        if use.block is loop.node.body:
            return use.call in loop.full and not use.writes and ahead != 0
        partner = next((other for other in self.loops if use.block is other.node.body), None)
        return partner is None or use.writes or use.call in partner.full or ahead > 0

    def _mend(self, loop: _Loop, place: tuple, wanted: Contents) -> None:
        """Makes a place hold what it should: clears it before the loop, or keeps all rows of a call more."""
        makers = self._makers(loop, place)
        moving = all(call.operands[i].moves for call, i in makers)
        if moving and wanted.read(place) == ZERO and place[0] not in loop.cleared:
            loop.cleared.add(place[0])
            return
        todo, seen = [call for call, _ in makers], set()
        while todo:
            call = todo.pop(0)
            if call not in loop.full:
                loop.full.add(call)
                return
            if call not in seen:
                seen.add(call)
                todo += [
                    maker for place in self._inputs(loop, call) for maker, _ in self._makers(loop, place)
                ]
        raise Unfit

    def _inputs(self, loop: _Loop, call: Call) -> list[tuple]:
        contents = Contents(loop.strides, self.batch, set(), {})
        return [contents.place(call.operands[i], width) for i, width in loop.rules[call].widths.items()]

    def _makers(self, loop: _Loop, place: tuple) -> list[tuple[Call, int]]:
        """The calls, last first, that write into a place, and by which operand."""
        contents, found = Contents(loop.strides, self.batch, set(), {}), []
        for call in reversed(loop.calls):
            rule = loop.rules.get(call)
            for i in written(call) if rule is not None and rule.summed is None else ():
                other = contents.place(call.operands[i], rule.widths[i])
                if other[:2] == place[:2] and other[2] < place[3] and place[2] < other[3]:
                    found.append((call, i))
        return found

    # ---- sorted rows

    def rewrite(self) -> None:
        """Sorts the rows of all that the loops use, and limits their calls."""
        self.order, self.inverse = self._new(np.int32, self.batch), self._new(np.int32, self.batch)
        first = self.loops[0]
        self.counts = self._new(np.int64, first.node.limit)
        self.after, self.changed, self.copies = {}, {}, {}
        sizes = (self.batch, first.node.limit)
        operands = (self.lengths, self.order, self.inverse, self.counts, *sizes)
        self.uses.insert(first.node, Call(kernels.sort_rows[()], operands, None, self.mask.op))
        moved = {b: m for b in self._buffers() if (m := self._moved(b)) is not None}
        for loop in self.loops:
            self._limit(loop, moved)
        for node in {**self.after, **self.changed}:
            self.uses.replace(node, [self.changed.get(node, node), *self.after.get(node, ())])

    @staticmethod
    def _new(dtype, *shape) -> Ref:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return Ref(shape, dtype, Buffer(size))

    def _buffers(self) -> dict[Buffer, int]:
        """All buffers with rows, and the bytes from row to row."""
        return {buffer: stride for loop in self.loops for buffer, stride in loop.strides.items()}

    def _users(self, buffer: Buffer) -> list[_Loop]:
        return [loop for loop in self.loops if buffer in loop.strides]

    def _moved(self, buffer: Buffer) -> Buffer | None:
        """Gives a buffer sorted rows inside the loops; returns the one to use there if it is another one."""
        users, stride = self._users(buffer), self._buffers()[buffer]
        if any(loop.strides[buffer] != stride for loop in users):
            raise Unfit
        bodies = [loop.node.body for loop in users]
        uses = self.uses.of(buffer)
        outside = [use for use in uses if not any(use.block is body for body in bodies)]
        if any(use.writes and use not in outside for use in uses):
            self._turn(buffer, stride, users, outside)
            return None
        if _alike(buffer, stride):
            return None
        start, end = self.uses.span(users[0].node)[0], self.uses.span(users[-1].node)[1]
        if any(use.writes and start < use.order <= end for use in outside):
            raise Unfit
        whole = _whole(buffer, uses[0].ref)
        copy = Ref(whole.shape, whole.dtype, Buffer(buffer.size))
        self.uses.insert(users[0].node, self._sorted(whole, copy, stride, self.order))
        return copy.buffer

    def _turn(self, buffer: Buffer, stride: int, users: list[_Loop], outside: list[Use]) -> None:
        """Sorts what is written before the loops, and gives what is read after them its old order."""
        start, end = self.uses.span(users[0].node)[0], self.uses.span(users[-1].node)[1]
        late = [use for use in outside if use.order > end and not use.writes]
        for use in outside:
            if use.block is not self.nodes:
                raise Unfit
            if use.writes and use.order <= start:
                self._in_place(users[0].node, use.ref, stride, self.order, before=True)
            elif not use.writes and start < use.order <= end:
                self._read_early(use, stride)
            elif use not in late and name(use.call) != "zero_tail":
                raise Unfit
        if late and buffer not in self.kept and all(name(use.call) == "take_row" for use in late):
            for use in late:
                self._in_place(use.call, use.call.operands[2], stride, self.inverse)
        elif late or buffer in self.kept:
            whole = _whole(buffer, self.uses.of(buffer)[0].ref)
            self._in_place(users[-1].node, whole, stride, self.inverse)

    def _read_early(self, use: Use, stride: int) -> None:
        """Gives what is read between two of the loops its old order; for the second one it stays sorted."""
        if name(use.call) == "take_row":
            self._in_place(use.call, use.call.operands[2], stride, self.inverse)
            return
        buffer, call = use.ref.buffer, self.changed.get(use.call, use.call)
        passed = sum(self.uses.span(loop.node)[1] < use.order for loop in self.loops)
        if (buffer, passed) not in self.copies:
            whole = _whole(buffer, use.ref)
            copy = self.copies[buffer, passed] = Ref(whole.shape, whole.dtype, Buffer(buffer.size))
            self.uses.insert(use.call, self._sorted(whole, copy, stride, self.inverse))
        operands = list(call.operands)
        operands[use.operand] = _in(self.copies[buffer, passed].buffer, use.ref)
        self.changed[use.call] = Call(call.kernel, tuple(operands), call.error, call.op)

    def _in_place(self, node, ref: Ref, stride: int, index: Ref, before: bool = False) -> None:
        """Before or after a node, puts the rows of a value in another order."""
        if ref.nbytes % (stride * self.batch) or ref.offset % (stride * self.batch) or ref.moves:
            raise Unfit
        copy = Ref(ref.shape, ref.dtype, Buffer(ref.nbytes))
        back = Call(assign[layout.carrier(ref.dtype)], (copy, ref, ref.size), None, self.mask.op)
        turn = [self._sorted(ref, copy, stride, index), back]
        if before:
            for call in turn:
                self.uses.insert(node, call)
        else:
            self.after.setdefault(node, []).extend(turn)

    def _sorted(self, ref: Ref, out: Ref, stride: int, index: Ref) -> Call:
        """A call that makes a copy with the rows in another order."""
        item = ref.dtype.itemsize
        if stride % item:
            raise Unfit
        numbers = (ref.nbytes // (stride * self.batch), self.batch, self.batch, stride // item)
        kernel = movement.gather[layout.carrier(ref.dtype), index.dtype]
        return Call(kernel, (ref, index, out, *numbers), None, self.mask.op)

    # ---- limited calls

    def _limit(self, loop: _Loop, moved: dict[Buffer, Buffer]) -> None:
        """Lets a loop run its calls on the rows that have not ended."""
        loop.node.running = Ref((), np.int64, self.counts.buffer, 0, ((loop.node, 8),))
        for buffer in loop.cleared:
            whole = _whole(buffer, next(use.ref for use in self.uses.of(buffer)))
            clear = Call(movement.clear[layout.carrier(whole.dtype)], (whole, whole.size), None, self.mask.op)
            self.uses.insert(loop.node, clear)
        for call, rule in loop.rules.items():
            operands = tuple(
                _in(moved[o.buffer], o) if i in rule.strides and o.buffer in moved else o
                for i, o in enumerate(call.operands)
            )
            limited = Call(call.kernel, operands, call.error, call.op)
            limited.limit = None if call in loop.full else Limit(rule.words, 0, self.batch)
            self.uses.replace(call, [limited])


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
