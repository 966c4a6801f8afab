"""Checkpoints of TensorFlow's second format: `PREFIX.index`, a table of entries, and `PREFIX.data-...`.

The table's entry for the empty key says how many data files there are; the one for a tensor's name says its
type, its shape, in which file and where its bytes are, and their checksum (TensorFlow's tensor_bundle.proto).
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from minitf.formats import ordered, table, transfer, variants, wire
from minitf.formats.checksum import crc32c, masked, masked_each
from minitf.formats.data_file import DataFile, pieces
from minitf.formats.entries import Entry, decoded
from minitf.formats.wire import Malformed, Message
from minitf.framework import dtypes
from minitf.kernels.machine.alloc import aligned, aligned_together

_VERSION = 1
_SMALL = 1 << 15  # bytes up to which a call costs more than to copy a tensor
_TOGETHER = 1 << 19  # bytes of small tensors that are written at one go: so many stay in a core's own cache


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


class Part(NamedTuple):
    """A part of a tensor of a shape: its (start, length) along each dimension."""

    shape: tuple[int, ...]
    extents: tuple[tuple[int, int], ...]


class Overlap(NamedTuple):
    """What a window and a part have in common: its shape, and where it is in both."""

    shape: tuple[int, ...]
    inside: tuple[slice, ...]
    of_part: tuple[slice, ...]


def _explicit(extents: tuple, shape: tuple[int, ...]) -> tuple:
    """A part with the lengths where it says that it is all of a dimension."""
    return tuple((start, size if length < 0 else length) for (start, length), size in zip(extents, shape))


def overlap(window: tuple, extents: tuple) -> Overlap | None:
    """What two parts of a tensor, as (start, length) along each dimension, have in common; None if nothing.

    >>> overlap(((0, 4),), ((3, 5),))
    Overlap(shape=(1,), inside=(slice(3, 4, None),), of_part=(slice(0, 1, None),))
    """
    starts = [max(a, b) for (a, _), (b, _) in zip(window, extents, strict=True)]
    ends = [min(a + m, b + n) for (a, m), (b, n) in zip(window, extents)]
    if any(start >= end for start, end in zip(starts, ends)):
        return None

    def within(part: tuple) -> tuple[slice, ...]:
        return tuple(slice(a - first, b - first) for a, b, (first, _) in zip(starts, ends, part))

    return Overlap(tuple(b - a for a, b in zip(starts, ends)), within(window), within(extents))


# ---- writing


class Writer:
    """Writes the data file of a bundle; `entries` and `parts` say where each tensor is once all is flushed."""

    def __init__(self, file):
        self._file, self._offset = file, 0
        self._waiting: list[tuple] = []  # small tensors: the name, the type, the array
        self._waiting_size = 0
        self.entries: dict[str, Entry] = {}
        self.parts: dict[bytes, Entry] = {}

    def add(self, name: str, dtype: dtypes.DType, array: np.ndarray, part: Part | None = None) -> None:
        """Appends a tensor, or a part of one; ValueError if it does not fit to other parts of that."""
        if part is None or array.shape == part.shape:
            self._add_whole(name, dtype, array)
            return
        self.flush()
        whole = self.entries.setdefault(name, Entry(dtype, part.shape))
        if (whole.dtype, whole.shape) != (dtype, part.shape):
            raise ValueError(f"{name} is said to be of shapes {list(whole.shape)} and {list(part.shape)}")
        self.entries[name] = whole._replace(slices=(*whole.slices, part.extents))
        self.parts[ordered.slice_key(name, list(part.extents))] = self._append(dtype, array)

    def _add_whole(self, name: str, dtype: dtypes.DType, array: np.ndarray) -> None:
        if dtype in (dtypes.string, dtypes.variant) or array.nbytes > _SMALL:
            self.flush()
            self.entries[name] = self._append(dtype, array)
            return
        if self._waiting_size + array.nbytes > _SMALL:
            self.flush()
        self._waiting.append((name, dtype, array))
        self._waiting_size += array.nbytes

    def flush(self) -> None:
        """Writes the small tensors that wait for each other: they are summed up and written at one go."""
        datas = [_flat(array) for _, _, array in self._waiting]
        start = self._offset
        if datas:
            self._write(b"".join(datas))
        for (name, dtype, array), data, crc in zip(self._waiting, datas, masked_each(datas)):
            self.entries[name] = Entry(dtype, array.shape, 0, start, data.size, crc)
            start += data.size
        self._waiting, self._waiting_size = [], 0

    def _append(self, dtype: dtypes.DType, array: np.ndarray) -> Entry:
        start = self._offset
        append = {dtypes.string: self._strings, dtypes.variant: self._variants}.get(dtype, self._numbers)
        crc = append(array)
        return Entry(dtype, array.shape, 0, start, self._offset - start, masked(crc))

    def _write(self, data) -> None:
        self._file.write(data)
        self._offset += len(data)
        transfer.move(len(data))

    def _numbers(self, array: np.ndarray) -> int:
        data, crc = _flat(array), 0
        for piece in pieces(data):
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

    def _variants(self, array: np.ndarray) -> int:
        data, crc = variants.written(array)
        self._write(data)
        return crc


def _flat(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _length(value: bytes) -> bytes:
    """A string's length as its checksum counts it."""
    return struct.pack("<I" if len(value) < 1 << 32 else "<Q", len(value))


def index(entries: dict[str, Entry], parts: dict[bytes, Entry], shards: int = 1) -> bytes:
    """The index file for some entries, and those of parts by their keys."""
    rows = {name.encode(): entry.encoded() for name, entry in entries.items()}
    rows |= {key: entry.encoded() for key, entry in parts.items()}
    return table.write([(b"", header(shards)), *sorted(rows.items())])


# ---- reading


@dataclass
class Bundle:
    """The contents of an index file; `new` ends the names of data files that are still to be renamed."""

    prefix: str
    shards: int
    entries: dict[str, Entry]
    new: str = ""
    parts: dict[bytes, Entry] = field(default_factory=dict)  # of partitioned tensors, by their keys
    _files: dict[int, DataFile] = field(default_factory=dict)  # those that were opened, by number

    @classmethod
    def read(cls, prefix: str, data: bytes, new: str = "") -> Bundle:
        """The bundle that an index file's bytes describe; Malformed if they are damaged."""
        rows = table.read(data)
        key, first = next(rows, (None, b""))
        if key != b"":
            raise Malformed("it has no header")
        found = cls(prefix, shards(first), {}, new)
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
        if entry.dtype is dtypes.string:
            return _strings(self._file(entry.shard).bytes(entry), entry)
        if entry.dtype is dtypes.variant:
            return variants.read(self._file(entry.shard).bytes(entry), entry.shape, entry.crc)
        _check_size(entry)
        array = aligned(entry.shape, entry.dtype.as_numpy_dtype)
        self._file(entry.shard).fill(entry, _bytes_of(array))
        return array

    def arrays(self, entries: list[Entry]) -> list[np.ndarray]:
        """The tensors of entries of numbers, read together; Malformed if the bytes of one are damaged."""
        for entry in entries:
            _check_size(entry)
            self._file(entry.shard).check_end(entry)
        rooms = aligned_together([entry.size for entry in entries])
        rows = sorted(zip(entries, rooms), key=lambda row: (row[0].shard, row[0].offset))
        for shard, found in itertools.groupby(rows, lambda row: row[0].shard):
            self._file(shard).fill_all([*found])
        return [room.view(e.dtype.as_numpy_dtype).reshape(e.shape) for e, room in zip(entries, rooms)]

    def check(self, entry: Entry) -> None:
        """Malformed if the bytes of an entry of numbers are damaged; takes no memory for them."""
        _check_size(entry)
        self._file(entry.shard).check(entry)

    def fill(self, entry: Entry, array: np.ndarray) -> None:
        """Reads what was checked before to where `array` is; Malformed if it has changed since."""
        self._file(entry.shard).fill(entry, _bytes_of(array), moves=False)

    def _file(self, shard: int) -> DataFile:
        if shard not in self._files:
            final = data_name(self.prefix, shard, self.shards)
            for name in (final + self.new, final):
                with contextlib.suppress(FileNotFoundError):
                    self._files[shard] = DataFile(name)
                    break
            else:
                raise FileNotFoundError(2, os.strerror(2), final)
        return self._files[shard]

    def part(self, name: str, window: tuple[tuple[int, int], ...]) -> np.ndarray:
        """The part of a partitioned tensor from each start on, of each length; Malformed if some of it is missing."""
        whole, shape = self.entries[name], tuple(length for _, length in window)
        if whole.dtype is None:
            raise Malformed("its type is one that minitf has not")
        parts = [(_explicit(extents, whole.shape), self._part(name, extents)) for extents in whole.slices]
        found = [(common, entry) for extents, entry in parts if (common := overlap(window, extents))]
        if sum(math.prod(common.shape) for common, _ in found) != math.prod(shape):
            raise Malformed(f"it has not all parts of {list(shape)} at {[start for start, _ in window]}")
        if len(found) == 1 and found[0][1].shape == shape:
            return self.array(found[0][1])
        array = aligned(shape, whole.dtype.as_numpy_dtype)
        for common, entry in found:
            array[common.inside] = self.array(entry)[common.of_part]
        return array

    def _part(self, name: str, extents: tuple) -> Entry:
        entry, shape = self.parts.get(ordered.slice_key(name, list(extents))), self.entries[name].shape
        if entry is None or entry.shape != tuple(length for _, length in _explicit(extents, shape)):
            raise Malformed(f"part {extents} is missing")
        return entry


def _check_size(entry: Entry) -> None:
    if entry.size != math.prod(entry.shape) * np.dtype(entry.dtype.as_numpy_dtype).itemsize:
        raise Malformed(f"{entry.size} bytes are not those of {entry.dtype.name} {list(entry.shape)}")


def _bytes_of(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1).view(np.uint8)


def _name(key: bytes) -> str:
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise Malformed(f"the key {key!r:.40} is no text") from None


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
