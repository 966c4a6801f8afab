"""Where in the user's script an op was made: only the user's own lines, cheap to record."""

from __future__ import annotations

import dis
import linecache
import os
import sys
import warnings

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
        return [
            (c.co_filename, n, c.co_name, linecache.getline(c.co_filename, n).strip()) for c, n in reversed(self.frames)
        ]

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


def warn(message: str) -> None:
    """Warns of the line of user code that is running now."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _OURS[frame.f_code.co_filename]:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)


_LIBRARIES = frozenset(["numpy", "numba", "scipy", "tensorboard", "google", "graphviz", *sys.stdlib_module_names])


def _package(frame) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]


def is_ours(frame) -> bool:
    """Whether a frame runs code of minitf."""
    return _package(frame) == "minitf"


def is_users(frame) -> bool:
    """Whether a frame runs neither code of minitf nor of a library that it builds on."""
    return not is_ours(frame) and _package(frame) not in _LIBRARIES


_RAISES = frozenset([dis.opmap["RAISE_VARARGS"], dis.opmap["RERAISE"]])


def said(error: Exception) -> bool:
    """Whether a `raise` of minitf or the user raised the error, with a text, and not Python or a library."""
    traceback = error.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code.co_code
    return _package(traceback.tb_frame) not in _LIBRARIES and code[traceback.tb_lasti] in _RAISES and bool(str(error))
