"""New arrays; those that the machine has no room for are refused."""

from __future__ import annotations

import math

import numpy as np

LINE = 64  # bytes of a cache line
_LARGE = 1 << 28  # bytes from which an array is worth a look at what is left


def empty(shape: tuple, dtype) -> np.ndarray:
    """An array with arbitrary contents; MemoryError if it is larger than what is left."""
    require(math.prod(shape) * np.dtype(dtype).itemsize)
    return np.empty(shape, dtype)


def require(size: int) -> None:
    """Raises MemoryError if there are not so many bytes left.

    Linux gives out more memory than it has, and ends the process that takes it at its word.
    """
    if size > _LARGE and size > (left := available()):
        raise MemoryError(f"{size / 2**30:.1f} GiB more are needed, {left / 2**30:.1f} GiB are left")


def available() -> float:
    """Bytes that can still be used, by Linux's estimate; infinity where it is not known."""
    try:
        with open("/proc/meminfo") as file:
            sizes = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in file)}
        return 1024 * (sizes["MemAvailable"] + sizes["SwapFree"])
    except (OSError, KeyError):  # not Linux, or a sandbox that tells less
        return math.inf


def aligned(shape: tuple, dtype) -> np.ndarray:
    """A new array that starts at a cache line, as vector code likes it."""
    dtype = np.dtype(dtype)
    if dtype.hasobject:
        return np.empty(shape, dtype)
    count = math.prod(shape) * dtype.itemsize
    room = empty((count + LINE,), np.uint8)
    start = -room.__array_interface__["data"][0] % LINE
    return room[start : start + count].view(dtype).reshape(shape)
