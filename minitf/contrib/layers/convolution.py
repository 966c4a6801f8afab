"""Convolutional and pooling layers with tf.contrib's names for variables."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.core import _XAVIER, _ZEROS, finished, renamed
from minitf.framework.graph import name_scope
from minitf.layers.convolution import Conv2D, Conv2DTranspose

_FORMATS = (None, "NHWC", "NCHW")


def _first(data_format) -> bool:
    if data_format not in _FORMATS:
        raise ValueError(f"data_format has to be either NCHW or NHWC, not {data_format!r}")
    return data_format == "NCHW"


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
    with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank != 4:
            raise ValueError(f"Convolution expects input with rank 4, got {inputs.shape.rank}")
        layer = Conv2D(num_outputs, kernel_size, stride, padding,
                       "channels_first" if _first(data_format) else "channels_last", rate,
                       use_bias=not normalizer_fn and biases_initializer is not None,
                       kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
                       kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
                       trainable=trainable, name=entered.name, dtype=inputs.dtype.base_dtype, _scope=entered,
                       _reuse=reuse)  # fmt: skip
        return finished(layer, inputs, normalizer_fn, normalizer_params, activation_fn,
                        variables_collections, outputs_collections, entered.name)  # fmt: skip


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
    with tf.variable_scope(
        scope, "Conv2d_transpose", [inputs], reuse=reuse, custom_getter=renamed
    ) as entered:
        inputs = tf.convert_to_tensor(inputs)
        layer = Conv2DTranspose(num_outputs, kernel_size, stride, padding,
                                "channels_first" if _first(data_format) else "channels_last",
                                use_bias=not normalizer_fn and biases_initializer is not None,
                                kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
                                kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
                                trainable=trainable, name=entered.name, dtype=inputs.dtype.base_dtype,
                                _scope=entered, _reuse=reuse)  # fmt: skip
        return finished(layer, inputs, normalizer_fn, normalizer_params, activation_fn,
                        variables_collections, outputs_collections, entered.name)  # fmt: skip


convolution2d, convolution2d_transpose = conv2d, conv2d_transpose


def _pooled(pool, default: str, inputs, kernel_size, stride, padding, data_format, collections, scope):
    _first(data_format)
    with name_scope(scope, default, [inputs]) as entered:
        inputs = tf.convert_to_tensor(inputs)
        outputs = pool(inputs, kernel_size, stride, str(padding).upper(), data_format)
        return utils.collect_named_outputs(collections, entered, outputs)


@add_arg_scope
def max_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format: str | None = "NHWC",
               outputs_collections=None, scope=None):  # fmt: skip
    """The largest of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
    return _pooled(nn.max_pool, "MaxPool2D", inputs, kernel_size, stride, padding, data_format,
                   outputs_collections, scope)  # fmt: skip


@add_arg_scope
def avg_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format: str | None = "NHWC",
               outputs_collections=None, scope=None):  # fmt: skip
    """The mean of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
    return _pooled(nn.avg_pool, "AvgPool2D", inputs, kernel_size, stride, padding, data_format,
                   outputs_collections, scope)  # fmt: skip
