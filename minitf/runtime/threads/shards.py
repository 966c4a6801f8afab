"""Cutting a program for several threads: which calls each of them makes, and where they have to meet.

A call that has enough rows is cut into ranges of them, the same everywhere, so that what one thread computes of a step
is mostly what it needs for the next; any other call is made by one thread, or by each for itself. All threads meet
before a call that would touch memory which another one has touched since the last meeting, if one of the two writes. As
a range of a call computes bit for bit what the whole call computes there, so does the program.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from math import prod

from minitf.kernels.machine.pool import meet
from minitf.runtime.lower.counted_calls import CountedCalls
from minitf.runtime.lower.ir import Call, Choice, Ref, Repeat, calls, walk
from minitf.runtime.lower.lower import Assumption
from minitf.runtime.threads import dividing_counted
from minitf.runtime.threads.accesses import MAY_FAIL, Access, Part, access, accesses, clash
from minitf.runtime.threads.dividing import divided
from minitf.runtime.threads.steering import Steering

_PER_TRIP, _IN_ALL = 2_000, 20_000  # nanoseconds of work to share below which a trip or branch, a program is not shared
_LITTLE = 20  # nanoseconds of a call that one thread may as well make
_FLOPS, _BYTES = 60, 10  # per nanosecond, roughly
_PRODUCTS = {  # kernel -> the numbers whose product is that of its multiplications
    "gemm": "m n k",
    "conv2d": "count kh kw c out",
    "conv2d_batch": "count oh ow kh kw c out",
    "conv2d_input": "count oh ow kh kw c out",
    "conv2d_input_batch": "count oh ow kh kw c out",
    "conv2d_filter": "count n oh ow width",
    "conv2d_filter_batch": "count n oh ow width",
}


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

    def behind(self, loop: Repeat) -> _Phase:
        """The same when a trip of a loop is over."""
        found = _Phase(len(self.touched))
        for spaces, target in zip(self.touched, found.touched):
            for space, each in spaces.items():
                target[space] = dict.fromkeys([a.before(loop.origin) for a in each])
        return found

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
        cut = dividing_counted.divided if isinstance(call, CountedCalls) else divided
        return cut(call, self._threads)

    def accesses(self, call: Call) -> list[Access]:
        """All that a call touches."""
        return dividing_counted.accesses(call) if isinstance(call, CountedCalls) else accesses(call)

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
        parts = self._parts[node]
        if not parts or self._is_little(node) and any([phase.clashes(part) for part in parts]):
            alone = self._undivided(node, phase)
            parts = [alone] if not parts or not phase.clashes(alone) else parts
        self._parts[node] = parts
        return self._do(node, parts, phase)

    def _is_little(self, node) -> bool:
        """Whether threads that share a node gain nothing, but that none has to wait for what it has computed itself."""
        return isinstance(node, Call) and node not in self._steering.calls and cost(node) < _LITTLE

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
            found = [access for access in found if access is not MAY_FAIL]
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
        for loop in [each for each in walk([node]) if isinstance(each, Repeat)]:
            found = [a.before(loop.origin) for a in found]
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
            phase = start.merged(end.behind(node))
        return phase.merged(left).behind(node)

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
