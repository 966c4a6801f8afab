"""Convolutional layers with tf.contrib's names for variables."""

from __future__ import annotations

from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers.core import WEIGHTED, weighted
from minitf.framework.named import named
from minitf.framework.taking import arguments, optional, taking
from minitf.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from minitf.layers.volumes import Conv3D, Conv3DTranspose

_PLAIN, _TRANSPOSED = {1: Conv1D, 2: Conv2D, 3: Conv3D}, {2: Conv2DTranspose, 3: Conv3DTranspose}
_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def _first(data_format, axes: int = 2) -> bool:
    if data_format not in (None, *[name for pair in _FORMATS.values() for name in pair]):
        last, first = _FORMATS[axes]
        raise ValueError(f"data_format has to be either {first} or {last}, not {data_format!r}")
    return (data_format or "").startswith("NC")


def _convolved(
    inputs,
    num_outputs: int,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format: str | None = None,
    rate=1,
    *,
    axes: int | None,
    transposed: bool = False,
    **how,
):
    """The layer along so many axes; None: as the inputs' rank says."""

    def make(inputs, initializer, regularizer, **more):
        along = axes if transposed else _counted(axes, inputs.shape.rank)
        return (_TRANSPOSED if transposed else _PLAIN)[along](
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if _first(data_format, along) else "channels_last",
            **({} if transposed else {"dilation_rate": rate}),
            kernel_initializer=initializer,
            kernel_regularizer=regularizer,
            **more,
        )

    return weighted(make, f"Conv{axes}d_transpose" if transposed else "Conv", inputs, **how)


def _counted(axes: int | None, rank: int | None) -> int:
    """How many axes inputs of this rank are convolved along; ValueError if not as many as wanted."""
    if rank not in ((3, 4, 5) if axes is None else (axes + 2,)):
        raise ValueError(f"Convolution expects input with rank {'3, 4 or 5' if axes is None else axes + 2}, got {rank}")
    return rank - 2


_TAKEN = [*arguments(_convolved), *WEIGHTED]


def _along(axes: int, name: str, doc: str, taken=_TAKEN, transposed: bool = False):
    """The public function for convolutions along so many axes, whose name is what scopes of repeated layers have."""

    @named(name, doc)
    @taking(taken)
    def layer(**how):
        return _convolved(**how, axes=axes, transposed=transposed)

    return add_arg_scope(layer)


def _transposed_along(axes: int, name: str, doc: str):
    """The same for transposed convolutions, which know of no holes."""
    named_format = optional("data_format", _FORMATS[axes][0], "str | None")
    taken = [named_format if p.name == "data_format" else p for p in _TAKEN if p.name != "rate"]
    return _along(axes, name, doc, taken, transposed=True)


conv2d = _along(
    2,
    "convolution2d",
    """A convolutional layer: [batch, h, w, channels] -> [batch, h', w', num_outputs].

    Variables `weights` [*kernel_size, channels, num_outputs] and `biases` are made in `scope` ("Conv"), or
    found there with reuse. kernel_size, stride, rate (of holes): a number or a pair. The other arguments are
    those of `fully_connected`.

    >>> import minitf as tf
    >>> tf.contrib.layers.conv2d(tf.zeros([2, 9, 9, 3]), 4, [3, 3], scope="doc_conv").shape.as_list()
    [2, 9, 9, 4]

    Raises:
      ValueError: for inputs of another rank, an unknown number of channels, or other arguments than these.
    """,
)
conv1d = _along(
    1,
    "convolution1d",
    """A convolutional layer of sequences: [batch, w, channels] ->
    [batch, w', num_outputs]; arguments and errors as those of `conv2d`, of one number.""",
)
conv3d = _along(
    3,
    "convolution3d",
    """A convolutional layer of volumes: [batch, d, h, w, channels] ->
    [batch, d', h', w', num_outputs]; arguments and errors as those of `conv2d`, of three
    numbers.""",
)
conv2d_transpose = _transposed_along(
    2,
    "convolution2d_transpose",
    """The transpose of `conv2d`: [batch, h, w, channels] -> [batch, h * stride, w * stride, num_outputs].

    Variables `weights` [*kernel_size, num_outputs, channels] and `biases` in `scope` ("Conv2d_transpose");
    arguments and errors as those of `conv2d`.
    """,
)
conv3d_transpose = _transposed_along(
    3,
    "convolution3d_transpose",
    """The transpose of `conv3d`: [batch, d, h, w, channels] -> [batch, d * stride, h * stride, w * stride,
    num_outputs]; arguments and errors as those of `conv2d_transpose`, of three numbers.
    """,
)


@add_arg_scope
@taking([*_TAKEN, optional("conv_dims", None, "int | None")])
def convolution(conv_dims, **how):
    """`conv1d`, `conv2d` or `conv3d`, by the rank of the inputs, which is conv_dims + 2 if that is given."""
    return _convolved(**how, axes=conv_dims)


convolution1d, convolution2d, convolution3d = conv1d, conv2d, conv3d
convolution2d_transpose, convolution3d_transpose = conv2d_transpose, conv3d_transpose
