"""Brightness, contrast and colours of images, changed by a given amount or by chance."""

from __future__ import annotations

from minitf.framework import dtypes, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, rearranging, shapes
from minitf.ops.control import check, control
from minitf.ops.images.color_spaces import adjusted
from minitf.ops.images.image_checks import checked, required
from minitf.ops.images.images import convert_image_dtype
from minitf.ops.linalg.einsum import tensordot
from minitf.ops.math import math, reduce
from minitf.ops.math.cast import cast
from minitf.ops.random.random import random_uniform

_SINGLE = (dtypes.float16, dtypes.float32)
_GRAY = [0.2989, 0.587, 0.114]  # how bright red, green and blue seem


def _real(image: Tensor) -> Tensor:
    """The image as it is computed with: float16 as it is, all else as float32."""
    return image if image.dtype in _SINGLE else convert_image_dtype(image, dtypes.float32)


def adjust_brightness(image, delta) -> Tensor:
    """An image of any shape with `delta` added to its values, which lie between 0 and 1 if they are reals and
    up to the type's largest if they are integers; those stay inside of their range.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(adjust_brightness(tf.constant([0, 250], tf.uint8), 0.1)))
    [ 25 255]
    """
    with name_scope(None, "adjust_brightness", [image, delta]) as scope:
        image = convert_to_tensor(image, name="image")
        real = _real(image)
        brighter = math.add(real, cast(delta, real.dtype), name=scope)
        return convert_image_dtype(brighter, image.dtype, saturate=True)


def random_brightness(image, max_delta: float, seed: int | None = None) -> Tensor:
    """`adjust_brightness` by a number from [-max_delta, max_delta); ValueError if that is below 0."""
    if max_delta < 0:
        raise ValueError(f"max_delta must be non-negative, not {max_delta}")
    return adjust_brightness(image, random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_contrast(images, contrast_factor) -> Tensor:
    """Images [..., height, width, channels] with values further from (or nearer to) their channel's mean by
    a factor; no gradient.

    Raises:
      ValueError: for images of less than three axes.
    """
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as scope:
        images = convert_to_tensor(images, name="images")
        changed = adjusted("AdjustContrastv2", _real(images), contrast_factor, scope)
        return convert_image_dtype(changed, images.dtype, saturate=True)


def random_contrast(image, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """`adjust_contrast` by a factor from [lower, upper); ValueError if there is none, or lower is below 0."""
    return adjust_contrast(image, _between(lower, upper, seed))


def _between(lower: float, upper: float, seed) -> Tensor:
    """A random factor."""
    if upper <= lower:
        raise ValueError(f"upper must be > lower; they are {upper} and {lower}")
    if lower < 0:
        raise ValueError(f"lower must be non-negative, not {lower}")
    return random_uniform([], lower, upper, seed=seed)


def adjust_gamma(image, gamma=1, gain=1) -> Tensor:
    """gain * image ** gamma, for an image of any shape and type.

    Raises:
      ValueError: for a gamma below 0.
    """
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        real = _real(image)
        words = "Gamma should be a non-negative real number."
        if assertions := required(gamma >= 0, words):
            gamma = control.with_dependencies(assertions, gamma)
        return convert_image_dtype(gain * real**gamma, image.dtype, saturate=True)


def adjust_hue(image, delta, name: str | None = None) -> Tensor:
    """An RGB image [..., 3] with its colours moved along by `delta`, of which 1 is once around; no gradient.

    Raises:
      ValueError: for images whose last axis is not 3.
    """
    with name_scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")
        return convert_image_dtype(adjusted("AdjustHue", _real(image), delta, None), image.dtype)


def random_hue(image, max_delta: float, seed: int | None = None) -> Tensor:
    """`adjust_hue` by a number from [-max_delta, max_delta); ValueError unless that is in [0, 0.5]."""
    if max_delta > 0.5:
        raise ValueError(f"max_delta must be <= 0.5, not {max_delta}")
    if max_delta < 0:
        raise ValueError(f"max_delta must be non-negative, not {max_delta}")
    return adjust_hue(image, random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_saturation(image, saturation_factor, name: str | None = None) -> Tensor:
    """An RGB image [..., 3] with more or less colour, by a factor; no gradient.

    Raises:
      ValueError: for images whose last axis is not 3.
    """
    with name_scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")
        changed = adjusted("AdjustSaturation", _real(image), saturation_factor, None)
        return convert_image_dtype(changed, image.dtype)


def random_saturation(image, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """`adjust_saturation` by a factor from [lower, upper); ValueError if there is none, or it is below 0."""
    return adjust_saturation(image, _between(lower, upper, seed))


def per_image_standardization(image) -> Tensor:
    """An image [height, width, channels], or each of several with a batch before, with mean 0 and variance 1.

    The standard deviation counts as one over the root of the number of values at least.

    Raises:
      ValueError: for images of less than three axes.
    """
    with name_scope(None, "per_image_standardization", [image]) as scope:
        given = image = checked(convert_to_tensor(image, name="image"))
        image = _real(image)
        axes, count = [-1, -2, -3], reduce.reduce_prod(array.shape(image)[-3:])
        mean = reduce.reduce_mean(image, axes, keepdims=True)
        deviation = reduce.reduce_std(image, axes, keepdims=True)
        deviation = math.maximum(deviation, math.rsqrt(cast(count, image.dtype)))
        return convert_image_dtype(math.div(image - mean, deviation, name=scope), given.dtype, saturate=True)


def rgb_to_grayscale(images, name: str | None = None) -> Tensor:
    """RGB images [..., 3] without colour: [..., 1], of the same type.

    >>> rgb_to_grayscale(array.zeros([4, 4, 3])).shape.as_list()
    [4, 4, 1]
    """
    with name_scope(name, "rgb_to_grayscale", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        gray = tensordot(convert_image_dtype(images, dtypes.float32), _GRAY, [-1, -1])
        return convert_image_dtype(array.expand_dims(gray, -1), images.dtype, name=scope)


def grayscale_to_rgb(images, name: str | None = None) -> Tensor:
    """Images [..., 1] with three equal channels: [..., 3], of the same type.

    Raises:
      ValueError: for images whose last axis is not 1.
    """
    with name_scope(name, "grayscale_to_rgb", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        if images.shape.rank is not None and images.shape.sizes[-1:] not in ((1,), (None,)):
            raise ValueError(f"Last dimension of a grayscale image should be size 1; it is {images.shape}")
        since, checks = op_counts.Since(), []
        if images.shape.rank is None or images.shape.sizes[-1] is None:
            wrong = "Last dimension of a grayscale image should be size 1."
            checks = [check.assert_equal(array.shape(images)[-1], 1, message=wrong)]
        images = control.with_dependencies(checks, images)
        ahead = array.expand_dims(shapes.rank(images) - 1, 0)
        ahead = array.ones(ahead, dtypes.int32)
        rgb = rearranging.tile(images, array.concat([ahead, array.expand_dims(3, 0)], 0), name=scope)
        if images.shape.rank is not None:
            rgb.set_shape([*images.shape.sizes[:-1], 3])
        if images.shape.rank is None or None in images.shape.sizes:
            since.count_as(op_counts.GRAY_CHECKED)
        return rgb


# ---- colours as sums of others


def _mixed(images, matrix: list, name: str) -> Tensor:
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(matrix, images.dtype, name="kernel")
    if images.shape.rank is None:
        raise ValueError(f"{name} has to know how many axes images have; {images.name} has unknown shape")
    return tensordot(images, kernel, [[images.shape.rank - 1], [0]])


def rgb_to_yiq(images) -> Tensor:
    """RGB images [..., 3] as YIQ: brightness and two axes of colour, of American television."""
    return _mixed(
        images,
        [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]],
        "rgb_to_yiq",
    )


def yiq_to_rgb(images) -> Tensor:
    """YIQ images [..., 3] as RGB."""
    return _mixed(
        images, [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]], "yiq_to_rgb"
    )


def rgb_to_yuv(images) -> Tensor:
    """RGB images [..., 3] as YUV: brightness and two axes of colour, of European television."""
    return _mixed(
        images,
        [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]],
        "rgb_to_yuv",
    )


def yuv_to_rgb(images) -> Tensor:
    """YUV images [..., 3] as RGB."""
    return _mixed(images, [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]], "yuv_to_rgb")
