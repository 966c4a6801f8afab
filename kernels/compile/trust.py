"""Files that may be run as code: those that nobody but this user and root can have written.

Whoever can write to a folder can swap what is in it, so all folders from the root of the path on are looked
at, and what symbolic links lead to. An open file is looked at once more, by itself.
"""

import contextlib
import os
import stat
import tempfile

LIMIT = 1 << 26  # bytes of a file; the code of the largest kernels has a thousandth of that


class Untrusted(OSError):
    """Others can change what is there."""


def folder(path):
    """Makes a folder, and those above it, where they are missing.

    Raises OSError if that fails, or if others can change what is found under the path.
    """
    if not path.is_absolute():
        raise Untrusted("it is not an absolute path")
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(path)  # a path that is too long is refused before half of it is made
    _walk(path, False, set())


def last(path):
    """The same, where the folders above it are known to be there and to be safe."""
    _require(path, False, set())


def _walk(path, above, seen):
    for part in [*reversed(path.parents), path]:
        kind = part, above or part != path
        if kind not in seen:
            seen.add(kind)
            _require(*kind, seen)


def _require(path, above, seen):
    status = _status_of_folder(path)
    link = stat.S_ISLNK(status.st_mode)
    if not link and not stat.S_ISDIR(status.st_mode):
        raise Untrusted(f"{shown(path)} is not a folder")
    if fault := _fault(status, above):
        raise Untrusted(f"{shown(path)} {fault}")
    if link:
        os.stat(path)  # raises where links go in a circle
        _walk(path.parent / os.readlink(path), above, seen)


def _status_of_folder(path):
    with contextlib.suppress(FileNotFoundError):
        return os.lstat(path)
    with contextlib.suppress(FileExistsError):  # another process was quicker
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)  # whatever the umask took away
    return os.lstat(path)


def _fault(status, above=False):
    """How others can change what has this status; None if they cannot.

    Folders above may be shared ones, where all can only change their own, and may belong to whom the whole
    file system belongs to: that is root, even where a container shows it under another number.
    """
    if not hasattr(os, "geteuid"):  # Windows: what a user has made is the user's
        return None
    us = os.geteuid()
    owners = {0, us, os.stat("/").st_uid} if above else {0, us}
    if status.st_uid not in owners:
        return f"belongs to user {status.st_uid}, not to user {us}" + (" or root" if us else "")
    open_to = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    shared = status.st_mode & stat.S_ISVTX
    if stat.S_ISLNK(status.st_mode) or not open_to or above and shared:
        return None
    whom = "everyone" if open_to & stat.S_IWOTH else f"group {status.st_gid}"
    mend = " (`chmod go-w` mends that)" if status.st_uid == us and not shared else ""
    return f"can be changed by {whom}{mend}"


def read(path):
    """The contents of a file; None if there are none, or others can have written them."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):  # the last so that a pipe is not waited for
        flags |= getattr(os, name, 0)
    with contextlib.suppress(OSError):
        handle = os.open(path, flags)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LIMIT or _fault(status):
                return None
            with open(handle, "rb", closefd=False) as file:
                return file.read(LIMIT)
        finally:
            os.close(handle)
    return None


def write(path, data):
    """Replaces a file, in one step, by one that nobody else can write or read."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with open(handle, "wb") as file:
            os.chmod(temporary, 0o600)  # whatever the umask took away
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def shown(path):
    """A path as text of one line, not too long."""
    text = repr(os.fspath(path))
    return text if len(text) <= 200 else f"{text[:98]}...{text[-98:]}"
