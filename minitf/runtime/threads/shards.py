"""Cutting a program for several threads: which calls each of them makes, and where they have to meet.

A call that has enough rows is cut into ranges of them, the same everywhere, so that what one thread computes of a step
is mostly what it needs for the next; any other call is made by one thread, or by each for itself. All threads meet
before a call that would touch memory which another one has touched since the last meeting, if one of the two writes. As
a range of a call computes bit for bit what the whole call computes there, so does the program.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from itertools import combinations, product
from math import gcd, prod
from typing import NamedTuple

from minitf.kernels.compile.splitting import Window
from minitf.kernels.machine.pool import meet
from minitf.runtime.lower.ir import Call, Choice, Limit, Ref, Repeat, calls, walk
from minitf.runtime.lower.lower import Assumption
from minitf.runtime.threads.steering import Steering

_FEWEST = 4  # pieces per thread of a call that is cut
_PER_TRIP, _IN_ALL = 2_000, 20_000  # nanoseconds of work to share below which a trip or branch, a program is not shared
_FLOPS, _BYTES = 60, 10  # per nanosecond, roughly
_ARENA, _FATE = "arena", "fate"
_PRODUCTS = {  # kernel -> the numbers whose product is that of its multiplications
    "gemm": "m n k",
    "conv2d": "count kh kw c out",
    "conv2d_batch": "count oh ow kh kw c out",
    "conv2d_input": "count oh ow kh kw c out",
    "conv2d_input_batch": "count oh ow kh kw c out",
    "conv2d_filter": "count n oh ow width",
    "conv2d_filter_batch": "count n oh ow width",
}


class Access(NamedTuple):
    """Bytes low .. high - 1 of a space, and all that are multiples of `step` away within start .. end - 1. Threads have
    different ones of the same `lane`.
    """

    space: object
    low: int
    high: int
    step: int
    start: int
    end: int
    writes: bool
    lane: object = None


def clash(a: Access, b: Access) -> bool:
    """Whether two threads' accesses of one space, in any trips of the loops around them, disturb each other."""
    if not (a.writes or b.writes) or a.end <= b.start or b.end <= a.start:
        return False
    if a.lane is not None and a.lane == b.lane:
        return False
    step = gcd(a.step, b.step)
    if step == 0:
        return True
    size_a, size_b, gap = a.high - a.low, b.high - b.low, (b.low - a.low) % step
    return max(size_a, size_b) >= step or gap < size_a or step - gap < size_b


def access(ref: Ref, writes: bool, window: Window | None = None) -> Access:
    """What of its space a call touches through an operand."""
    buffer, item = ref.buffer, ref.dtype.itemsize
    space, base = (_ARENA, buffer.offset) if buffer.kind == "arena" else (buffer.slot or buffer, 0)
    start, size, width, step = window[:4] if window else (0, ref.size, 0, 0)
    low = base + ref.offset + start * item
    steps = [stride for _, stride in ref.moves]
    box = (base, base + buffer.size) if steps else (low, low + size * item)
    if step:
        steps.append(step * item)
    return Access(space, low, low + (width or size) * item, gcd(*steps), *box, writes)


_MAY_FAIL = Access(_FATE, 0, 1, 0, 0, 1, True)
_CHANGES = Access(_FATE, 0, 1, 0, 0, 1, False)


def accesses(call: Call) -> list[Access]:
    """All that a call touches. One that may fail clashes with every change that outlives the run."""
    found = [access(ref, writes) for _, ref, writes in call.memory]
    return found + fate(call, found)


def fate(call: Call, found: list[Access]) -> list[Access]:
    """What else calls clash for: one that may fail, and one whose changes outlive the run."""
    lasting = call.on_host or any(a.writes and a.space != _ARENA for a in found)
    return [_MAY_FAIL] * (call.error is not None) + [_CHANGES] * lasting


class Part(NamedTuple):
    """What one thread does of a node."""

    thread: int
    node: object
    accesses: list[Access]


def divided(call: Call, threads: int) -> list[Part]:
    """A call cut into a part per thread, or nothing if it cannot be cut."""
    found = pieces_of(call, threads)
    if found is None:
        return []
    rule, units, unit = found
    cuts = [(first * unit, last * unit) for first, last in ranges(units, threads)]
    changes = [rule.part(call.numbers, first, last - first) for first, last in cuts]
    if _disturb(call, changes):
        return []
    return [_part(call, changes[t], cuts[t][0], t) for t in range(threads)]


def pieces_of(call: Call, threads: int) -> tuple | None:
    """How a call is cut: (the rule, how many units, how many pieces each is); None if there are too few of them."""
    rule, numbers = call.kernel.kernel.split, call.numbers
    if rule is None:
        return None
    rule = rule.among_threads(numbers)
    pieces = rule.pieces(numbers)
    if pieces < _FEWEST * threads:
        return None
    unit = _unit(call, pieces, threads, rule.part(numbers, 0, 1))
    return rule, pieces // unit, unit


def ranges(count: int, threads: int) -> list[tuple[int, int]]:
    """The range of so many things that each thread has, of about the same size."""
    cuts = [count * thread // threads for thread in range(threads + 1)]
    return list(zip(cuts, cuts[1:]))


def _disturb(call: Call, changes: list[dict]) -> bool:
    """Whether a part writes what another one touches: memory that is not cut, or an operand in place of
    another one that is cut in another way.
    """
    if any(key not in changes[0] for key in call.kernel.kernel.written):
        return True
    written = {ref.buffer for ref in call.results}
    refs = [each for each in call.memory if each[1].buffer in written]
    if len(refs) == len(call.results):
        return False
    if len({ref.moves for _, ref, _ in refs}) == 1:  # what counts is the same trip, for all of them
        refs = [(key, Ref(r.shape, r.dtype, r.buffer, r.offset), writes) for key, r, writes in refs]
    touched = [[access(ref, writes, change.get(key)) for key, ref, writes in refs] for change in changes]
    return any(
        clash(mine, theirs)
        for one, other in combinations(touched, 2)
        for mine, theirs in product(one, other)
        if mine.space is theirs.space
    )


def _unit(call: Call, pieces: int, threads: int, changes: dict) -> int:
    """How many pieces stay together: where each is a number, the numbers of a row."""
    if by_rows(call, changes):
        return pieces // call.limit.size
    out, rows = call.results[0], 1
    for size in out.shape if pieces == out.size else ():
        rows *= size
        if rows >= _FEWEST * threads:
            return pieces // rows
    return 1


def by_rows(call: Call, changes: dict) -> bool:
    """Whether the pieces of a call are rows (or parts of them) whose number is limited."""
    return call.limit is not None and any(key in changes for key, _, _ in call.limit.numbers)


def _part(call: Call, changes: dict, first: int, thread: int) -> Part:
    found = [access(ref, writes, changes.get(key)) for key, ref, writes in call.memory]
    return Part(thread, part_of(call, changes, first), found + fate(call, found))


def part_of(call: Call, changes: dict, first: int) -> Call:
    """The call of a range of pieces, from the first one on, with what changes for it."""
    part = call.with_(
        **{key: _windowed(call[key], new) if isinstance(new, Window) else new for key, new in changes.items()}
    )
    part.error, part.origin = call.error and (lambda position: call.error(first + position)), call
    part.limit = _limit_of(call, changes, first)
    return part


def _windowed(ref: Ref, window: Window) -> Ref:
    """The items of a value in a window."""
    offset = ref.offset + window.start * ref.dtype.itemsize
    return Ref((window.size,), ref.dtype, ref.buffer, offset, ref.moves)


def _limit_of(call: Call, changes: dict, first: int) -> Limit | None:
    """The limit of a part that starts with a piece."""
    if not by_rows(call, changes):
        return call.limit
    key, k, per_row = call.limit.numbers[0]
    number = changes[key] if k is None else changes[key][k]
    return Limit(call.limit.numbers, first // per_row, number // per_row)


def cost(call: Call) -> float:
    """About how many nanoseconds a call takes."""
    numbers = _PRODUCTS.get(call.name)
    if numbers is not None:
        return 2 * prod(call[key] for key in numbers.split()) / _FLOPS
    return sum(ref.nbytes for ref in call.refs) / _BYTES


class _Phase:
    """What each thread has touched since they last met."""

    def __init__(self, threads: int):
        self.touched: list[dict] = [{} for _ in range(threads)]  # space -> accesses

    def clashes(self, part: Part) -> bool:
        """Whether a part may only be done after a meeting."""
        others = [spaces for thread, spaces in enumerate(self.touched) if thread != part.thread]
        return any(
            clash(mine, theirs) for mine in part.accesses for spaces in others for theirs in spaces.get(mine.space, ())
        )

    def add(self, part: Part) -> None:
        """Notes what a part touches."""
        for each in part.accesses:
            self.touched[part.thread].setdefault(each.space, {})[each] = None

    def merged(self, other: _Phase) -> _Phase:
        """What may have been touched if either of two ways was taken."""
        both = _Phase(len(self.touched))
        for source in (self, other):
            for spaces, target in zip(source.touched, both.touched):
                for space, found in spaces.items():
                    target.setdefault(space, {}).update(found)
        return both


class Cutting:
    """How the calls of a program are cut, and what they touch."""

    def __init__(self, threads: int):
        self._threads = threads

    def divided(self, call: Call) -> list[Part]:
        """A call cut into a part per thread, or nothing if it cannot be cut."""
        return divided(call, self._threads)

    def accesses(self, call: Call) -> list[Access]:
        """All that a call touches."""
        return accesses(call)

    def access(self, ref: Ref, writes: bool) -> Access:
        """What is touched through a loop's or a branch's own operand."""
        return access(ref, writes)


def may_go_on(node) -> bool:
    """Whether a program may stop at a node and go on behind it as another one."""
    return isinstance(node, Call) and isinstance(node.error, Assumption)


class Shards:
    """A program for several threads; `nodes` are placed in their arena already. If it is resized, `cutting` says how
    calls are cut for all sizes.
    """

    def __init__(self, nodes: list, threads: int, cutting=None):
        self.threads, self._nodes, self.cutting = threads, nodes, cutting or Cutting(threads)
        # The nodes before which all meet; of a loop's `test`, the end. Where a walk may stop and go on, all are there.
        self._meetings: set = {n for pair in zip(nodes, nodes[1:]) if may_go_on(pair[0]) for n in pair}
        self._parts: dict = {}
        self._load = [0.0] * threads
        self.worthwhile = self._shared(nodes) >= _IN_ALL
        if self.worthwhile:
            self._steering = Steering(_segments(nodes), lambda node: node in self._parts)
            for call in [node for node in self._parts if isinstance(node, Call)]:
                self._parts[call] = self._all_parts(call)
            self._walk(nodes, _Phase(threads))

    def nodes(self, thread: int, team: int) -> list:
        """What one thread does; `team` is the address of what the threads share."""
        self._meet = Call(meet[()], (team, thread, self.threads), None, None)
        return self._nodes_of(thread, self._nodes)

    @functools.cached_property
    def order(self) -> dict[Call, int]:
        """The position of every call in the program."""
        return {call: i for i, call in enumerate(calls(self._nodes))}

    def fails_alike(self, call: Call) -> bool:
        """Whether a call that several threads make fails in either all of them or none."""
        split = call.kernel.kernel.split
        return call in self._steering.calls or split is not None and split.fails_alike

    # ---- what is shared

    def _shared(self, nodes: list) -> float:
        """The nanoseconds of work in these nodes that is shared, once through."""
        total = 0.0
        for node in nodes:
            if isinstance(node, Call):
                self._parts[node] = self.cutting.divided(node)
                total += cost(node) if self._parts[node] else 0
                continue
            blocks = [self._shared(block) for block in node.blocks]
            each = sum(blocks) if isinstance(node, Repeat) else max(blocks)
            if each < _PER_TRIP:
                self._parts[node] = []  # one thread does all of it
            else:
                total += each * _most_trips(node)
        return total

    # ---- where they meet

    def _walk(self, nodes: list, phase: _Phase) -> _Phase:
        for node in nodes:
            step = self._step if node in self._parts else self._branch if isinstance(node, Choice) else self._loop
            phase = step(node, phase)
        return phase

    def _step(self, node, phase: _Phase) -> _Phase:
        self._parts[node] = parts = self._parts[node] or [self._undivided(node, phase)]
        return self._do(node, parts, phase)

    def _all_parts(self, call: Call) -> list[Part]:
        """What each thread does of a call that several make; nothing if one does all of it."""
        parts = self._parts[call]
        if call in self._steering.calls:
            parts = [Part(thread, call, self.cutting.accesses(call)) for thread in range(self.threads)]
        return [self._shared_part(call, part) for part in parts]

    def _shared_part(self, call: Call, part: Part) -> Part:
        """What a thread does of a call; if that fails, so does what the first one does, and that counts."""
        found = self._not_own(call, part.accesses, part.thread)
        if part.thread and self.fails_alike(call):
            found = [access for access in found if access is not _MAY_FAIL]
        return part._replace(accesses=found)

    def _not_own(self, call: Call, found: list[Access], thread: int) -> list[Access]:
        """Those of a call's accesses, in the order of its memory, that are not of a thread's own memory."""
        memory = call.memory
        kept = [a for (_, ref, _), a in zip(memory, found) if not self._steering.is_own(call, ref, thread)]
        return kept + found[len(memory) :]

    def _touched(self, call: Call, thread: int) -> list[Access]:
        """All that a call touches which is not a thread's own."""
        return self._not_own(call, self.cutting.accesses(call), thread)

    def _do(self, key, parts: list[Part], phase: _Phase) -> _Phase:
        if key in self._meetings or any(phase.clashes(part) for part in parts):
            self._meetings.add(key)
            phase = _Phase(self.threads)
        for part in parts:
            phase.add(part)
        return phase

    def _undivided(self, node, phase: _Phase) -> Part:
        """A node that one thread does: one that need not meet the others for it, or has done least so far; the first
        one if it is not much and may fail: threads meet between what may fail on several of them.
        """
        everything = list(calls([node]))
        threads = 1 if any(call.on_host for call in everything) else self.threads  # the first one is Python's
        choices = [Part(thread, node, self._of_all(node, everything, thread)) for thread in range(threads)]
        work = sum(cost(call) for call in everything)
        checks = work < _PER_TRIP and any(call.error for call in everything)
        best = min(choices, key=lambda p: (phase.clashes(p), p.thread if checks else self._load[p.thread]))
        self._load[best.thread] += work
        return best

    def _of_all(self, node, everything: list[Call], thread: int) -> list[Access]:
        """All that a thread touches that does a whole node with these calls in it."""
        found = list(dict.fromkeys(a for call in everything for a in self._touched(call, thread)))
        controls = [(each, ref) for each in walk([node]) for ref in each.controls]
        shared = [ref for each, ref in controls if not self._steering.is_own(each, ref, thread)]
        return found + [self.cutting.access(ref, writes=True) for ref in shared]

    def _watched(self, node, controls: list[Ref]) -> list[Part]:
        """What all threads read of a loop or branch."""
        shared = [[ref for ref in controls if not self._steering.is_own(node, ref, t)] for t in range(self.threads)]
        return [Part(t, node, [self.cutting.access(ref, writes=False) for ref in s]) for t, s in enumerate(shared)]

    def _branch(self, node: Choice, phase: _Phase) -> _Phase:
        phase = self._do(node, self._watched(node, node.controls), phase)
        taken, other = [self._walk(block, phase.merged(phase)) for block in node.blocks]
        return taken.merged(other)

    def _loop(self, node: Repeat, phase: _Phase) -> _Phase:
        watched = self._watched(node, [ref for ref in node.controls if ref is not node.trips])
        reported = [Part(0, node, [self.cutting.access(node.trips, writes=True)])] if node.trips is not None else []
        entry = reported if node.predicate is not None else watched + reported
        met = self._do(node, entry, _Phase(self.threads))
        end = self._trips(node, watched, met)
        phase, meetings = self._do(node, entry, phase), self._meetings.copy()
        end = phase.merged(self._trips(node, watched, phase.merged(end)))
        if len(self._meetings) > len(meetings):  # rather one meeting before the loop than one in every trip
            self._meetings = meetings | {node}
            end = self._trips(node, watched, met)
        return end

    def _trips(self, node: Repeat, watched: list[Part], start: _Phase) -> _Phase:
        """What may have been touched since the last meeting when a loop is left."""
        phase, count = start, -1
        while count < len(self._meetings):  # until the next trip finds nothing new
            count = len(self._meetings)
            left = self._walk(node.test, phase)
            if node.predicate is not None:
                left = self._do((node, "test"), watched, left)
            end = self._walk(node.body, left)
            phase = start.merged(end)
        return phase.merged(left)

    # ---- what each does

    def _nodes_of(self, thread: int, nodes: list) -> list:
        found: list = []
        for node in nodes:
            if node in self._meetings:
                found.append(self._meet)
            if node in self._parts:
                found += [self._part_of(thread, node, p.node) for p in self._parts[node] if p.thread == thread]
            else:
                found.append(self._around(thread, node))
        return found

    def _part_of(self, thread: int, node, part):
        if isinstance(node, Call):
            return self._steering.call(thread, node, part)
        return self._steering.whole(thread, node)

    def _around(self, thread: int, node) -> Repeat | Choice:
        blocks = [self._nodes_of(thread, block) for block in node.blocks]
        blocks[0] += [self._meet] * ((node, "test") in self._meetings)
        made = self._steering.around(thread, node, blocks)
        return replace(made, trips=node.trips if thread == 0 else None) if isinstance(node, Repeat) else made


def _segments(nodes: list) -> list[list]:
    """The nodes between those behind which the program may go on as another one."""
    found: list[list] = [[]]
    for node in nodes:
        found[-1].append(node)
        if may_go_on(node):
            found.append([])
    return found


def _most_trips(node) -> int:
    """About how often what is in a loop or branch is done."""
    if not isinstance(node, Repeat):
        return 1
    return node.count if isinstance(node.count, int) else min(node.limit, 100)
