"""Convolutions in other forms: along one axis or three, with holes, transposed."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor, shaped
from minitf.ops import patterns
from minitf.ops.array import array, constant, identity, joining
from minitf.ops.math import math
from minitf.ops.nn.axes import for_each_axis
from minitf.ops.nn.convolution import conv2d, conv2d_backprop_input, conv2d_transpose
from minitf.ops.nn.convolution3d import conv3d, conv3d_transpose
from minitf.ops.nn.spaces import batch_to_space, space_to_batch, with_space_to_batch
from minitf.ops.nn.windows import check_padding

_FLAT = {None: "NHWC", "NWC": "NHWC", "NHWC": "NHWC", "NCW": "NCHW", "NCHW": "NCHW"}


def conv1d(
    value=None,
    filters=None,
    stride=None,
    padding=None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input=None,
    dilations=None,
) -> Tensor:
    """The convolution of sequences [batch, w, c] with a filter [kw, c, out]: [batch, w', out].

    stride, dilations: whole numbers; padding: "SAME" or "VALID"; see `conv2d`. data_format "NCW": the
    channels are second.

    >>> conv1d(array.zeros([2, 10, 3]), array.zeros([3, 3, 4]), 2, "VALID").shape.as_list()
    [2, 4, 4]

    Raises:
      ValueError: for shapes that do not fit each other, or other arguments than these.
    """
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        if data_format not in _FLAT:
            raise ValueError(f'data_format must be "NWC" or "NCW", not {data_format!r}')
        images = _FLAT[data_format]
        axis = 1 if images == "NHWC" else 2
        flat = array.expand_dims(value, axis)
        filter = array.expand_dims(filters, 0)
        strides, rates = (_along(n, axis, what) for n, what in ((stride, "stride"), (dilations, "dilations")))
        result = conv2d(flat, filter, strides, padding, data_format=images, dilations=rates, name=scope)
        return array.squeeze(result, [axis])


def _along(value, axis: int, what: str) -> list:
    """A number, one of one, or that along `axis` of three, as a pair for images of one row."""
    value = [1] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    if len(value) not in (1, 3):
        raise ValueError(f"{what} should be of length 1 or 3 but was {len(value)}: {value}")
    return [1, value[0] if len(value) == 1 else value[axis]]


def convolution(
    input,
    filter,
    padding,
    strides=None,
    dilation_rate=None,
    name: str | None = None,
    data_format: str | None = None,
    filters=None,
    dilations=None,
) -> Tensor:
    """`conv1d`, `conv2d` or `conv3d`, by the rank of the input, 3 to 5; a filter of that rank tells it too.

    strides, dilation_rate: a number, or a list of one per spatial axis; not both may be more than 1. padding:
    "SAME" or "VALID".

    Raises:
      ValueError: for inputs of another rank, and as `conv2d`.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    rates = patterns.renamed("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, "convolution", [input, filter]) as scope:
        input = convert_to_tensor(input, name="input")
        filter = convert_to_tensor(filter, name="filter")
        spatial = _spatial(input, filter)
        strides, rates = _spatial_numbers(strides, spatial, "strides"), _spatial_numbers(rates, spatial, "dilations")
        held = constant.constant(rates, name="dilation_rate") if any(n != 1 for n in rates) else None
        return convolve(input, filter, padding, strides, rates, data_format, scope, held)


def _spatial(input: Tensor, filter: Tensor) -> int:
    rank = filter.shape.rank if input.shape.rank is None else input.shape.rank
    if rank not in (3, 4, 5):
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {rank}: {input.name}, {filter.name}")
    return rank - 2


def _spatial_numbers(value, count: int, what: str) -> list[int]:
    value = for_each_axis(value, what, "N" + "DHW"[-count:] + "C")[1:-1]
    if min(value) < 1:
        raise ValueError(f"all values of {what} must be positive, not {value}")
    return value


def convolve(
    input: Tensor,
    filter: Tensor,
    padding,
    strides: list,
    rates: list,
    data_format,
    name: str,
    held: Tensor | None = None,
) -> Tensor:
    """A convolution along up to three axes; the graph counts as many ops as TensorFlow needs for holes."""
    holes = any(n != 1 for n in rates)
    if holes and any(n != 1 for n in strides):
        raise ValueError(f"strides > 1 not supported in conjunction with dilation_rate > 1: {strides}, {rates}")
    if len(rates) == 3:
        return _of_volumes(input, filter, padding, strides, held if holes else None, data_format, name)
    if holes:
        op_counts.skip(op_counts.holes(spatial_sizes(input, len(rates), data_format)) + (padding == "SAME"))
    if len(rates) == 1:
        result = conv1d(input, filter, strides[0], padding, data_format=data_format, dilations=rates[0], name=name)
    else:
        images = "NCHW" if (data_format or "").startswith("NC") else "NHWC"
        result = conv2d(input, filter, strides, padding, data_format=images, dilations=rates, name=name)
    if not holes:
        return result
    return closed(result, input, len(rates), data_format)


def closed(result: Tensor, input: Tensor, spatial: int, data_format) -> Tensor:
    """The result of a convolution with holes, as TensorFlow has it out of the batch: where one size of the input is not
    known, it says none.
    """
    op_counts.skip(op_counts.HOLES_CLOSED)
    made = identity.identity(result, name=f"{result.op.name}/BatchToSpaceND/")
    if None not in spatial_sizes(input, spatial, data_format):
        return made
    first = 2 if (data_format or "").startswith("NC") else 1
    sizes = made.shape.sizes
    return shaped(made, TensorShape([*sizes[:first], *[None] * spatial, *sizes[first + spatial :]]))


def _of_volumes(input: Tensor, filter: Tensor, padding, strides: list, rates, data_format, name: str) -> Tensor:
    """A convolution of volumes; holes, if there are rates, by way of the batch: TensorFlow's op has none."""
    volumes = "NCDHW" if (data_format or "").startswith("NC") else "NDHWC"

    def convolved(x, _, kind):
        return conv3d(x, filter, for_each_axis(strides, "strides", volumes), kind, volumes, name=name)

    if rates is None:
        return convolved(input, 3, padding)
    return with_space_to_batch(input, rates, padding, convolved, filter.shape[:3], data_format=data_format)


def spatial_sizes(input: Tensor, spatial: int, data_format) -> tuple:
    """The sizes of what is neither batch nor channels, None where they are not known."""
    first = 2 if (data_format or "").startswith("NC") else 1
    return (input.shape.sizes or (None,) * (spatial + 2))[first : first + spatial]


def atrous_conv2d(value, filters, rate, padding, name: str | None = None) -> Tensor:
    """`conv2d` with a filter whose pixels are laid upon every `rate`-th pixel of the images; `rate` may be a pair.

    >>> atrous_conv2d(array.zeros([1, 9, 9, 1]), array.zeros([3, 3, 1, 2]), 2, "VALID").shape.as_list()
    [1, 5, 5, 2]
    """
    return convolution(value, filters, padding, dilation_rate=np.broadcast_to(rate, 2).tolist(), name=name)


def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format: str = "NWC",
    dilations=None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv1d`: [batch, w', in] and a filter [kw, out, in] to `output_shape`, three numbers.

    strides, dilations: whole numbers; other arguments as those of `conv1d`.

    Raises:
      ValueError: for shapes that do not fit each other, or other arguments than these.
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        if data_format not in ("NWC", "NCW"):
            raise ValueError(f'data_format must be "NWC" or "NCW", not {data_format!r}')
        images = _FLAT[data_format]
        axis = 1 if images == "NHWC" else 2
        strides, rates = (_along(n, axis, what) for n, what in ((strides, "strides"), (dilations, "dilations")))
        flat, filter = array.expand_dims(input, axis), array.expand_dims(filters, 0)
        output_shape = list(output_shape) if isinstance(output_shape, (list, tuple)) else output_shape
        shape = array.concat([output_shape[:axis], [1], output_shape[axis:]], 0)
        result = conv2d_transpose(flat, filter, shape, strides, padding, images, scope, dilations=rates)
        return array.squeeze(result, [axis])


def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format: str | None = None,
    dilations=None,
    name: str | None = None,
) -> Tensor:
    """`conv1d_transpose`, `conv2d_transpose` or `conv3d_transpose`, by how many numbers output_shape has."""
    with name_scope(name, "conv_transpose", [input, filters, output_shape]) as scope:
        count = output_shape.shape.sizes[0] if isinstance(output_shape, Tensor) else len(output_shape)
        if count not in (3, 4, 5):
            raise ValueError(f"output_shape has 3, 4 or 5 numbers, not {count}: {output_shape}")
        function = (_transposed_1d, conv2d_transpose, conv3d_transpose)[count - 3]
        formats = ("NWC", "NHWC", "NDHWC")[count - 3] if data_format is None else data_format
        return function(input, filters, output_shape, strides, padding, formats, scope, dilations=dilations)


def _transposed_1d(input, filters, output_shape, strides, padding, data_format, name, dilations) -> Tensor:
    return conv1d_transpose(input, filters, output_shape, strides, padding, data_format, dilations, name)


def atrous_conv2d_transpose(value, filters, output_shape, rate: int, padding, name: str | None = None) -> Tensor:
    """The transpose of `atrous_conv2d`: [batch, h', w', in] and a filter [kh, kw, out, in] to `output_shape`,
    four numbers.

    Raises:
      ValueError: for a rate below 1, another padding, or shapes that do not fit each other.
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]) as scope:
        value, filters = convert_to_tensor(value, name="value"), convert_to_tensor(filters, name="filters")
        if rate < 1:
            raise ValueError(f"rate {rate} cannot be less than one")
        if check_padding(padding) and rate == 1:
            return conv2d_transpose(value, filters, output_shape, [1, 1, 1, 1], padding, name=scope)
        shape = math.cast(convert_to_tensor(output_shape, name="output_shape"), dtypes.int32)
        known = constant_value(shape)
        sizes = joining.unstack(shape, 4) if known is None else known.tolist()
        channels = filters.shape.with_rank(4)[2]
        if known is not None and not channels.is_compatible_with(sizes[3]):
            raise ValueError(f"output_shape does not match filter's output channels, {sizes[3]} != {channels}")
        window, images = _sizes(filters, (0, 1)), _sizes(value, (1, 2))
        around = _reaches(window, rate) if padding == "SAME" else [(0, 0), (0, 0)]
        rest = [-(n + sum(pair)) % rate for n, pair in zip(sizes[1:3], around)]
        wide = [n + sum(pair) + more for n, pair, more in zip(sizes[1:3], around, rest)]
        paddings = [[0, -n % rate] for n in images]
        inner = [sizes[0] * rate * rate, *[n // rate for n in wide], sizes[3]]
        parts = space_to_batch(value, paddings, rate)
        found = conv2d_backprop_input(inner, filters, parts, [1, 1, 1, 1], "VALID")
        crops = [[before, after + more] for (before, after), more in zip(around, rest)]
        return batch_to_space(found, crops, rate)


def _sizes(x: Tensor, axes: tuple) -> list:
    """Sizes along axes, as numbers where they are known."""
    known = x.shape.with_rank(4).sizes or (None,) * 4
    return [array.shape(x)[axis] if known[axis] is None else known[axis] for axis in axes]


def _reaches(window: list, rate: int) -> list:
    """How far a filter with holes reaches out of an image on either side."""
    reach = [(n - 1) * rate for n in window]
    return [(n // 2, n - n // 2) for n in reach]
