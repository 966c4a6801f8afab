"""Checksums of files: CRC-32C, masked as TensorFlow's files have it."""

from __future__ import annotations

import numpy as np

from minitf.kernels.machine.crc32c import crc32c as _kernel

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


def masked(crc: int) -> int:
    """A checksum as it is stored: one of data that holds checksums is a weak one.

    >>> masked(0), masked(0xE3069283)
    (2726488792, 3347755237)
    """
    return (((crc >> 15) | (crc << 17)) + _DELTA) & 0xFFFFFFFF
