"""Pooling layers as tf.contrib calls them."""

from __future__ import annotations

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _FORMATS
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.layers.pooling import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D


def _pooling(name: str, layer: type, default: str, axes: int, doc: str):
    """The public function of a layer of windows of so many axes."""

    @add_arg_scope
    @named(name, doc)
    def function(
        inputs,
        kernel_size,
        stride=2,
        padding="VALID",
        data_format: str | None = _FORMATS[axes][0],
        outputs_collections=None,
        scope=None,
    ):
        if data_format not in _FORMATS[axes]:
            raise ValueError(f"data_format has to be {' or '.join(_FORMATS[axes])}, not {data_format!r}")
        order = "channels_first" if data_format.startswith("NC") else "channels_last"
        with name_scope(scope, default, [inputs]) as entered:
            inputs, made = tf.convert_to_tensor(inputs), layer(kernel_size, stride, padding, order)
            made.input_spec.check(inputs, made.name)
            return utils.collect_named_outputs(outputs_collections, entered, made.call(inputs))

    return function


_OF_IMAGES = """of each window: [batch, h, w, channels] -> [batch, h', w', channels].

    kernel_size, stride: a number or a pair; other arguments as those of `conv2d`.
    """
_OF_VOLUMES = """of each window of volumes: [batch, d, h, w, channels] -> [batch, d', h', w', channels].

    kernel_size, stride: a number or three; other arguments as those of `conv3d`.
    """
max_pool2d = _pooling("max_pool2d", MaxPooling2D, "MaxPool2D", 2, f"The largest {_OF_IMAGES}")
avg_pool2d = _pooling("avg_pool2d", AveragePooling2D, "AvgPool2D", 2, f"The mean {_OF_IMAGES}")
max_pool3d = _pooling("max_pool3d", MaxPooling3D, "MaxPool3D", 3, f"The largest {_OF_VOLUMES}")
avg_pool3d = _pooling("avg_pool3d", AveragePooling3D, "AvgPool3D", 3, f"The mean {_OF_VOLUMES}")


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
