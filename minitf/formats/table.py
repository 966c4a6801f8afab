"""Sorted tables of bytes by bytes in a file, as LevelDB and TensorFlow write them.

A file is blocks of entries, a block that says where those are, and a footer that says where that one is. Keys
share their beginnings with those before them. Every block has a checksum.
https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from minitf.formats.checksum import crc32c, masked
from minitf.formats.wire import Malformed, read_varint, varint

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48  # bytes
_TRAILER = 5  # a byte for the compression, four for the checksum
_BLOCK = 1 << 18  # bytes of entries after which a block ends
_RESTARTS = 16  # entries after which a key stands whole


def write(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A table with some entries, given by rising keys.

    >>> list(read(write([(b"a", b"1"), (b"ab", b"2")])))
    [(b'a', b'1'), (b'ab', b'2')]
    """
    file, handles, block, size = bytearray(), [], [], 0
    for key, value in entries:
        block.append((key, value))
        size += len(key) + len(value)
        if size >= _BLOCK:
            handles.append((block[-1][0], _append(file, block)))
            block, size = [], 0
    if block or not handles:
        handles.append((block[-1][0] if block else b"", _append(file, block)))
    footer = _append(file, []) + _append(file, handles, restarts=1)
    return bytes(file + footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC))


def _append(file: bytearray, entries: list, restarts: int = _RESTARTS) -> bytes:
    """Appends a block; returns its handle: where it is, and how long."""
    block, starts, last = bytearray(), [], b""
    for i, (key, value) in enumerate(entries):
        shared = 0
        if i % restarts == 0:
            starts.append(len(block))
        else:
            shared = next((k for k, (a, b) in enumerate(zip(last, key)) if a != b), min(len(last), len(key)))
        block += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    starts = starts or [0]
    block += struct.pack(f"<{len(starts) + 1}I", *starts, len(starts)) + b"\0"
    handle = varint(len(file)) + varint(len(block) - 1)
    file += block + struct.pack("<I", masked(crc32c(bytes(block))))
    return handle


def read(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a table, by rising keys; Malformed if it is damaged or no table."""
    if len(file) < _FOOTER or struct.unpack("<Q", file[-8:])[0] != _MAGIC:
        raise Malformed("it does not end as a table does")
    footer = file[-_FOOTER:-8]
    place = 0
    for _ in range(2):  # the handle of a block that is not used
        _, place = read_varint(footer, place)
    last = None
    for _, handle in _entries(_block(file, footer, place)):
        for key, value in _entries(_block(file, handle, 0)):
            if last is not None and key <= last:
                raise Malformed("its keys are not in order")
            last = key
            yield key, value


def _block(file: bytes, handle: bytes, place: int) -> bytes:
    """The entries and starts of the block that a handle is of."""
    start, place = read_varint(handle, place)
    size, place = read_varint(handle, place)
    end = start + size
    if end + _TRAILER > len(file):
        raise Malformed("a block is cut off")
    if file[end] != 0:
        raise Malformed(f"a block is compressed (kind {file[end]}), which TensorFlow does not do here")
    if struct.unpack("<I", file[end + 1 : end + _TRAILER])[0] != masked(crc32c(file[start : end + 1])):
        raise Malformed("a block's checksum is wrong")
    return file[start:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    count = struct.unpack("<I", block[-4:])[0] if len(block) >= 4 else len(block)
    end = len(block) - 4 * (count + 1)
    if end < 0:
        raise Malformed("a block is too short")
    place, key = 0, b""
    while place < end:
        head = block[place : place + 3]
        if len(head) == 3 and head.isascii():  # numbers of one byte each, as most are
            (shared, rest, size), place = head, place + 3
        else:
            shared, place = read_varint(block, place)
            rest, place = read_varint(block, place)
            size, place = read_varint(block, place)
        if shared > len(key) or rest + size > end - place:
            raise Malformed("an entry is cut off")
        key = key[:shared] + block[place : place + rest]
        place += rest + size
        yield key, block[place - size : place]
