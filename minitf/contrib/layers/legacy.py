"""Fully connected layers as they were first, and gradients that are scaled."""

from __future__ import annotations

import functools
from collections.abc import Callable

import minitf as tf
from minitf.contrib.layers.initializers import xavier_initializer

_XAVIER, _ZEROS = xavier_initializer(), tf.zeros_initializer()


def legacy_fully_connected(
    x,
    num_output_units: int,
    activation_fn: Callable | None = None,
    weight_init=_XAVIER,
    bias_init=_ZEROS,
    name: str | None = None,
    weight_collections=(tf.GraphKeys.WEIGHTS,),
    bias_collections=(tf.GraphKeys.BIASES,),
    output_collections=(tf.GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer=None,
    bias_regularizer=None,
) -> tf.Tensor:
    """`activation_fn(x @ weights + bias)` along the last axis of x, with variables `weights` and `bias`.

    bias_init: None for no bias; ..._collections: where the variables and the output are put besides.

    Raises:
      ValueError: for fewer than two axes, or a last one of unknown size.
    """
    with tf.variable_scope(name, "fully_connected", [x]):
        x = tf.convert_to_tensor(x)
        if x.shape.rank is None:
            raise ValueError("dims of x must be known but is None")
        if x.shape.rank < 2:
            raise ValueError(f"rank of x must be at least 2 not: {x.shape.rank}")
        size = x.shape[-1].value
        if size is None:
            raise ValueError("last dimension of x must be known but is None")
        w = _variable(
            "weights", [size, num_output_units], x, weight_init, weight_collections, weight_regularizer, trainable
        )
        y = tf.matmul(x if x.shape.rank == 2 else tf.reshape(x, [-1, size]), w)
        if bias_init is not None:
            b = _variable("bias", [num_output_units], x, bias_init, bias_collections, bias_regularizer, trainable)
            y = tf.nn.bias_add(y, b)
        if x.shape.rank > 2:
            y = tf.reshape(y, tf.stack([*tf.unstack(tf.shape(x))[:-1], num_output_units]))
            y.set_shape([*x.shape.as_list()[:-1], num_output_units])
        y = y if activation_fn is None else activation_fn(y)
        for collection in output_collections or ():
            tf.add_to_collection(collection, y)
        return y


def _variable(name: str, shape: list, like, initializer, collections, regularizer, trainable: bool):
    return tf.get_variable(
        name,
        shape=shape,
        dtype=like.dtype.base_dtype,
        initializer=initializer,
        collections=[*dict.fromkeys([*(collections or []), tf.GraphKeys.GLOBAL_VARIABLES])],
        regularizer=regularizer,
        trainable=trainable,
    )


legacy_relu = functools.partial(legacy_fully_connected, activation_fn=tf.nn.relu)
legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)


def scale_gradient(inputs, gradient_multiplier) -> tf.Tensor:
    """The inputs, whose gradient is multiplied by `gradient_multiplier`, which broadcasts to their shape.

    >>> import minitf as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> y = tf.contrib.layers.scale_gradient(x, 0.5)
    >>> with tf.Session() as sess:
    ...     print(sess.run([y, tf.gradients(y, x)[0]]))
    [array([1., 2.], dtype=float32), array([0.5, 0.5], dtype=float32)]
    """

    def passed(inputs, multiplier):
        return tf.identity(inputs), lambda g: (g * multiplier, None)

    inputs = tf.convert_to_tensor(inputs)
    return tf.custom_gradient(passed)(inputs, tf.convert_to_tensor(gradient_multiplier, inputs.dtype.base_dtype))
