"""Images: other sizes, and other types of their values.

An axis gets another size by a matrix that says how much each old place gives to each new one: see `new_places`.
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
from minitf.ops.images import new_places
from minitf.ops.images.new_places import How, Matrix
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.clip import saturate_cast
from minitf.ops.math.reduce import reduce_min

PIXELS = dtypes.FLOAT | {dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16, dtypes.int32, dtypes.int64}


def _how(op) -> How:
    return How(bool(op.attrs["align_corners"]), bool(op.attrs.get("half_pixel_centers")))


# ---- kernels


def _along(b, x, matrix: Matrix, axis: int, new: int):
    """Lowers to the product of a matrix and x along one of its axes."""
    return _rows(b, x, axis, new, kernels.weighted_rows, (new_places.table, (x.dtype, matrix)))


def _rows(b, x, axis: int, new: int, kernel, table: tuple, *sizes, others: tuple = ()):
    """Lowers to a kernel that makes the `new` rows along an axis of those there are. table: what it reads, by a
    function and what that takes before the sizes, and others behind these.
    """
    out, width = b.new((*x.shape[:axis], new, *x.shape[axis + 1 :]), x.dtype), prod(x.shape[axis + 1 :])
    if out.size:
        steps = x.shape[axis] * width, new * width
        given = b.table(*table, x.shape[axis], new, *others)
        b.call(kernel[x.dtype], x, *given, out, prod(x.shape[:axis]), new, *sizes, width, *steps)
    return out


def both_ways(b, x, down: Matrix, across: Matrix, height: int, width: int):
    """Lowers to the product of matrices and images along both axes, rows first if that leaves less to do."""
    if b.prefers("rows first", height <= x.shape[1]):
        return _along(b, _along(b, x, down, 1, height), across, 2, width)
    return _along(b, _along(b, x, across, 2, width), down, 1, height)


def as_type(b, x, dtype):
    """Lowers to the conversion to a type."""
    if x.dtype == dtype:
        return x
    out = b.new(x.shape, np.dtype(dtype))
    b.call(casts.cast[x.dtype, out.dtype], x, out, x.size)
    return out


def _new_sizes(b, op, x, size) -> tuple[int, int]:
    """The height and width that are wanted."""
    return b.derived(_checked_sizes, (_how(op),), *x.shape, *b.data(size).tolist())


def _areas_kernel(b, op, x, size):
    matrix = new_places.covered(_how(op))
    return both_ways(b, as_type(b, x, np.float32), matrix, matrix, *_new_sizes(b, op, x, size))


def _resized_grad_kernel(matrix):
    def lower(b, op, dy, original):
        back = matrix(_how(op)).turned
        return as_type(b, both_ways(b, dy, back, back, *original.shape[1:3]), original.dtype)

    return lower


def _linear_kernel(b, op, x, size):
    height, width = _new_sizes(b, op, x, size)
    if (height, width) == x.shape[1:3]:
        return as_type(b, x, np.float32)
    table, (_, old_height, old_width, _) = (_between, (_how(op),)), x.shape
    x = as_type(b, x, np.float32)
    wide = _rows(b, x, 2, width, kernels.blended_rows, table, others=(old_height, height))
    return _rows(b, wide, 1, height, kernels.blended_rows, table, others=(old_width, width))


def _between(how: How, old: int, new: int, other: int, wanted: int) -> tuple:
    """Between which rows others lie. Images that are as large as they shall be stay as they are, though a program is
    for other sizes, too: nothing lies between infinite numbers.
    """
    first, second, part = new_places.between(how, old, new)
    return first, np.full_like(second, -1) if (old, other) == (new, wanted) else second, part


def _cubic_kernel(b, op, x, size):
    height, width = _new_sizes(b, op, x, size)
    table = new_places.four, (_how(op),)
    high = _rows(b, as_type(b, x, np.float32), 1, height, kernels.tapped_rows, table, 4)
    return _rows(b, high, 2, width, kernels.tapped_rows, table, 4)


def _nearest_kernel(b, op, x, size):
    sizes = *x.shape[1:3], *_new_sizes(b, op, x, size)
    pixels = b.view(x, (x.shape[0], x.shape[1] * x.shape[2], x.shape[3]))
    return patterns.taken(b, pixels, *b.table(new_places.nearest_pixels, (_how(op),), *sizes), 1)


def _nearest_grad_kernel(b, op, dy, size):
    height, width = (int(n) for n in b.data(size))
    matrix = new_places.ones(_how(op)).turned
    return both_ways(b, dy, matrix, matrix, height, width)


# ---- ops


def _checked_sizes(how: How, b: int, h: int, w: int, c: int, height: int, width: int) -> tuple[int, int]:
    if height < 1 or width < 1 or 0 in (h, w):
        raise ValueError(f"images of {(h, w)} cannot be resized: the new size is {height} x {width}")
    if c == 0:
        raise ValueError(f"image must have at least one channel, not the shape {(b, h, w, c)}")
    if how.corners and how.centred:
        raise ValueError("If half_pixel_centers is True, align_corners must be False.")
    return height, width


def _linear_numpy(op, x, size):
    height, width = _checked_sizes(_how(op), *x.shape, *size.tolist())
    x = x.astype(np.float32)
    if (height, width) == x.shape[1:3]:
        return x
    with np.errstate(invalid="ignore"):
        for axis, new in ((2, width), (1, height)):
            first, second, part = new_places.between(_how(op), x.shape[axis], new)
            near, far = x.take(first, axis), x.take(second, axis)
            x = near + (far - near) * part.reshape((-1,) + (1,) * (3 - axis))
    return x


def _cubic_numpy(op, x, size):
    height, width = _checked_sizes(_how(op), *x.shape, *size.tolist())
    x = x.astype(np.float32)
    with np.errstate(invalid="ignore"):
        for axis, new in ((1, height), (2, width)):
            around, weights = new_places.four(_how(op), x.shape[axis], new)
            shape = (-1,) + (1,) * (3 - axis)
            x = sum(x.take(each, axis) * w.reshape(shape) for each, w in zip(around.T, weights.T))
    return x


def _areas_numpy(op, x, size):
    height, width = _checked_sizes(_how(op), *x.shape, *size.tolist())
    down, across = (new_places.areas(_how(op), *sizes) for sizes in zip(x.shape[1:3], (height, width)))
    return np.einsum("oh,pw,bhwc->bopc", down, across, x.astype(np.float32), optimize=True)


def _resized_grad(matrix):
    def numpy(op, dy, original):
        weights = matrix(_how(op))
        down, across = (
            weights.weights(*weights.fixed, old, new) for old, new in zip(original.shape[1:3], dy.shape[1:3])
        )
        return np.einsum("oh,pw,bopc->bhwc", down, across, dy, optimize=True).astype(original.dtype)

    return numpy


def resized_shape(op):
    """That of the images, with the sizes of the second input."""
    sizes = op.inputs[0].shape.with_rank(4).sizes or (None,) * 4
    new = constant_value(op.inputs[1])
    height, width = (None, None) if new is None else (int(n) if n >= 0 else None for n in new)
    return TensorShape([sizes[0], height, width, sizes[3]])


def _define(name: str, numpy, kernel, attributes: str, matrix=None) -> None:
    """Defines an op that resizes, and its gradient if there is a matrix for it."""

    def gradient(op, g):
        return apply_like(op, f"{name}Grad", g, op.inputs[0]), None

    define(
        name,
        f"images: T[b, h, w, c], size: int32[2]; {attributes} -> resized_images: float32",
        T=PIXELS,
        shape=resized_shape,
        numpy=numpy,
        kernel=kernel,
        grad=gradient if matrix else None,
    )
    if matrix:
        define(
            f"{name}Grad",
            f"grads: float32, original_image: T; {attributes} -> output: T",
            T=dtypes.FLOAT,
            shape=lambda op: op.inputs[1].shape,
            numpy=_resized_grad(matrix),
            kernel=_resized_grad_kernel(matrix),
        )


def _nearest_numpy(op, x, size):
    height, width = _checked_sizes(_how(op), *x.shape, *size.tolist())
    return x[:, new_places.nearest(_how(op), x.shape[1], height)][:, :, new_places.nearest(_how(op), x.shape[2], width)]


def _nearest_grad(op, dy, size):
    height, width = (int(n) for n in size)
    found = zeros((dy.shape[0], height, width, dy.shape[3]), dy.dtype)
    rows, columns = new_places.nearest(_how(op), height, dy.shape[1]), new_places.nearest(_how(op), width, dy.shape[2])
    np.add.at(found, (slice(None), rows[:, None], columns[None, :]), dy)
    return found


def size_of(tensor: Tensor) -> Tensor:
    """The height and width of images."""
    return array.shape(tensor)[1:3]


_CORNERS = "align_corners: bool = False"
_WHERE = f"{_CORNERS}, half_pixel_centers: bool = False"
_define("ResizeBilinear", _linear_numpy, _linear_kernel, _WHERE, new_places.linear)
_define("ResizeBicubic", _cubic_numpy, _cubic_kernel, _WHERE, new_places.cubic)
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
