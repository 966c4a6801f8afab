"""Images as the bytes of PNG and JPEG files, by the package Pillow."""

from __future__ import annotations

import io

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # of Pillow, by the number of channels


def _pillow():
    """The module `PIL.Image`."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "reading and writing image files needs the package Pillow: pip install 'minitf-engine[image]'",
            name="PIL",
        ) from error
    return Image


def _decoded(op, contents):
    image, data = _pillow(), contents.item()
    try:
        with image.open(io.BytesIO(data)) as file:
            channels = op.attrs["channels"] or {"1": 1, "L": 1, "LA": 2, "RGBA": 4}.get(file.mode, 3)
            found = np.asarray(file.convert(_MODES[channels]))
    except (OSError, SyntaxError, image.DecompressionBombError) as error:
        raise ValueError(f"{len(data)} bytes are no image that can be read: {error}") from None
    found = found.reshape(*found.shape[:2], channels)
    wide = op.attrs.get("dtype") is dtypes.uint16
    return found.astype(np.uint16) * 257 if wide else found


def _png(op) -> dict:
    """What Pillow is told of a PNG file."""
    level = op.attrs["compression"]
    return {} if level < 0 else {"compress_level": level}


def _jpeg(op) -> dict:
    """What Pillow is told of a JPEG file."""
    return {
        "quality": op.attrs["quality"],
        "progressive": op.attrs["progressive"],
        "optimize": op.attrs["optimize_size"],
        "subsampling": "4:2:0" if op.attrs["chroma_downsampling"] else "4:4:4",
    }


def _encoded(kind: str):
    def numpy(op, image):
        if image.shape[2] not in _MODES:
            raise ValueError(f"an image has 1, 2, 3 or 4 channels, not {image.shape[2]}")
        file, options = io.BytesIO(), _jpeg(op) if kind == "JPEG" else _png(op)
        picture = image[:, :, 0] if image.shape[2] == 1 else image
        _pillow().fromarray(picture, _MODES[image.shape[2]]).save(file, kind, **options)
        found = np.empty((), object)
        found[()] = file.getvalue()
        return found

    return numpy


def _decoded_shape(op):
    return TensorShape([None, None, op.attrs["channels"] or None])


define("DecodeJpeg", "contents: string[] -> image: uint8", shape=_decoded_shape, numpy=_decoded,
       differentiable=False)  # fmt: skip
define("DecodePng", "contents: string[] -> image: @dtype", shape=_decoded_shape, numpy=_decoded,
       differentiable=False)  # fmt: skip
define("EncodeJpeg", "image: uint8[h, w, c] -> contents: string", shape=lambda op: SCALAR,
       numpy=_encoded("JPEG"), differentiable=False)  # fmt: skip
define("EncodePng", "image: uint8[h, w, c] -> contents: string", shape=lambda op: SCALAR,
       numpy=_encoded("PNG"), differentiable=False)  # fmt: skip


def _check_channels(channels: int, allowed: tuple) -> int:
    if channels not in allowed:
        raise ValueError(f"channels is one of {', '.join(map(str, allowed))}, not {channels!r}")
    return channels


def decode_jpeg(contents, channels: int | None = 0, ratio: int | None = 1, fancy_upscaling: bool = True,
                try_recover_truncated: bool = False, acceptable_fraction: float | None = 1,
                dct_method: str = "", name: str | None = None) -> Tensor:  # fmt: skip
    """The image, uint8 [height, width, channels], in the bytes of a JPEG file (PNG files are read, too).

    Args:
      channels: 1 or 3; 0: as many as the file has.
      ratio: 1; smaller images are not made.
      fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method: Pillow decides.

    Raises:
      ValueError: for other channels. ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no image.
    """
    if ratio not in (None, 1):
        raise ValueError(f"decode_jpeg has no ratio but 1, not {ratio!r}; see tf.image.resize_images")
    channels = _check_channels(channels or 0, (0, 1, 3))
    return apply("DecodeJpeg", contents, channels=channels, name=name)


def decode_png(contents, channels: int = 0, dtype=dtypes.uint8, name: str | None = None) -> Tensor:
    """The image, uint8 or uint16 [height, width, channels], in the bytes of a PNG file (JPEG files, too).

    channels: 1, 3 or 4; 0: as many as the file has.

    Raises:
      ValueError: for other channels. ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no image.
    """
    channels, dtype = _check_channels(channels, (0, 1, 3, 4)), dtypes.as_dtype(dtype)
    if dtype not in (dtypes.uint8, dtypes.uint16):
        raise TypeError(f"decode_png gives uint8 or uint16, not {dtype.name}")
    return apply("DecodePng", contents, channels=channels, dtype=dtype, name=name)


def encode_jpeg(image, format: str = "", quality: int = 95, progressive: bool = False,
                optimize_size: bool = False, chroma_downsampling: bool = True, density_unit: str = "in",
                x_density: int = 300, y_density: int = 300, xmp_metadata: str = "",
                name: str | None = None) -> Tensor:  # fmt: skip
    """The bytes of a JPEG file of an image, uint8 [height, width, 1 or 3]; quality is at most 100.

    format is that of the image; density_unit, x_density, y_density and xmp_metadata are not written.
    """
    return apply("EncodeJpeg", image, format=format, quality=int(quality), progressive=bool(progressive),
                 optimize_size=bool(optimize_size), chroma_downsampling=bool(chroma_downsampling),
                 name=name)  # fmt: skip


def encode_png(image, compression: int = -1, name: str | None = None) -> Tensor:
    """The bytes of a PNG file of an image, uint8 [height, width, 1 to 4 channels].

    compression: from 0 to 9; -1 leaves it to Pillow.
    """
    return apply("EncodePng", image, compression=int(compression), name=name)
