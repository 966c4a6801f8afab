"""tf.gfile: files and folders."""

from __future__ import annotations

import glob
import os
import shutil
from typing import NamedTuple

from minitf.framework import errors
from minitf.framework.files import path_of, translated
from minitf.platform.files import GFile as GFile


class FileStatistics(NamedTuple):
    """A file's length in bytes, its time of change in nanoseconds, whether it is a folder."""

    length: int
    mtime_nsec: int
    is_directory: bool


class FastGFile(GFile):
    """A file; TensorFlow's other name of `GFile`."""


Open = GFile


def Exists(filename) -> bool:  # noqa: N802 - these are TensorFlow's names
    """Whether there is a file or folder of this name."""
    return os.path.exists(path_of(filename))


def IsDirectory(dirname) -> bool:  # noqa: N802
    """Whether this is a folder."""
    return os.path.isdir(path_of(dirname))


def Glob(filename) -> list[str]:  # noqa: N802
    """The files that match a pattern, or one of several, sorted."""
    patterns = [filename] if isinstance(filename, (str, bytes, os.PathLike)) else filename
    return [found for pattern in patterns for found in sorted(glob.glob(path_of(pattern)))]


def ListDirectory(dirname) -> list[str]:  # noqa: N802
    """The names in a folder, sorted; NotFoundError if there is none."""
    name = path_of(dirname)
    if not os.path.isdir(name):
        raise errors.NotFoundError(None, None, f"Could not find directory {name}")
    with translated(name):
        return sorted(os.listdir(name))


def MkDir(dirname) -> None:  # noqa: N802
    """Makes a folder in one that is there; nothing if it exists."""
    name = path_of(dirname)
    with translated(name):
        if not os.path.isdir(name):
            os.mkdir(name)


def MakeDirs(dirname) -> None:  # noqa: N802
    """Makes a folder and those around it that are missing."""
    name = path_of(dirname)
    with translated(name):
        os.makedirs(name, exist_ok=True)


def Remove(filename) -> None:  # noqa: N802
    """Deletes a file; NotFoundError if there is none."""
    name = path_of(filename)
    with translated(name):
        os.unlink(name)


def DeleteRecursively(dirname) -> None:  # noqa: N802
    """Deletes a folder and all that is in it; NotFoundError if there is none."""
    name = path_of(dirname)
    with translated(name):
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        else:
            os.unlink(name)


def Copy(oldpath, newpath, overwrite: bool = False) -> None:  # noqa: N802
    """Copies a file; AlreadyExistsError if there is one and it is not to be overwritten."""
    old, new = path_of(oldpath), path_of(newpath)
    _check_free(new, overwrite)
    with translated(old):
        shutil.copyfile(old, new)


def Rename(oldname, newname, overwrite: bool = False) -> None:  # noqa: N802
    """Gives a file or folder another name; AlreadyExistsError as `Copy`."""
    old, new = path_of(oldname), path_of(newname)
    _check_free(new, overwrite)
    with translated(old):
        os.replace(old, new)


def _check_free(name: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(name):
        raise errors.AlreadyExistsError(None, None, f"file already exists: {name}; overwrite=True replaces it")


def Stat(filename) -> FileStatistics:  # noqa: N802
    """What the system knows of a file; NotFoundError if there is none."""
    name = path_of(filename)
    with translated(name):
        found = os.stat(name)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(name))


def Walk(top, in_order: bool = True):  # noqa: N802
    """For each folder below `top`: its name, the folders and files in it; the outer ones first or last."""
    yield from ((a, sorted(b), sorted(c)) for a, b, c in os.walk(path_of(top), topdown=in_order))
