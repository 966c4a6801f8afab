"""The memory that programs compute in: RAM, or a temporary file in its place."""

from __future__ import annotations

import mmap
import os
import tempfile

import numpy as np

from minitf.framework.errors import ResourceExhaustedError
from minitf.kernels.machine.alloc import aligned


class Arena:
    """A block of RAM."""

    def __init__(self, size: int):
        self.size, self.bytes = size, aligned((size,), np.uint8)

    @property
    def address(self) -> int:
        """Where it starts."""
        return self.bytes.__array_interface__["data"][0]


class Swap(Arena):
    """A block of a temporary file that has no name any more and goes when the block goes.

    What is written there stays in RAM only as long as the system has room to spare, and does not count as
    memory of this process after `release()`.
    """

    def __init__(self, size: int):
        self.size, self.bytes, self._map = size, np.empty(0, np.uint8), None
        if size:
            with tempfile.TemporaryFile(prefix="minitf-") as file:
                _reserve(file, size)
                self._map = mmap.mmap(file.fileno(), size)
            self.bytes = np.frombuffer(self._map, np.uint8)

    def release(self) -> None:
        """Lets go of what is not being read or written right now; the file keeps it."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)


def _reserve(file, size: int) -> None:
    """Makes sure of the space on disk: to run out of it while writing would end the process."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    except OSError as error:
        message = (
            f"swap_memory=True needs {size} bytes in {tempfile.gettempdir()}: {error.strerror}; make room "
            "there, or name another folder in the environment variable TMPDIR"
        )
        raise ResourceExhaustedError(None, None, message) from None
