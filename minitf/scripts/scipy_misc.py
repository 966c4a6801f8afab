"""What `scipy.misc` had for images, through Pillow."""

from __future__ import annotations

import numpy as np


def _pillow():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(f"reading and writing images needs Pillow: pip install pillow ({error})") from error
    return Image


def bytescale(data, cmin=None, cmax=None, high: int = 255, low: int = 0):
    """An array as bytes, its smallest value `low` and its largest `high`; bytes stay as they are."""
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    least, most = data.min() if cmin is None else cmin, data.max() if cmax is None else cmax
    scale = float(high - low) / (float(most) - float(least) or 1.0)
    return (np.clip((data - least) * scale + low, low, high) + 0.5).astype(np.uint8)


def toimage(arr, high: int = 255, low: int = 0, cmin=None, cmax=None, mode=None):
    """An array of shape (height, width[, 1, 3 or 4]) as a Pillow image."""
    data = bytescale(np.squeeze(arr), cmin, cmax, high, low)
    return _pillow().fromarray(data) if mode is None else _pillow().fromarray(data).convert(mode)


def imread(name, flatten: bool = False, mode=None):
    """The pixels of an image file, as an array of bytes (or floats, if it is flattened to grey)."""
    image = _pillow().open(name)
    if flatten:
        return np.array(image.convert("F"))
    return np.array(image.convert(mode) if mode else image)


def imsave(name, arr, format=None) -> None:
    """Writes an array as an image file."""
    toimage(arr).save(name, format)


def imresize(arr, size, interp: str = "bilinear", mode=None):
    """An array of pixels resized: to a percentage (int), a fraction (float) or (height, width)."""
    image = toimage(arr, mode=mode)
    if np.ndim(size) == 0:
        part = size / 100.0 if isinstance(size, (int, np.integer)) else float(size)
        wanted = tuple((np.array(image.size) * part).astype(int).tolist())
    else:
        wanted = (int(size[1]), int(size[0]))
    ways = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}
    return np.array(image.resize(wanted, resample=ways[interp]))
