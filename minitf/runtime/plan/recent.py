"""The program of the run before, which the next one is likely to need again."""

from __future__ import annotations

from typing import NamedTuple

from minitf.runtime.execute.program import Program


class Told(NamedTuple):
    """What decides which program a run needs: sizes, the contents of a few inputs, and rows."""

    sizes: list
    contents: list
    rows: dict

    def is_same(self, other: Told) -> bool:
        """Whether the same program is needed."""
        same = self.sizes == other.sizes and self.contents == other.contents and [*self.rows] == [*other.rows]
        return same and all([self.rows[t] is row for t, row in other.rows.items()])


class Recent:
    """The program of the run before."""

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        """Forgets it."""
        self._told: Told | None = None
        self._program: Program | None = None

    def note(self, told: Told | None, program: Program) -> None:
        """What a run has needed, if it is known what decides that."""
        if told is not None:
            self._told, self._program = told, program

    def program(self, wanted: Told | None) -> Program | None:
        """The program, if it is for the same: values may be as assumed again. It is forgotten until the run is over."""
        told, program = self._told, self._program
        self.clear()
        if told is None or wanted is None or not program.valid:
            return None
        return program if told.is_same(wanted) else None
