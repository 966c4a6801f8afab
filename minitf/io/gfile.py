"""tf.io.gfile: files and folders, under the names that TensorFlow 2 kept."""

from __future__ import annotations

from minitf.platform import gfile as _files
from minitf.platform.files import GFile as GFile


def exists(path) -> bool:
    """Whether there is a file or folder of this name."""
    return _files.Exists(path)


def isdir(path) -> bool:
    """Whether this is a folder."""
    return _files.IsDirectory(path)


def glob(pattern) -> list[str]:
    """The files that match a pattern, or one of several, sorted."""
    return _files.Glob(pattern)


def listdir(path) -> list[str]:
    """The names in a folder, sorted; NotFoundError if there is none."""
    return _files.ListDirectory(path)


def mkdir(path) -> None:
    """Makes a folder in one that is there; nothing if it exists."""
    _files.MkDir(path)


def makedirs(path) -> None:
    """Makes a folder and those around it that are missing."""
    _files.MakeDirs(path)


def remove(path) -> None:
    """Deletes a file; NotFoundError if there is none."""
    _files.Remove(path)


def rmtree(path) -> None:
    """Deletes a folder and all that is in it; NotFoundError if there is none."""
    _files.DeleteRecursively(path)


def copy(src, dst, overwrite: bool = False) -> None:
    """Copies a file; AlreadyExistsError if there is one and it is not to be overwritten."""
    _files.Copy(src, dst, overwrite)


def rename(src, dst, overwrite: bool = False) -> None:
    """Gives a file or folder another name; AlreadyExistsError as `copy`."""
    _files.Rename(src, dst, overwrite)


def stat(path):
    """What the system knows of a file: length, mtime_nsec, is_directory; NotFoundError if there is none."""
    return _files.Stat(path)


def walk(top, topdown: bool = True, onerror=None):
    """For each folder below `top`: its name, the folders and files in it; the outer ones first or last.

    onerror: ignored, as a folder that cannot be read is left out.
    """
    return _files.Walk(top, topdown)
