"""Separable convolutions with tf.contrib's names for variables."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _first
from minitf.contrib.layers.core import _XAVIER, _ZEROS, collect, finished, parameter, renamed
from minitf.layers.separable import SeparableConv2D


@add_arg_scope
def separable_conv2d(
    inputs,
    num_outputs: int | None,
    kernel_size,
    depth_multiplier: int = 1,
    stride=1,
    padding="SAME",
    data_format: str = "NHWC",
    rate=1,
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    pointwise_initializer=None,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
):
    """Each channel convolved to `depth_multiplier` channels, and these mixed: [batch, h, w, channels] ->
    [batch, h', w', num_outputs].

    With num_outputs None they are not mixed. Variables `depthwise_weights`, `pointwise_weights` and `biases`
    in `scope` ("SeparableConv2d"); the other arguments and errors are those of `conv2d`.
    """
    with tf.variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        biased = not normalizer_fn and biases_initializer is not None
        if num_outputs is not None:
            mixed = weights_initializer if pointwise_initializer is None else pointwise_initializer
            layer = SeparableConv2D(
                num_outputs,
                kernel_size,
                stride,
                padding,
                "channels_first" if _first(data_format) else "channels_last",
                utils.two_element_tuple(rate),
                depth_multiplier,
                use_bias=biased,
                depthwise_initializer=weights_initializer,
                pointwise_initializer=mixed,
                bias_initializer=biases_initializer,
                depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=entered.name,
                dtype=inputs.dtype.base_dtype,
                _scope=entered,
                _reuse=reuse,
            )
            outputs = layer.apply(inputs)
            collect(variables_collections, "weights", layer.depthwise_kernel)
            collect(variables_collections, "weights", layer.pointwise_kernel)
            collect(variables_collections, "biases", layer.bias)
        else:
            outputs = _each_channel(
                inputs,
                kernel_size,
                depth_multiplier,
                stride,
                padding,
                data_format,
                rate,
                weights_initializer,
                weights_regularizer,
                biases_initializer if biased else None,
                biases_regularizer,
                variables_collections,
                trainable,
            )
        return finished(outputs, entered.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)


def _each_channel(
    inputs,
    kernel_size,
    multiplier: int,
    stride,
    padding,
    data_format: str,
    rate,
    initializer,
    regularizer,
    biases_initializer,
    biases_regularizer,
    collections,
    trainable: bool,
):
    channels = utils.channel_dimension(inputs.shape, data_format, min_rank=4)
    shape = [*utils.two_element_tuple(kernel_size), channels, multiplier]
    collected = utils.get_variable_collections(collections, "weights")
    weights = parameter(inputs, "depthwise_weights", shape, initializer, collected, trainable, regularizer)
    steps, rates = utils.two_element_tuple(stride), utils.two_element_tuple(rate)
    steps = [1, 1, *steps] if _first(data_format) else [1, *steps, 1]
    outputs = nn.depthwise_conv2d(inputs, weights, steps, padding, rates, data_format=data_format)
    if biases_initializer is None:
        return outputs
    size = [channels * multiplier]
    biases = parameter(inputs, "biases", size, biases_initializer, collections, trainable, biases_regularizer)
    return nn.bias_add(outputs, biases, data_format=data_format)


separable_convolution2d = separable_conv2d
