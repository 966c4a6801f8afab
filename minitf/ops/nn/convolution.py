"""Convolutions of images with filters, and their gradients, each of which is made of the other two."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import errors
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.taking import arguments, needed, taking_also
from minitf.framework.tensor import Tensor
from minitf.kernels.math import batches
from minitf.kernels.math import convolution as kernels
from minitf.ops import patterns
from minitf.ops.nn.axes import check_format, for_each_axis, listed
from minitf.ops.nn.convolving import Convolution
from minitf.ops.nn.windows import Windows, axis, explicit

_BATCH = 8  # images: from so many on they are the rows of products
_LONG, _SMALL = 16, 1 << 16  # images that are added up by one product, into a filter that stays in the cache


def _by_batches(b, found: Windows, faster: bool) -> bool:
    """Whether kernels for batches are the faster ones, and the filter has no holes that they cannot do."""
    _, columns = found
    return 1 in (columns.dilation, columns.window) and b.prefers("batches", faster)


def _overlapping(found: Windows, f: tuple) -> bool:
    """Whether patches for a filter of shape f are read where they overlap, which is faster."""
    _, columns = found
    return f[0] * f[1] * f[2] <= kernels.MOST and columns.dilation == 1 and columns.count >= kernels.FEWEST


class _OfImages(Convolution):
    def check_depth(self, depth: int, f: tuple) -> None:
        if depth % f[2] if f[2] else depth:
            raise ValueError(
                f"the filter of shape {TensorShape(f)} is made for {f[2]} channels; the images have {depth} "
                f"(input depth must be evenly divisible by filter depth: depth of input ({depth}) is not a multiple of "
                f"input depth of filter ({f[2]}))"
            )

        groups = depth // f[2] if depth and f[2] else 1
        if f[3] is not None and f[3] % groups:
            raise ValueError(
                f"the filter of shape {TensorShape(f)} is made for {f[2]} channels; the images have {depth}, which "
                f"would be {groups} groups: the depth of the output ({f[3]}) is not a multiple of the number of groups "
                f"({groups})"
            )

    def lies(self, op, sizes: tuple, f: tuple, g: tuple | None = None, along: Callable = axis) -> Windows:
        found = super().lies(op, sizes, f, g, along)
        if sizes[3] != f[2] and not sizes[3]:
            raise ValueError(f"input depth must be evenly divisible by filter depth: {sizes[3]} vs {f[2]}")
        if sizes[3] != f[2]:
            raise errors.UnimplementedError(
                None,
                op,
                f"grouped convolutions are not supported: images of {sizes[3]} channels, a filter "
                f"for {f[2]}; use depthwise_conv2d, or split the channels",
            )
        return found

    def call(self, b, x, f, out, found: Windows) -> None:
        images, height, width, _ = out.shape
        if _by_batches(b, found, images >= _BATCH and not _overlapping(found, f.shape)):
            kernel, count = batches.conv2d_batch, images
        else:
            kernel, count = kernels.conv2d, images * height * width
        b.call(kernel[x.dtype], x, f, out, 0, count, *self.numbers(found, x.shape, f.shape))

    def call_for_input(self, b, f, g, out, found: Windows) -> None:
        turned = patterns.walk(b, f, (f.shape[3], f.size // f.shape[3] if f.size else 0), (1, f.shape[3]))
        faster = _by_batches(b, found, out.shape[0] >= _BATCH)
        kernel = batches.conv2d_input_batch if faster else kernels.conv2d_input
        b.call(kernel[f.dtype], g, turned, out, 0, out.shape[0], *self.numbers(found, out.shape, f.shape))

    def call_for_filter(self, b, x, g, out, found: Windows) -> None:
        images = x.shape[0]
        faster = _by_batches(b, found, images >= _LONG and out.size <= _SMALL)
        kernel = batches.conv2d_filter_batch if faster else kernels.conv2d_filter
        rows, scratch = out.size // out.shape[3], b.new(out.shape, x.dtype)
        numbers = (0, rows, 0, out.shape[3], images, *self.numbers(found, x.shape, out.shape))
        b.call(kernel[x.dtype], x, g, scratch, out, *numbers)


_OfImages(
    "Conv2D",
    "Conv2DBackpropInput",
    "Conv2DBackpropFilter",
    "strides: list(int), use_cudnn_on_gpu: bool = True, padding: string, "
    "explicit_paddings: list(int) = [], data_format: string = 'NHWC', dilations: list(int) = [1, 1, 1, 1]",
)


# ---- functions


def _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu=True, taken=listed) -> dict:
    """The attributes that all three ops have, of which `taken` takes numbers; ValueError or TypeError for what they
    cannot be.
    """
    padding, paddings = explicit(padding)
    data_format = check_format(data_format)
    return {
        "strides": taken(strides, "strides", data_format),
        "padding": padding,
        "explicit_paddings": paddings,
        "data_format": data_format,
        "dilations": taken([1] * 4 if dilations is None else dilations, "dilations", data_format),
        "use_cudnn_on_gpu": bool(use_cudnn_on_gpu),
    }


def conv2d(
    input,
    filter=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The convolution of images [batch, h, w, c] with a filter [kh, kw, c, out]: [batch, h', w', out].

    strides: how far the filter moves on, a number, a pair, or four with 1 for batch and channels; dilations: likewise,
    how far apart the pixels are that it is laid upon. padding: "VALID" stays inside of the image, "SAME" gives h' = h /
    stride, rounded up, with zeros around, and four pairs say how many zeros there are before and behind each axis.
    data_format "NCHW": images and results have the channels second. `use_cudnn_on_gpu` changes nothing.

    >>> import minitf as tf
    >>> tf.nn.conv2d(tf.zeros([1, 28, 28, 1]), tf.zeros([5, 5, 1, 32]), 2, "SAME").shape.as_list()
    [1, 14, 14, 32]

    Raises:
      ValueError: if the shapes do not fit each other, or the other arguments are not as above.
      TypeError: for a padding that is neither text nor a list, or a filter of another type than the images.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    attributes = _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu, for_each_axis)
    return apply("Conv2D", input, filter, name=name, **attributes)


def conv2d_backprop_input(
    input_sizes,
    filter=None,
    out_backprop=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations=(1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The gradient of `conv2d` for images of shape `input_sizes` (4 numbers, int32), given that of its result.

    The other arguments are those of `conv2d`; ValueError and TypeError as there.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    attributes = _attributes(strides, padding, data_format, dilations, use_cudnn_on_gpu)
    return apply("Conv2DBackpropInput", input_sizes, filter, out_backprop, name=name, **attributes)


@taking_also([needed("strides"), needed("padding"), *arguments(conv2d)[4:-1]])
def conv2d_backprop_filter(input, filter_sizes, out_backprop, *, name, **how) -> Tensor:
    """The gradient of `conv2d` for a filter of shape `filter_sizes` (4 numbers, int32), given that of its result.

    The other arguments are those of `conv2d`; ValueError and TypeError as there.
    """
    return apply("Conv2DBackpropFilter", input, filter_sizes, out_backprop, name=name, **_attributes(**how))


def conv2d_transpose(
    value=None,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format: str | None = "NHWC",
    name: str | None = None,
    input=None,
    filters=None,
    dilations=None,
) -> Tensor:
    """The transpose of `conv2d`: [batch, h', w', in] and a filter [kh, kw, out, in] to `output_shape`.

    output_shape: 4 numbers, of which `conv2d` would make the shape of `value`; other arguments as there.
    """
    value = patterns.renamed("input", input, "value", value)
    filter = patterns.renamed("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        attributes = _attributes(strides, padding, data_format, dilations, taken=for_each_axis)
        return apply("Conv2DBackpropInput", output_shape, filter, value, name=scope, **attributes)
