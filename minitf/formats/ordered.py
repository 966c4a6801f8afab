"""Numbers and texts as bytes that sort as they do: the keys of parts of partitioned variables.

TensorFlow's `core/lib/strings/ordered_code` is the encoding; parts are slices, a (start, length) a dimension.
"""

from __future__ import annotations

import re


def slice_key(name: str, extents: list[tuple[int, int]]) -> bytes:
    """The key of a part of the tensor called `name`.

    >>> slice_key("v", [(0, 3)]).hex()
    '0076000101018083'
    """
    parts = [_number(0), _text(name.encode()), _number(len(extents))]
    return b"".join(parts + [_signed(value) for extent in extents for value in extent])


def _number(value: int) -> bytes:
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(data)]) + data


def _text(value: bytes) -> bytes:
    escaped = re.sub(rb"[\x00\xff]", lambda found: found[0] + (b"\0" if found[0] == b"\xff" else b"\xff"), value)
    return escaped + b"\0\x01"


def _signed(value: int) -> bytes:
    """One byte for -64 to 63, one more for every 7 bits; the first bits say how many."""
    size = 1
    while not -(1 << (7 * size - 1)) <= value < 1 << (7 * size - 1):
        size += 1
    header = ((1 << size) - 1) << (8 * size - size)
    return ((value & ((1 << (8 * size)) - 1)) ^ header).to_bytes(size, "big")
