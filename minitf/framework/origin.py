"""Where in the user's script an op was made: only the user's own lines, cheap to record."""

from __future__ import annotations

import linecache
import os
import sys

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_DEPTH = 4


class Origin:
    """The innermost user lines that led to an op, innermost first."""

    __slots__ = ("frames",)

    def __init__(self, frames: tuple):
        self.frames = frames

    @property
    def filename(self) -> str:
        """The user's file."""
        return self.frames[0][0].co_filename if self.frames else "<unknown>"

    @property
    def lineno(self) -> int:
        """The line in that file, counted from 1."""
        return self.frames[0][1] if self.frames else 0

    def lines(self) -> list[tuple[str, int, str, str]]:
        """`(file, line number, function, text)` of each frame, outermost first."""
        return [(c.co_filename, n, c.co_name, linecache.getline(c.co_filename, n).strip())
                for c, n in reversed(self.frames)]  # fmt: skip

    def __str__(self):
        if not self.frames:
            return "at an unknown line"
        text = linecache.getline(self.filename, self.lineno).strip()
        return f"at {self.filename}:{self.lineno}" + (f": {text}" if text else "")


class _Ours(dict):
    """Whether a file is minitf's own."""

    def __missing__(self, filename: str) -> bool:
        self[filename] = filename.startswith(_HOME)
        return self[filename]


_OURS = _Ours()


def here() -> Origin:
    """The lines of user code that are running now."""
    frame, found = sys._getframe(1), []
    while frame is not None and _OURS[frame.f_code.co_filename]:
        frame = frame.f_back
    while frame is not None and len(found) < _DEPTH and not _OURS[frame.f_code.co_filename]:
        found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return Origin(tuple(found))
