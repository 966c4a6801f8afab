"""Convolutions of volumes with filters, and their gradients, each of which is made of the other two."""

from __future__ import annotations

from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.taking import arguments, needed, taking_also
from minitf.framework.tensor import Tensor
from minitf.kernels.math import volumes as kernels
from minitf.ops import patterns
from minitf.ops.nn.axes import VOLUMES, for_each_axis
from minitf.ops.nn.convolving import Convolution, moves
from minitf.ops.nn.windows import Windows, check_positive


class _OfVolumes(Convolution):
    rank, what = 5, "volumes"
    check = staticmethod(check_positive)

    def check_depth(self, depth: int, f: tuple) -> None:
        if depth != f[3]:
            raise ValueError(
                f"the filter of shape {TensorShape(f)} is for {f[3]} channels; the volumes have {depth} "
                "(Dimensions must be equal: input depth and filter depth differ)"
            )

    def call(self, b, x, f, out, found: Windows) -> None:
        planes = out.shape[0] * out.shape[1]
        b.call(kernels.conv3d[x.dtype], x, f, out, 0, planes, *self.numbers(found, x.shape, f.shape))

    def call_for_input(self, b, f, g, out, found: Windows) -> None:
        if all(axis.stride == 1 for axis in found):
            self._call_turned(b, f, g, out, found)
            return
        turned = patterns.walk(b, f, (f.shape[4], f.size // f.shape[4] if f.size else 0), (1, f.shape[4]))
        numbers = (0, out.shape[0], *self.numbers(found, out.shape, f.shape))
        b.call(kernels.conv3d_input[f.dtype], g, turned, out, *numbers)

    def _call_turned(self, b, f, g, out, found: Windows) -> None:
        """The gradient for the input where the filter moves by one: a convolution with the filter turned round."""
        window, (depth, width) = f.shape[:3], f.shape[3:]
        steps = tuple(-n * depth * width for n in (window[1] * window[2], window[2], 1))
        turned = patterns.walk(b, f, (*window, width, depth), (*steps, 1, width), f.size - depth * width)
        before = [(axis.window - 1) * axis.dilation - axis.before for axis in found]
        numbers = (*g.shape[1:], *out.shape[1:], *window, 1, 1, 1, *found.each("dilation"), *before)
        b.call(kernels.conv3d[f.dtype], g, turned, out, 0, out.shape[0] * out.shape[1], *numbers)

    def call_for_filter(self, b, x, g, out, found: Windows) -> None:
        numbers = (0, out.size // out.shape[4], x.shape[0], *self.numbers(found, x.shape, out.shape))
        b.call(kernels.conv3d_filter[x.dtype], x, g, out, *numbers)


_OfVolumes(
    "Conv3D",
    "Conv3DBackpropInputV2",
    "Conv3DBackpropFilterV2",
    "strides: list(int), padding: string, data_format: string = 'NDHWC', dilations: list(int) = [1, 1, 1, 1, 1]",
    ", Tshape: type = int32",
)


# ---- functions


def conv3d(
    input,
    filter=None,
    strides=None,
    padding=None,
    data_format: str | None = "NDHWC",
    dilations=(1, 1, 1, 1, 1),
    name: str | None = None,
    filters=None,
) -> Tensor:
    """The convolution of volumes [batch, d, h, w, c] with a filter [kd, kh, kw, c, out]: [batch, d', h', w', out].

    strides, dilations: lists of five numbers, 1 for batch and channels; padding: "SAME" or "VALID";
    data_format "NCDHW": the channels are second. See `conv2d`.

    >>> import minitf as tf
    >>> tf.nn.conv3d(tf.zeros([1, 8, 8, 8, 1]), tf.zeros([3, 3, 3, 1, 4]), [1, 2, 2, 2, 1], "SAME").shape.as_list()
    [1, 4, 4, 4, 4]

    Raises:
      TypeError: for strides or dilations that are no lists.
      ValueError: if the shapes do not fit each other, or the other arguments are not as above.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    return apply("Conv3D", input, filter, name=name, **moves(strides, padding, data_format, dilations, VOLUMES))


@taking_also([needed("strides"), needed("padding"), *arguments(conv3d)[4:-1]])
def conv3d_backprop_filter(input, filter_sizes, out_backprop, *, name, **how) -> Tensor:
    """The gradient of `conv3d` for a filter of shape `filter_sizes` (5 numbers, int32), given that of its result."""
    attributes = moves(formats=VOLUMES, **how)
    return apply("Conv3DBackpropFilterV2", input, filter_sizes, out_backprop, name=name, **attributes)


def conv3d_transpose(
    value,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format: str | None = "NDHWC",
    name: str | None = None,
    input=None,
    filters=None,
    dilations=None,
) -> Tensor:
    """The transpose of `conv3d`: [batch, d', h', w', in] and a filter [kd, kh, kw, out, in] to
    `output_shape`, five numbers.
    """
    filter = patterns.renamed("filters", filters, "filter", filter)
    value = patterns.renamed("input", input, "value", value)
    with name_scope(name, "conv3d_transpose", [value, filter, output_shape]) as scope:
        attributes = moves(strides, padding, data_format, dilations, VOLUMES, for_each_axis)
        return apply("Conv3DBackpropInputV2", output_shape, filter, value, name=scope, **attributes)
