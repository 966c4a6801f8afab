"""Where compiled kernels are kept, and what is done where they cannot be."""

import atexit
import contextlib
import functools
import os
import re
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

from minitf.kernels.compile import trust

_OURS = re.compile(r"\w+-[0-9a-f]{24}")  # a module, and what its code depends on
KEEP = 4  # folders of older sources kept per module

_temporary = []  # the folder of this run, if there is one
_told = set()


def root():
    """The folder of all compiled kernels: `MINITF_CACHE_DIR`, or minitf's part of the user's cache folder.

    One of this run alone where that is not a folder that only the user can change. OSError if there is none.
    """
    path, _ = _named()
    try:
        _require(path)
        return path
    except OSError as error:
        tell(error)
        return _temporary_folder()


def place(name):
    """The folder of that name in the root, made if it is missing; None if there is none to be had."""
    with contextlib.suppress(OSError):
        path = root() / name
        try:
            return _made(path)
        except OSError as error:
            tell(error)
            return _made(_temporary_folder() / name)
    return None


def renew(path):
    """Makes a folder that was given here once more, if someone has cleared it away since."""
    if not is_temporary(path.parent):
        trust.folder(path)


def is_temporary(path):
    """Whether this root ends with the run."""
    return path in _temporary


def tell(error):
    """Warns that kernels are not kept, and why; once."""
    path, variable = _named()
    if path in _told:
        return
    _told.add(path)
    by = f"named by {variable}" if variable else "HOME is not set"
    reason = str(error)
    if error.strerror:
        where = error.filename2 or error.filename
        reason = error.strerror + (f": {trust.shown(where)}" if where else "")
    warnings.warn(
        f"compiled kernels are not kept in {trust.shown(path)} ({by}): {reason}. Every run will compile its "
        "kernels again, which takes seconds. To keep them, mend that, or name a folder that only you can "
        "change in the environment variable MINITF_CACHE_DIR",
        RuntimeWarning,
        stacklevel=_level_of_user(),
    )


def named():
    """The folder where compiled kernels are to be kept."""
    return _named()[0]


def fault():
    """Why compiled kernels are not kept there; None if they are."""
    try:
        trust.folder(named())
    except OSError as error:
        return error.strerror or str(error)
    return None


def kept():
    """How many compiled kernels are kept, and their size in bytes."""
    files = [entry.stat() for folder in _all() for entry in os.scandir(folder) if entry.name.endswith(".o")]
    return len(files), sum(status.st_size for status in files)


def clear():
    """Removes the compiled kernels."""
    for folder in _all():
        _clear(folder)


def _all():
    """The folders of the names that are given here."""
    with contextlib.suppress(FileNotFoundError), os.scandir(named()) as entries:
        return [e.path for e in entries if _OURS.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
    return []


def _level_of_user():
    level, frame = 2, sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "minitf":
        level, frame = level + 1, frame.f_back
    return level


def _named():
    """The folder that the environment asks for, and the variable that does."""
    for variable, below in (("MINITF_CACHE_DIR", ""), ("XDG_CACHE_HOME", "minitf")):
        if value := os.environ.get(variable):
            return Path(value, below), variable
    variable = "HOME" if "HOME" in os.environ else None
    home = os.path.expanduser("~") if os.environ.get("HOME", "~") else ""
    return Path(home, ".cache", "minitf"), variable


@functools.cache
def _require(path):
    trust.folder(path)


def _temporary_folder():
    if not _temporary:
        path = Path(tempfile.mkdtemp(prefix="minitf-"))
        atexit.register(_remove, path, os.getpid())
        os.chmod(path, 0o700)  # whatever the umask took away
        trust.folder(path)  # it is where TMPDIR says
        _temporary.append(path)
    return _temporary[0]


def _remove(path, process):
    if os.getpid() == process:  # not in a child, which the parent may outlive
        shutil.rmtree(path, ignore_errors=True)


def _made(path):
    new = not os.path.isdir(path)
    trust.last(path)
    if new:
        with contextlib.suppress(OSError):
            _prune(path)
    return path


def _prune(newest):
    """Removes the code of older sources: only what has the names that are given here, whoever else's it is stays."""
    module = newest.name.rpartition("-")[0]
    named = re.compile(re.escape(module) + "-[0-9a-f]{24}")
    with os.scandir(newest.parent) as entries:
        old = [e for e in entries if named.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
    old = [e for e in old if e.name != newest.name]
    old.sort(key=lambda e: e.stat(follow_symlinks=False).st_mtime, reverse=True)
    for entry in old[KEEP - 1 :]:
        _clear(entry.path)


def _clear(folder):
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            ours = [e.path for e in entries if e.name.endswith((".o", ".tmp"))]
        for path in ours:
            os.unlink(path)
        os.rmdir(folder)
