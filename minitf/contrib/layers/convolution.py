"""Convolutional layers with tf.contrib's names for variables."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers.core import _XAVIER, _ZEROS, finished, renamed
from minitf.framework.named import named
from minitf.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from minitf.layers.volumes import Conv3D, Conv3DTranspose

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def _first(data_format, axes: int = 2) -> bool:
    last, first = _FORMATS[axes]
    if data_format not in (None, last, first):
        raise ValueError(f"data_format has to be either {first} or {last}, not {data_format!r}")
    return data_format == first


@add_arg_scope
def conv2d(
    inputs,
    num_outputs: int,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format: str | None = None,
    rate=1,
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
):
    """A convolutional layer: [batch, h, w, channels] -> [batch, h', w', num_outputs].

    Variables `weights` [*kernel_size, channels, num_outputs] and `biases` are made in `scope` ("Conv"), or
    found there with reuse. kernel_size, stride, rate (of holes): a number or a pair. The other arguments are
    those of `fully_connected`.

    >>> import minitf as tf
    >>> tf.contrib.layers.conv2d(tf.zeros([2, 9, 9, 3]), 4, [3, 3], scope="doc_conv").shape.as_list()
    [2, 9, 9, 4]

    Raises:
      ValueError: for inputs of another rank, an unknown number of channels, or other arguments than these.
    """
    return _convolved(
        Conv2D,
        2,
        inputs,
        num_outputs,
        kernel_size,
        stride,
        padding,
        data_format,
        rate,
        activation_fn,
        normalizer_fn,
        normalizer_params,
        weights_initializer,
        weights_regularizer,
        biases_initializer,
        biases_regularizer,
        reuse,
        variables_collections,
        outputs_collections,
        trainable,
        scope,
    )


def _convolved(
    kind,
    axes: int | None,
    inputs,
    num_outputs,
    kernel_size,
    stride,
    padding,
    data_format,
    rate,
    activation_fn,
    normalizer_fn,
    normalizer_params,
    weights_initializer,
    weights_regularizer,
    biases_initializer,
    biases_regularizer,
    reuse,
    variables_collections,
    outputs_collections,
    trainable,
    scope,
):
    """The layer of a class, along so many axes; None: as the inputs' rank says."""
    with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        if axes is None and inputs.shape.rank in (3, 4, 5):
            axes = inputs.shape.rank - 2
            kind = (Conv1D, Conv2D, Conv3D)[axes - 1]
        if axes is None or inputs.shape.rank != axes + 2:
            expected = "3, 4 or 5" if axes is None else axes + 2
            raise ValueError(f"Convolution expects input with rank {expected}, got {inputs.shape.rank}")
        layer = kind(
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if _first(data_format, axes) else "channels_last",
            rate,
            use_bias=not normalizer_fn and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=entered.name,
            dtype=inputs.dtype.base_dtype,
            _scope=entered,
            _reuse=reuse,
        )
        return finished(
            layer,
            inputs,
            normalizer_fn,
            normalizer_params,
            activation_fn,
            variables_collections,
            outputs_collections,
            entered.name,
        )


def _layer_along(axes: int, kind, name: str, doc: str):
    """The public function for convolutions along so many axes."""

    @named(name, doc)
    def layer(
        inputs,
        num_outputs: int,
        kernel_size,
        stride=1,
        padding="SAME",
        data_format: str | None = None,
        rate=1,
        activation_fn: Callable | None = nn.relu,
        normalizer_fn: Callable | None = None,
        normalizer_params: dict | None = None,
        weights_initializer=_XAVIER,
        weights_regularizer=None,
        biases_initializer=_ZEROS,
        biases_regularizer=None,
        reuse=None,
        variables_collections=None,
        outputs_collections=None,
        trainable: bool = True,
        scope=None,
    ):
        return _convolved(
            kind,
            axes,
            inputs,
            num_outputs,
            kernel_size,
            stride,
            padding,
            data_format,
            rate,
            activation_fn,
            normalizer_fn,
            normalizer_params,
            weights_initializer,
            weights_regularizer,
            biases_initializer,
            biases_regularizer,
            reuse,
            variables_collections,
            outputs_collections,
            trainable,
            scope,
        )

    return add_arg_scope(layer)


conv1d = _layer_along(
    1,
    Conv1D,
    "conv1d",
    """A convolutional layer of sequences: [batch, w, channels] ->
    [batch, w', num_outputs]; arguments and errors as those of `conv2d`, of one number.""",
)
conv3d = _layer_along(
    3,
    Conv3D,
    "conv3d",
    """A convolutional layer of volumes: [batch, d, h, w, channels] ->
    [batch, d', h', w', num_outputs]; arguments and errors as those of `conv2d`, of three
    numbers.""",
)


@add_arg_scope
def convolution(
    inputs,
    num_outputs: int,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format: str | None = None,
    rate=1,
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
    conv_dims: int | None = None,
):
    """`conv1d`, `conv2d` or `conv3d`, by the rank of the inputs, which is conv_dims + 2 if that is given."""
    kind = {None: None, 1: Conv1D, 2: Conv2D, 3: Conv3D}.get(conv_dims)
    return _convolved(
        kind,
        conv_dims,
        inputs,
        num_outputs,
        kernel_size,
        stride,
        padding,
        data_format,
        rate,
        activation_fn,
        normalizer_fn,
        normalizer_params,
        weights_initializer,
        weights_regularizer,
        biases_initializer,
        biases_regularizer,
        reuse,
        variables_collections,
        outputs_collections,
        trainable,
        scope,
    )


@add_arg_scope
def conv2d_transpose(
    inputs,
    num_outputs: int,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format: str | None = "NHWC",
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
):
    """The transpose of `conv2d`: [batch, h, w, channels] -> [batch, h * stride, w * stride, num_outputs].

    Variables `weights` [*kernel_size, num_outputs, channels] and `biases` in `scope` ("Conv2d_transpose");
    arguments and errors as those of `conv2d`.
    """
    return _transposed(
        Conv2DTranspose,
        2,
        inputs,
        num_outputs,
        kernel_size,
        stride,
        padding,
        data_format,
        activation_fn,
        normalizer_fn,
        normalizer_params,
        weights_initializer,
        weights_regularizer,
        biases_initializer,
        biases_regularizer,
        reuse,
        variables_collections,
        outputs_collections,
        trainable,
        scope,
    )


@add_arg_scope
def conv3d_transpose(
    inputs,
    num_outputs: int,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format: str | None = "NDHWC",
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
):
    """The transpose of `conv3d`: [batch, d, h, w, channels] -> [batch, d * stride, h * stride, w * stride,
    num_outputs]; arguments and errors as those of `conv2d_transpose`, of three numbers.
    """
    return _transposed(
        Conv3DTranspose,
        3,
        inputs,
        num_outputs,
        kernel_size,
        stride,
        padding,
        data_format,
        activation_fn,
        normalizer_fn,
        normalizer_params,
        weights_initializer,
        weights_regularizer,
        biases_initializer,
        biases_regularizer,
        reuse,
        variables_collections,
        outputs_collections,
        trainable,
        scope,
    )


def _transposed(
    kind,
    axes: int,
    inputs,
    num_outputs,
    kernel_size,
    stride,
    padding,
    data_format,
    activation_fn,
    normalizer_fn,
    normalizer_params,
    weights_initializer,
    weights_regularizer,
    biases_initializer,
    biases_regularizer,
    reuse,
    variables_collections,
    outputs_collections,
    trainable,
    scope,
):
    with tf.variable_scope(scope, f"Conv{axes}d_transpose", [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        layer = kind(
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if _first(data_format, axes) else "channels_last",
            use_bias=not normalizer_fn and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=entered.name,
            dtype=inputs.dtype.base_dtype,
            _scope=entered,
            _reuse=reuse,
        )
        return finished(
            layer,
            inputs,
            normalizer_fn,
            normalizer_params,
            activation_fn,
            variables_collections,
            outputs_collections,
            entered.name,
        )


convolution1d, convolution2d, convolution3d = conv1d, conv2d, conv3d
convolution2d_transpose, convolution3d_transpose = conv2d_transpose, conv3d_transpose
