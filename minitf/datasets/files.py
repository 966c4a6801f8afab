"""Where data sets are kept, and fetching those that are not there."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CHUNK = 1 << 16


def folders(name: str, given=None) -> list[Path]:
    """Where a data set may be: the folder given, `$MINITF_DATA`, the user's cache; each, or `name` in it."""
    places = [given, os.environ.get("MINITF_DATA"), cache()]
    return [folder for place in places if place for folder in (Path(os.fsdecode(place)), Path(place, name))]


def cache() -> Path | None:
    """The user's folder for data sets; None where none is known, or only a relative one."""
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(user, "minitf", "data") if os.path.isabs(user) else None


def found(folders: Iterable[Path], names: Iterable[str]) -> Path | None:
    """The first folder that has all of some files, as they are or with `.gz`."""
    for folder in folders:
        if all(any(os.path.isfile(folder / f"{name}{end}") for end in ("", ".gz")) for name in names):
            return folder
    return None


def fetch(url: str, path: Path, digest: str) -> None:
    """Downloads a file of known MD5 digest, with a progress bar on a terminal; it is there whole or not.

    Raises:
      OSError: if it cannot be fetched or is not what it should be.
    """
    import urllib.request

    _make(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with urllib.request.urlopen(url, timeout=20) as answer, open(temporary, "wb") as file:
            _copy(answer, file, path.name)
        if hashlib.md5(temporary.read_bytes(), usedforsecurity=False).hexdigest() != digest:
            raise OSError(f"{url} is not the file it should be: its MD5 digest is not {digest}")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        ours = cache()  # what is in there, compiled code too, is for nobody else, whatever the umask
        folder.mkdir(0o700 if ours and (folder == ours or folder in ours.parents) else 0o777, exist_ok=True)


def _copy(answer, file, name: str) -> None:
    size, done = int(answer.headers.get("Content-Length") or 0), 0
    while chunk := answer.read(_CHUNK):
        file.write(chunk)
        done += len(chunk)
        if size and sys.stderr.isatty():
            filled = 30 * done // size
            print(f"\r{name} [{'#' * filled:30}] {100 * done // size} %", end="", file=sys.stderr)
    if size and sys.stderr.isatty():
        print(file=sys.stderr)
