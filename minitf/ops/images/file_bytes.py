"""What is in the bytes of image files: pixels, as the package Pillow reads them, and those of BMP files."""

from __future__ import annotations

import contextlib
import io
import struct

import numpy as np

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # of Pillow, by the number of channels
FORMATS = ("PNG", "JPEG", "GIF")


def pillow():
    """The module `PIL.Image`."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "reading and writing image files needs the package Pillow: pip install 'minitf-engine[image]'", name="PIL"
        ) from error
    return Image


@contextlib.contextmanager
def opened(data: bytes, formats: tuple):
    """The image in the bytes of a file of one of these formats; ValueError if there is none."""
    image = pillow()
    try:
        with image.open(io.BytesIO(data), formats=formats) as file:
            yield file
    except (OSError, SyntaxError, image.DecompressionBombError) as error:
        raise ValueError(
            f"{len(data)} bytes are no image that can be read as {' or '.join(formats)}: {error}"
        ) from None


def pixels(file, channels: int) -> np.ndarray:
    """The pixels [height, width, channels] of an opened file; 0: as many channels as it has."""
    channels = channels or {"1": 1, "L": 1, "LA": 2, "RGBA": 4}.get(file.mode, 3)
    found = np.asarray(file.convert(MODES[channels]))
    return found.reshape(*found.shape[:2], channels)


def frames(file) -> np.ndarray:
    """All pictures of a file: [frames, height, width, 3]."""
    found = []
    for place in range(getattr(file, "n_frames", 1)):
        file.seek(place)
        found.append(pixels(file, 3))
    return np.stack(found)


def bitmap(data: bytes) -> np.ndarray:
    """The pixels [height, width, channels] of a BMP file, as they stand in it: its palette is not used."""
    if data[:2] != b"BM" or len(data) < 54:
        raise ValueError(f"{len(data)} bytes are no image that can be read as BMP: there is no header of one")
    start, _, width, height, _, bits = struct.unpack_from("<IIiiHH", data, 10)
    if bits not in (8, 24, 32) or width <= 0 or height == 0:
        raise ValueError(f"BMP files of 8, 24 and 32 bits are read, not one of {bits}, {width} x {height}")
    channels, rows = bits // 8, abs(height)
    step = (width * channels + 3) // 4 * 4  # bytes of a row
    if len(data) < start + step * rows:
        raise ValueError(f"{len(data)} bytes are no BMP file of {width} x {rows} pixels: it is incomplete")
    found = np.frombuffer(data, np.uint8, step * rows, start).reshape(rows, step)[:, : width * channels]
    found = found.reshape(rows, width, channels)[:: 1 if height < 0 else -1]
    return found[:, :, [2, 1, 0, 3][:channels]] if channels > 1 else found
