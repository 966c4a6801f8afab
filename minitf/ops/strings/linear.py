"""Regular expressions followed in all ways at once: as many steps as the string is long, whatever the pattern.

Each way is at some instruction and knows where groups began and ended; of ways at the same instruction the one that
`re` would have tried first goes on (Thompson 1968; Pike's machine, https://swtch.com/~rsc/regexp/regexp2.html).
"""

from __future__ import annotations

import re

from minitf.ops.strings.expressions import FREE, Alternatives, Chars, Edge, Group, Repeat, Sequence

_MOST = 50_000  # instructions


class TooLarge(Exception):
    """A pattern has more instructions than anybody wants to follow."""


class Match:
    """What matched; as far as needed, as `re` has it."""

    def __init__(self, s: str, places: tuple):
        self._string, self._places = s, places

    def start(self) -> int:
        """Where it begins."""
        return self._places[0]

    def end(self) -> int:
        """Where it ends."""
        return self._places[1]

    def __getitem__(self, group: int) -> str | None:
        start, end = self._places[2 * group : 2 * group + 2]
        return None if end is None else self._string[start:end]

    def groups(self, default=None) -> tuple:
        """What the groups matched; `default` for those that did not."""
        found = [self[number] for number in range(1, len(self._places) // 2)]
        return tuple([default if each is None else each for each in found])


class Machine:
    """The instructions of a pattern, which is a node of `expressions`: (what, where it goes on ...)."""

    def __init__(self, pattern, groups: int):
        self._code: list[list] = []
        self._groups = groups
        self._add(Group(pattern, 0, "("))
        self._code.append(["match"])
        first = pattern.first(FREE)
        begin = "".join([f"\\U{low:08x}-\\U{high:08x}" for low, high in first.ranges])
        self._begin = None if first.may_be_nothing or not begin else re.compile(f"[{begin}]")

    # ---- making the instructions

    def _put(self, *instruction) -> int:
        if len(self._code) >= _MOST:
            raise TooLarge
        self._code.append([*instruction])
        return len(self._code) - 1

    def _add(self, node) -> None:
        """The instructions that match something and go on behind it."""
        if isinstance(node, Chars):
            self._put("char", re.compile(node.text).fullmatch, {})
        elif isinstance(node, Edge):
            self._put("edge", re.compile(node.text).match)
        elif isinstance(node, Group) and node.number is not None:
            self._put("keep", 2 * node.number)
            self._add(node.inside)
            self._put("keep", 2 * node.number + 1)
        elif isinstance(node, Group):
            self._add(node.inside)
        elif isinstance(node, Sequence):
            for part in node.parts:
                self._add(part)
        elif isinstance(node, Alternatives):
            self._add_alternatives(node.parts)
        elif isinstance(node, Repeat):
            self._add_repeat(node)

    def _add_alternatives(self, parts: tuple) -> None:
        ends = []
        for part in parts[:-1]:
            fork = self._put("fork", len(self._code) + 1, None)
            self._add(part)
            ends.append(self._put("go", None))
            self._code[fork][2] = len(self._code)
        self._add(parts[-1])
        for end in ends:
            self._code[end][1] = len(self._code)

    def _add_repeat(self, node: Repeat) -> None:
        for _ in range(node.least - (node.most is None and node.least > 0)):
            self._add(node.item)
        if node.most is None:
            self._add_loop(node)
            return
        forks = []
        for _ in range(node.most - node.least):
            forks.append(self._put("fork", None, None))
            self._add(node.item)
        for fork in forks:
            self._fork(fork, fork + 1, len(self._code), node.lazy)

    def _add_loop(self, node: Repeat) -> None:
        """The item at least once if it has to be there, and again; an item that is nothing does not go round."""
        around = None if node.least else self._put("fork", None, None)
        start = len(self._code)
        self._add(node.item)
        again = self._put("fork", None, None)
        self._fork(again, start, again + 1, node.lazy)
        if around is not None:
            self._fork(around, start, again + 1, node.lazy)

    def _fork(self, place: int, inside: int, behind: int, lazy: bool) -> None:
        self._code[place][1:] = (behind, inside) if lazy else (inside, behind)

    # ---- following them

    def search(self, s: str, place: int = 0) -> Match | None:
        """The first match from a place on."""
        return self._follow(s, place, True)

    def fullmatch(self, s: str) -> Match | None:
        """Whether all of the string matches."""
        return self._follow(s, 0, False)

    def _follow(self, s: str, place: int, searches: bool) -> Match | None:
        nothing, found = (None,) * (2 * self._groups + 2), None
        ways: list = []
        begins = True  # whether a match may begin here
        while True:
            if begins and not ways and searches and self._begin is not None:
                next_one = self._begin.search(s, place)
                if next_one is None:
                    return found
                place = next_one.start()
            seen: set[int] = set()
            here: list = []
            for at, places in ways:
                self._spread(at, places, s, place, seen, here)
            if begins:
                self._spread(0, nothing, s, place, seen, here)
            ways, matched = self._step(here, s, place, searches)
            if matched is not None:
                found = Match(s, matched)
            begins = searches and found is None
            place += 1
            if place > len(s) or not ways and not begins:
                return found

    def _step(self, here: list, s: str, place: int, searches: bool) -> tuple[list, tuple | None]:
        """The ways behind the next character, and where a match was: ways behind it in rank do not go on."""
        ways, char = [], s[place : place + 1]
        for at, places in here:
            instruction = self._code[at]
            if instruction[0] == "match":
                if searches or not char:
                    return ways, places
            elif char and self._accepts(instruction, char):
                ways.append((at + 1, places))
        return ways, None

    @staticmethod
    def _accepts(instruction: list, char: str) -> bool:
        known = instruction[2].get(char)
        if known is None:
            known = instruction[2][char] = instruction[1](char) is not None
        return known

    def _spread(self, at: int, places: tuple, s: str, place: int, seen: set, here: list) -> None:
        """Adds the instructions that wait for a character, or the end, which can be reached from one, by rank."""
        stack = [(at, places)]
        while stack:
            at, places = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            what, *where = self._code[at]
            if what in ("char", "match"):
                here.append((at, places))
            elif what == "fork":
                stack += [(where[1], places), (where[0], places)]
            elif what == "go":
                stack.append((where[0], places))
            elif what == "keep":
                stack.append((at + 1, (*places[: where[0]], place, *places[where[0] + 1 :])))
            elif where[0](s, place) is not None:
                stack.append((at + 1, places))
