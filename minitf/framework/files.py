"""Names of files, and what the system refuses, as TensorFlow's errors."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid

from minitf.framework import errors

_CLASSES = {
    errno.ENOENT: errors.NotFoundError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EFBIG: errors.ResourceExhaustedError,
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
}


def kind_of(error: OSError) -> type[errors.OpError]:
    """TensorFlow's class of what the system refuses."""
    return _CLASSES.get(error.errno, errors.UnknownError)


@contextlib.contextmanager
def translated(name: str):
    """What the system refuses inside is an error of TensorFlow's that names the file."""
    try:
        yield
    except OSError as error:
        raise kind_of(error)(None, None, f"{name}; {error.strerror or error}") from None
    except ValueError as error:  # a name with NUL bytes
        if "null" not in str(error):
            raise
        raise errors.InvalidArgumentError(None, None, f"{name!r}; {error}") from None


def path_of(name) -> str:
    """A file's name as text; TypeError for what is no name."""
    if not isinstance(name, (str, bytes, os.PathLike)):
        raise TypeError(f"the name of a file is text, bytes or a path (binary or unicode string), not {name!r}")
    return os.fsdecode(name)


def write_whole(path, content: bytes) -> str:
    """Writes a file that is there whole, old or new, at any moment; returns its path. The errors of
    `translated` if it cannot be written.
    """
    path = os.fsdecode(path)
    temporary = f"{path}.tmp{uuid.uuid4().hex}"
    with translated(path):
        try:
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    return path
