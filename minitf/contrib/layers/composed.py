"""Layers repeated and stacked, normalization, softmax over the last axis."""

from __future__ import annotations

import functools
from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.core import _ZEROS, finished, parameter
from minitf.framework import op_counts

_ONES = tf.ones_initializer()


def repeat(inputs, repetitions: int, layer: Callable, *args, **kwargs):
    """`layer(inputs, *args, **kwargs)` applied again and again, in scopes `scope/scope_1` and so on.

    >>> import minitf as tf
    >>> layers = tf.contrib.layers
    >>> y = layers.repeat(tf.zeros([1, 4]), 2, layers.fully_connected, 3, scope="doc_repeat")
    >>> [v.name for v in tf.trainable_variables("doc_repeat")][::2]
    ['doc_repeat/doc_repeat_1/weights:0', 'doc_repeat/doc_repeat_2/weights:0']
    """
    return _applied(inputs, layer, [args] * repetitions, kwargs, "Repeat", "repeat")


def stack(inputs, layer: Callable, stack_args, **kwargs):
    """`layer` applied once for each of `stack_args`: its argument, or a list of its arguments.

    Raises:
      ValueError: if stack_args is no list.
    """
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError(f"stack_args need to be a list or tuple, not {stack_args!r}")
    each = [args if isinstance(args, (list, tuple)) else [args] for args in stack_args]
    return _applied(inputs, layer, each, kwargs, "Stack", "stack")


def _applied(outputs, layer, each: list, kwargs: dict, default: str, unnamed: str):
    scope = kwargs.pop("scope", None)
    with tf.variable_scope(scope, default, [outputs]):
        outputs = tf.convert_to_tensor(outputs)
        inner = layer.func if isinstance(layer, functools.partial) else layer
        scope = getattr(inner, "__name__", unnamed) if scope is None else scope
        for number, args in enumerate(each, 1):
            outputs = layer(outputs, *args, **kwargs, scope=f"{scope}_{number}")
        return outputs


@add_arg_scope
def layer_norm(
    inputs,
    center: bool = True,
    scale: bool = True,
    activation_fn: Callable | None = None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope=None,
):
    """Each example shifted and scaled to mean 0 and variance 1 over the axes from `begin_norm_axis` on.

    Then scaled by a variable `gamma` (if scale) and shifted by `beta` (if center), which have the shape of
    the axes from `begin_params_axis` on.

    Raises:
      ValueError: if the rank is unknown or less than the axes, or the variables' shape is not known.
    """
    with tf.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as entered:
        inputs = tf.convert_to_tensor(inputs)
        rank, name = inputs.shape.rank, inputs.name
        if rank is None:
            raise ValueError(f"Inputs {name} has undefined rank.")
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if begin_params_axis >= rank or first >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({first}) must be < rank(inputs) ({rank})"
            )
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {name}: shape(inputs)[{begin_params_axis}:] is not fully defined: {shape}")
        beta = (
            parameter(inputs.dtype.base_dtype, "beta", shape, _ZEROS, variables_collections, trainable)
            if center
            else None
        )
        gamma = (
            parameter(inputs.dtype.base_dtype, "gamma", shape, _ONES, variables_collections, trainable)
            if scale
            else None
        )
        mean, variance = nn.moments(inputs, list(range(first, rank)), keep_dims=True)
        epsilon = 1e-3 if inputs.dtype is tf.float16 else 1e-12
        outputs = nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        outputs.set_shape(inputs.shape)
        return finished(outputs, entered.name, outputs_collections, activation_fn)


@add_arg_scope
def bias_add(
    inputs,
    activation_fn: Callable | None = None,
    initializer=_ZEROS,
    regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope=None,
):
    """`inputs + biases`, a variable of the size of the last axis (or of axis 1, with data_format NCHW)."""
    with tf.variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as entered:
        inputs = tf.convert_to_tensor(inputs)
        shape = [utils.channel_dimension(inputs.shape, data_format, min_rank=2)]
        biases = parameter(
            inputs.dtype.base_dtype, "biases", shape, initializer, variables_collections, trainable, regularizer
        )
        outputs = nn.bias_add(inputs, biases, data_format=data_format)
        return finished(outputs, entered.name, outputs_collections, activation_fn)


@add_arg_scope
def softmax(logits, scope=None):
    """Softmax over the last axis of a tensor of two axes or more."""
    with tf.variable_scope(scope, "softmax", [logits]):
        logits = tf.convert_to_tensor(logits)
        flat = tf.reshape(logits, [-1, utils.last_dimension(logits.shape, min_rank=2)])
        outputs = tf.reshape(nn.softmax(flat), tf.shape(logits))
        outputs.set_shape(logits.shape)
        return outputs


@add_arg_scope
def unit_norm(inputs, dim: int, epsilon: float = 1e-7, scope=None):
    """Vectors along axis `dim` scaled to length 1.

    Raises:
      ValueError: if there is no such axis, or the rank is unknown.
    """
    with tf.variable_scope(scope, "UnitNorm", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank is None:
            raise ValueError("The input rank must be known.")
        if not 0 <= dim < inputs.shape.rank:
            raise ValueError(f"dim must be 0 or more and < the input's rank, {inputs.shape.rank}; not {dim}")
        lengths = tf.sqrt(epsilon + tf.reduce_sum(tf.square(inputs), dim, True))
        op_counts.skip(op_counts.LENGTHS_REPEATED)
        return tf.div(inputs, lengths)


@add_arg_scope
def maxout(inputs, num_units: int, axis: int = -1, scope=None):
    """The largest elements of groups along an axis, which has `num_units` elements afterwards.

    Raises:
      ValueError: if the size of the axis is no multiple of num_units.
    """
    with tf.variable_scope(scope, "MaxOut", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        sizes = inputs.shape.as_list()
        if sizes[axis] is None or sizes[axis] % num_units:
            raise ValueError(f"number of features({sizes[axis]}) is not a multiple of num_units({num_units})")
        size, sizes[axis] = sizes[axis], num_units
        dynamic = tf.shape(inputs) if None in sizes else sizes
        shape = [dynamic[i] if n is None else n for i, n in enumerate(sizes)]
        # Groups are of elements that follow each other in memory, also where axis is not the last one.
        outputs = tf.reduce_max(tf.reshape(inputs, [*shape, size // num_units]), -1)
        outputs.set_shape(sizes)
        return outputs
