"""Running a script or notebook as the main program, `tensorflow` being minitf."""

from __future__ import annotations

import builtins
import importlib
import linecache
import os
import re
import sys
import traceback
import types
from pathlib import Path

import minitf.as_tensorflow  # noqa: F401 - makes `tensorflow` importable
from minitf.ops.state import old_names
from minitf.scripts import convert, imports, numpy1, source

_BACKEND = "module://minitf.scripts.figures"
_WAS_NOTEBOOK = re.compile(r"^get_ipython\(\)\.", re.MULTILINE)  # a script that a notebook was made to


def place_of(module: str) -> Path:
    """The file of a module of this folder, or of the program that a package of it is; Unreadable if there is none."""
    place = Path(*module.split("."))
    for found in (place.with_suffix(".py"), place / "__main__.py"):
        if found.is_file():
            return found
    raise source.Unreadable(f"there is no module {module} in {Path.cwd()}: no file {place}.py")


def run(path: Path, arguments: list[str], figures: Path | None = None, show: bool = False, module: str = "") -> int:
    """Runs a script with its arguments; returns its exit code.

    module: what it is called, if it is run as a module of the folder that the process is in.

    figures: the folder for what `plt.show()` shows, by default `NAME_figures` beside the script; `show`
    leaves them to the screen. What the script raises is printed as Python does, from its own line on.

    Raises:
      Unreadable: if the script is not there, or neither Python 3 nor Python 2.
      ImportError: if it needs a package that is not installed to be read.
    """
    pieces = source.read(path)
    spoken = convert.dialects(pieces)
    codes = [(p.name, c) for p, d in zip(pieces, spoken) for c in convert.code_of(p.text, p.name, p.shows, d)]
    _remember(pieces)
    numpy1.install()
    convert.install()
    old_names.take(_say_old_names)
    imports.install(Path.cwd() if module else path.parent, any(dialect.python2 for dialect in spoken))
    if not show:
        _save_figures(figures or path.with_name(f"{path.stem}_figures"))
    main, running = _main(path, pieces, arguments), ""
    try:
        _begin_package(main, module if path.stem == "__main__" else module.rpartition(".")[0])
        for running, code in codes:  # noqa: B007 - said below
            exec(code, main.__dict__)
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        _print(error)
        if len(pieces) > 1:
            print(f"minitf run: {running} of {len(pieces)} failed; those after it did not run", file=sys.stderr)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        _finish_figures()
    return 0


def _main(path: Path, pieces: list[source.Piece], arguments: list[str]) -> types.ModuleType:
    sys.argv = [str(path), *arguments]
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__dict__.update(__file__=str(path), __builtins__=builtins)
    if path.suffix == ".ipynb" or any(_WAS_NOTEBOOK.search(piece.text) for piece in pieces):
        shell = source.Shell()
        main.__dict__["get_ipython"] = lambda: shell
    return main


def _begin_package(main: types.ModuleType, package: str) -> None:
    """Imports the package of the script, which is then what its own imports start from."""
    if package:
        importlib.import_module(package)
        main.__package__ = package


def _remember(pieces: list[source.Piece]) -> None:
    """Lets tracebacks show the lines of notebooks' cells, which are no files."""
    for piece in pieces:
        if piece.shows:
            lines = piece.text.splitlines(keepends=True)
            linecache.cache[piece.name] = (len(piece.text), None, lines, piece.name)


def _save_figures(folder: Path) -> None:
    os.environ["MPLBACKEND"] = _BACKEND
    os.environ["MINITF_FIGURES"] = str(folder)
    if importlib.util.find_spec("matplotlib") is not None:
        import matplotlib

        matplotlib.use = lambda backend, *, force=True: None  # the script asks for a screen


def _say_old_names(checkpoint: str, taken: dict[str, str]) -> None:
    name, key = next(iter(taken.items()))
    more = f", and {len(taken) - 1} more" if len(taken) > 1 else ""
    print(
        f"minitf run: {checkpoint} has names of before TensorFlow 1.2; taken for those of today: {key} for "
        f"{name}{more}",
        file=sys.stderr,
    )


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
