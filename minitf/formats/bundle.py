"""Checkpoints of TensorFlow's second format: `PREFIX.index`, a table of entries, and `PREFIX.data-...`.

The table's entry for the empty key says how many data files there are; the one for a tensor's name says its
type, its shape, in which file and where its bytes are, and their checksum (TensorFlow's tensor_bundle.proto).
"""

from __future__ import annotations

import math
import os
import struct
from dataclasses import dataclass, field

import numpy as np

from minitf.formats import table, wire
from minitf.formats.checksum import crc32c, masked
from minitf.formats.wire import Malformed, Message
from minitf.framework import dtypes
from minitf.kernels.machine.alloc import aligned

_VERSION = 1
_LARGEST_RANK = 254
_PIECE = 1 << 20  # bytes


@dataclass(frozen=True)
class Entry:
    """Where a tensor is; or, if it has `slices`, of which parts it is put together."""

    dtype: dtypes.DType | None  # None: a type that minitf has not
    shape: tuple[int, ...]
    shard: int = 0
    offset: int = 0
    size: int = 0
    crc: int = 0
    slices: tuple = ()  # for each part its (start, length) along each dimension; length -1 is all

    def encoded(self) -> bytes:
        """The entry as a message."""
        sizes = b"".join(wire.field(2, wire.field(1, size) if size else b"") for size in self.shape)
        parts = [wire.field(1, self.dtype.as_datatype_enum), wire.field(2, sizes)]
        numbers = ((3, self.shard), (4, self.offset), (5, self.size))
        parts += [wire.field(number, value) for number, value in numbers if value]
        return b"".join([*parts, wire.fixed32(6, self.crc)])


def decoded(message: bytes) -> Entry:
    """The entry that a message is; Malformed if it is none."""
    found = Message(message)
    slices = tuple(slice_of(value) for value in found.all(7, bytes))
    places = (found.number(n) for n in (3, 4, 5, 6))
    return Entry(dtype_of(found.number(1)), shape_of(found.bytes(2)), *places, slices)


def dtype_of(enum: int) -> dtypes.DType | None:
    """The type of a number of TensorFlow's DataType; None if minitf has it not."""
    try:
        dtype = dtypes.as_dtype(enum).base_dtype
    except TypeError:
        return None
    return None if dtype is not dtypes.string and np.dtype(dtype.as_numpy_dtype).hasobject else dtype


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


def header(shards: int) -> bytes:
    """The message of the empty key: the number of data files, little-endian, the format's version."""
    return wire.field(1, shards) + wire.field(3, wire.field(1, _VERSION))


def shards(message: bytes) -> int:
    """How many data files a header names; Malformed if it is none that this can read."""
    found = Message(message)
    if found.number(2) != 0:
        raise Malformed("it was written on a big-endian machine")
    if (needed := Message(found.bytes(3)).number(2)) > _VERSION:
        raise Malformed(f"it needs version {needed} of the format")
    count = found.number(1)
    if not 0 < count <= 99_999:
        raise Malformed(f"{count} data files")
    return count


def data_name(prefix: str, shard: int, count: int) -> str:
    """The name of a data file."""
    return f"{prefix}.data-{shard:05d}-of-{count:05d}"


# ---- writing


class Writer:
    """Writes the data file of a bundle, tensor by tensor; `entries` say where each is."""

    def __init__(self, file):
        self._file, self._offset = file, 0
        self.entries: dict[str, Entry] = {}

    def add(self, name: str, dtype: dtypes.DType, array: np.ndarray) -> None:
        """Appends a tensor."""
        start = self._offset
        crc = self._strings(array) if dtype is dtypes.string else self._numbers(array)
        size = self._offset - start
        self.entries[name] = Entry(dtype, array.shape, 0, start, size, masked(crc))

    def _write(self, data) -> None:
        self._file.write(data)
        self._offset += len(data)

    def _numbers(self, array: np.ndarray) -> int:
        data, crc = np.ascontiguousarray(array).reshape(-1).view(np.uint8), 0
        for piece in _pieces(data):
            crc = crc32c(piece, crc)
            self._write(piece.data)
        return crc

    def _strings(self, array: np.ndarray) -> int:
        """The lengths, their checksum, then the bytes of all strings."""
        values = [bytes(value) for value in array.reshape(-1)]
        self._write(b"".join(wire.varint(len(value)) for value in values))
        crc = crc32c(b"".join(_length(value) for value in values))
        check = struct.pack("<I", masked(crc))
        self._write(check)
        data = b"".join(values)
        self._write(data)
        return crc32c(data, crc32c(check, crc))


def _pieces(data: np.ndarray):
    """Bytes piece by piece: what was just read or is written next is summed up while it is in the cache."""
    return (data[i : i + _PIECE] for i in range(0, data.size, _PIECE))


def _length(value: bytes) -> bytes:
    """A string's length as its checksum counts it."""
    return struct.pack("<I" if len(value) < 1 << 32 else "<Q", len(value))


def index(entries: dict[str, Entry], shards: int = 1) -> bytes:
    """The index file for some entries."""
    rows = {name.encode(): entry.encoded() for name, entry in entries.items()}
    return table.write([(b"", header(shards)), *sorted(rows.items())])


# ---- reading


@dataclass
class Bundle:
    """The contents of an index file."""

    prefix: str
    shards: int
    entries: dict[str, Entry]
    parts: dict[bytes, Entry] = field(default_factory=dict)  # of partitioned tensors, by their keys
    _files: dict[int, _DataFile] = field(default_factory=dict)  # those that were opened, by number

    @classmethod
    def read(cls, prefix: str, data: bytes) -> Bundle:
        """The bundle that an index file's bytes describe; Malformed if they are damaged."""
        rows = table.read(data)
        key, first = next(rows, (None, b""))
        if key != b"":
            raise Malformed("it has no header")
        found = cls(prefix, shards(first), {})
        for key, message in rows:
            entry = decoded(message)
            if entry.shard >= found.shards:
                raise Malformed(f"an entry names data file {entry.shard} of {found.shards}")
            if key[:1] == b"\0":
                found.parts[key] = entry
            else:
                found.entries[_name(key)] = entry
        return found

    def array(self, entry: Entry) -> np.ndarray:
        """The tensor of an entry; Malformed if its bytes are damaged, OSError if its file cannot be read."""
        if entry.dtype is None:
            raise Malformed("its type is one that minitf has not")
        if entry.shard not in self._files:
            self._files[entry.shard] = _DataFile(data_name(self.prefix, entry.shard, self.shards))
        file = self._files[entry.shard]
        if entry.dtype is dtypes.string:
            return _strings(file.bytes(entry), entry)
        dtype = np.dtype(entry.dtype.as_numpy_dtype)
        if entry.size != math.prod(entry.shape) * dtype.itemsize:
            raise Malformed(f"{entry.size} bytes are not those of {entry.dtype.name} {list(entry.shape)}")
        array = aligned(entry.shape, dtype)
        file.fill(entry, array.reshape(-1).view(np.uint8))
        return array


def _name(key: bytes) -> str:
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise Malformed(f"the key {key!r:.40} is no text") from None


class _DataFile:
    """A data file that is open for as long as this is there."""

    def __init__(self, name: str):
        self._name, self._file = name, -1
        self._file = os.open(name, os.O_RDONLY)
        self._size = os.fstat(self._file).st_size

    def __del__(self):
        if self._file >= 0:
            os.close(self._file)

    def _check(self, entry: Entry) -> None:
        if self._size < entry.offset + entry.size:
            raise Malformed(f"{self._name} is cut off")

    def bytes(self, entry: Entry) -> bytes:
        """The bytes of an entry as they are."""
        self._check(entry)
        return self._read(entry.offset, np.empty(entry.size, np.uint8)).tobytes()

    def fill(self, entry: Entry, data: np.ndarray) -> None:
        """Reads the bytes of an entry to where `data` is; Malformed if its checksum is wrong."""
        self._check(entry)
        place, crc = entry.offset, 0
        for piece in _pieces(data):
            crc = crc32c(self._read(place, piece), crc)
            place += piece.size
        if masked(crc) != entry.crc:
            raise Malformed(f"a checksum in {self._name} is wrong")

    def _read(self, place: int, data: np.ndarray) -> np.ndarray:
        done = 0
        while done < data.size:
            count = os.preadv(self._file, [data[done:]], place + done)
            if count == 0:
                raise Malformed(f"{self._name} is cut off")
            done += count
        return data


def _strings(data: bytes, entry: Entry) -> np.ndarray:
    """The strings behind their lengths and the checksum of those."""
    count, place, lengths = math.prod(entry.shape), 0, []
    if count > len(data):
        raise Malformed(f"{len(data)} bytes are not those of {count} strings")
    for _ in range(count):
        length, place = wire.read_varint(data, place)
        lengths.append(length)
    check, place = data[place : place + 4], place + 4
    crc = crc32c(b"".join(struct.pack("<I" if n < 1 << 32 else "<Q", n) for n in lengths))
    if check != struct.pack("<I", masked(crc)) or sum(lengths) != len(data) - place:
        raise Malformed("the lengths of strings are damaged")
    if masked(crc32c(data[place:], crc32c(check, crc))) != entry.crc:
        raise Malformed("a checksum of strings is wrong")
    found = np.empty(count, object)
    for i, length in enumerate(lengths):
        found[i] = data[place : place + length]
        place += length
    return found.reshape(entry.shape)
