"""How alike images are, and how much they change from pixel to pixel."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, constant, identity, joining, rearranging, shapes
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.images.images import convert_image_dtype
from minitf.ops.math import compare, math, reduce
from minitf.ops.math.cast import cast
from minitf.ops.nn.activations import relu
from minitf.ops.nn.depthwise import depthwise_conv2d
from minitf.ops.nn.pooling import avg_pool

_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # what each scale counts (Wang, Simoncelli, Bovik 2003)
_SOBEL = [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]


def total_variation(images, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbours in an image [height, width, channels]: a scalar; or
    in each of several with a batch before: [batch].

    Raises:
      ValueError: for images of another rank.
    """
    with name_scope(name, "total_variation"):
        images = convert_to_tensor(images, name="images")
        rank = images.shape.rank
        if rank not in (3, 4):
            raise ValueError(f"images must be either 3 or 4-dimensional; {images.name} has {images.shape}")
        lead, every = (slice(None),) * (rank - 3), slice(None)
        down = images[(*lead, slice(1, None), every, every)] - images[(*lead, slice(-1), every, every)]
        across = images[(*lead, every, slice(1, None), every)] - images[(*lead, every, slice(-1), every)]
        axes = None if rank == 3 else [1, 2, 3]
        return reduce.reduce_sum(abs(down), axes) + reduce.reduce_sum(abs(across), axes)


def image_gradients(image):
    """(dy, dx): the differences to the next row and to the next column of images
    [batch, height, width, channels]; in the last row or column they are 0.

    Raises:
      ValueError: for images of another rank.
    """
    image = convert_to_tensor(image, name="image")
    if image.shape.rank != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d]; {image.name} has {image.shape}")
    shape = array.shape(image)
    batch, height, width, depth = joining.unstack(shape)
    down = image[:, 1:, :, :] - image[:, :-1, :, :]
    across = image[:, :, 1:, :] - image[:, :, :-1, :]

    def completed(part, rest, axis):
        nothing = array.zeros(joining.stack(rest), image.dtype)
        return array.reshape(array.concat([part, nothing], axis), shape)

    return completed(down, [batch, 1, width, depth], 1), completed(across, [batch, height, 1, depth], 2)


def sobel_edges(image) -> Tensor:
    """How images [batch, height, width, channels] change down and across (Sobel's filters), mirrored at the
    edges: [batch, height, width, channels, 2].
    """
    image = convert_to_tensor(image, name="image")
    shape = array.shape(image)
    filters = constant.constant(np.transpose(_SOBEL, (1, 2, 0))[:, :, None], image.dtype)
    filters = rearranging.tile(filters, [1, 1, shape[-1], 1], name="sobel_filters")
    padded = rearranging.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    found = depthwise_conv2d(padded, filters, [1, 1, 1, 1], "VALID")
    found = array.reshape(found, array.concat([shape, [2]], 0))
    found.set_shape(image.shape.concatenate([2]))
    return found


# ---- two images


def _same_shapes(a: Tensor, b: Tensor):
    """The shapes as tensors, and assertions that images have one size; ValueError if it is known that they have not."""
    for image in (a, b):
        image.shape.with_rank_at_least(3)
    if a.shape.rank is not None and b.shape.rank is not None:
        ahead = zip(a.shape.sizes[-4::-1], b.shape.sizes[-4::-1])
        if not a.shape[-3:].is_compatible_with(b.shape[-3:]) or any(
            None not in pair and 1 not in pair and pair[0] != pair[1] for pair in ahead
        ):
            raise ValueError(f"Two images are not compatible: {a.shape} and {b.shape}")
    first, second = shapes.shape_n([a, b])
    enough = Assert(compare.greater_equal(array.size(first), 3), [first, second], summarize=10)
    same = compare.equal(first[-3:], second[-3:])
    return first, second, [enough, Assert(reduce.reduce_all(same), [first, second], summarize=10)]


def psnr(a, b, max_val, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of images [..., height, width, channels], in decibels: float32 [...].

    max_val: the difference of the largest and the smallest value there may be.

    Raises:
      ValueError: for images of different sizes.
    """
    with name_scope(name, "PSNR", [a, b]):
        a, b = convert_to_tensor(a), convert_to_tensor(b)
        peak = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
        a, b = (convert_image_dtype(image, dtypes.float32) for image in (a, b))
        mean = reduce.reduce_mean(math.squared_difference(a, b), [-3, -2, -1])
        loudest = 20 * math.log(peak) / math.log(10.0)
        ratio = math.subtract(loudest, np.float32(10 / np.log(10)) * math.log(mean), name="psnr")
        with control_dependencies(_same_shapes(a, b)[2]):
            return identity.identity(ratio)


def _gauss(size: int, sigma: float) -> np.ndarray:
    """Weights [size, size, 1, 1] of a bell, which add up to 1."""
    line = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    square = np.outer(line, line)
    return (square / square.sum()).astype(np.float32)[:, :, None, None]


def _blurred(x: Tensor, bell: Tensor) -> Tensor:
    """The means of windows of images [..., height, width, channels]."""
    shape = array.shape(x)
    flat = depthwise_conv2d(array.reshape(x, array.concat([[-1], shape[-3:]], 0)), bell, [1, 1, 1, 1], "VALID")
    return array.reshape(flat, array.concat([shape[:-3], array.shape(flat)[1:]], 0))


def _similarity(a: Tensor, b: Tensor, peak, size: int, sigma: float, k1: float, k2: float):
    """(ssim, contrast and structure) of each channel: [..., channels] (Wang et al. 2004)."""
    fits = [
        Assert(
            reduce.reduce_all(compare.greater_equal(array.shape(x)[-3:-1], size)),
            ["images are smaller than the filter:", array.shape(x), size],
        )
        for x in (a, b)
    ]
    with control_dependencies(fits):
        a = identity.identity(a)
    bell = rearranging.tile(constant.constant(_gauss(size, sigma)), [1, 1, array.shape(a)[-1], 1])
    c1, c2 = (k1 * peak) ** 2, (k2 * peak) ** 2
    mean_a, mean_b = _blurred(a, bell), _blurred(b, bell)
    product, squares = mean_a * mean_b * 2.0, math.square(mean_a) + math.square(mean_b)
    luminance = (product + c1) / (squares + c1)
    shared = _blurred(a * b, bell) * 2.0
    own = _blurred(math.square(a) + math.square(b), bell)
    structure = (shared - product + c2) / (own - squares + c2)
    return reduce.reduce_mean(luminance * structure, [-3, -2]), reduce.reduce_mean(structure, [-3, -2])


def _filter(size, sigma) -> None:
    if not isinstance(size, (int, np.integer)) or size < 1 or not sigma > 0:
        raise ValueError(f"filter_size is a positive whole number and filter_sigma positive; not {size}, {sigma}")


def ssim(
    img1, img2, max_val, filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03
) -> Tensor:
    """The structural similarity of images [..., height, width, channels], 1 if they are equal: float32 [...]
    (Wang et al. 2004).

    max_val: the difference of the largest and the smallest value there may be; filter_size, filter_sigma: of
    the windows in which they are compared; k1, k2: what keeps dark windows from counting too much.

    Raises:
      ValueError: for images of different sizes.
      tf.errors.InvalidArgumentError: when it runs, for images smaller than the filter.
    """
    _filter(filter_size, filter_sigma)
    img1, img2, peak, checks = _prepared(img1, img2, max_val)
    with control_dependencies(checks):
        img1 = identity.identity(img1)
    found, _ = _similarity(img1, img2, peak, filter_size, filter_sigma, k1, k2)
    op_counts.skip(op_counts.SIMILARITY)
    return reduce.reduce_mean(found, [-1])


def _prepared(a, b, max_val):
    """Both images and the largest value as float32, and assertions."""
    a, b = convert_to_tensor(a, name="img1"), convert_to_tensor(b, name="img2")
    checks = _same_shapes(a, b)[2]
    peak = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
    return convert_image_dtype(a, dtypes.float32), convert_image_dtype(b, dtypes.float32), peak, checks


def ssim_multiscale(
    img1,
    img2,
    max_val,
    power_factors=_SCALES,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """`ssim` at several scales, each half as large as the one before, multiplied (Wang, Simoncelli, Bovik 2003).

    power_factors: what each scale counts; the other arguments are those of `ssim`.

    Raises:
      ValueError: for images of different sizes.
      tf.errors.InvalidArgumentError: when it runs, for images that get smaller than the filter.
    """
    _filter(filter_size, filter_sigma)
    with name_scope(None, "MS-SSIM", [img1, img2]):
        a, b, peak, checks = _prepared(img1, img2, max_val)
        with control_dependencies(checks):
            a = identity.identity(a)
        parts = []
        for scale in range(len(power_factors)):
            with name_scope(None, f"Scale{scale}"):
                a, b = (a, b) if scale == 0 else (_halved(a), _halved(b))
                found, structure = _similarity(a, b, peak, filter_size, filter_sigma, k1, k2)
                parts.append(relu(structure))
        every = joining.stack([*parts[:-1], relu(found)], axis=-1)
        powers = constant.constant(np.float32(list(power_factors)))
        op_counts.skip(op_counts.similarity_of(len(power_factors)))
        return reduce.reduce_mean(reduce.reduce_prod(every**powers, [-1]), [-1])


def _halved(x: Tensor) -> Tensor:
    """Means of 2 x 2 pixels; the last row and column count twice where their number is odd."""
    shape = array.shape(x)
    flat = x if x.shape.rank == 4 else array.reshape(x, array.concat([[-1], shape[-3:]], 0))
    odd = array.concat([[0], shape[-3:] % 2 * [1, 1, 0]], 0)
    padded = rearranging.pad(flat, joining.stack([[0] * 4, odd], 1), mode="SYMMETRIC")
    small = avg_pool(padded, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    if x.shape.rank == 4:
        return small
    return array.reshape(small, array.concat([shape[:-3], array.shape(small)[1:]], 0))
