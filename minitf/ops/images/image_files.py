"""Images as the bytes of PNG, JPEG and GIF files, by the package Pillow, and of BMP files."""

from __future__ import annotations

import io

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import InternalError
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.taking import needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.ops.images import wide_png
from minitf.ops.images.file_bytes import FORMATS, MODES, bitmap, frames, jpeg_image, opened, pillow, pixels, png_pixels
from minitf.ops.images.images import convert_image_dtype
from minitf.ops.images.jpeg_crops import with_edges
from minitf.ops.math import compare
from minitf.ops.patterns import boxed
from minitf.ops.random.random import random_uniform
from minitf.ops.strings import strings

_RATIOS = (1, 2, 4, 8)
_METHODS = ("", "INTEGER_FAST", "INTEGER_ACCURATE")


def _decoded(op, contents):
    _check_attributes(op)
    data, channels = contents.item(), op.attrs["channels"]
    if op.attrs.get("try_recover_truncated"):
        data += b"\xff\xd9"  # the end of an image: what is missing before it becomes gray
    with opened(data, FORMATS) as file:
        ratio = op.attrs.get("ratio", 1)
        if getattr(file, "n_frames", 1) > 1:
            raise ValueError(f"Got {file.n_frames} frames, but animated gifs are read by tf.image.decode_gif")
        if file.mode == "CMYK" and channels == 1:
            raise ValueError("an image of CMYK cannot become gray (Unsupported color conversion request)")
        found = png_pixels(file, data, channels) if file.format == "PNG" else None
        if file.format == "JPEG":
            accurate, fancy = op.attrs.get("dct_method") == "INTEGER_ACCURATE", op.attrs.get("fancy_upscaling", True)
            found = jpeg_image(file, data, channels, ratio, accurate, fancy)
        found = pixels(_reduced(file, ratio), channels) if found is None else found
    return _of_bits(found, op.attrs.get("dtype") is dtypes.uint16)


def _of_bits(found: np.ndarray, wide: bool) -> np.ndarray:
    """Pixels as uint16 if they shall be wide, else as uint8."""
    if found.dtype == np.uint16:
        return found if wide else (found >> 8).astype(np.uint8)
    return found.astype(np.uint16) * 257 if wide else found


def _reduced(file, ratio: int):
    """An opened file `ratio` times smaller."""
    if ratio == 1:
        return file
    wanted = -(-file.width // ratio), -(-file.height // ratio)
    file.draft(None, (max(file.width // ratio, 1), max(file.height // ratio, 1)))  # or a larger one
    return file if file.size == wanted else file.resize(wanted)


def _check_attributes(op) -> None:
    """TensorFlow refuses these when the op runs."""
    channels, allowed = op.attrs["channels"], (0, 1, 3) if "Jpeg" in op.type else (0, 1, 3, 4)
    if channels not in allowed:
        raise ValueError(f"channels must be {', '.join(map(str, allowed))}, got {channels}")
    ratio, method = op.attrs.get("ratio", 1), op.attrs.get("dct_method", "")
    if ratio not in _RATIOS:
        raise ValueError(f"ratio must be 1, 2, 4, or 8, got {ratio}")
    if method not in _METHODS:
        raise ValueError(f"dct_method must be one of {_METHODS}, got {method!r}")


def _decoded_gif(op, contents):
    with opened(contents.item(), FORMATS) as file:
        return frames(file)


def _decoded_bmp(op, contents):
    _check_attributes(op)
    found, channels = bitmap(contents.item()), op.attrs["channels"]
    if channels not in (0, found.shape[2]):
        raise ValueError(f"channels attribute {channels} does not match what the file has: {found.shape[2]} of them")
    return found


def _decoded_any(op, contents):
    data, wide = contents.item(), op.attrs["dtype"] is dtypes.uint16
    if data[:2] == b"BM":
        _check_kind(op, "BMP", 1)
        return _widened(bitmap(data), 256 if wide else 1)
    with opened(data, FORMATS) as file:
        if file.format == "PNG":  # which TensorFlow reads as uint16 themselves
            return _of_bits(png_pixels(file, data, op.attrs["channels"]), wide)
        if file.format == "GIF":
            _check_kind(op, "GIF", 1, 4)
            found = frames(file)
            return _widened(found if op.attrs["expand_animations"] else found[0], 256 if wide else 1)
    _check_kind(op, "JPEG", 4)
    return _widened(_decoded(op, contents), 256 if wide else 1)


def _check_kind(op, kind: str, *wrong: int) -> None:
    """ValueError for channels that a kind of file does not have."""
    if op.attrs["channels"] in wrong:
        raise ValueError(f"channels={op.attrs['channels']} is not supported when decoding {kind} images")


def _widened(pixels: np.ndarray, by: int) -> np.ndarray:
    return pixels if by == 1 else pixels.astype(np.uint16) * np.uint16(by)


def _jpeg_shape(op, contents):
    with opened(contents.item(), ("JPEG",)) as file:
        channels = 1 if file.mode == "L" else 3
        return np.array([file.height, file.width, channels], op.outputs[0].dtype.numpy)


def _cropped(op, contents, window):
    whole = _decoded(op, contents)
    top, left, height, width = (int(n) for n in window)
    if min(top, left) < 0 or min(height, width) < 1 or top + height > len(whole) or (left + width > whole.shape[1]):
        raise ValueError(
            f"Invalid crop window {window.tolist()} (top, left, height, width) of an image of {whole.shape}"
        )
    rows, columns, attrs = range(top, top + height), range(left, left + width), op.attrs
    if attrs["ratio"] == 1 and attrs["fancy_upscaling"] and whole.shape[2] == 3:
        return with_edges(contents.item(), whole, rows, columns, attrs["dct_method"] == "INTEGER_ACCURATE")
    return whole[top : top + height, left : left + width]


def _png(op) -> dict:
    """What Pillow is told of a PNG file."""
    level = op.attrs["compression"]
    if not -1 <= level <= 9:
        raise ValueError(f"compression should be in [-1,9], got {level}")
    return {} if level < 0 else {"compress_level": level}


def _jpeg(op) -> dict:
    """What Pillow is told of a JPEG file."""
    if "quality" not in op.attrs:
        return {}
    return {
        "quality": _quality(op.attrs["quality"]),
        "progressive": op.attrs["progressive"],
        "optimize": op.attrs["optimize_size"],
        "subsampling": "4:2:0" if op.attrs["chroma_downsampling"] else "4:4:4",
    }


def _quality(value) -> int:
    if not 0 <= value <= 100:
        raise ValueError(f"quality must be in [0,100], not {value}")
    return int(value)


def _check_image(image, kind: str, format: str | None) -> None:
    allowed = {"grayscale": (1,), "rgb": (3,)}.get(format, (1, 3)) if kind == "JPEG" else tuple(MODES)
    if image.shape[2] not in allowed:
        raise ValueError(f"image must have {' or '.join(map(str, allowed))} channels, got {list(image.shape)}")
    if image.size == 0:
        raise InternalError(None, None, f"{kind} encoding failed: an image of shape {list(image.shape)} is empty")


def _encoded(kind: str):
    def numpy(op, image, quality=None):
        _check_image(image, kind, op.attrs.get("format"))
        if image.dtype == np.uint16:
            return boxed(wide_png.write(image, _png(op).get("compress_level", -1)))
        file, options = io.BytesIO(), _jpeg(op) if kind == "JPEG" else _png(op)
        options |= {} if quality is None else {"quality": _quality(quality)}
        picture = image[:, :, 0] if image.shape[2] == 1 else image
        pillow().fromarray(picture, MODES[image.shape[2]]).save(file, kind, **options)
        return boxed(file.getvalue())

    return numpy


def _decoded_shape(op):
    if op.attrs["channels"] < 0:
        raise ValueError(f"channels must be non-negative, got {op.attrs['channels']}")
    return TensorShape([None, None, op.attrs["channels"] or None])


def _cropped_shape(op):
    window = constant_value(op.inputs[1])
    sizes = [None, None] if window is None else [int(n) for n in window[2:]]
    return TensorShape([*sizes, *_decoded_shape(op).sizes[2:]])


def _define(type: str, signature: str, shape, numpy, **types) -> None:
    define(type, signature, **types, shape=shape, numpy=numpy, differentiable=False)


_define(
    "DecodeJpeg",
    "contents: string[]; channels: int = 0, ratio: int = 1, fancy_upscaling: bool = True, "
    "try_recover_truncated: bool = False, acceptable_fraction: float = 1.0, dct_method: string = '' -> image: uint8",
    _decoded_shape,
    _decoded,
)
_define(
    "DecodePng", "contents: string[]; channels: int = 0, dtype: type = uint8 -> image: dtype", _decoded_shape, _decoded
)
_define(
    "EncodeJpeg",
    "image: uint8[h, w, c]; format: string = '', quality: int = 95, progressive: bool = False, "
    "optimize_size: bool = False, chroma_downsampling: bool = True, density_unit: string = 'in', "
    "x_density: int = 300, y_density: int = 300, xmp_metadata: string = '' -> contents: string",
    lambda op: SCALAR,
    _encoded("JPEG"),
)
_define(
    "EncodePng",
    "image: T[h, w, c]; compression: int = -1, T: type = uint8 -> contents: string",
    lambda op: SCALAR,
    _encoded("PNG"),
    T=frozenset([dtypes.uint8, dtypes.uint16]),
)

_define(
    "EncodeJpegVariableQuality",
    "images: uint8[h, w, c], quality: int32~[] -> contents: string",
    lambda op: SCALAR,
    _encoded("JPEG"),
)
_define("DecodeGif", "contents: string[] -> image: uint8", lambda op: TensorShape([None, None, None, 3]), _decoded_gif)
_define("DecodeBmp", "contents: string[]; channels: int = 0 -> image: uint8", _decoded_shape, _decoded_bmp)
_define(
    "DecodeImage",
    "contents: string[]; channels: int = 0, dtype: type = uint8, expand_animations: bool = True -> image: dtype",
    lambda op: UNKNOWN if op.attrs["expand_animations"] else TensorShape([None] * 3),
    _decoded_any,
)
_define(
    "DecodeAndCropJpeg",
    "contents: string[], crop_window: int32[4]; channels: int = 0, ratio: int = 1, "
    "fancy_upscaling: bool = True, try_recover_truncated: bool = False, acceptable_fraction: float = 1.0, "
    "dct_method: string = '' -> image: uint8",
    _cropped_shape,
    _cropped,
)
_define(
    "ExtractJpegShape",
    "contents: string[]; output_type: type = int32 -> image_shape: output_type",
    lambda op: TensorShape([3]),
    _jpeg_shape,
)


_JPEG = [
    optional("channels", 0, "int | None"),
    optional("ratio", 1, "int | None"),
    optional("fancy_upscaling", True, "bool"),
    optional("try_recover_truncated", False, "bool"),
    optional("acceptable_fraction", 1, "float | None"),
    optional("dct_method", "", "str"),
    optional("name", None, "str | None"),
]


@taking([needed("contents"), *_JPEG])
def decode_jpeg(contents, name, **how) -> Tensor:
    """The image, uint8 [height, width, channels], in the bytes of a JPEG file (PNG files are read, too).

    Args:
      channels: 1 or 3; 0: as many as the file has.
      ratio: 1, 2, 4 or 8: how many times smaller the image is made as it is read.
      dct_method: "" and "INTEGER_FAST" give TensorFlow's pixels if the package simplejpeg is installed; else, and
        for "INTEGER_ACCURATE", pixels are accurate.
      try_recover_truncated: what is missing at the end becomes gray.
      fancy_upscaling: False needs the package simplejpeg.
      acceptable_fraction: Pillow decides.

    Raises:
      ValueError: for a negative number of channels.
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for other arguments, and for bytes that are no image.
    """
    return apply("DecodeJpeg", contents, name=name, **_read_as(**how))


def _read_as(channels, ratio, dct_method, **how) -> dict:
    """The attributes of the ops that read JPEG files."""
    return {"channels": int(channels or 0), "ratio": int(ratio or 1), "dct_method": str(dct_method or ""), **how}


def decode_png(contents, channels: int = 0, dtype=dtypes.uint8, name: str | None = None) -> Tensor:
    """The image, uint8 or uint16 [height, width, channels], in the bytes of a PNG file (JPEG files, too).

    channels: 1, 3 or 4; 0: as many as the file has.

    Raises:
      ValueError: for a negative number of channels.
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for other channels, and for bytes that are no image.
    """
    channels, dtype = int(channels or 0), dtypes.as_dtype(dtype)
    if dtype not in (dtypes.uint8, dtypes.uint16):
        raise TypeError(f"decode_png gives uint8 or uint16, not {dtype.name}")
    return apply("DecodePng", contents, channels=channels, dtype=dtype, name=name)


def encode_jpeg(
    image,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Tensor:
    """The bytes of a JPEG file of an image, uint8 [height, width, 1 or 3]; quality is at most 100.

    format: "", "grayscale" or "rgb", that of the image; density_unit, x_density, y_density and xmp_metadata are
    not written.

    Raises:
      ValueError: for another format.
      tf.errors.InvalidArgumentError: when it runs, for another quality or other channels.
    """
    if format not in ("", "grayscale", "rgb"):
        raise ValueError(f'format is "", "grayscale" or "rgb", not {format!r}')
    return apply(
        "EncodeJpeg",
        image,
        format=format,
        quality=int(quality),
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
        name=name,
    )


def encode_png(image, compression: int = -1, name: str | None = None) -> Tensor:
    """The bytes of a PNG file of an image, uint8 or uint16 [height, width, 1 to 4 channels].

    compression: from 0 to 9; -1 leaves it to Pillow.
    """
    return apply("EncodePng", image, compression=int(compression), name=name)


@taking([needed("contents"), needed("crop_window"), *_JPEG])
def decode_and_crop_jpeg(contents, crop_window, name, **how) -> Tensor:
    """A part of the image in the bytes of a JPEG file, uint8 [height, width, channels].

    crop_window: int32 [4]: top, left, height, width. The other arguments are those of `decode_jpeg`.

    Raises:
      ValueError: for a negative number of channels.
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no image, or a part outside of it.
    """
    return apply("DecodeAndCropJpeg", contents, crop_window, name=name, **_read_as(**how))


def decode_gif(contents, name: str | None = None) -> Tensor:
    """The pictures, uint8 [frames, height, width, 3], in the bytes of a GIF file (one of a PNG or JPEG file).

    Raises:
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no image.
    """
    return apply("DecodeGif", contents, name=name)


def decode_bmp(contents, channels: int = 0, name: str | None = None) -> Tensor:
    """The image, uint8 [height, width, channels], in the bytes of a BMP file.

    channels: as many as the file has, 1, 3 or 4; 0: whatever it has.

    Raises:
      ValueError: for a negative number of channels.
      tf.errors.InvalidArgumentError: when it runs, for other channels, and for bytes that are no such image.
    """
    return apply("DecodeBmp", contents, channels=int(channels or 0), name=name)


def decode_image(
    contents, channels: int | None = None, dtype=dtypes.uint8, name: str | None = None, expand_animations: bool = True
) -> Tensor:
    """The image in the bytes of a PNG, JPEG, GIF or BMP file: [height, width, channels], or of a GIF file
    [frames, height, width, 3]; so the shape is not known before it runs.

    Args:
      channels: as many as wanted, 1, 3 or 4; 0 or None: as many as the file has.
      dtype: uint8, or the type to which `convert_image_dtype` brings it.
      expand_animations: without it, of a GIF file comes the first picture only.

    Raises:
      ValueError: for other channels. ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no image.
    """
    channels, dtype = channels or 0, dtypes.as_dtype(dtype)
    if channels not in (0, 1, 3, 4):
        raise ValueError(f"channels is one of 0, 1, 3, 4, not {channels!r}")
    with name_scope(name, "decode_image"):
        contents = convert_to_tensor(contents, dtypes.string, name="contents")
        since = op_counts.Since()
        read = dtype if dtype is dtypes.uint16 else dtypes.uint8
        last = "cond_jpeg/Merge"  # the name of the result; TensorFlow tries one format after another
        name = last if read is dtype else None
        how = {"channels": channels, "expand_animations": bool(expand_animations), "dtype": read}
        image = apply("DecodeImage", contents, **how, name=name)
        image = image if read is dtype else convert_image_dtype(image, dtype, name=last)
    since.count_as(op_counts.decoded_image(not expand_animations, dtype.name))
    return image


def extract_jpeg_shape(contents, output_type=dtypes.int32, name: str | None = None) -> Tensor:
    """Height, width and channels, int32 or int64 [3], of the image in the bytes of a JPEG file.

    Raises:
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for bytes that are no such image.
    """
    output_type = dtypes.as_dtype(output_type)
    if output_type not in dtypes.INDEX:
        raise TypeError(f"extract_jpeg_shape gives int32 or int64, not {output_type.name}")
    return apply("ExtractJpegShape", contents, output_type=output_type, name=name)


def is_jpeg(contents, name: str | None = None) -> Tensor:
    """Whether the bytes of a file (a string scalar) begin as those of JPEG files do.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(is_jpeg(b"GIF89a")))
    False
    """
    with name_scope(name, "is_jpeg"):
        return compare.equal(strings.substr(contents, 0, 3), b"\xff\xd8\xff", name=name)


def adjust_jpeg_quality(image, jpeg_quality, name: str | None = None) -> Tensor:
    """An image [height, width, 1 or 3] as it is read from a JPEG file of this quality, from 0 to 100.

    Raises:
      ImportError: when it runs without the package Pillow.
      tf.errors.InvalidArgumentError: when it runs, for another quality.
    """
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        small = convert_image_dtype(image, dtypes.uint8)
        if not isinstance(jpeg_quality, Tensor):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtypes.int32)
        small = decode_jpeg(apply("EncodeJpegVariableQuality", small, jpeg_quality))
        return convert_image_dtype(small, image.dtype, saturate=True)


def random_jpeg_quality(image, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None) -> Tensor:
    """`adjust_jpeg_quality` by a number from [min_jpeg_quality, max_jpeg_quality).

    Raises:
      ValueError: for numbers that do not rise, or are outside of 0 to 100.
    """
    if not 0 <= min_jpeg_quality <= 100 or not 0 <= max_jpeg_quality <= 100:
        raise ValueError(
            f"jpeg encoding range must be between 0 and 100; it is {min_jpeg_quality} to {max_jpeg_quality}"
        )
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError(f"min_jpeg_quality must be less than max_jpeg_quality: {min_jpeg_quality}, {max_jpeg_quality}")
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, dtypes.int32, seed)
    return adjust_jpeg_quality(image, quality)
