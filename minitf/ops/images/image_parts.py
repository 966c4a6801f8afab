"""Parts of images cut out where numbers say: boxes in another size, glimpses, patches."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.errors import OutOfRangeError
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import images as kernels
from minitf.kernels.math import movement
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.images.images import as_type as images_as
from minitf.ops.nn.axes import listed
from minitf.ops.nn.item_filters import filters_of_one_item
from minitf.ops.nn.windows import Windows, check_across_space, check_padding, found_by
from minitf.ops.nn.windows import axis as windows_along

_REAL = dtypes.FLOAT | {dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16, dtypes.int32, dtypes.int64}

# ---- boxes in another size


def _places(first, last, size: int, count: int) -> np.ndarray:
    """Where `count` places from `first` to `last`, parts of a size, lie; those outside are NaN."""
    first, last = np.float32(first), np.float32(last)
    if count > 1:
        step = (last - first) * np.float32(size - 1) / np.float32(count - 1)
        places = first * np.float32(size - 1) + np.arange(count, dtype=np.float32) * step
    else:
        places = np.float32([0.5 * (first + last) * (size - 1)])
    return np.where((places >= 0) & (places <= size - 1), places, np.nan).astype(np.float32)


def _corners(op, places, size: int) -> list:
    """(places, weights) among the old ones, for each that has a part; outside, the weights are 0."""
    inside = ~np.isnan(places)
    known = np.where(inside, places, 0)
    if op.attrs["method"] == "nearest":
        return [(np.floor(known + np.float32(0.5)).astype(int).clip(0, size - 1), inside.astype(np.float32))]
    low = np.floor(known)
    part = known - low
    return [(low.astype(int), np.where(inside, 1 - part, 0)), (np.ceil(known).astype(int), np.where(inside, part, 0))]


def _check_boxes(images: int, boxes, rows) -> None:
    bad = rows[(rows < 0) | (rows >= images)]
    if bad.size:
        raise _no_image(bad[0], images)


def _no_image(row: int, images: int) -> OutOfRangeError:
    return OutOfRangeError(None, None, f"box_index has values outside [0, batch_size): {row} of {images} images")


def _crop_size(size, image: tuple) -> tuple[int, int]:
    height, width = (int(n) for n in size)
    if height < 1 or width < 1:
        raise ValueError(f"crop dimensions must be positive, not {height} x {width}")
    if 0 in image:
        raise ValueError(f"image dimensions must be positive, not {image}")
    return height, width


def _cropped(op, images, boxes, rows, size):
    height, width = _crop_size(size, images.shape[1:3])
    _check_boxes(len(images), boxes, rows)
    out = zeros((len(boxes), height, width, images.shape[3]), np.float32)
    for one, box, row in zip(out, boxes, rows):
        y = _places(box[0], box[2], images.shape[1], height)
        x = _places(box[1], box[3], images.shape[2], width)
        image = images[row].astype(np.float32)
        for at_y, by_y in _corners(op, y, images.shape[1]):
            for at_x, by_x in _corners(op, x, images.shape[2]):
                one += (by_y[:, None] * by_x)[:, :, None] * image[at_y[:, None], at_x]
        one[np.isnan(y)] = op.attrs["extrapolation_value"]
        one[:, np.isnan(x)] = op.attrs["extrapolation_value"]
    return out


def _sizes_of_crops(op, h: int, w: int, c: int, height: int, width: int) -> tuple:
    return h, w, c, height, width, int(op.attrs["method"] == "nearest")


def _cropped_kernel(b, op, images, boxes, rows, size):
    height, width = _crop_size(b.data(size), images.shape[1:3])
    out = b.new((boxes.shape[0], height, width, images.shape[3]), np.float32)
    wide = images_as(b, images, np.float32)
    _check_rows(b, rows, images.shape[0])
    outside = float(op.attrs["extrapolation_value"])
    sizes = _sizes_of_crops(op, *images.shape[1:], height, width)
    b.call(kernels.crop_and_resize[()], wide, boxes, rows, out, outside, 0, boxes.shape[0], *sizes)
    return out


def _check_rows(b, rows, images: int) -> None:
    """A call that fails if a box is of an image that is not there."""
    if rows.size:
        b.call(kernels.check_rows[()], rows, rows.size, images, error=lambda at: _no_image(b.data(rows)[at], images))


def _crop_grad_kernel(b, op, grads, boxes, rows, size):
    shape = array.sizes_of(b.data(size))
    out = b.new(shape, np.float32)
    _check_rows(b, rows, shape[0])
    sizes = _sizes_of_crops(op, *shape[1:], *grads.shape[1:3])
    b.call(kernels.crop_and_resize_grad[()], grads, boxes, rows, out, out.size, boxes.shape[0], *sizes)
    return images_as(b, out, op.outputs[0].dtype.numpy)


def _crop_grad_image(op, grads, boxes, rows, size):
    shape = array.sizes_of(size)
    out = zeros(shape, np.float32)
    _check_boxes(shape[0], boxes, rows)
    for g, box, row in zip(grads, boxes, rows):
        y = _places(box[0], box[2], shape[1], g.shape[0])
        x = _places(box[1], box[3], shape[2], g.shape[1])
        for at_y, by_y in _corners(op, y, shape[1]):
            for at_x, by_x in _corners(op, x, shape[2]):
                np.add.at(out[row], (at_y[:, None], at_x), g * (by_y[:, None] * by_x)[:, :, None])
    return out.astype(op.outputs[0].dtype.numpy)


def _moved(count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """How places move with the first and the last one."""
    if count == 1:
        return np.float32([0.5 * (size - 1)]), np.float32([0.5 * (size - 1)])
    part = np.arange(count, dtype=np.float32) / np.float32(count - 1)
    return (1 - part) * np.float32(size - 1), part * np.float32(size - 1)


def _crop_grad_boxes(op, grads, images, boxes, rows):
    _check_boxes(len(images), boxes, rows)
    out = np.zeros(boxes.shape, np.float32)
    for own, g, box, row in zip(out, grads, boxes, rows):
        image, (height, width) = images[row].astype(np.float32), g.shape[:2]
        y, x = _places(box[0], box[2], image.shape[0], height), _places(box[1], box[3], image.shape[1], width)
        inside = ~np.isnan(y)[:, None] & ~np.isnan(x)
        y, x = np.nan_to_num(y), np.nan_to_num(x)
        top, left = np.floor(y).astype(int), np.floor(x).astype(int)
        bottom, right = np.ceil(y).astype(int), np.ceil(x).astype(int)
        down, across = (y - top)[:, None, None], (x - left)[None, :, None]
        a, b, c, d = (image[i[:, None], j] for i in (top, bottom) for j in (left, right))
        by_y = ((1 - across) * (c - a) + across * (d - b)) * g * inside[:, :, None]
        by_x = ((1 - down) * (b - a) + down * (d - c)) * g * inside[:, :, None]
        for axis, by, count, size in (
            (0, by_y.sum((1, 2)), height, image.shape[0]),
            (1, by_x.sum((0, 2)), width, image.shape[1]),
        ):
            first, last = _moved(count, size)
            own[axis], own[axis + 2] = by @ first, by @ last
    return out


def _cropped_shape(op):
    size = constant_value(op.inputs[3])
    height, width = (None, None) if size is None else (int(n) if n >= 0 else None for n in size)
    count = op.inputs[1].shape.with_rank(2).sizes[0]
    count = op.inputs[2].shape.with_rank(1).sizes[0] if count is None else count
    return TensorShape([count, height, width, op.inputs[0].shape.with_rank(4).sizes[3]])


def _crop_grad(op, g):
    image, boxes, rows, _ = op.inputs
    type = image.dtype.base_dtype
    kept = type if type in dtypes.FLOAT else dtypes.float32
    of_image = apply_like(op, "CropAndResizeGradImage", g, boxes, rows, array.shape(image), T=kept)
    return of_image, apply("CropAndResizeGradBoxes", g, image, boxes, rows), None, None


define(
    "CropAndResize",
    "image: T[b, h, w, c], boxes: float32[n, 4], box_ind: int32[n], crop_size: int32[2]; "
    "method: string = 'bilinear', extrapolation_value: float = 0.0 -> crops: float32",
    T=_REAL,
    shape=_cropped_shape,
    numpy=_cropped,
    kernel=_cropped_kernel,
    grad=_crop_grad,
)
define(
    "CropAndResizeGradImage",
    "grads: float32, boxes: float32~[n, 4], box_ind: int32~[n], image_size: int32[4]; method: string = 'bilinear'"
    " -> output: T",
    shape=lambda op: array.wanted_shape(op, 3).with_rank(4),
    numpy=_crop_grad_image,
    kernel=_crop_grad_kernel,
)
define(
    "CropAndResizeGradBoxes",
    "grads: float32, image: T~[b, h, w, c], boxes: float32~[n, 4], box_ind: int32~[n]; method: string = 'bilinear'"
    " -> output: float32",
    T=_REAL,
    shape=lambda op: op.inputs[2].shape,
    numpy=_crop_grad_boxes,
)


def crop_and_resize(
    image,
    boxes,
    box_ind=None,
    crop_size=None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices=None,
) -> Tensor:
    """Boxes of images [batch, height, width, channels], each brought to one size: float32
    [boxes, *crop_size, channels].

    boxes: float32 [boxes, 4]: top, left, bottom, right as parts of height and width; where they reach out,
    the result is extrapolation_value, and where bottom is before top it is upside down. box_ind: int32
    [boxes], of which image. crop_size: int32 [2]. method: "bilinear" or "nearest". Other names: box_indices.

    Raises:
      ValueError: for other shapes or methods.
      tf.errors.OutOfRangeError: when it runs, for images that are not there.
    """
    box_ind = patterns.renamed("box_indices", box_indices, "box_ind", box_ind)
    if method not in ("bilinear", "nearest"):
        raise ValueError(f"method is 'bilinear' or 'nearest', not {method!r}")
    return apply(
        "CropAndResize",
        image,
        boxes,
        box_ind,
        crop_size,
        method=method,
        extrapolation_value=float(extrapolation_value),
        name=name,
    )


# ---- glimpses


def _glimpses(op, images, size, offsets):
    height, width = (int(n) for n in size)
    if height < 1 or width < 1:
        raise ValueError(f"glimpses have a size of 1 or more, not {height} x {width}")
    if len(offsets) != len(images):
        raise ValueError(f"offsets has one row for each of the {len(images)} images, not {len(offsets)}")
    out = _noise(op, (len(images), height, width, images.shape[3]))
    for one, image, offset in zip(out, images, offsets):
        (to_y, at_y), (to_x, at_x) = (
            _seen(op, float(place), n, wanted) for place, n, wanted in zip(offset, image.shape[:2], (height, width))
        )
        one[to_y, to_x] = image[at_y, at_x]
    return out


def _noise(op, shape: tuple) -> np.ndarray:
    """What is where a glimpse reaches out of the image."""
    random = np.random.default_rng()
    drawn = random.random(shape) if op.attrs["uniform_noise"] else random.standard_normal(shape)
    return drawn.astype(np.float32)


def _seen(op, place: float, size: int, wanted: int) -> tuple[slice, slice]:
    """Which part of a glimpse is of which part of the image, along one axis."""
    place = place * size if op.attrs["normalized"] else place
    place = place / 2 + size / 2 if op.attrs["centered"] else place
    start = int(np.clip(place - wanted / 2, -(2**31), 2**31)) if place == place else size
    first, end = max(start, 0), min(start + wanted, size)
    return slice(first - start, max(end, first) - start), slice(first, max(end, first))


def _glimpse_shape(op):
    images, size = op.inputs[0].shape.with_rank(4).sizes, constant_value(op.inputs[1])
    height, width = (None, None) if size is None else (int(n) for n in size)
    centers = op.inputs[2].shape.with_rank(2).sizes
    return TensorShape([images[0] if centers[0] is None else centers[0], height, width, images[3]])


define(
    "ExtractGlimpse",
    "input: float32[b, h, w, c], size: int32[2], offsets: float32[b, 2]; centered: bool = True, "
    "normalized: bool = True, uniform_noise: bool = True, noise: fixed[string] = 'uniform' -> glimpse: float32",
    shape=_glimpse_shape,
    numpy=_glimpses,
    **patterns.STATEFUL,
)


def extract_glimpse(
    input,
    size,
    offsets,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Tensor:
    """A part of each image, float32 [batch, height, width, channels], around a place: [batch, *size,
    channels]; no gradient.

    size: int32 [2]; offsets: float32 [batch, 2]: the rows and columns of the places, from the top left, or
    with `centered` from the middle; with `normalized` as parts: -1 to 1 from edge to edge if centered.
    Outside of the image is noise, uniform or normal.
    """
    return apply(
        "ExtractGlimpse",
        input,
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        uniform_noise=uniform_noise,
        name=name,
    )


# ---- patches


def _patch_windows(op, sizes: tuple, along=windows_along) -> Windows:
    return Windows([along(op, p, sizes[p], op.attrs["ksizes"][p]) for p in (1, 2)])


def _patches(op, images):
    check_across_space(op, "ksizes", "strides", "rates")
    found = _patch_windows(op, images.shape)
    out = zeros((len(images), *found.counts, *found.each("window"), images.shape[3]), images.dtype)
    for place, to, at in found.taps():
        out[(*to, *place)] = images[at]
    return out.reshape(*out.shape[:3], math.prod(out.shape[3:]))


def _patches_kernel(b, op, images):
    check_across_space(op, "ksizes", "strides", "rates")
    found = _patch_windows(op, images.shape, found_by(b, op.inputs[0]))
    out = b.new((images.shape[0], *found.counts, *found.each("window"), images.shape[3]), images.dtype)
    numbers = found.each("count", "window", "stride", "dilation", "before")
    b.call(movement.patches[layout.carrier(images.dtype)], images, out, *images.shape, *numbers)
    return b.view(out, (*out.shape[:3], math.prod(out.shape[3:])))


def _patches_shape(op):
    if min(op.attrs["strides"]) < 1:
        raise ValueError(f"Stride must be > 0, not {op.attrs['strides']}")
    sizes, ksizes = op.inputs[0].shape.with_rank(4).sizes, op.attrs["ksizes"]
    counts = [None, None] if None in sizes[1:3] else _patch_windows(op, sizes).counts
    depth = None if sizes[3] is None else sizes[3] * ksizes[1] * ksizes[2]
    return TensorShape([sizes[0], *counts, depth])


def _patches_grad(op, g):
    """Of the convolution with a filter for each pixel of a patch."""
    images, (_, height, width, _) = op.inputs[0], op.attrs["ksizes"]
    each = filters_of_one_item([height, width], images)
    return apply_like(op, "Conv2DBackpropInput", array.shape(images), each, g, dilations=op.attrs["rates"])


define(
    "ExtractImagePatches",
    "images: T; ksizes: list(int), strides: list(int), rates: list(int), padding: string -> patches: T",
    T=_REAL,
    shape=_patches_shape,
    numpy=_patches,
    kernel=_patches_kernel,
    grad=_patches_grad,
)


def extract_image_patches(
    images, ksizes=None, strides=None, rates=None, padding=None, name: str | None = None, sizes=None
) -> Tensor:
    """Patches of images [batch, height, width, channels] side by side: [batch, h', w', values of a patch].

    ksizes (or sizes): of a patch, four numbers of which the first and last are 1; strides: from patch to
    patch, likewise; rates: how far apart its pixels are, likewise; padding: "SAME" (zeros around) or "VALID".

    Raises:
      ValueError: for another number of numbers, or another padding.
      tf.errors.OutOfRangeError, tf.errors.UnimplementedError: when it runs, for other numbers.

    >>> extract_image_patches(array.zeros([1, 4, 4, 3]), [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1],
    ...                       "VALID").shape.as_list()
    [1, 2, 2, 12]
    """
    ksizes = patterns.renamed("sizes", sizes, "ksizes", ksizes)
    attributes = {"ksizes": listed(ksizes, "ksizes", "NHWC"), "strides": listed(strides, "strides", "NHWC")}
    return apply(
        "ExtractImagePatches",
        images,
        rates=listed(rates, "rates", "NHWC"),
        padding=check_padding(padding),
        name=name,
        **attributes,
    )


def extract_patches(images, sizes, strides, rates, padding, name: str | None = None) -> Tensor:
    """`extract_image_patches` under its later name."""
    return extract_image_patches(images, sizes, strides, rates, padding, name)
