"""Scripts and notebooks as pieces of Python: a script is one piece, a notebook one for each cell of code."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import NamedTuple

_RUNS_THE_REST = ("%%time", "%%timeit", "%%capture", "%%prun")


class Unreadable(Exception):
    """A script that cannot be read; its text says why."""


class Piece(NamedTuple):
    """Some source; `name` stands in tracebacks, `shows` says whether its last value is printed."""

    text: str
    name: str
    shows: bool = False


def read(path: Path) -> list[Piece]:
    """The pieces of a script or notebook.

    Raises:
      Unreadable: if there is no such file, or it is no text or no notebook.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from None
    if path.suffix == ".ipynb":
        return _cells(path, data)
    return [Piece(decoded(data), str(path))]


def decoded(data: bytes) -> str:
    """Source as text: in the encoding it declares, else UTF-8, else Latin-1."""
    if b"\0" in data:
        raise Unreadable("this is no text: it has NUL bytes")
    try:
        return importlib.util.decode_source(data)
    except (SyntaxError, UnicodeDecodeError):
        return data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def _cells(path: Path, data: bytes) -> list[Piece]:
    try:
        book = json.loads(data)
        cells = book["cells"] if "cells" in book else [c for w in book["worksheets"] for c in w["cells"]]
        code = ["".join(cell.get("source", cell.get("input", ""))) for cell in cells if _is_code(cell)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{path} is no notebook of version 3 or 4: {error!r}") from None
    return [Piece(without_magics(text), f"{path}, cell {i}", True) for i, text in enumerate(code, 1)]


def _is_code(cell: dict) -> bool:
    return cell["cell_type"] == "code" and cell.get("language", "python") == "python"


def without_magics(text: str) -> str:
    r"""A cell without the lines that are IPython's, its other lines where they were.

    >>> without_magics("%matplotlib inline\nif x:\n    !ls\nfiles = !ls")
    'pass\nif x:\n    pass\nfiles = []'
    """
    first = text.lstrip().split("\n", 1)[0].split(" ")[0]
    if first.startswith("%%") and first not in _RUNS_THE_REST:
        return "\n" * text.count("\n")
    lines, inside = [], False
    for line in text.split("\n"):
        lines.append(line if inside else _without_magic(line))
        inside ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return "\n".join(lines)


def _without_magic(line: str) -> str:
    if re.match(r"\s*(%|!|\?|[\w.]+\?{1,2}\s*$)", line):
        return re.match(r"\s*", line)[0] + "pass"
    return re.sub(r"^(\s*[\w, ]+=\s*)[%!][^=].*$", r"\1[]", line)
