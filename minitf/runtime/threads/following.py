"""The instructions of a thread, which follow those that one thread alone walks whenever these are made others."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

import numpy as np

from minitf.kernels.machine import vm
from minitf.kernels.machine.pool import meet
from minitf.runtime.lower.ir import Buffer, Call
from minitf.runtime.memory.instructions import Instructions
from minitf.runtime.threads.alike import Alike, Cuts
from minitf.runtime.threads.dividing import flat
from minitf.runtime.threads.shards import may_go_on


class Places:
    """Where the instructions are whose words depend on sizes: by the node, and what of it they do (calls are counted),
    their place and those of these words.
    """

    def __init__(self, instructions: Instructions):
        self.instructions, self.of = instructions, {}
        self.strides: dict = {}  # (loop, place of a word) -> places of what it moves by
        self._words, self._loops, self._limits, self._times = instructions.words, [], [], Counter()
        self.meetings = [p for p, call in instructions.calls.items() if call.kernel is meet[()]]
        place = 0
        while self._words[place] != vm.END:
            self._add(place, int(self._words[place]))
            place = self._behind(place)
        self.end = place
        self._add_limits()

    def _behind(self, place: int) -> int:
        """The place behind an instruction."""
        return place + int(self._words[place + 1])

    def _add(self, place: int, opcode: int) -> None:
        if place in self.instructions.calls:
            call = self.instructions.calls[place]
            if call.kernel is not meet[()]:
                self.of[call.origin, self._times[call.origin]] = place, [*range(place + 2, self._behind(place))]
                self._times[call.origin] += 1
        elif opcode == vm.SIZES:
            terms, call = int(self._words[place + 2]), self.instructions.calls[self._behind(place)]
            words = [entry + k for entry in range(place + 3, place + 3 + 4 * terms, 4) for k in (2, 3)]
            self.of[call.origin, "sizes", self._times[call.origin]] = (
                place,
                [*words, *range(place + 3 + 4 * terms, self._behind(place))],
            )
        elif opcode == vm.LOOP:
            self._loops.append(self.instructions.loops[place].origin)
            self._add_loop(place, self.instructions.loops[place])
        elif opcode in (vm.LEAVE, vm.ROWS):
            word = place + (3 if opcode == vm.LEAVE else 2)
            self.of[self._loops[-1], opcode] = place, [word]
            if opcode == vm.ROWS:
                self._limits += range(word + 2, word + 2 + 4 * int(self._words[word + 1]), 4)
        elif opcode == vm.NEXT:
            self._loops.pop()
        elif opcode == vm.JUMP_IF:
            self.of[self.instructions.choices[place].origin, 0] = place, [place + 2]

    def _add_loop(self, place: int, loop) -> None:
        self.of[loop.origin, vm.LOOP] = place, [place + vm.LIMIT, place + vm.LIMIT_ADDRESS]
        if loop.trips is not None:
            self.of[loop.origin, "trips"] = place, [place + vm.TRIPS_ADDRESS]
        for k in range(int(self._words[place + vm.COUNT])):
            patch = place + vm.PATCHES + 2 * k
            self.strides.setdefault((loop.origin, int(self._words[patch])), []).append(patch + 1)

    def _add_limits(self) -> None:
        """Adds to those of calls the words by which their rows are limited."""
        starts = sorted(self.instructions.calls)
        for entry in self._limits:
            call = self.instructions.calls[starts[bisect_right(starts, int(self._words[entry])) - 1]]
            self.of[call.origin, 0][1].extend(range(entry + 1, entry + 4))


class Follower:
    """What keeps a thread's instructions those for the sizes of the run."""

    def __init__(self, own: Instructions, alone: Instructions, thread: int, alike: Alike):
        self._own, self._alone, self._thread = own, alone, thread
        mine, theirs = Places(own), Places(alone)
        pairs = {}  # place of a word here -> there
        both = [key for key in mine.of if key in theirs.of]  # some calls are only made where there are several threads
        for key in both:
            pairs |= dict(zip(mine.of[key][1], theirs.of[key][1], strict=True))
        for (loop, word), strides in mine.strides.items():
            pairs |= dict(zip(strides, theirs.strides[loop, pairs[word]], strict=True))
        self._starts = {mine.of[key][0]: (theirs.of[key][0], key[0]) for key in both}
        cut = {call for call in alike.cut if self._is_cut(mine, call)}
        self._numbers = {call: k for k, call in enumerate(alike.cut) if call in cut}
        shifts = {place: _apart(own, buffer) for place, (buffer, _) in own.addresses.items() if buffer.original}
        places, sources = np.array([*pairs.items()], np.int64).reshape(-1, 2).T
        own.become(places, alone.pristine[sources] + [shifts.get(place, 0) for place in pairs])
        grown = {mine.of[call, 0][1][word]: k for k, (call, word) in enumerate(alike.grown) if call in cut}
        varying = alike.varying.intersection(pairs.values())
        words = [word for word, source in pairs.items() if source in varying or word in grown]
        self._words, self._sources = np.array(words, np.int64), np.array([pairs[word] for word in words], np.int64)
        self._shifts = np.array([shifts.get(word, 0) for word in words], np.int64)
        at = {word: k for k, word in enumerate(words)}
        self._grow, self._grown = np.array([(at[word], k) for word, k in grown.items()], np.int64).reshape(-1, 2).T
        self._ends = [*[place + int(own.words[place + 1]) for place in mine.meetings], mine.end]
        self._meetings = mine.meetings

    @staticmethod
    def _is_cut(places: Places, call: Call) -> bool:
        """Whether a part of a call is there, not all of it or nothing, as where one thread takes a branch."""
        there = places.of.get((call, 0))
        return there is not None and flat(places.instructions.calls[there[0]]) != flat(call)

    def words(self, cuts: Cuts) -> np.ndarray:
        """The words that depend on the sizes, for the present ones."""
        words = self._alone.pristine[self._sources] + self._shifts
        words[self._grow] += cuts.change(self._thread)[self._grown]
        return words

    def follow(self, words: np.ndarray) -> bool:
        """Takes such words; returns if addresses of inputs have to be written anew."""
        return self._own.become(self._words, words)

    def place_behind(self, k: int) -> int:
        """Where to go on behind the k-th meeting."""
        return self._ends[k]

    def questions(self) -> dict:
        """Where one thread alone has the instructions at which the program may stop and go on, and which meeting is
        the next one behind each.
        """
        return {
            place: bisect_right(self._meetings, start)
            for start, (place, node) in self._starts.items()
            if may_go_on(node)
        }

    def alone(self, start: int, status: int, control: np.ndarray, cuts: Cuts) -> tuple:
        """Where and why one thread alone would have stopped, and with which operands, if this one did."""
        place, node = self._starts[start]
        if node in self._numbers:
            k = self._numbers[node]
            status += int(cuts.first(self._thread)[k] * cuts.unit[k])
        if isinstance(node, Call):
            count = min(int(self._own.words[start + 1]) - 2, vm.CONTROL_WORDS - vm.FAULT)
            whole, part = (i.pristine[at + 2 :][:count] for i, at in ((self._alone, place), (self._own, start)))
            control[vm.FAULT :][:count] += whole - part
        return place, status, control

    def knows(self, start: int) -> bool:
        """Whether one thread alone has this instruction, too."""
        return start in self._starts


def _apart(own: Instructions, buffer: Buffer) -> int:
    """How far a thread's own buffer is from the original."""
    return own.memory.address(buffer) - own.memory.address(buffer.original)
