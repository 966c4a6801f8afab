"""Normalization of groups of channels and of single examples, channels convolved with one filter, and where
the largest values are.
"""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.framework.variables import model_variable
from minitf.contrib.layers import utils
from minitf.contrib.layers.core import _XAVIER, _ZEROS, finished, parameter
from minitf.framework.graph import name_scope

_ONES = tf.ones_initializer()


@add_arg_scope
def instance_norm(
    inputs,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Callable | None = None,
    param_initializers: dict | None = None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope=None,
):
    """Each channel of each example shifted and scaled to mean 0 and variance 1 (Ulyanov et al. 2016).

    Then scaled by a variable `gamma` (if scale) and shifted by `beta` (if center), one of each for a channel.

    Raises:
      ValueError: for another data_format than NHWC or NCHW, or an unknown rank or number of channels.
    """
    inputs = tf.convert_to_tensor(inputs)
    rank = inputs.shape.rank
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError(f"data_format has to be either NCHW or NHWC, not {data_format!r}")
    with tf.variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as entered:
        axis = 1 if data_format == "NCHW" else rank - 1
        channels = inputs.shape.as_list()[axis]
        if channels is None:
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {inputs.shape}.")

        def of_channels(name, default):
            initializer = (param_initializers or {}).get(name, default)
            found = parameter(inputs.dtype.base_dtype, name, [channels], initializer, variables_collections, trainable)
            return tf.reshape(found, [1, channels, *[1] * (rank - 2)]) if data_format == "NCHW" else found

        beta = of_channels("beta", _ZEROS) if center else None
        gamma = of_channels("gamma", _ONES) if scale else None
        axes = [i for i in range(1, rank) if i != axis]
        mean, variance = nn.moments(inputs, axes, keep_dims=True)
        outputs = nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon, name="instancenorm")
        outputs.set_shape(inputs.shape)
        return finished(outputs, entered.name, outputs_collections, activation_fn)


@add_arg_scope
def group_norm(
    inputs,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes=(-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Callable | None = None,
    param_initializers: dict | None = None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
    mean_close_to_zero: bool = False,
):
    """Groups of channels of each example shifted and scaled to mean 0 and variance 1 (Wu and He 2018).

    channels_axis, reduction_axes: where the channels are, and over what else moments are taken.
    mean_close_to_zero: moments are worked out from sums. The rest as `instance_norm`.

    Raises:
      ValueError: if the channels are no multiple of groups, or axes are not there or of unknown size.
    """
    inputs = tf.convert_to_tensor(inputs)
    if inputs.shape.rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    sizes = inputs.shape.as_list()
    axis, axes = _axes(inputs, sizes, channels_axis, reduction_axes)
    channels = sizes[axis]
    if groups < 1 or channels % groups:
        raise ValueError(f"Invalid groups {groups} for {channels} channels.")
    tf.shape(inputs)  # an op that TensorFlow makes and no one needs
    parted = [groups, channels // groups]
    given = [-1 if n is None else n for n in sizes]
    whole = tf.reshape(inputs, [*given[:axis], *parted, *given[axis + 1 :]])
    spread = [1] * axis + parted + [1] * (len(sizes) - 1 - axis)
    with tf.variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as entered:

        def of_channels(name, default):
            initializer = (param_initializers or {}).get(name, default)
            found = parameter(inputs.dtype.base_dtype, name, [channels], initializer, variables_collections, trainable)
            return tf.reshape(found, spread)

        beta = of_channels("beta", _ZEROS) if center else None
        gamma = of_channels("gamma", _ONES) if scale else None
        over = sorted([axis + 1, *[i + 1 if i > axis else i for i in axes]])
        mean, variance = _moments(whole, over, mean_close_to_zero)
        gain = tf.rsqrt(variance + epsilon)
        offset = -mean * gain
        if gamma is not None:
            gain, offset = gain * gamma, offset * gamma
        offset = offset if beta is None else offset + beta
        outputs = tf.reshape(whole * gain + offset, given)
        outputs.set_shape(inputs.shape)
        return finished(outputs, entered.name, outputs_collections, activation_fn)


def _axes(inputs, sizes: list, channels_axis: int, reduction_axes) -> tuple[int, list]:
    """The axis of the channels, and those of the moments, counted from the first one."""
    rank = len(sizes)
    axis, axes = channels_axis + rank * (channels_axis < 0), [i + rank * (i < 0) for i in reduction_axes]
    if not 0 <= axis < rank or any(not 0 <= i < rank for i in axes):
        raise ValueError(f"axes {channels_axis}, {reduction_axes} are not all there: {inputs.shape}")
    if axis in axes:
        raise ValueError(f"reduction_axes must be mutually exclusive with channels_axis: {axes}, {axis}")
    for i in (axis, *axes):
        if sizes[i] is None:
            raise ValueError(f"Inputs {inputs.name} has undefined dimensions {i}.")
    if sizes.count(None) > 1:
        raise ValueError(f"Inputs {inputs.name} has more than one undefined dimension: {inputs.shape}")
    return axis, axes


def _moments(inputs, axes: list, from_sums: bool):
    if not from_sums:
        return nn.moments(inputs, axes, keep_dims=True)
    counts, sums, squares, _ = nn.sufficient_statistics(inputs, axes, keep_dims=True)
    return nn.normalize_moments(counts, sums, squares, shift=None)


@add_arg_scope
def convolution2d_in_plane(
    inputs,
    kernel_size,
    stride=1,
    padding="SAME",
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
    """Each channel convolved with the same filter: [batch, h, w, channels] -> [batch, h', w', channels].

    Variables `weights` [*kernel_size, 1, 1] and `biases` in `scope` ("ConvInPlane"); the arguments are those
    of `conv2d`.
    """
    with tf.variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as entered:
        inputs = tf.convert_to_tensor(inputs)
        size, (down, across) = utils.two_element_tuple(kernel_size), utils.two_element_tuple(stride)
        channels = utils.channel_dimension(inputs.shape, "NHWC", min_rank=4)
        kept = variables_collections, trainable
        weights = parameter(
            inputs.dtype.base_dtype, "weights", [*size, 1, 1], weights_initializer, *kept, weights_regularizer
        )
        each = tf.tile(weights, [1, 1, channels, 1])
        outputs = nn.depthwise_conv2d(inputs, each, [1, down, across, 1], padding)
        if normalizer_fn is None and biases_initializer is not None:
            biases = parameter(
                inputs.dtype.base_dtype, "biases", [channels], biases_initializer, *kept, biases_regularizer
            )
            outputs = nn.bias_add(outputs, biases)
        return finished(outputs, entered.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)


conv2d_in_plane = convolution2d_in_plane


@add_arg_scope
def spatial_softmax(
    features,
    temperature: float | None = None,
    name: str | None = None,
    variables_collections=None,
    trainable: bool = True,
    data_format: str = "NHWC",
):
    """Where each channel of images is large, on average: [batch, h, w, c] -> [batch, 2 * c], a row and a
    column between -1 and 1 for each (Levine et al. 2016).

    temperature: the initial value (1) of a variable of that name, by which values are divided before the
    softmax; data_format "NCHW": the channels are second.

    Raises:
      ValueError: for another rank or data_format, or an unknown number of channels.
    """
    with tf.variable_scope(name, "spatial_softmax"):
        features = tf.convert_to_tensor(features)
        shape, sizes = tf.shape(features), features.shape.with_rank(4).as_list()
        if data_format not in ("NHWC", "NCHW"):
            raise ValueError(f"data_format has to be either NCHW or NHWC, not {data_format!r}")
        first = data_format == "NCHW"
        channels = sizes[1] if first else sizes[3]
        if channels is None:
            raise ValueError(f"The channel dimension of {features.name} is not known: {features.shape}")
        height, width = (shape[2], shape[3]) if first else (shape[1], shape[2])
        with name_scope("spatial_softmax_op"):
            rows, columns = tf.meshgrid(tf.linspace(-1.0, 1.0, height), tf.linspace(-1.0, 1.0, width), indexing="ij")
            rows, columns = (tf.reshape(places, [height * width]) for places in (rows, columns))
            initializer = _ONES if temperature is None else tf.constant_initializer(temperature)
            collections = utils.get_variable_collections(variables_collections, "temperature")
            heat = model_variable("temperature", (), tf.float32, initializer, None, trainable, collections)
            features = features if first else tf.transpose(features, [0, 3, 1, 2])
            shares = nn.softmax(tf.reshape(features, [-1, height * width]) / heat)
            places = [tf.reduce_sum(at * shares, [1], True) for at in (rows, columns)]
            found = tf.reshape(tf.concat(places, 1), [-1, channels * 2])
            found.set_shape([sizes[0], channels * 2])
            return found
