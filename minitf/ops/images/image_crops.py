"""Parts of images, and images with zeros around."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, joining, rearranging, slicing
from minitf.ops.control import control
from minitf.ops.images.image_checks import at_least_3d, batch_of, checked, dimensions, required, static
from minitf.ops.images.images import ResizeMethod, resize_images
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.unary import floor


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width) -> Tensor:
    """A part of an image [height, width, channels], or of each of several with a batch before.

    offset_height, offset_width: where it begins; target_height, target_width: its sizes. All are numbers or
    int32 scalars.

    Raises:
      ValueError: if the part is known not to be inside of the image.
      tf.errors.InvalidArgumentError: when it runs, if it is not.

    >>> crop_to_bounding_box([[[1.0], [2.0], [3.0]]], 0, 1, 1, 2).shape.as_list()
    [1, 2, 1]
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, one = batch_of(image)
        assertions = at_least_3d(image)
        batch, height, width, depth = dimensions(image)
        assertions += required(offset_width >= 0, "offset_width must be >= 0.")
        assertions += required(offset_height >= 0, "offset_height must be >= 0.")
        assertions += required(target_width > 0, "target_width must be > 0.")
        assertions += required(target_height > 0, "target_height must be > 0.")
        assertions += required(width >= target_width + offset_width, "width must be >= target + offset.")
        assertions += required(height >= target_height + offset_height, "height must be >= target + offset.")
        image = control.with_dependencies(assertions, image)
        start = joining.stack([0, offset_height, offset_width, 0])
        part = slicing.slice(image, start, joining.stack([-1, target_height, target_width, -1]))
        part.set_shape(static(batch, target_height, target_width, depth))
        return array.squeeze(part, [0]) if one else part


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width) -> Tensor:
    """An image [height, width, channels], or each of several with a batch before, with zeros around it.

    offset_height, offset_width: rows of zeros above and columns before it; target_height, target_width: sizes
    of the result. All are numbers or int32 scalars.

    Raises:
      ValueError: if the image is known not to have room there.
      tf.errors.InvalidArgumentError: when it runs, if it has none.

    >>> pad_to_bounding_box([[[1.0], [2.0]]], 1, 0, 3, 4).shape.as_list()
    [3, 4, 1]
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, one = batch_of(image)
        assertions = at_least_3d(image)
        batch, height, width, depth = dimensions(image)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        assertions += required(offset_height >= 0, "offset_height must be >= 0")
        assertions += required(offset_width >= 0, "offset_width must be >= 0")
        assertions += required(right >= 0, "width must be <= target - offset")
        assertions += required(below >= 0, "height must be <= target - offset")
        image = control.with_dependencies(assertions, image)
        paddings = [0, 0, offset_height, below, offset_width, right, 0, 0]
        padded = rearranging.pad(image, array.reshape(joining.stack(paddings), [4, 2]))
        padded.set_shape(static(batch, target_height, target_width, depth))
        return array.squeeze(padded, [0]) if one else padded


def _largest(a, b):
    return math.maximum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else max(a, b)


def _smallest(a, b):
    return math.minimum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else min(a, b)


def _apart(target, size) -> tuple:
    """How much is cut off, and how much is put, before what is in the middle."""
    difference = target - size
    return _largest(-difference // 2, 0), _largest(difference // 2, 0)


def _are_equal(a, b):
    return math.equal(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else a == b


def resize_image_with_crop_or_pad(image, target_height, target_width) -> Tensor:
    """The middle of an image [height, width, channels], or of several with a batch before, with zeros around
    it where it is smaller than the target.

    target_height, target_width: sizes of the result, numbers or int32 scalars.

    Raises:
      ValueError: for sizes below 1.
      tf.errors.InvalidArgumentError: when it runs, for sizes below 1.

    >>> resize_image_with_crop_or_pad([[[1.0], [2.0], [3.0]]], 3, 1).shape.as_list()
    [3, 1, 1]
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, one = batch_of(image)
        assertions = at_least_3d(image)
        assertions += required(target_width > 0, "target_width must be > 0.")
        assertions += required(target_height > 0, "target_height must be > 0.")
        image = control.with_dependencies(assertions, image)
        if isinstance(target_height, Tensor):
            target_height = control.with_dependencies(assertions, target_height)
        if isinstance(target_width, Tensor):
            target_width = control.with_dependencies(assertions, target_width)
        _, height, width, _ = dimensions(image)
        cut_left, put_left = _apart(target_width, width)
        cut_top, put_top = _apart(target_height, height)
        part = crop_to_bounding_box(
            image, cut_top, cut_left, _smallest(target_height, height), _smallest(target_width, width)
        )
        whole = pad_to_bounding_box(part, put_top, put_left, target_height, target_width)
        _, height, width, _ = dimensions(whole)
        same = required(_are_equal(height, target_height), "resized height is not correct.")
        same += required(_are_equal(width, target_width), "resized width is not correct.")
        whole = control.with_dependencies(same, whole)
        return array.squeeze(whole, [0]) if one else whole


def resize_image_with_pad(
    image, target_height, target_width, method=ResizeMethod.BILINEAR, align_corners: bool = False
) -> Tensor:
    """An image [height, width, channels], or several with a batch before, as large as the target has room for
    without distorting it, with zeros around it.

    target_height, target_width: sizes of the result, numbers or int32 scalars; method, align_corners: as in
    `resize_images`.

    Raises:
      ValueError: for sizes below 1.

    >>> resize_image_with_pad([[[1.0], [2.0]]], 3, 4).shape.as_list()
    [3, 4, 1]
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        image, one = batch_of(image)
        assertions = at_least_3d(image)
        assertions += required(target_width > 0, "target_width must be > 0.")
        assertions += required(target_height > 0, "target_height must be > 0.")
        image = control.with_dependencies(assertions, image)
        _, height, width, _ = dimensions(image)
        sizes, (top, left) = _fitting(height, width, target_height, target_width)
        resized = resize_images(image, sizes, method, align_corners)
        if method not in (ResizeMethod.NEAREST_NEIGHBOR, "nearest"):
            resized = cast(resized, dtypes.float32)  # of the same size it is the image itself
        padded = pad_to_bounding_box(resized, top, left, target_height, target_width)
        if padded.shape.rank is None:
            raise ValueError(f"the shape of {image.name} is not known well enough to pad it")
        dimensions(padded)
        return array.squeeze(padded, [0]) if one else padded


def _fitting(height, width, target_height, target_width) -> tuple:
    """The sizes an image gets inside of the target, and where it lies in it."""
    height, width, target_height, target_width = (
        cast(n, dtypes.float32) for n in (height, width, target_height, target_width)
    )
    ratio = math.maximum(width / target_width, height / target_height)
    new_height, new_width = height / ratio, width / ratio
    sizes = [cast(floor(new_height), dtypes.int32), cast(floor(new_width), dtypes.int32)]
    rest = [(target_height - new_height) / 2, (target_width - new_width) / 2]
    floors = [floor(n) for n in rest]
    return sizes, [math.maximum(0, cast(n, dtypes.int32)) for n in floors]


def central_crop(image, central_fraction) -> Tensor:
    """The middle of an image [height, width, channels], or of several with a batch before.

    central_fraction: how much is left of each side, a number above 0 and up to 1.

    Raises:
      ValueError: for another fraction, or images of another rank.

    >>> central_crop([[[1.0], [2.0], [3.0], [4.0]]] * 4, 0.5).shape.as_list()
    [2, 2, 1]
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if not 0 < central_fraction <= 1:
            raise ValueError(f"central_fraction must be within (0, 1], not {central_fraction}")
        if central_fraction == 1:
            return image
        rank = image.shape.rank
        if rank not in (3, 4):
            raise ValueError(f"`image` should either be a Tensor with rank = 3 or rank = 4; it is {image.shape}")
        image = checked(image)
        height, fixed_height = _size_at(image, rank - 3)
        width, fixed_width = _size_at(image, rank - 2)
        top, left = _margin(height, central_fraction), _margin(width, central_fraction)
        inner = [height - top * 2, width - left * 2]
        begin = [0] * (rank - 3) + [top, left, 0]
        part = slicing.slice(image, joining.stack(begin), joining.stack([-1] * (rank - 3) + [*inner, -1]))
        sizes = list(image.shape.sizes)
        sizes[-3:-1] = [n if fixed else None for n, fixed in zip(inner, (fixed_height, fixed_width))]
        part.set_shape(sizes)
        return part


def _size_at(image: Tensor, axis: int) -> tuple:
    """The size of an axis, a number or a tensor, and whether it is a number."""
    known = image.shape.sizes[axis]
    return (array.shape(image)[axis], False) if known is None else (known, True)


def _margin(size, fraction: float):
    """What is left out before the middle."""
    if not isinstance(size, Tensor):
        return int((size - size * fraction) / 2)
    size = cast(size, dtypes.float64)
    return cast((size - size * fraction) / 2, dtypes.int32)
