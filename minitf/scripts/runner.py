"""Running a script or notebook as the main program, `tensorflow` being minitf."""

from __future__ import annotations

import builtins
import importlib
import linecache
import os
import sys
import traceback
import types
from pathlib import Path

import minitf.as_tensorflow  # noqa: F401 - makes `tensorflow` importable
from minitf.scripts import convert, imports, numpy1, source

_BACKEND = "module://minitf.scripts.figures"


def run(path: Path, arguments: list[str], figures: Path | None = None, show: bool = False) -> int:
    """Runs a script with its arguments; returns its exit code.

    figures: the folder for what `plt.show()` shows, by default `NAME_figures` beside the script; `show`
    leaves them to the screen. What the script raises is printed as Python does, from its own line on.

    Raises:
      Unreadable: if the script is not there, or neither Python 3 nor Python 2.
      ImportError: if it needs a package that is not installed to be read.
    """
    pieces = source.read(path)
    codes = [code for piece in pieces for code in convert.code_of(*piece)]
    _remember(pieces)
    numpy1.install()
    convert.install()
    imports.install(path.parent)
    if not show:
        _save_figures(figures or path.with_name(f"{path.stem}_figures"))
    main = _main(path, arguments)
    try:
        for code in codes:
            exec(code, main.__dict__)
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        _print(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        _finish_figures()
    return 0


def _main(path: Path, arguments: list[str]) -> types.ModuleType:
    sys.argv = [str(path), *arguments]
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__dict__.update(__file__=str(path), __builtins__=builtins)
    main.__dict__["get_ipython"] = lambda: None
    if path.suffix != ".ipynb":
        del main.__dict__["get_ipython"]
    return main


def _remember(pieces: list[source.Piece]) -> None:
    """Lets tracebacks show the lines of notebooks' cells, which are no files."""
    for text, name, shows in pieces:
        if shows:
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def _save_figures(folder: Path) -> None:
    os.environ["MPLBACKEND"] = _BACKEND
    os.environ["MINITF_FIGURES"] = str(folder)
    if importlib.util.find_spec("matplotlib") is not None:
        import matplotlib

        matplotlib.use = lambda backend, *, force=True: None  # the script asks for a screen


def _finish_figures() -> None:
    backend = sys.modules.get("minitf.scripts.figures")
    if backend is not None:
        backend.finish()


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def _print(error: BaseException) -> None:
    """The traceback without the frames of this module."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__") == __name__:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
