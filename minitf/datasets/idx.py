"""IDX files: arrays of bytes as MNIST's authors wrote them (http://yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

_BYTES = 0x08  # the code of their element type


def read(path: Path) -> np.ndarray:
    """The array of bytes in a file, or in one of that name with `.gz`.

    Raises:
      ValueError: if it is no such file, or not a whole one.
    """
    path = path if path.is_file() else path.with_name(f"{path.name}.gz")
    data = _unpacked(path)
    if len(data) < 4 or data[:3] != bytes([0, 0, _BYTES]):
        raise ValueError(f"{path} is no IDX file of bytes")
    rank = data[3]
    start = 4 + 4 * rank
    sizes = struct.unpack(f">{rank}I", data[4:start]) if len(data) >= start else ()
    if len(data) - start != math.prod(sizes) or len(sizes) != rank:
        raise ValueError(f"{path} has {len(data)} bytes, not those of an array of shape {sizes}")
    return np.frombuffer(data, np.uint8, offset=start).reshape(sizes)


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file: {error}") from None
