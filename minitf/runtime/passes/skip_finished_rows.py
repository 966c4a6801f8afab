"""Pass `skip_finished_rows`: rows of a batch whose sequence has ended are not computed any more.

`dynamic_rnn` with lengths copies the state of an ended row and makes its output zero, whatever the cell gives
for it. The pass sorts the rows by their lengths, longest first, so that those still running are the first
ones, and lets every call of the loop work on as many rows as run in that trip. In the gradient, where trips
go backwards, ended rows pass their gradient on, and add nothing to those of the weights. Whether that is so
is found by computing with symbols what ended rows hold; calls for which it is not keep all rows.
"""

from __future__ import annotations

import numpy as np

from minitf.runtime.lower.ir import Call, Ref, Repeat
from minitf.runtime.passes.row_rules import ZERO, Contents, Places, Unfit, layouts
from minitf.runtime.passes.sorted_rows import Loop, SortedRows, most
from minitf.runtime.passes.uses import Uses

_FEWEST = 4  # rows of a batch that is worth sorting
_MANY = 16  # rows of which it is worth it in any case
_ALWAYS = None, frozenset([None])  # who reads ended rows in any case


def skip_finished_rows(uses: Uses) -> None:
    """Rewrites all loops over sequences of several lengths, and those of their gradients."""
    while True:
        with uses:
            for node in uses.nodes:
                mask = _mask(node, uses) if isinstance(node, Repeat) and node.running is None else None
                if mask is not None:
                    try:
                        SortedRows(mask, uses, _Group(node, mask, uses).loops).rewrite()
                        break
                    except Unfit:
                        continue
            else:
                return


def _mask(loop: Repeat, uses: Uses) -> Call | None:
    """The call of a loop that says which rows have ended: `time >= lengths`, the time counting trips."""
    if loop.reverse or loop.predicate is not None or not all(isinstance(n, Call) for n in loop.body):
        return None
    return next((call for call in loop.body if call.name == "greater_equal" and _counts(call, loop, uses)), None)


def _counts(call: Call, loop: Repeat, uses: Uses) -> bool:
    time, lengths, dims = call["a"], call["b"], call["dims"]
    if call["rank"] != 1 or dims[1:] != (0, 1) or time.dtype != np.int32 or lengths.moves:
        return False
    if not _sorts(dims[0], call, uses):
        return False
    changes = [use.call for use in uses.of(time.buffer) if use.writes]
    if any(use.writes and use.block is loop.body for use in uses.of(lengths.buffer)) or len(changes) != 2:
        return False
    start, step = changes
    return _is(start, "assign", "a", 0) and _is(step, "add", "b", 1) and step["a"].same_place(time)


def _sorts(rows: int, call: Call, uses: Uses) -> bool:
    """Whether rows are worth sorting. Of one row, or none, nobody knows where it ends: where there are never many, all
    programs do without, for these to be alike.
    """
    many = uses.prefers("many", rows > _MANY, call.op)
    several = uses.always("several", many or rows > 1, call.op)
    return uses.prefers("sort", rows >= _FEWEST, call.op) and several and rows > 0


def _is(call: Call, kernel: str, operand: str, value: int) -> bool:
    known = call[operand].known if call.name == kernel else None
    return known is not None and known.size == 1 and known.item() == value


class _Group:
    """A loop, and the loops of its gradients."""

    def __init__(self, node: Repeat, mask: Call, uses: Uses):
        self.mask, self.uses, self.kept = mask, uses, uses.kept
        self.ended, self.batch = mask["o"].buffer, mask["dims"][0]
        partners = [use.block for use in uses.of(self.ended) if use.block is not node.body]
        loops = [n for n in uses.nodes if isinstance(n, Repeat) and any(n.body is block for block in partners)]
        if len({id(block) for block in partners}) != len(loops) or any(not n.reverse for n in loops):
            raise Unfit
        self.loops = [self._of(n) for n in [node, *loops]]
        self._of_body = {id(loop.node.body): loop for loop in self.loops}
        for loop in reversed(self.loops):
            self._settle(loop)
        if not any(call.name == "gemm" and call not in loop.full for loop in self.loops for call in loop.rules):
            raise Unfit

    def _of(self, node: Repeat) -> Loop:
        calls = node.body
        if not all(isinstance(call, Call) for call in calls) or node.predicate is not None:
            raise Unfit
        if not self.uses.prefers("trips", most(node) > 0, node.op):
            raise Unfit
        strides, rules = layouts(calls, self.batch, self.ended)
        blank = {buffer for buffer in strides if self.uses.blank(buffer)}
        return Loop(node, calls, strides, rules, Places(strides, self.batch), blank)

    # ---- which calls need not compute ended rows

    def _settle(self, loop: Loop) -> None:
        """Finds the calls that must keep all rows."""
        loop.full = {self.mask} & set(loop.calls)
        symbols: dict = {}
        wanted, written = self._run(loop, symbols, everything=True), self._written(loop)
        while True:
            found = self._run(loop, symbols, everything=False)
            wrong = [place for place in _lasting(written) if wanted.read(place) != found.read(place)]
            if not wrong:
                return
            self._mend(loop, wrong[0], wanted)

    def _run(self, loop: Loop, symbols: dict, everything: bool) -> Contents:
        """What ended rows hold after a trip in which all calls, or only the full ones, compute them."""
        contents = Contents(loop.places, loop.blank | loop.cleared, symbols)
        for call in loop.calls:
            rule = loop.rules.get(call)
            if rule is None:
                continue
            if rule.summed is not None:
                if everything and contents.of(call, rule, rule.summed) != ZERO:
                    raise Unfit
            elif everything or call in loop.full:
                result = contents.result(call, rule, self.ended)
                for key in call.kernel.kernel.written:
                    contents.write(call, rule, key, result)
        return contents

    def _written(self, loop: Loop) -> list[tuple]:
        """The places written in a trip, with the calls that read ended rows of them when the trip is over, if one is
        among those of its loop that keep all rows, and these.
        """
        found = []
        for call, rule in loop.rules.items():
            for key in call.kernel.kernel.written if rule.summed is None else ():
                readers = self._readers(loop, call[key])
                if readers:
                    found.append((loop.places.of(call, rule, key), readers))
        return found

    def _readers(self, loop: Loop, ref: Ref) -> list[tuple]:
        if ref.buffer in self.kept or ref.buffer in loop.node.carried and not ref.moves:
            return [_ALWAYS]
        size, found = loop.strides[ref.buffer] * self.batch, []
        for use in self.uses.of(ref.buffer):
            ahead = use.ref.offset // size - ref.offset // size  # slices of a stack
            partner = self._of_body.get(id(use.block))
            if partner is loop:
                if not use.writes and ahead:
                    found.append((use.call, loop.full))
            elif partner is None or use.writes or ahead > 0:
                return [_ALWAYS]
            else:
                found.append((use.call, partner.full))
        return found

    def _mend(self, loop: Loop, place: tuple, wanted: Contents) -> None:
        """Makes a place hold what it should: clears it before the loop, or keeps all rows of a call more."""
        makers = self._makers(loop, place)
        moving = all(call[key].moves for call, key in makers)
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
                todo += [maker for place in self._inputs(loop, call) for maker, _ in self._makers(loop, place)]
        raise Unfit

    def _inputs(self, loop: Loop, call: Call) -> list[tuple]:
        rule = loop.rules[call]
        return [loop.places.of(call, rule, key) for key in rule.widths]

    def _makers(self, loop: Loop, place: tuple) -> list[tuple[Call, str]]:
        """The calls, last first, that write into a place, and by which operand."""
        found = []
        for call in reversed(loop.calls):
            rule = loop.rules.get(call)
            for key in call.kernel.kernel.written if rule is not None and rule.summed is None else ():
                other = loop.places.of(call, rule, key)
                if other[:2] == place[:2] and other[2] < place[3] and place[2] < other[3]:
                    found.append((call, key))
        return found


def _lasting(written: list[tuple]) -> list[tuple]:
    """The places written in a trip that are read when it is over."""
    return list(dict.fromkeys([place for place, readers in written if any([c in full for c, full in readers])]))
