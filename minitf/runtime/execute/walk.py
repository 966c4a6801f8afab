"""Walking a program: by one thread, or by several together, whichever turns out to be faster."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from minitf.kernels.machine import vm
from minitf.kernels.machine.pool import meet
from minitf.runtime.execute.patience import LIMIT, spans
from minitf.runtime.lower.ir import calls
from minitf.runtime.memory.instructions import Instructions
from minitf.runtime.memory.memory import Memory
from minitf.runtime.session.state import State
from minitf.runtime.threads.following import Follower
from minitf.runtime.threads.shards import Shards
from minitf.runtime.threads.thread_pool import ThreadPool

_FIRST_BUDGET, _SLICE = 64, 0.05  # back-edges of the first slice; seconds that a slice should take
_KNOWN = 64  # sizes for which the words are kept that depend on them
_SWAP_SLICE = 0.005  # the same in a program that releases memory between slices


class Stop(NamedTuple):
    """Where and why a walk ended early."""

    instructions: Instructions
    place: int
    status: int
    control: np.ndarray

    @property
    def call(self):
        """The call that failed, or None."""
        return self.instructions.calls.get(self.place)

    @property
    def dismissed(self) -> bool:
        """Whether this walk was only cut off because another one had ended early."""
        return self.status == vm.INTERRUPTED or self.call is not None and self.call.kernel is meet[()]

    def operands(self) -> dict:
        """Where the memory operands of the failing call were at that moment: address by buffer."""
        return self.call.places(self.control[vm.FAULT :])


class Slices:
    """The budget of back-edges after which a walk returns to hear Ctrl-C; `trip`: nanoseconds one takes at most."""

    def __init__(self, control: np.ndarray, trip: float, seconds: float = _SLICE, call_host=None):
        self._control, self._wanted, self._call_host = control, seconds, call_host
        self._most = max(2, int(min(LIMIT / max(trip, 1), 2**40)))
        self._budget = min(_FIRST_BUDGET, self._most)

    def run(self, walk) -> int:
        """Calls `walk` until the program has ended, and Python where the program does; returns the status."""
        while True:
            self._control[vm.BUDGET] = self._budget
            started = time.perf_counter()
            status = walk()
            if status & 0xFFFFFFFF == vm.AWAITED:
                self._call_host(status >> 32)
                continue
            if status & 0xFFFFFFFF != vm.YIELD:
                return status
            spent = time.perf_counter() - started
            self._budget = max(2, min(int(self._budget * self._wanted / max(spent, 1e-9)), self._most))


class Patched:
    """Instructions, and the addresses of large inputs in it."""

    def __init__(self, instructions: Instructions, state: State):
        self.instructions, self._state = instructions, state
        self.control = np.zeros(vm.CONTROL_WORDS, np.int64)
        self._patched = {i: None for i, patches in enumerate(self.instructions.patches) if patches}  # input -> address

    def patch(self, arrays: list) -> None:
        """Writes the addresses of large inputs, where they are others than before."""
        words = self.instructions.words
        for i, before in self._patched.items():
            address = arrays[i].__array_interface__["data"][0]
            if address != before:
                self._patched[i] = address
                for place, offset in self.instructions.patches[i]:
                    words[place] = address + offset

    def call_host(self, place: int) -> None:
        """Makes a call of Python, and those that follow at once."""
        words, calls, following = self.instructions.words, self.instructions.calls, vm.HOST
        while following == vm.HOST:
            end = place + int(words[place + 1])
            calls[place].run(self._state, words[place + 2 : end])
            place, following = end, words[end]
        self.control[vm.PLACE] = place

    def halt(self) -> None:
        """Ends the walk before its next call."""
        self.control[vm.FLAG] = vm.NOW

    def ready(self) -> None:
        """Forgets a `halt` that nobody heeded."""
        self.control[vm.FLAG] = 0

    def reset(self) -> None:
        """After a walk that was cut off."""
        self.control[:] = 0
        self.instructions.restore()
        self.unpatch()

    def unpatch(self) -> None:
        """The instructions are new: no address is in them."""
        self._patched = dict.fromkeys(self._patched)


class Alone(Patched):
    """One thread's walk."""

    def __init__(self, nodes: list, instructions: Instructions, state: State):
        super().__init__(instructions, state)
        self.once, self.trip = spans(nodes)
        self.calls_host = any(call.on_host for call in calls(nodes))
        machine = vm.vm[()]
        self._packed, self._run = machine.pack(self.instructions.words, self.control), machine.entry
        self._swap = instructions.memory.swap

    def run(self, arrays: list, behind: int | None = None) -> Stop | None:
        """Walks once, from the start or from behind an instruction that is in no loop."""
        if self._patched:
            self.patch(arrays)
        if behind is not None:
            self.control[vm.PLACE] = behind + int(self.instructions.words[behind + 1])
        sliced = self.instructions.loops or self.calls_host
        status = self._sliced() if sliced else self._run(self._packed)
        return Stop(self.instructions, *vm.unpack(status), self.control) if status else None

    def _sliced(self) -> int:
        try:
            seconds = _SWAP_SLICE if self._swap.size else _SLICE
            return Slices(self.control, self.trip, seconds, self.call_host).run(self._slice)
        except BaseException:
            self.reset()
            raise

    def _slice(self) -> int:
        status = self._run(self._packed)
        self._swap.release()
        return status


class Together:
    """The walk of several threads."""

    def __init__(self, shards: Shards, pool: ThreadPool, memory: Memory, inputs: list, trip: float, state: State):
        self._shards, self._pool = shards, pool
        nodes = [shards.nodes(thread, pool.address) for thread in range(shards.threads)]
        self.parts = [Patched(Instructions(each, memory, inputs), state) for each in nodes]
        self._job = pool.job([(part.instructions.words, part.control) for part in self.parts])
        self._trip = trip

    def run(self, arrays: list, behind: int | None = None) -> Stop | None:
        """Walks once."""
        for part in self.parts:
            part.patch(arrays)
        slices = Slices(self.parts[0].control, self._trip, call_host=self.parts[0].call_host)
        try:
            statuses = self._pool.run(self._job, slices.run)
        except BaseException:
            self._reset()
            raise
        if not any(statuses):
            return None
        stop = self._first(statuses)
        self._reset()
        return stop

    def halt(self) -> None:
        """Ends the walk before the next calls."""
        for part in self.parts:
            part.halt()

    def ready(self) -> None:
        """Forgets a `halt` that nobody heeded."""
        for part in self.parts:
            part.ready()

    def _reset(self) -> None:
        for part in self.parts:
            part.reset()

    def _first(self, statuses: list[int]) -> Stop:
        """The stop that comes first in the order of the program."""
        stops = [
            Stop(part.instructions, *vm.unpack(status), part.control.copy())
            for part, status in zip(self.parts, statuses)
            if status
        ]
        found = [stop for stop in stops if not stop.dismissed] or stops
        if found[0].instructions is self.parts[0].instructions:  # others may be ahead of it where all would stop
            alike = self._shards.fails_alike
            found = [found[0], *[stop for stop in found[1:] if stop.call and not alike(stop.call.origin)]]
        order = self._shards.order
        return min(found, key=lambda stop: order[stop.call.origin] if stop.call else -1)


class TogetherResized(Together):
    """The walk of several threads through a program that is resized."""

    def __init__(self, alone: Alone, shards: Shards, *rest):
        super().__init__(shards, *rest)
        self._walk, self._alone, self._alike = alone, alone.instructions, shards.cutting
        self._followed, self._cuts = -1, None
        self._known: dict = {}  # sizes -> how calls are cut and the words of each thread
        self._followers = [
            Follower(part.instructions, self._alone, thread, self._alike) for thread, part in enumerate(self.parts)
        ]
        self._questions = {place: k for each in self._followers for place, k in each.questions().items()}

    def run(self, arrays: list, behind: int | None = None) -> Stop | None:
        """Walks once, from the start or from behind an instruction at which the program may go on; one thread does
        it alone if there is too little to share.
        """
        if self._followed != self._alone.changes:
            self._follow()
        if self._cuts is None:
            return self._walk.run(arrays, behind)
        if behind is not None:
            for part, follower in zip(self.parts, self._followers):
                part.control[vm.PLACE] = follower.place_behind(self._questions[behind])
        return super().run(arrays)

    def _follow(self) -> None:
        """Has all threads do what is to be done for the present sizes."""
        sizes, self._followed = self._alike.present(), self._alone.changes
        if sizes not in self._known:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            cuts = self._alike.at(sizes)
            self._known[sizes] = cuts, [] if cuts is None else [each.words(cuts) for each in self._followers]
        self._cuts, words = self._known[sizes]
        for part, follower, own in zip(self.parts, self._followers, words):
            if follower.follow(own):
                part.unpatch()

    def _first(self, statuses: list[int]) -> Stop:
        """The stop that comes first, as if one thread had made it: it goes on, or says what failed."""
        stop = super()._first(statuses)
        for part, follower in zip(self.parts, self._followers):
            if part.instructions is stop.instructions and follower.knows(stop.place):
                return Stop(self._alone, *follower.alone(stop.place, stop.status, stop.control, self._cuts))
        return stop
