"""What to say of names that TensorFlow had and minitf has not."""

from __future__ import annotations

import difflib
import functools
from importlib import resources

from minitf.out_of_scope import reason_for

_FOLDED = {"tensorflow.compat.v1": "tensorflow"}


@functools.cache
def _known() -> dict[str, frozenset]:
    """The modules of TensorFlow 1.15 and their names."""
    text = resources.files(__package__).joinpath("tensorflow_names.txt").read_text("utf-8")
    lines = text.replace("\n    ", " ").splitlines()
    return {path: frozenset(names.split()) for path, _, names in (line.partition(":") for line in lines)}


@functools.cache
def _inner() -> frozenset:
    """All names, for the modules below tensorflow.python, of which only the paths are known."""
    return frozenset().union(*_known().values())


def is_module(path: str) -> bool:
    """Whether TensorFlow 1.15 has a module of this path."""
    return _folded(path) in _known()


def was_there(path: str) -> bool:
    """Whether TensorFlow had this module or name."""
    path = _folded(path)
    above, _, name = path.rpartition(".")
    inner = above.startswith("tensorflow.python.") and above in _known() and name in _inner()
    return path in _known() or inner or name in _known().get(above, ()) or reason(path) is not None


def _folded(path: str) -> str:
    for old, new in _FOLDED.items():
        if path.startswith(old):
            return new + path[len(old) :]
    return path


def reason(path: str) -> str | None:
    """Why minitf does not mean to have the module or name at a path, or anything below it."""
    return reason_for(_folded(path).partition(".")[2])


def message(path: str, names: list[str]) -> str:
    """What to say of a name that is missing; `names` are those of its module."""
    above, _, name = path.rpartition(".")
    if not was_there(path):
        return f"module {above!r} has no attribute {name!r}{_nearest(name, names)}"
    if reason(path) is not None:
        return f"minitf has no {path}: {reason(path)}"
    return f"minitf does not have {path} yet{_nearest(name, names)}"


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, 2)
    return f"; the nearest names are {', '.join(near)}" if near else ""
