"""PNG files of 16 bits a channel, of which Pillow keeps eight."""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by color type
_COLORS = {channels: color for color, channels in _CHANNELS.items()}
_PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))  # Adam7


def depth_of(data: bytes) -> int:
    """The bits of a channel, or of an index into the palette; 8 for other files."""
    return data[24] if data[:8] == _SIGNATURE and len(data) > 25 else 8


def read(data: bytes) -> np.ndarray:
    """The pixels [height, width, channels] of a file, uint16.

    Raises:
      ValueError: for one that is damaged.
    """
    try:
        width, height, _, color, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
        channels, packed = _CHANNELS[color], zlib.decompressobj().decompress(b"".join(_chunks(data, b"IDAT")))
        found = np.zeros([height, width, channels], np.uint16)
        place = 0
        for top, left, down, right in _PASSES if interlaced else [(0, 0, 1, 1)]:
            part = found[top::down, left::right]
            size = part.shape[0] * (part.shape[1] * channels * 2 + 1) if part.size else 0
            if size:
                part[:] = _unfiltered(np.frombuffer(packed, np.uint8, size, place), part.shape)
            place += size
    except (KeyError, struct.error, zlib.error, ValueError) as error:
        raise ValueError(f"{len(data)} bytes are no PNG file of 16 bits that can be read: {error}") from None
    return found


def write(image: np.ndarray, level: int) -> bytes:
    """The file of an image [height, width, channels] of uint16."""
    height, width, channels = image.shape
    rows = image.astype(">u2").reshape(height, -1).view(np.uint8)
    rows = np.concatenate([np.zeros([height, 1], np.uint8), rows], 1)
    header = struct.pack(">IIBBBBB", width, height, 16, _COLORS[channels], 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), level)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(
        [
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in parts
        ]
    )


def _chunks(data: bytes, kind: bytes):
    """The bodies of the chunks of a kind."""
    place = 8
    while place + 8 <= len(data):
        size, found = struct.unpack_from(">I4s", data, place)
        if found == kind:
            yield data[place + 8 : place + 8 + size]
        place += size + 12


def _unfiltered(packed: np.ndarray, shape) -> np.ndarray:
    """The pixels of rows, each of which says first how it is told by its neighbours."""
    height, width, channels = shape
    rows = packed.reshape(height, -1)
    before, found = np.zeros([width, channels * 2], np.uint8), np.empty([height, width, channels * 2], np.uint8)
    for kind, row, out in zip(rows[:, 0], rows[:, 1:], found):
        out[:] = before = _row(int(kind), row.reshape(width, -1), before)
    return found.reshape(height, -1).view(">u2").reshape(shape)


def _row(kind: int, row: np.ndarray, above: np.ndarray) -> np.ndarray:
    if kind == 0:
        return row
    if kind == 1:
        return np.cumsum(row, 0, dtype=np.uint8)
    if kind == 2:
        return row + above
    predict = {3: lambda a, b, c: (a + b) >> 1, 4: _paeth}.get(kind)
    if predict is None:
        raise ValueError(f"there is no filter {kind}")
    row, above = row.astype(np.int32), above.astype(np.int32)
    left, corner, found = np.zeros_like(row[0]), np.zeros_like(row[0]), []
    for pixel, over in zip(row, above):
        left = (pixel + predict(left, over, corner)) & 255
        corner = over
        found.append(left)
    return np.array(found).astype(np.uint8)


def _paeth(left, above, corner):
    """Of the three the one that is nearest to left + above - corner."""
    to_left, to_above, to_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    nearest = np.where(to_above <= to_corner, above, corner)
    return np.where((to_left <= to_above) & (to_left <= to_corner), left, nearest)
