"""New arrays; those that the machine has no room for are refused."""

from __future__ import annotations

import math
import os

import numpy as np

from minitf.kernels.machine import cgroups
from minitf.kernels.machine.aside import Aside

LINE = 64  # bytes of a cache line
_PAGE = 1 << 21  # bytes of a large page
_PAGED = 1 << 22  # bytes from which NumPy asks for large pages
_SHARED = 1 << 26  # bytes in which small arrays lie together
_LARGE = 1 << 26  # bytes from which an array is worth a look at what is left

_copying = Aside()


def empty(shape: tuple, dtype) -> np.ndarray:
    """An array with arbitrary contents; MemoryError if it is larger than what is left."""
    require(math.prod(shape) * np.dtype(dtype).itemsize)
    return np.empty(shape, dtype)


def zeros(shape: tuple, dtype) -> np.ndarray:
    """An array of zeros; MemoryError if it is larger than what is left."""
    require(math.prod(map(int, shape)) * np.dtype(dtype).itemsize)
    return np.zeros(shape, dtype)


def require(size: int) -> None:
    """Raises MemoryError if there are not so many bytes left.

    Linux gives out more memory than it has, and ends the process that takes it at its word.
    """
    if size > _LARGE and size > (left := available()):
        raise MemoryError(f"{size / 2**30:.1f} GiB more are needed, {left / 2**30:.1f} GiB are left")


def available(root: str = "/") -> float:
    """Bytes that can still be used, by Linux's estimate and containers' limits; infinity where neither is known."""
    sizes = _meminfo(root)
    swap = sizes.get("SwapFree", 0)
    return min(sizes.get("MemAvailable", math.inf) + swap, cgroups.available(swap, root))


def _meminfo(root: str) -> dict[str, int]:
    """What the system tells of its memory, in bytes."""
    try:
        with open(os.path.join(root, "proc/meminfo")) as file:
            lines = [line.split(":") for line in file]
        return {name: 1024 * int(rest.split()[0]) for name, rest in lines}
    except (OSError, ValueError, IndexError):  # not Linux, or a sandbox that tells less
        return {}


def probe(size: int, what: str) -> None:
    """Raises MemoryError if the process may not have so many bytes more, for `what` would end it then."""
    try:
        np.empty(size, np.uint8)
    except MemoryError:
        raise MemoryError(
            f"{what} takes up to {size >> 20} MiB, which is more than this process may still have "
            "(ulimit -v, ulimit -d)"
        ) from None


def copied(array: np.ndarray) -> np.ndarray:
    """A copy; of a large array it is made where Ctrl-C can be heard meanwhile."""
    return array.copy() if array.nbytes < _LARGE else _copying.do(array.copy)


def aligned(shape: tuple, dtype) -> np.ndarray:
    """A new array that starts at a cache line, as vector code likes it.

    One of several large pages starts at one: NumPy asks the system for those, which come faster than small ones.
    """
    dtype = np.dtype(dtype)
    if dtype.hasobject:
        return np.empty(shape, dtype)
    count = math.prod(shape) * dtype.itemsize
    line = LINE if count < _PAGED else _PAGE
    room = empty((count + line,), np.uint8)
    start = -room.__array_interface__["data"][0] % line
    return room[start : start + count].view(dtype).reshape(shape)


def aligned_together(sizes: list[int]) -> list[np.ndarray]:
    """New arrays of bytes that start at cache lines.

    Small ones share memory that comes in large pages, which goes when all that are in it are gone.
    """
    found, left, place = [], sum(map(_in_lines, sizes)), 0
    room = np.empty(0, np.uint8)
    for size in sizes:
        taken = _in_lines(size)
        if place + taken > room.size and size < _PAGED:
            room, place = aligned((min(left, _SHARED),), np.uint8), 0
        left -= taken
        if size < _PAGED:
            found.append(room[place : place + size])
            place += taken
        else:
            found.append(aligned((size,), np.uint8))
    return found


def _in_lines(size: int) -> int:
    return -(-size // LINE) * LINE
