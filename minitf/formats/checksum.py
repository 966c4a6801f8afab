"""Checksums of files: CRC-32C, masked as TensorFlow's files have it."""

from __future__ import annotations

import numpy as np

from minitf.kernels.compile.abi import address_of
from minitf.kernels.machine.crc32c import crc32c as _kernel
from minitf.kernels.machine.crc32c import crc32c_each

_DELTA = 0xA282EAD8


def crc32c(data, start: int = 0) -> int:
    """The CRC-32C of bytes or an array of them, behind bytes of which `start` is the CRC-32C.

    >>> hex(crc32c(b"123456789")), hex(crc32c(b"6789", crc32c(b"12345")))
    ('0xe3069283', '0xe3069283')
    """
    array = np.frombuffer(data, np.uint8) if not isinstance(data, np.ndarray) else data
    found = np.zeros(1, np.int64)
    if array.size == 0:
        return start
    _kernel[()].run(array, found, array.size, start)
    return int(found[0])


def masked_each(arrays: list[np.ndarray]) -> list[int]:
    """The masked CRC-32C of each array of bytes, at one go.

    >>> masked_each([np.frombuffer(b"123456789", np.uint8), np.empty(0, np.uint8)])
    [3347755237, 2726488792]
    """
    places, found = np.array([*map(address_of, arrays)], np.int64), np.empty(len(arrays), np.int64)
    counts = np.array([array.size for array in arrays], np.int64)
    if arrays:
        crc32c_each[()].run(int(places[0]), places - places[0], counts, found, len(arrays))
    return masked(found).tolist()


def masked(crc):
    """A checksum, or an array of them, as it is stored: one of data that holds checksums is a weak one.

    >>> masked(0), masked(0xE3069283)
    (2726488792, 3347755237)
    """
    return (((crc >> 15) | (crc << 17)) + _DELTA) & 0xFFFFFFFF
