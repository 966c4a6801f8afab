"""The edges of a part of a JPEG file as libjpeg reads it, which TensorFlow does: without a look at what is beside it.

Colours are stored at half the width. A pixel's are those of its own place and of the next one, mixed; at the edges of
what is read there is only its own. It reads from a multiple of 16 pixels on, two blocks, up to the last one wanted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from minitf.ops.images.file_bytes import jpeg_pixels

_BLOCKS = 16  # pixels, where colours have half the width
_MIXED = 5  # the least width of files in which colours are mixed
_PLAIN = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"  # says that colours are stored as they are shown
_JFIF, _ADOBE, _SCAN = 0xE0, 0xEE, 0xDA
_FRAMES = (0xC0, 0xC1, 0xC2)
_BITS = 16  # behind the point, in libjpeg's conversion of colours


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of what stands before the pixels."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        yield marker, at, at + 2 + size
        if marker == _SCAN:
            return
        at += 2 + size


def _halved(data: bytes) -> int:
    """How many rows share a row of colours in a file in which two columns share one; 0 for other files."""
    for marker, start, end in _segments(data):
        if marker == _ADOBE and data[start + 15] != 1:
            return 0
        if marker in _FRAMES:
            factors = list(data[start + 11 : end : 3])
            return {(0x21, 0x11, 0x11): 1, (0x22, 0x11, 0x11): 2}.get(tuple(factors), 0)
    return 0


def _as_stored(data: bytes) -> bytes:
    """A file whose pixels are the brightness and two colours that this one stores."""
    parts, rest = [data[:2], _PLAIN], len(data)
    for marker, start, end in _segments(data):
        if marker == _SCAN:
            rest = start
        elif marker not in (_JFIF, _ADOBE):
            parts.append(data[start:end])
    return b"".join([*parts, data[rest:]])


def _shown(stored: np.ndarray) -> np.ndarray:
    """Red, green and blue of pixels [..., 3] of brightness and two colours."""
    light, blue, red = stored[..., 0], stored[..., 1] - 128, stored[..., 2] - 128
    half = 1 << (_BITS - 1)

    def times(number: float, color):
        return int(number * (1 << _BITS) + 0.5) * color

    green = (half - times(0.34414, blue) - times(0.71414, red)) >> _BITS
    found = [
        light + ((times(1.402, red) + half) >> _BITS),
        light + green,
        light + ((times(1.772, blue) + half) >> _BITS),
    ]
    return np.clip(np.stack(found, -1), 0, 255).astype(np.uint8)


def _edge(stored: np.ndarray, column: int, rows: range, shared: int, rounding: int) -> np.ndarray:
    """A column of pixels of which the colours are those of its own place alone."""
    colors = stored[::shared, column // 2 * 2, 1:]
    y = np.array(rows)
    if shared == 1:
        mixed = colors[y]
    else:
        beside = np.clip(np.where(y % 2, y // 2 + 1, y // 2 - 1), 0, len(colors) - 1)
        mixed = ((3 * colors[y // 2] + colors[beside]) * 4 + rounding) >> 4
    return _shown(np.concatenate([stored[y, column, :1], mixed], 1))


def with_edges(data: bytes, whole: np.ndarray, rows: range, columns: range, accurate: bool) -> np.ndarray:
    """The part of `whole`, the pixels [height, width, 3] of a JPEG file with mixed colours, as libjpeg reads it."""
    part = whole[rows.start : rows.stop, columns.start : columns.stop]
    shared = _halved(data) if whole.shape[1] >= _MIXED else 0
    stored = jpeg_pixels(_as_stored(data), "RGB", accurate, fancy=False) if shared else None
    if stored is None:
        return part
    stored, part, last = stored.astype(np.int64), part.copy(), columns.stop - 1
    if last - columns.start // _BLOCKS * _BLOCKS < 2:  # too few to be mixed at all
        return _shown(stored[rows.start : rows.stop, columns.start : columns.stop])
    if columns.start % _BLOCKS == 0:
        part[:, 0] = _edge(stored, columns.start, rows, shared, 8)
    if last % 2:
        part[:, -1] = _edge(stored, last, rows, shared, 7)
    return part
