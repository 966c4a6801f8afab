"""What a script uses of TensorFlow 0.x: said once, when it ends."""

from __future__ import annotations

import atexit
import linecache
import sys
from pathlib import Path

_HERE = str(Path(__file__).parent)
_taken: dict[str, str] = {}  # what was taken as 0.x -> the line that first used it


def note(what: str) -> None:
    """Remembers that something was taken as TensorFlow 0.x had it."""
    if what in _taken:
        return
    if not _taken:
        atexit.register(_say)
    _taken[what] = _line()


def _line() -> str:
    """The line outside of this package that is running."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    return f"{name}:{number}: {linecache.getline(name, number).strip()}"


def _say() -> None:
    print("minitf: taken as TensorFlow 0.x had it:", file=sys.stderr)
    for what, line in _taken.items():
        print(f"  {what}, first at {line}", file=sys.stderr)
