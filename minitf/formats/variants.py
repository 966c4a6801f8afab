"""Values of variant tensors as TensorFlow's VariantTensorDataProto, and how checkpoints hold them."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from minitf.formats import tensors
from minitf.formats.checksum import crc32c, masked
from minitf.formats.wire import Malformed, Message, field, read_varint, varint
from minitf.framework import dtypes, errors

_CHECK = 4  # bytes of a checksum


class Variant(NamedTuple):
    """A value that can be written: what kind it is, what it says of itself, and its arrays.

    >>> Variant.decoded(Variant("a", b"b", (np.int64(3),)).encoded())
    Variant(kind='a', about=b'b', arrays=(array(3),))
    """

    kind: str
    about: bytes
    arrays: tuple[np.ndarray, ...] = ()

    def encoded(self) -> bytes:
        """The value as a message."""
        found = [field(1, self.kind.encode()), field(2, self.about)]
        return b"".join([*found, *[field(3, tensors.encoded(a, dtypes.as_dtype(a.dtype))) for a in self.arrays]])

    @classmethod
    def decoded(cls, data: bytes) -> Variant:
        """The value that a message is; Malformed if it is none."""
        message = Message(data)
        arrays = tuple([tensors.decoded(each) for each in message.all(3, bytes)])
        return cls(message.bytes(1).decode("utf-8", "replace"), message.bytes(2), arrays)


def written(array: np.ndarray) -> tuple[bytes, int]:
    """The values of a tensor one behind the other, each after its length and before a checksum of all so far; and
    the checksum of it all. UnimplementedError for a value that cannot be written.
    """
    found, crc = [], 0
    for value in array.reshape(-1):
        if not isinstance(value, Variant):
            raise errors.UnimplementedError(None, None, f"checkpoints cannot hold a {type(value).__name__}")
        data = value.encoded()
        crc = crc32c(data, crc32c(struct.pack("<Q", len(data)), crc))
        check = struct.pack("<I", masked(crc))
        crc = crc32c(check, crc)
        found += [varint(len(data)), data, check]
    return b"".join(found), crc


def read(data: bytes, shape: tuple[int, ...], expected: int) -> np.ndarray:
    """The values of a tensor; Malformed if they are damaged. expected: their checksum, masked."""
    found, crc, place = [], 0, 0
    while place < len(data):
        size, place = read_varint(data, place)
        value, check = data[place : place + size], data[place + size : place + size + _CHECK]
        place += size + _CHECK
        crc = crc32c(check, crc32c(value, crc32c(struct.pack("<Q", size), crc)))
        found.append(Variant.decoded(value))
    if masked(crc) != expected:
        raise Malformed("a checksum of variants is wrong")
    array = np.empty(len(found), object)
    for i, value in enumerate(found):
        array[i] = value
    if array.size != np.prod(shape, dtype=np.int64):
        raise Malformed(f"{array.size} variants are not those of a tensor of shape {list(shape)}")
    return array.reshape(shape)
