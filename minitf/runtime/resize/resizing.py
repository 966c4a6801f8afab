"""Programs whose sizes change from run to run, lowered once for all sizes between those that were seen.

A region is lowered for the smallest and largest of the sizes that vary. Where the programs have one form and their
numbers follow the sizes, which is tried at sizes in between, the largest one serves for all: before a run, its numbers
become those of the run's sizes. Its memory is large enough for them, each buffer in its place.
"""

from __future__ import annotations

from collections import OrderedDict

from minitf.runtime.resize.given import Given
from minitf.runtime.resize.group import Group

_KINDS = 12  # of runs


class Resizing:
    """The programs of a region that are resized."""

    def __init__(self, state, threads: int, assumed: dict):
        self._state, self._threads = state, threads
        self._assumed = assumed  # what the region takes values for, in the next run
        self._groups: OrderedDict = OrderedDict()

    @property
    def memories(self) -> list:
        """The tables that are kept."""
        return [r.program.memory for group in self._groups.values() for r in group.resized]

    def clear(self) -> None:
        """Forgets all programs."""
        self._groups.clear()

    def program(self, given: Given, lower, unsure: frozenset | None, found: frozenset):
        """A program for these inputs; None if it has to be lowered.

        lower(given, direct): lowers a program that reads the inputs of numbers `direct` where they are. unsure:
        which values may be others than are assumed; None if it has to be for those that are `found`.
        """
        if given.assumed and given.kind not in self._groups:
            return None
        *wider, group = self._path(given)
        sure = found if unsure is None else None
        program = next(filter(None, (each.found(given.point, sure) for each in wider)), None)
        if program is None and given.assumed:
            return group.assuming(given, lower, unsure, found)
        return program or group.program(given, lower)

    def note(self, given: Given, lower) -> None:
        """Takes note of a run for which there was no program; what was assumed in it is so."""
        self._path(given)[-1].note(given, lower)

    def lowered(self, given: Given, program) -> None:
        """Takes note of a program for some sizes alone: others may be alike."""
        self._path(given)[-1].lowered(given, program)

    def _path(self, given: Given) -> list[Group]:
        """The groups that a run belongs to, the narrowest one last."""
        found, key = [], given.kind
        while True:
            if key not in self._groups:
                own = (self._state, self._threads, self._assumed)
                self._groups[key] = found[-1].part(key[-1]) if found else Group(*own)
            found.append(self._groups[key])
            self._groups.move_to_end(key)
            division = found[-1].division
            if division is None:
                break
            key = key, division.of(given.point)
        while len(self._groups) > _KINDS + len(found):
            self._groups.popitem(last=False)
        return found
