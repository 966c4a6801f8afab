"""Pooling layers as tf.contrib calls them."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _FORMATS, _first
from minitf.framework.graph import name_scope
from minitf.framework.named import named


def _pooling(name: str, pool: Callable, default: str, axes: int, doc: str):
    """The public function of windows of so many axes."""

    @add_arg_scope
    @named(name, doc)
    def layer(
        inputs,
        kernel_size,
        stride=2,
        padding="VALID",
        data_format: str | None = _FORMATS[axes][0],
        outputs_collections=None,
        scope=None,
    ):
        _first(data_format, axes)
        with name_scope(scope, default, [inputs]) as entered:
            inputs = tf.convert_to_tensor(inputs)
            outputs = pool(inputs, kernel_size, stride, str(padding).upper(), data_format)
            return utils.collect_named_outputs(outputs_collections, entered, outputs)

    return layer


_OF_IMAGES = """of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
_OF_VOLUMES = """of each window of volumes: [batch, d, h, w, channels] -> [batch, d', h', w', channels].

    kernel_size, stride: a number or three; other arguments as those of `conv3d`.
    """
max_pool2d = _pooling("max_pool2d", nn.max_pool, "MaxPool2D", 2, f"The largest {_OF_IMAGES}")
avg_pool2d = _pooling("avg_pool2d", nn.avg_pool, "AvgPool2D", 2, f"The mean {_OF_IMAGES}")
max_pool3d = _pooling("max_pool3d", nn.max_pool3d, "MaxPool3D", 3, f"The largest {_OF_VOLUMES}")
avg_pool3d = _pooling("avg_pool3d", nn.avg_pool3d, "AvgPool3D", 3, f"The mean {_OF_VOLUMES}")


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
