"""Images: other sizes, and other types of their values.

An axis gets another size by a matrix that says how much each old place gives to each new one. Where a new
place lies among the old ones is TensorFlow 1's rule: place i is at i * scale, unless pixels are seen as areas
(half_pixel_centers) or the corners are to fall together (align_corners).
"""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value, constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import cast as casts
from minitf.kernels.math import images as kernels
from minitf.ops import patterns
from minitf.ops.array import array, constant, identity
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.clip import saturate_cast
from minitf.ops.math.reduce import reduce_min

PIXELS = dtypes.FLOAT | {dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16, dtypes.int32, dtypes.int64}
_STEEP, _STEEP_CENTRED = -0.75, -0.5  # of the cubic through four places (Keys, 1981)
_FINE = 1024  # the places between two for which the cubic is worked out

# ---- how much old places give to new ones


def _places(op, old: int, new: int) -> tuple[np.ndarray, float]:
    """Where the new places are among the old ones, and how far they are apart."""
    corners = op.attrs["align_corners"] and new > 1
    scale = np.float32((old - 1) / np.float32(new - 1) if corners else old / np.float32(new))
    i = np.arange(new, dtype=np.float32)
    return ((i + np.float32(0.5)) * scale - np.float32(0.5) if _centred(op) else i * scale), scale


def _centred(op) -> bool:
    return bool(op.attrs.get("half_pixel_centers"))


def _matrix(old: int, rows, places, weights) -> np.ndarray:
    """A matrix of weights at (row, place); places beyond the ends are those at the ends."""
    found = zeros((int(np.max(rows, initial=-1)) + 1, old), np.float32)
    np.add.at(found, (rows, np.clip(places, 0, old - 1)), weights)
    return found


def _between(op, old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each new place the old ones before and behind it, and what part of the way lies before it."""
    places, _ = _places(op, old, new)
    first, second = (np.clip(end, 0, old - 1).astype(np.int64) for end in (np.floor(places), np.ceil(places)))
    return first, second, (places - np.floor(places)).astype(np.float32)


def _linear(op, old: int, new: int) -> np.ndarray:
    first, second, part = _between(op, old, new)
    return _matrix(old, np.arange(new), first, 1 - part) + _matrix(old, np.arange(new), second, part)


def _four(op, old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """For each new place the four old ones around it, and how much they give."""
    places, _ = _places(op, old, new)
    first = np.floor(places).astype(np.int64)
    a = _STEEP_CENTRED if _centred(op) else _STEEP
    part = np.rint((places - first) * _FINE) / _FINE

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    weights = np.stack([far(part + 1), near(part), near(1 - part), far(2 - part)])
    around = first + np.arange(-1, 3)[:, None]
    if _centred(op):  # places beyond the ends count for nothing
        weights = np.where((around >= 0) & (around < old), weights, 0)
        weights = weights / weights.sum(0)
    return np.clip(around, 0, old - 1).T, weights.T.astype(np.float32)


def _cubic(op, old: int, new: int) -> np.ndarray:
    around, weights = _four(op, old, new)
    return sum(_matrix(old, np.arange(new), each, w) for each, w in zip(around.T, weights.T))


def _areas(op, old: int, new: int) -> np.ndarray:
    """Each new place has the mean of the old ones that it covers, some of them in part."""
    starts, scale = _places(op, old, new)
    found = zeros((new, old), np.float32)
    for i, start in enumerate(starts):
        end = np.float32(i + 1) * scale
        for place in range(int(np.floor(start)), int(np.ceil(end))):
            found[i, min(place, old - 1)] += (min(place + 1, end) - max(place, start)) / scale
    return found


def _nearest(op, old: int, new: int) -> np.ndarray:
    """The old place for each new one."""
    places, _ = _places(op, old, new)
    whole = np.floor(places + np.float32(0.5)) if op.attrs["align_corners"] or _centred(op) else places
    return np.clip(np.floor(whole).astype(np.int64), 0, old - 1)


# ---- kernels


def _taps(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of a matrix where its weights are, and which, as many as the fullest row has."""
    taps = max(int((matrix != 0).sum(1).max(initial=0)), 1)
    places = np.argsort(matrix == 0, 1, "stable")[:, :taps]
    return places.astype(np.int64), np.take_along_axis(matrix, places, 1)


def _along(b, x, matrix: np.ndarray, axis: int):
    """Lowers to the product of a matrix and x along one of its axes."""
    places, weights = _taps(matrix)
    given = places, weights.astype(x.dtype)
    return _rows(b, x, axis, len(matrix), kernels.weighted_rows, given, places.shape[1])


def _rows(b, x, axis: int, new: int, kernel, given, *sizes):
    """Lowers to a kernel that makes the `new` rows along an axis of those there are."""
    out, width = b.new((*x.shape[:axis], new, *x.shape[axis + 1 :]), x.dtype), prod(x.shape[axis + 1 :])
    if out.size:
        given = [b.constant(value) for value in given]
        steps = x.shape[axis] * width, new * width
        b.call(kernel[x.dtype], x, *given, out, prod(x.shape[:axis]), new, *sizes, width, *steps)
    return out


def both_ways(b, x, down: np.ndarray, across: np.ndarray):
    """Lowers to the product of matrices and images along both axes, rows first if that leaves less to do."""
    if len(down) <= x.shape[1]:
        return _along(b, _along(b, x, down, 1), across, 2)
    return _along(b, _along(b, x, across, 2), down, 1)


def as_type(b, x, dtype):
    """Lowers to the conversion to a type."""
    if x.dtype == dtype:
        return x
    out = b.new(x.shape, np.dtype(dtype))
    b.call(casts.cast[x.dtype, out.dtype], x, out, x.size)
    return out


def _areas_kernel(b, op, x, size):
    height, width = _check_sizes(op, x, b.data(size))
    down, across = _areas(op, x.shape[1], height), _areas(op, x.shape[2], width)
    return both_ways(b, as_type(b, x, np.float32), down, across)


def _resized_grad_kernel(weights):
    def lower(b, op, dy, original):
        down, across = (weights(op, old, new).T for old, new in zip(original.shape[1:3], dy.shape[1:3]))
        return as_type(b, both_ways(b, dy, down, across), original.dtype)

    return lower


def _linear_kernel(b, op, x, size):
    height, width = _check_sizes(op, x, b.data(size))
    if (height, width) == x.shape[1:3]:
        return as_type(b, x, np.float32)
    wide = _rows(b, as_type(b, x, np.float32), 2, width, kernels.blended_rows, _between(op, x.shape[2], width))
    return _rows(b, wide, 1, height, kernels.blended_rows, _between(op, x.shape[1], height))


def _cubic_kernel(b, op, x, size):
    height, width = _check_sizes(op, x, b.data(size))
    high = _rows(b, as_type(b, x, np.float32), 1, height, kernels.tapped_rows, _four(op, x.shape[1], height), 4)
    return _rows(b, high, 2, width, kernels.tapped_rows, _four(op, x.shape[2], width), 4)


def _nearest_kernel(b, op, x, size):
    height, width = _check_sizes(op, x, b.data(size))
    rows, columns = (_nearest(op, old, new) for old, new in zip(x.shape[1:3], (height, width)))
    pixels = b.view(x, (x.shape[0], x.shape[1] * x.shape[2], x.shape[3]))
    return patterns.taken(b, pixels, b.constant(rows[:, None] * x.shape[2] + columns), 1)


def _nearest_grad_kernel(b, op, dy, size):
    height, width = (int(n) for n in b.data(size))
    ones = [zeros((old, new), dy.dtype) for old, new in zip((height, width), dy.shape[1:3])]
    for one in ones:
        one[_nearest(op, *one.shape), np.arange(one.shape[1])] = 1
    return both_ways(b, dy, *ones)


# ---- ops


def _check_sizes(op, x, size) -> tuple[int, int]:
    height, width = (int(n) for n in size)
    if height < 1 or width < 1 or 0 in x.shape[1:3]:
        raise ValueError(f"images of {x.shape[1:3]} cannot be resized: the new size is {height} x {width}")
    if x.shape[3] == 0:
        raise ValueError(f"image must have at least one channel, not the shape {x.shape}")
    if op.attrs["align_corners"] and _centred(op):
        raise ValueError("If half_pixel_centers is True, align_corners must be False.")
    return height, width


def _linear_numpy(op, x, size):
    height, width = _check_sizes(op, x, size)
    x = x.astype(np.float32)
    if (height, width) == x.shape[1:3]:
        return x
    with np.errstate(invalid="ignore"):
        for axis, new in ((2, width), (1, height)):
            first, second, part = _between(op, x.shape[axis], new)
            near, far = x.take(first, axis), x.take(second, axis)
            x = near + (far - near) * part.reshape((-1,) + (1,) * (3 - axis))
    return x


def _cubic_numpy(op, x, size):
    height, width = _check_sizes(op, x, size)
    x = x.astype(np.float32)
    with np.errstate(invalid="ignore"):
        for axis, new in ((1, height), (2, width)):
            around, weights = _four(op, x.shape[axis], new)
            shape = (-1,) + (1,) * (3 - axis)
            x = sum(x.take(each, axis) * w.reshape(shape) for each, w in zip(around.T, weights.T))
    return x


def _areas_numpy(op, x, size):
    height, width = _check_sizes(op, x, size)
    down, across = _areas(op, x.shape[1], height), _areas(op, x.shape[2], width)
    return np.einsum("oh,pw,bhwc->bopc", down, across, x.astype(np.float32), optimize=True)


def _resized_grad(weights):
    def numpy(op, dy, original):
        down, across = (weights(op, old, new) for old, new in zip(original.shape[1:3], dy.shape[1:3]))
        return np.einsum("oh,pw,bopc->bhwc", down, across, dy, optimize=True).astype(original.dtype)

    return numpy


def resized_shape(op):
    """That of the images, with the sizes of the second input."""
    sizes = op.inputs[0].shape.with_rank(4).sizes or (None,) * 4
    new = constant_value(op.inputs[1])
    height, width = (None, None) if new is None else (int(n) if n >= 0 else None for n in new)
    return TensorShape([sizes[0], height, width, sizes[3]])


def _define(name: str, numpy, kernel, attributes: str, weights=None) -> None:
    """Defines an op that resizes, and its gradient if there are weights for it."""

    def gradient(op, g):
        return apply_like(op, f"{name}Grad", g, op.inputs[0]), None

    define(
        name,
        f"images: T[b, h, w, c], size: int32[2]; {attributes} -> resized_images: float32",
        T=PIXELS,
        shape=resized_shape,
        numpy=numpy,
        kernel=kernel,
        grad=gradient if weights else None,
    )
    if weights:
        define(
            f"{name}Grad",
            f"grads: float32, original_image: T; {attributes} -> output: T",
            T=dtypes.FLOAT,
            shape=lambda op: op.inputs[1].shape,
            numpy=_resized_grad(weights),
            kernel=_resized_grad_kernel(weights),
        )


def _nearest_numpy(op, x, size):
    height, width = _check_sizes(op, x, size)
    return x[:, _nearest(op, x.shape[1], height)][:, :, _nearest(op, x.shape[2], width)]


def _nearest_grad(op, dy, size):
    height, width = (int(n) for n in size)
    found = zeros((dy.shape[0], height, width, dy.shape[3]), dy.dtype)
    rows, columns = _nearest(op, height, dy.shape[1]), _nearest(op, width, dy.shape[2])
    np.add.at(found, (slice(None), rows[:, None], columns[None, :]), dy)
    return found


def size_of(tensor: Tensor) -> Tensor:
    """The height and width of images."""
    return array.shape(tensor)[1:3]


_CORNERS = "align_corners: bool = False"
_WHERE = f"{_CORNERS}, half_pixel_centers: bool = False"
_define("ResizeBilinear", _linear_numpy, _linear_kernel, _WHERE, _linear)
_define("ResizeBicubic", _cubic_numpy, _cubic_kernel, _WHERE, _cubic)
_define("ResizeArea", _areas_numpy, _areas_kernel, _CORNERS)
define(
    "ResizeNearestNeighbor",
    f"images: T[b, h, w, c], size: int32[2]; {_WHERE} -> resized_images: T",
    T=PIXELS,
    shape=resized_shape,
    numpy=_nearest_numpy,
    kernel=_nearest_kernel,
    grad=lambda op, g: [apply_like(op, "ResizeNearestNeighborGrad", g, size_of(op.inputs[0])), None],
)
define(
    "ResizeNearestNeighborGrad",
    f"grads: T, size: int32[2]; {_WHERE} -> output: T",
    T=PIXELS,
    shape=resized_shape,
    numpy=_nearest_grad,
    kernel=_nearest_grad_kernel,
    grad=lambda op, g: [apply_like(op, "ResizeNearestNeighbor", g, size_of(op.inputs[0])), None],
)

# ---- functions


class ResizeMethod:
    """The ways to resize, as numbers."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_NAMED = {"bilinear": 0, "nearest": 1, "bicubic": 2, "area": 3}
_OPS = ("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea")


def resize_bilinear(
    images, size, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, height, width, channels] in another size, float32, by the four places around."""
    return _apply(0, images, size, align_corners, name, half_pixel_centers)


def resize_nearest_neighbor(
    images, size, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, height, width, channels] in another size, of the same type: the value at one place."""
    return _apply(1, images, size, align_corners, name, half_pixel_centers)


def resize_bicubic(
    images, size, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, height, width, channels] in another size, float32, by cubics through four places."""
    return _apply(2, images, size, align_corners, name, half_pixel_centers)


def resize_area(images, size, align_corners: bool = False, name: str | None = None) -> Tensor:
    """Images [batch, height, width, channels] in another size, float32, by means of areas; no gradient."""
    return _apply(3, images, size, align_corners, name)


def _apply(method: int, images, size, align_corners: bool, name: str | None, half_pixel_centers=False):
    rules = {} if method == ResizeMethod.AREA else {"half_pixel_centers": bool(half_pixel_centers)}
    return apply(_OPS[method], images, size, align_corners=align_corners, name=name, **rules)


def resize_images(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Tensor:
    """Images [batch, height, width, channels], or one [height, width, channels], in another size.

    Args:
      size: int32 [2], the new height and width.
      method: a number of `tf.image.ResizeMethod`, or "bilinear", "nearest", "bicubic" or "area". All but the
        nearest place give float32.
      align_corners: the corners of the old and the new image fall together.
      preserve_aspect_ratio: the image gets as large as it may without being distorted.

    Raises:
      ValueError: if images have another rank, size another shape, or there is no such method.
      tf.errors.InvalidArgumentError: when it runs, if the new or the old size is 0.

    >>> resize_images([[[1.0], [3.0]]], [1, 4]).shape.as_list()
    [1, 4, 1]
    """
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.rank not in (3, 4):
            raise ValueError(f"'images' has to have 3 or 4 dimensions; {images.name} has {images.shape}")
        one = images.shape.rank == 3
        images = array.expand_dims(images, 0) if one else images
        size = convert_to_tensor(size, dtypes.int32, name="size")
        if not size.shape.is_compatible_with([2]):
            raise ValueError(f"'size' must be a 1-D Tensor of 2 elements: new_height, new_width; not {size.shape}")
        method = _NAMED.get(method, method) if isinstance(method, str) else method
        if not isinstance(method, int) or not 0 <= method < len(_OPS):
            raise ValueError(f"Resize method is not implemented: {method!r}; it is 0 to 3, see tf.image.ResizeMethod")
        size = _undistorted(images, size) if preserve_aspect_ratio else size
        known = constant_value_as_shape(size).with_rank(2)
        if preserve_aspect_ratio or not known.is_fully_defined() or images.shape[1:3].as_list() != known.as_list():
            images = _apply(method, images, size, align_corners, None)
            images.set_shape([None, *known.sizes, None])
        return array.squeeze(images, [0]) if one else images


def _undistorted(images: Tensor, size: Tensor) -> Tensor:
    """The largest size in `size` with the height and width of images in their relation."""
    since, known = op_counts.Since(), images.shape.sizes[1:3]
    old = cast(size_of(images) if None in known else constant.constant(known), dtypes.float32)
    scale = reduce_min(cast(size, dtypes.float32) / old)
    new = cast(math.round(scale * old), dtypes.int32)
    since.count_as(op_counts.undistorted(images.shape))
    return new


class NoNumber(TypeError, AttributeError):
    """A type of images that is no number's: an AttributeError in TensorFlow."""


def convert_image_dtype(image, dtype, saturate: bool = False, name: str | None = None) -> Tensor:
    """An image of another type, its values scaled: integers from 0 to their largest are reals from 0 to 1.

    saturate: what would be beyond the type's range is its end.

    Raises:
      AttributeError, which is a TypeError, too: if dtype is no number's.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(convert_image_dtype(tf.constant([0, 255], tf.uint8), tf.float32)))
    [0. 1.]
    """
    image, dtype = convert_to_tensor(image, name="image"), dtypes.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise NoNumber(f"dtype must be either floating point or integer, not {dtype.name}")
    if dtype == image.dtype:
        return identity.identity(image, name=name)
    with name_scope(name, "convert_image", [image]) as scope:
        changed = saturate_cast if saturate else cast
        whole = image.dtype.is_integer, dtype.is_integer
        if whole == (True, True):
            return _rescaled(image, dtype, changed, scope)
        if image.dtype.is_floating and dtype.is_floating:
            return cast(image, dtype, name=scope)
        if whole[0]:
            return math.multiply(cast(image, dtype), 1.0 / image.dtype.max, name=scope)
        return changed(math.multiply(image, dtype.max + 0.5), dtype, name=scope)


def _rescaled(image: Tensor, dtype, changed, scope: str) -> Tensor:
    """Integers of another range."""
    old, new = image.dtype.max, dtype.max
    if old > new:
        return changed(math.div(image, (old + 1) // (new + 1)), dtype, name=scope)
    return math.multiply(changed(image, dtype), (new + 1) // (old + 1), name=scope)
