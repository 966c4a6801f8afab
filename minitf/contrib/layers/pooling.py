"""Pooling layers as tf.contrib calls them."""

from __future__ import annotations

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _first
from minitf.framework.graph import name_scope


def _pooled(pool, default: str, inputs, kernel_size, stride, padding, data_format, collections, scope, axes: int = 2):
    _first(data_format, axes)
    with name_scope(scope, default, [inputs]) as entered:
        inputs = tf.convert_to_tensor(inputs)
        outputs = pool(inputs, kernel_size, stride, str(padding).upper(), data_format)
        return utils.collect_named_outputs(collections, entered, outputs)


@add_arg_scope
def max_pool2d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format: str | None = "NHWC",
    outputs_collections=None,
    scope=None,
):
    """The largest of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
    return _pooled(
        nn.max_pool, "MaxPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def avg_pool2d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format: str | None = "NHWC",
    outputs_collections=None,
    scope=None,
):
    """The mean of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
    return _pooled(
        nn.avg_pool, "AvgPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def max_pool3d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format: str | None = "NDHWC",
    outputs_collections=None,
    scope=None,
):
    """The largest of each window of volumes: [batch, d, h, w, channels] -> [batch, d', h', w', channels].

    kernel_size, stride: a number or three; other arguments as those of `conv3d`.
    """
    return _pooled(
        nn.max_pool3d, "MaxPool3D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope, 3
    )


@add_arg_scope
def avg_pool3d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format: str | None = "NDHWC",
    outputs_collections=None,
    scope=None,
):
    """The mean of each window of volumes: [batch, d, h, w, channels] -> [batch, d', h', w', channels].

    kernel_size, stride: a number or three; other arguments as those of `conv3d`.
    """
    return _pooled(
        nn.avg_pool3d, "AvgPool3D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope, 3
    )


@add_arg_scope
def pool(
    inputs,
    kernel_size,
    pooling_type: str,
    padding="VALID",
    data_format: str | None = None,
    dilation_rate=1,
    stride=1,
    outputs_collections=None,
    scope=None,
):
    """The largest ("MAX") or the mean ("AVG") of each window along any number of axes, see `tf.nn.pool`.

    inputs: [batch, ..., channels]; kernel_size, stride, dilation_rate: a number, or one for each axis between.

    Raises:
      ValueError: for inputs of less than three axes, or an unknown number of them.
    """
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as entered:
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank is None or inputs.shape.rank < 3:
            raise ValueError(f"Rank of inputs must be >= 3, and known: the inputs of pool are {inputs.shape}")
        kernel_size, stride, dilation_rate = (
            utils.n_positive_integers(inputs.shape.rank - 2, n) for n in (kernel_size, stride, dilation_rate)
        )
        outputs = nn.pool(inputs, kernel_size, pooling_type, padding, dilation_rate, stride, entered, data_format)
        return utils.collect_named_outputs(outputs_collections, entered, outputs)
