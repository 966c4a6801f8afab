"""What is in the bytes of image files: pixels, as the package Pillow reads them, and those of BMP files."""

from __future__ import annotations

import contextlib
import io
import struct

import numpy as np

from minitf.ops.images import wide_png

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
    except image.UnidentifiedImageError:
        why = f"unknown format starting with {data[:16]!r}" if data else "there are none"
    except (OSError, SyntaxError, image.DecompressionBombError) as error:
        why = str(error)
    else:
        return
    raise ValueError(f"{len(data)} bytes are no image that can be read as {' or '.join(formats)}: {why}")


def pixels(file, channels: int) -> np.ndarray:
    """The pixels [height, width, channels] of an opened file; 0: as many channels as it has."""
    if file.format == "JPEG" and channels == 1:
        file.draft("L", None)  # the luminance as it stands in the file
    clear = file.format == "PNG" and file.mode == "P" and "transparency" in file.info
    channels = channels or {"1": 1, "L": 1, "LA": 2, "RGBA": 4}.get(file.mode, 4 if clear else 3)
    if channels == 1 and file.format == "PNG" and file.mode not in ("1", "L", "LA"):
        return gray(np.asarray(file.convert("RGB")))
    found = np.asarray(file.convert(MODES[channels]))
    return found.reshape(*found.shape[:2], channels)


def jpeg_pixels(data: bytes, colors: str, accurate: bool, fancy: bool, height: int = 0, width: int = 0):
    """The pixels [height, width, colors] of a JPEG file, whole or in the next size that is as large, transformed and
    upscaled as TensorFlow does; None if the package simplejpeg is not there, or does not read the file.
    """
    try:
        import simplejpeg
    except ImportError:
        return None
    try:
        return simplejpeg.decode_jpeg(data, colors, not accurate, not fancy, height, width)
    except ValueError:
        return None  # Pillow reads more of what is damaged


def jpeg_image(file, data: bytes, channels: int, ratio: int, accurate: bool, fancy: bool) -> np.ndarray | None:
    """The pixels of an opened JPEG file, `ratio` times fewer along each axis, as `jpeg_pixels` has them."""
    gray = channels == 1 or channels == 0 and file.mode == "L"
    colors = "CMYK" if file.mode == "CMYK" else "GRAY" if gray else "RGB"
    found = jpeg_pixels(data, colors, accurate, fancy, -(-file.height // ratio), -(-file.width // ratio))
    if found is not None and colors == "CMYK":
        found = _of_inks(found, "adobe" in file.info)
    if found is not None and channels == 4:
        found = np.concatenate([found, np.full_like(found[:, :, :1], 255)], 2)
    return found


def _of_inks(inks: np.ndarray, inverted: bool) -> np.ndarray:
    """Pixels of red, green and blue of those of cyan, magenta, yellow and black, which Adobe stores inverted."""
    light = inks if inverted else 255 - inks
    return (light[:, :, :3].astype(np.uint16) * light[:, :, 3:] // 255).astype(np.uint8)


def png_pixels(file, data: bytes, channels: int) -> np.ndarray:
    """The pixels of an opened PNG file as libpng gives them: uint16 of one of 16 bits, and as the alpha that is
    added to less than 8 bits what is opaque before they are widened.
    """
    depth = wide_png.depth_of(data)
    if depth < 16:
        found = pixels(file, channels)
        if depth < 8 and channels == 4 and "transparency" not in file.info:
            found = np.concatenate([found[:, :, :3], np.full_like(found[:, :, :1], 2**depth - 1)], 2)
        return found
    found = wide_png.read(data)
    colors, own = (found.shape[2] - 1) // 2 * 2 + 1, found.shape[2]
    channels = channels or own
    if channels == 1:
        return gray(found) if colors == 3 else found[:, :, :1]
    parts = [found[:, :, :colors] if colors == 3 else np.repeat(found[:, :, :1], channels - (channels + 1) % 2, 2)]
    if channels in (2, 4):
        parts.append(found[:, :, -1:] if own in (2, 4) else np.full_like(found[:, :, :1], 65535))
    return np.concatenate(parts, 2)


def gray(image: np.ndarray) -> np.ndarray:
    """An image of one channel, by libpng's weights; rounded down of eight bits, to the nearest of 16."""
    weighted = image[:, :, :3].astype(np.int64) @ [9798, 19235, 3735]
    found = (weighted + (16384 if image.dtype == np.uint16 else 0)) >> 15
    same = (image[:, :, 0] == image[:, :, 1]) & (image[:, :, 1] == image[:, :, 2])
    return np.where(same, image[:, :, 0], found).astype(image.dtype)[:, :, None]


def frames(file) -> np.ndarray:
    """All pictures of a file: [frames, height, width, 3]."""
    found = []
    for place in range(getattr(file, "n_frames", 1)):
        file.seek(place)
        found.append(pixels(file, 3))
    return np.stack(found)


def bitmap(data: bytes) -> np.ndarray:
    """The pixels [height, width, channels] of a BMP file, as they stand in it: its palette is not used."""
    if len(data) < 32:  # what it begins with TensorFlow does not ask
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
