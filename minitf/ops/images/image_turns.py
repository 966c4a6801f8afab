"""Images mirrored and turned, by chance too."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, rearranging
from minitf.ops.control import case, cond
from minitf.ops.images.image_checks import checked
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.random.random import random_uniform


def _with_rank(image: Tensor, name: str) -> None:
    if image.shape.rank not in (None, 3, 4):
        raise ValueError(f"'image' of {name} must have either 3 or 4 dimensions; {image.name} has {image.shape}")


def _same_shape(result: Tensor, image: Tensor) -> Tensor:
    """The result, of the image's shape."""
    result.set_shape(TensorShape([None] * 3) if image.shape.rank is None else image.shape)
    return result


def flip_left_right(image) -> Tensor:
    """An image [height, width, channels], or several with a batch before, seen in a mirror."""
    return _flipped(image, 1, "flip_left_right")


def flip_up_down(image) -> Tensor:
    """An image [height, width, channels], or several with a batch before, upside down."""
    return _flipped(image, 0, "flip_up_down")


def _flipped(image, axis: int, name: str) -> Tensor:
    with name_scope(None, name, [image]):
        image = checked(convert_to_tensor(image, name="image"))
        _with_rank(image, name)
        return _same_shape(rearranging.reverse(image, [axis + (image.shape.rank == 4)]), image)


def random_flip_left_right(image, seed: int | None = None) -> Tensor:
    """An image [height, width, channels] seen in a mirror with a chance of one half; with a batch before,
    each of the images by a chance of its own.
    """
    return _randomly_flipped(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed: int | None = None) -> Tensor:
    """An image [height, width, channels] upside down with a chance of one half; with a batch before, each of
    the images by a chance of its own.
    """
    return _randomly_flipped(image, 0, seed, "random_flip_up_down")


def _randomly_flipped(image, axis: int, seed, name: str) -> Tensor:
    with name_scope(None, name, [image]) as scope:
        image = checked(convert_to_tensor(image, name="image"))
        _with_rank(image, name)
        if image.shape.rank == 4:
            return _some_flipped(image, axis + 1, seed)
        tossed = math.less(random_uniform([], 0, 1.0, seed=seed), 0.5)
        result = cond.cond(tossed, lambda: rearranging.reverse(image, [axis]), lambda: image, name=scope)
        return _same_shape(result, image)


def _some_flipped(images: Tensor, axis: int, seed) -> Tensor:
    """Images of which some are flipped."""
    count = array.shape(images)[0]
    tossed = random_uniform([count], 0, 1.0, seed=seed)
    tossed = cast(math.round(array.reshape(tossed, [count, 1, 1, 1])), images.dtype)
    return tossed * rearranging.reverse(images, [axis]) + (1 - tossed) * images


def transpose_image(image, name: str | None = None) -> Tensor:
    """An image [height, width, channels], or several with a batch before, with rows and columns swapped."""
    with name_scope(name, "transpose", [image]):
        image = checked(convert_to_tensor(image, name="image"))
        _with_rank(image, "transpose")
        order = [0, 2, 1, 3] if image.shape.rank == 4 else [1, 0, 2]
        return array.transpose(image, order, name="transpose")


def rot90(image, k=1, name: str | None = None) -> Tensor:
    """An image [height, width, channels], or several with a batch before, turned counter-clockwise by k times
    90 degrees; k: a number or an int32 scalar.
    """
    with name_scope(name, "rot90", [image, k]) as scope:
        image = checked(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtypes.int32, name="k")
        k.shape.assert_has_rank(0)
        k = math.floormod(k, 4)
        _with_rank(image, "rot90")
        return _turned(image, k, scope)


def _turned(image: Tensor, k: Tensor, scope: str) -> Tensor:
    ahead = image.shape.rank == 4
    rows, columns, swap = [ahead], [1 + ahead], [0, 2, 1, 3] if ahead else [1, 0, 2]

    def left():
        return array.transpose(rearranging.reverse(image, columns), swap)

    def around():
        return rearranging.reverse(image, [*rows, *columns])

    def right():
        return rearranging.reverse(array.transpose(image, swap), columns)

    turns = [(math.equal(k, 1), left), (math.equal(k, 2), around), (math.equal(k, 3), right)]
    result = case.case(turns, default=lambda: image, exclusive=True, name=scope)
    rank = image.shape.rank
    result.set_shape(
        [None] * 3 if rank is None else [*image.shape.sizes[: rank - 3], None, None, image.shape.sizes[-1]]
    )
    return result
