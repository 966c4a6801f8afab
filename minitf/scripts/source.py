"""Scripts and notebooks as pieces of Python: a script is one piece, a notebook one for each cell of code."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import NamedTuple

_MAGIC = r"^\s*(%|!|\?)|\?\s*$|=\s*[%!]"
_RUNS_THE_REST = ("%%time", "%%timeit", "%%capture", "%%prun")


class Unreadable(Exception):
    """A script that cannot be read; its text says why."""


class Piece(NamedTuple):
    """Some source; `name` stands in tracebacks, `shows` says whether its last value is printed.

    python2: whether what it comes from says that it is Python 2.
    """

    text: str
    name: str
    shows: bool = False
    python2: bool = False


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
    old = _says_python2(book.get("metadata"))
    return [Piece(as_python(text), f"{path}, cell {i}", True, old) for i, text in enumerate(code, 1)]


def _says_python2(metadata) -> bool:
    """Whether a notebook's metadata names a kernel of Python 2."""
    parts = [metadata.get(key) for key in ("kernelspec", "language_info")] if isinstance(metadata, dict) else []
    kernel, language = (part if isinstance(part, dict) else {} for part in [*parts, None, None][:2])
    return kernel.get("name") == "python2" or str(language.get("version", "")).startswith("2.")


def _is_code(cell: dict) -> bool:
    return cell["cell_type"] == "code" and cell.get("language", "python") == "python"


def as_python(text: str) -> str:
    """A cell as Python: as IPython reads it where that is installed, else `without_magics`."""
    if not re.search(_MAGIC, text, re.MULTILINE) or importlib.util.find_spec("IPython") is None:
        return without_magics(text)
    from IPython.core.inputtransformer2 import TransformerManager

    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("%%"):
        return f"pass\n{as_python(rest)}" if first.split(" ")[0] in _RUNS_THE_REST else without_magics(text)
    return TransformerManager().transform_cell(text)


class Shell:
    """What `get_ipython()` is in what runs as a script: magics and commands do nothing."""

    def getoutput(self, *args, **kwargs) -> list:
        """The lines that a command prints: none."""
        return []

    def __getattr__(self, name: str):
        return lambda *args, **kwargs: None


def without_magics(text: str) -> str:
    r"""A cell without the lines that are IPython's, its other lines where they were.

    >>> without_magics("%matplotlib inline\nif x:\n    !ls\nfiles = !ls")
    'pass\nif x:\n    pass\nfiles = []'
    """
    first = text.lstrip().split("\n", 1)[0].split(" ")[0]
    if first.startswith("%%") and first not in _RUNS_THE_REST:
        return "\n" * text.count("\n")
    lines, place = [], _Place()
    for line in text.split("\n"):
        lines.append(line if place.inside else _without_magic(line))
        place.read(lines[-1])
    return "\n".join(lines)


def _without_magic(line: str) -> str:
    if re.match(r"\s*(%|!|\?|[\w.]+\?{1,2}\s*$)", line):
        return re.match(r"\s*", line)[0] + "pass"
    return re.sub(r"^(\s*[\w, ]+=\s*)[%!][^=].*$", r"\1[]", line)


class _Place:
    """Whether the next line is within brackets or a string of several lines, or goes on the last one."""

    def __init__(self):
        self._quote, self._depth, self._goes_on = "", 0, False

    @property
    def inside(self) -> bool:
        return bool(self._quote) or self._depth > 0 or self._goes_on

    def read(self, line: str) -> None:
        """Takes note of a line."""
        self._goes_on = False
        for match in _TOKEN.finditer(line):
            token = match[0]
            if self._quote:
                self._quote = "" if token == self._quote else self._quote
            elif token[0] in "\"'":
                self._quote = token
            elif token[0] == "#":
                return
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth = max(self._depth - 1, 0)
            elif token == "\\":
                self._goes_on = match.end() == len(line)
        if len(self._quote) == 1 and not line.endswith("\\"):
            self._quote = ""  # it was not closed on its line, which is an error


_TOKEN = re.compile(r"\\\\|\\['\"]|\\$|\"{3}|'{3}|[\"'()\[\]{}#]")
