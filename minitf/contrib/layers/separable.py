"""Separable convolutions with tf.contrib's names for variables."""

from __future__ import annotations

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _first
from minitf.contrib.layers.core import WEIGHTED, finished, parameter, renamed, weighted
from minitf.framework.taking import optional, taking_also
from minitf.layers.separable import SeparableConv2D


@add_arg_scope
@taking_also([*WEIGHTED[:4], optional("pointwise_initializer"), *WEIGHTED[4:]])
def separable_convolution2d(
    inputs,
    num_outputs: int | None,
    kernel_size,
    depth_multiplier: int = 1,
    stride=1,
    padding="SAME",
    data_format: str = "NHWC",
    rate=1,
    *,
    pointwise_initializer,
    **how,
):
    """Each channel convolved to `depth_multiplier` channels, and these mixed: [batch, h, w, channels] ->
    [batch, h', w', num_outputs].

    With num_outputs None they are not mixed. Variables `depthwise_weights`, `pointwise_weights` and `biases`
    in `scope` ("SeparableConv2d"); the other arguments and errors are those of `conv2d`.
    """
    if num_outputs is None:
        return _each_channel(inputs, kernel_size, depth_multiplier, stride, padding, data_format, rate, **how)

    def make(_, initializer, regularizer, **more):
        return SeparableConv2D(
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if _first(data_format) else "channels_last",
            utils.two_element_tuple(rate),
            depth_multiplier,
            depthwise_initializer=initializer,
            pointwise_initializer=initializer if pointwise_initializer is None else pointwise_initializer,
            depthwise_regularizer=regularizer,
            pointwise_regularizer=regularizer,
            **more,
        )

    return weighted(make, "SeparableConv2d", inputs, **how)


def _each_channel(
    inputs,
    kernel_size,
    multiplier: int,
    stride,
    padding,
    data_format: str,
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
    trainable: bool,
    scope,
):
    with tf.variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        channels = utils.channel_dimension(inputs.shape, data_format, min_rank=4)
        shape = [*utils.two_element_tuple(kernel_size), channels, multiplier]
        collected = utils.get_variable_collections(variables_collections, "weights")
        weights = parameter(
            inputs.dtype.base_dtype,
            "depthwise_weights",
            shape,
            weights_initializer,
            collected,
            trainable,
            weights_regularizer,
        )
        steps, rates = utils.two_element_tuple(stride), utils.two_element_tuple(rate)
        steps = [1, 1, *steps] if _first(data_format) else [1, *steps, 1]
        outputs = nn.depthwise_conv2d(inputs, weights, steps, padding, rates, data_format=data_format)
        if not normalizer_fn and biases_initializer is not None:
            kept = variables_collections, trainable, biases_regularizer
            biases = parameter(inputs.dtype.base_dtype, "biases", [channels * multiplier], biases_initializer, *kept)
            outputs = nn.bias_add(outputs, biases, data_format=data_format)
        return finished(outputs, entered.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)


separable_conv2d = separable_convolution2d
