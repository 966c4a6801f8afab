"""Ops that read, write and find files."""

from __future__ import annotations

import fnmatch
import os
import posixpath

import numpy as np

from minitf.framework import errors
from minitf.framework.apply import apply
from minitf.framework.files import translated
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.patterns import STATEFUL


def name_in(b, value) -> str:
    """The file name in a value."""
    return os.fsdecode(b.data(value).item())


def read_whole(name: str) -> bytes:
    """What is in a file."""
    with translated(name), open(name, "rb") as file:
        return file.read()


def lines_of(name: str) -> list[bytes]:
    """The lines of a file without their ends."""
    lines = read_whole(name).split(b"\n")
    return [line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1])]


def check_there(name: str) -> None:
    """Raises NotFoundError or its like unless there is such a file."""
    with translated(name):
        os.stat(name)


def text(value: bytes) -> np.ndarray:
    """A string as an array of no axes."""
    found = np.empty((), object)
    found[()] = value
    return found


def _write(b, op, name, contents):
    name = name_in(b, name)
    with translated(name):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as file:
            file.write(b.data(contents).item())


define(
    "ReadFile",
    "filename: string[] -> contents: string",
    shape=lambda op: SCALAR,
    host=lambda b, op, name: b.constant(text(read_whole(name_in(b, name)))),
    **STATEFUL,
)
define("WriteFile", "filename: string[], contents: string[] ->", host=_write, **STATEFUL)


def read_file(filename, name: str | None = None) -> Tensor:
    """What is in a file, a string.

    Raises (at run time):
      NotFoundError: if there is none.
    """
    return apply("ReadFile", filename, name=name)


def write_file(filename, contents, name: str | None = None):
    """The op that writes the string `contents` to a file, whose folders are made if they are missing."""
    return apply("WriteFile", filename, contents, name=name)


# ---- finding files


def matching(pattern: str) -> list[str]:
    """The files that match a pattern (`*`, `?`, `[...]` in each part); NotFoundError if there is no such folder."""
    folder, last = posixpath.split(pattern)
    if not set("*?[") & set(pattern):
        return [pattern] if os.path.exists(pattern) else []
    wild = set("*?[") & set(folder)
    found = []
    for place in matching(folder) if wild else [folder]:
        if wild and not os.path.isdir(place):
            continue
        with translated(place or "."):
            names = sorted(os.listdir(place or "."))
        kept = fnmatch.filter(names, last) if set("*?[") & set(last) else [n for n in names if n == last]
        found += [posixpath.join(place or ".", name) for name in kept]
    return found


def _matching(b, op, pattern):
    patterns = [os.fsdecode(p) for p in b.data(pattern).reshape(-1)]
    names = sorted({name for pattern in patterns for name in matching(pattern)})
    return b.constant(np.array([os.fsencode(name) for name in names], object).reshape(-1))


def _check_pattern(op):
    if op.inputs[0].shape.rank not in (None, 0, 1):
        raise errors.InvalidArgumentError(
            None, op, f"a pattern is a string or a vector of them, not of shape {op.inputs[0].shape}"
        )
    return TensorShape([None])


define("MatchingFiles", "pattern: string -> filenames: string", shape=_check_pattern, host=_matching, **STATEFUL)


def matching_files(pattern, name: str | None = None) -> Tensor:
    """The names of the files that match a pattern or one of several, sorted: a vector of strings.

    A pattern has `*`, `?` and `[...]` in the parts of its path. Names in the folder where the program runs
    begin with `./` if the pattern has no folder.

    Raises (at run time):
      NotFoundError: if the folder is not there.
    """
    return apply("MatchingFiles", pattern, name=name)
