"""Protocol buffers on the wire, for the few messages of checkpoints: fields as (number, value).

https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

import struct
from collections.abc import Iterator


class Malformed(ValueError):
    """Bytes that are no message, or no number."""


def varint(value: int) -> bytes:
    """A number below 2**64 in groups of 7 bits, the lowest first.

    >>> varint(300).hex(), read_varint(varint(300), 0)
    ('ac02', (300, 2))
    """
    if 0 <= value < 128:  # as most are
        return bytes((value,))
    value &= 0xFFFFFFFFFFFFFFFF
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def read_varint(data, place: int) -> tuple[int, int]:
    """The number at a place of some bytes, and the place behind it; Malformed if it does not end there."""
    if place < len(data) and data[place] < 128:  # as most are
        return data[place], place + 1
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise Malformed("a number is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xFFFFFFFFFFFFFFFF, place
    raise Malformed("a number has more than 10 bytes")


def field(number: int, value: int | bytes) -> bytes:
    """A field with a number, or with bytes (a string or a message)."""
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def fixed32(number: int, value: int) -> bytes:
    """A field with a number of 4 bytes."""
    return varint(number << 3 | 5) + struct.pack("<I", value)


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message, in their order; Malformed if it is none."""
    place = 0
    while place < len(data):
        key, place = read_varint(data, place)
        kind = key & 7
        if kind == 0:
            value, place = read_varint(data, place)
        elif kind in (1, 2, 5):
            size, place = read_varint(data, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
            if size > len(data) - place:
                raise Malformed("a field is cut off")
            raw = bytes(data[place : place + size])
            value = raw if kind == 2 else int.from_bytes(raw, "little")
            place += size
        else:
            raise Malformed(f"a field of kind {kind}")
        yield key >> 3, value


def signed(value: int) -> int:
    """A number of the wire as a signed one of 64 bits."""
    return value - (1 << 64) if value >= 1 << 63 else value


class Message:
    """The fields of a message by their numbers; Malformed if it is none, or where a field is of another kind.

    >>> message = Message(field(1, 5) + field(2, b"ab"))
    >>> message.number(1), message.bytes(2), message.number(3), message.all(2, bytes)
    (5, b'ab', 0, [b'ab'])
    """

    def __init__(self, data: bytes):
        self._found: dict[int, list] = {}
        for number, value in fields(data):
            self._found.setdefault(number, []).append(value)

    def all(self, field: int, kind: type | tuple) -> list:
        """The values of a field, all of a kind: int or bytes."""
        values = self._found.get(field, [])
        for value in values:
            if not isinstance(value, kind):
                raise Malformed(f"field {field} is {value!r:.40}")
        return values

    def number(self, field: int, default: int = 0) -> int:
        """The last number in a field."""
        return self.all(field, int)[-1] if field in self._found else default

    def bytes(self, field: int) -> bytes:
        """The last bytes in a field."""
        return self.all(field, bytes)[-1] if field in self._found else b""
