"""Entries of a checkpoint's index: the type and shape of a tensor, and where its bytes are."""

from __future__ import annotations

import functools
import math
import re
from typing import NamedTuple

import numpy as np

from minitf.formats import wire
from minitf.formats.wire import Malformed, Message
from minitf.framework import dtypes

_BEGIN = re.compile(rb"\x08[\x00-\x7f]\x12[\x00-\x7f]")  # an entry's type, and the length of its shape
_NUMBER = rb"([\x80-\xff]{0,8}[\x00-\x7f])"
_FIELDS = rb"(?:\x18N)?(?:\x20N)?(?:\x28N)?(?:\x35(.{4}))?"  # of an entry, from the third to the sixth
_PLACE = re.compile(_FIELDS.replace(b"N", _NUMBER), re.DOTALL)
_LARGEST_RANK = 254


class Entry(NamedTuple):
    """Where a tensor is; or, if it has `slices`, of which parts it is put together."""

    dtype: dtypes.DType | None  # None: a type that minitf has not
    shape: tuple[int, ...]
    shard: int = 0
    offset: int = 0
    size: int = 0
    crc: int = 0
    slices: tuple = ()  # for each part its (start, length) along each dimension; length -1 is all

    @property
    def nbytes(self) -> int:
        """The bytes in files, those of the parts together."""
        whole = self.slices and self.dtype is not None
        return math.prod(self.shape) * np.dtype(self.dtype.as_numpy_dtype).itemsize if whole else self.size

    def encoded(self) -> bytes:
        """The entry as a message."""
        sizes = b"".join(wire.field(2, wire.field(1, size) if size else b"") for size in self.shape)
        parts = [wire.field(1, self.dtype.as_datatype_enum), wire.field(2, sizes)]
        numbers = ((3, self.shard), (4, self.offset), (5, self.size))
        parts += [wire.field(number, value) for number, value in numbers if value]
        parts += [wire.fixed32(6, self.crc)] if self.crc else []
        return b"".join(parts + [wire.field(7, _slice(extents)) for extents in self.slices])


def decoded(message: bytes) -> Entry:
    """The entry that a message is; Malformed if it is none."""
    return _decoded_in_order(message) or _decoded_in_any_order(Message(message))


def _decoded_in_order(message: bytes) -> Entry | None:
    """The same if its fields are as all write those of a whole tensor: checkpoints may have thousands."""
    begin = _BEGIN.match(message)
    end = 4 + message[3] if begin else 0
    place = _PLACE.fullmatch(message, end) if 0 < end <= len(message) else None
    if place is None:
        return None
    shard, offset, size, crc = place.groups(b"\0")
    places = _number(shard), _number(offset), _number(size), int.from_bytes(crc, "little")
    return Entry(dtype_of(message[1]), shape_of(message[4:end]), *places)


def _number(found: bytes) -> int:
    """The number that a pattern has found."""
    value = 0
    for byte in reversed(found):
        value = value << 7 | byte & 127
    return value


def _decoded_in_any_order(found: Message) -> Entry:
    shape = shape_of(found.bytes(2))
    slices = tuple(_within(slice_of(value), shape) for value in found.all(7, bytes))
    places = (found.number(n) for n in (3, 4, 5, 6))
    return Entry(dtype_of(found.number(1)), shape, *places, slices)


def _within(extents: tuple, shape: tuple[int, ...]) -> tuple:
    """A part, if it is one of a tensor of a shape; Malformed if not."""
    if len(extents) != len(shape):
        raise Malformed(f"a part of {len(extents)} dimensions of a tensor of {len(shape)}")
    if any(start < 0 or length < -1 or start + length > size for (start, length), size in zip(extents, shape)):
        raise Malformed(f"a part {extents} of shape {list(shape)}")
    return extents


@functools.lru_cache(256)
def dtype_of(enum: int) -> dtypes.DType | None:
    """The type of a number of TensorFlow's DataType; None if minitf has it not."""
    try:
        dtype = dtypes.as_dtype(enum).base_dtype
    except TypeError:
        return None
    known = dtype in (dtypes.string, dtypes.variant) or not np.dtype(dtype.as_numpy_dtype).hasobject
    return dtype if known else None


@functools.lru_cache(256)  # many tensors have one shape
def shape_of(message: bytes) -> tuple[int, ...]:
    """The sizes in a TensorShapeProto; Malformed if they are none."""
    sizes = [wire.signed(Message(dim).number(1)) for dim in Message(message).all(2, bytes)]
    if len(sizes) > _LARGEST_RANK or any(size < 0 for size in sizes):
        raise Malformed(f"shape {sizes[:8]}")
    return tuple(sizes)


def slice_of(message: bytes) -> tuple[tuple[int, int], ...]:
    """A part: (start, length) along each dimension; a length of -1 means all."""
    extents = [Message(extent) for extent in Message(message).all(1, bytes)]
    return tuple((wire.signed(e.number(1)), wire.signed(e.number(2, -1 % (1 << 64)))) for e in extents)


def _slice(extents: tuple) -> bytes:
    """A part as a message."""
    starts = [wire.field(1, start) if start else b"" for start, _ in extents]
    return b"".join(wire.field(1, start + wire.field(2, size)) for start, (_, size) in zip(starts, extents))
