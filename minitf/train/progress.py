"""How far a save or restore has come: told to a function, or printed."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

from minitf.formats import transfer

_EVERY = 0.2  # seconds between two lines on a terminal


@contextlib.contextmanager
def shown(progress: bool | Callable, doing: str, did: str, path: str) -> Iterator[None]:
    """A context in which what is moved is printed, or told to `progress` if that is a function."""
    if not progress:
        yield
        return
    line = None if callable(progress) else Line(doing, did, os.path.basename(path))
    with transfer.told(progress if line is None else line.moved):
        try:
            yield
        except BaseException:
            if line is not None:
                line.end(f"{doing} {line.name} failed")
            raise
    if line is not None:
        line.end()


class Line:
    """A line on stderr that says how much was moved, and how fast; not on a terminal, it says so at the end only."""

    def __init__(self, doing: str, did: str, name: str):
        self.name, self._doing, self._did = name, doing, did
        self._started = self._last = time.monotonic()
        self._done, self._width = 0, 0

    def moved(self, done: int, total: int) -> None:
        """So many bytes of so many were moved."""
        self._done, now = done, time.monotonic()
        if sys.stderr.isatty() and now - self._last >= _EVERY:
            self._last = now
            part = 100 * done // max(total, 1)
            self._print(f"{self._doing} {self.name}: {part}% of {size(total)}, {self._rate()}", "")

    def _rate(self) -> str:
        seconds = max(time.monotonic() - self._started, 1e-6)
        return f"{size(self._done / seconds)}/s"

    def _print(self, text: str, end: str) -> None:
        begin = "\r" if self._width else ""
        print(begin + text.ljust(self._width), end=end, file=sys.stderr, flush=True)
        self._width = len(text)

    def end(self, text: str | None = None) -> None:
        """The last line, which stays."""
        seconds = time.monotonic() - self._started
        self._print(text or f"{self._did} {self.name}: {size(self._done)} in {seconds:.1f} s, {self._rate()}", "\n")


def size(count: float) -> str:
    """Bytes for people.

    >>> size(812), size(4_000_000), size(1.25e9)
    ('812 B', '4.0 MB', '1.2 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
