"""Files as TensorFlow's programs open them, with its errors."""

from __future__ import annotations

import os

from minitf.framework import errors
from minitf.framework.files import path_of, translated
from minitf.framework.getter import getter

_MODES = ("r", "w", "a", "r+", "w+", "a+")


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

    name: str = getter("_name", "The file's name.")
    mode: str = getter("_mode", "The mode it was opened in.")

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
