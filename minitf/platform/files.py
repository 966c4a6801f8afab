"""Files as TensorFlow's programs open them, with its errors."""

from __future__ import annotations

import contextlib
import errno
import os

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
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
}
_MODES = ("r", "w", "a", "r+", "w+", "a+")


@contextlib.contextmanager
def translated(name: str):
    """What the system refuses inside is an error of TensorFlow's that names the file."""
    try:
        yield
    except OSError as error:
        kind = _CLASSES.get(error.errno, errors.UnknownError)
        raise kind(None, None, f"{name}; {error.strerror or error}") from None
    except ValueError as error:  # a name with NUL bytes
        if "null" not in str(error):
            raise
        raise errors.InvalidArgumentError(None, None, f"{name!r}; {error}") from None


def path_of(name) -> str:
    """A file's name as text; TypeError for what is no name."""
    if not isinstance(name, (str, bytes, os.PathLike)):
        raise TypeError(
            f"the name of a file is text, bytes or a path (binary or unicode string), not {name!r}"
        )
    return os.fsdecode(name)


class GFile:
    """A file; it is opened when it is first read or written.

    name: text, bytes or a path. mode: r, w or a, with + and b as for `open`. Text is UTF-8. What is read is
    text, or bytes in a mode with b; both are taken for writing.

    Raises:
      tf.errors.InvalidArgumentError: for another mode.
      tf.errors.NotFoundError, PermissionDeniedError and so on: when it is read or written.
    """

    def __init__(self, name, mode: str = "r"):
        self._name, self._mode, self._file = path_of(name), mode, None
        if not isinstance(mode, str) or mode.replace("b", "") not in _MODES:
            raise errors.InvalidArgumentError(
                None, None, f"mode is not {' or '.join(map(repr, _MODES))}, with or without b: {mode!r}"
            )

    @property
    def name(self) -> str:
        """The file's name."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode it was opened in."""
        return self._mode

    def _opened(self, what: str, modes: str):
        if not any(letter in self._mode for letter in modes):
            raise errors.PermissionDeniedError(
                None, None, f"File isn't open for {what}: {self._name} has mode {self._mode!r}"
            )
        if self._file is None:
            with translated(self._name):
                self._file = open(self._name, self._mode.replace("b", "") + "b")  # noqa: SIM115 - see close
        return self._file

    def _given(self, data: bytes):
        return data if "b" in self._mode else data.decode("utf-8")

    def read(self, n: int = -1):
        """The next `n` bytes, or all that are left."""
        with translated(self._name):
            return self._given(self._opened("reading", "r+").read(n))

    def readline(self):
        """The next line with its end; empty at the end of the file."""
        with translated(self._name):
            return self._given(self._opened("reading", "r+").readline())

    def readlines(self) -> list:
        """The lines that are left."""
        return list(self)

    def write(self, file_content) -> None:
        """Writes text or bytes."""
        data = file_content.encode("utf-8") if isinstance(file_content, str) else file_content
        with translated(self._name):
            self._opened("writing", "wa+").write(data)

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Goes to a place in the file: from its start (whence 0), from here (1), from its end (2).

        position: an old name of `offset`.
        """
        offset = position if offset is None else offset
        if offset is None:
            raise TypeError("seek(): offset is missing")
        with translated(self._name):
            self._opened("reading", "r+wa").seek(offset, whence)

    def tell(self) -> int:
        """The place in the file, in bytes."""
        return self._opened("reading", "r+wa").tell()

    def size(self) -> int:
        """How many bytes the file has."""
        with translated(self._name):
            return os.stat(self._name).st_size

    def flush(self) -> None:
        """Writes what is still in memory."""
        if self._file is not None:
            with translated(self._name):
                self._file.flush()

    def close(self) -> None:
        """Closes the file; it is written even if nothing was ever said to be."""
        if self._file is None and "w" in self._mode:
            self._opened("writing", "w")
        if self._file is not None:
            with translated(self._name):
                self._file.close()
            self._file = None

    def __del__(self):
        if getattr(self, "_file", None) is not None:
            self._file.close()  # scripts leave that to the end of the object

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def next(self):
        """The next line."""
        return next(self)
