"""Affine maps of one or several inputs, the building block of many cells."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework import dtypes, nest
from minitf.rnn.cell import BIAS, KERNEL


class Linear:
    """`concat(args) @ kernel + bias`, whose variables are made for the shapes of the first `args`."""

    def __init__(
        self,
        args,
        output_size: int,
        build_bias: bool,
        bias_initializer=None,
        kernel_initializer: Callable | str | None = None,
    ):
        inputs = _listed(args)
        dtype = inputs[0].dtype.base_dtype
        with tf.variable_scope(tf.get_variable_scope()) as outer:
            self._kernel = tf.get_variable(
                KERNEL, [_total_size(inputs), output_size], dtype=dtype, initializer=kernel_initializer
            )
            self._bias = None
            if build_bias:
                with tf.variable_scope(outer) as inner:
                    inner.set_partitioner(None)
                    self._bias = tf.get_variable(
                        BIAS,
                        [output_size],
                        dtype=dtype,
                        initializer=bias_initializer or tf.constant_initializer(0.0, dtype=dtype),
                    )

    def __call__(self, args):
        """The map applied to tensors shaped as the first ones were."""
        inputs = _listed(args)
        joined = inputs[0] if len(inputs) == 1 else tf.concat(inputs, tf.constant(1, dtype=dtypes.int32))
        result = tf.matmul(joined, self._kernel)
        return result if self._bias is None else tf.nn.bias_add(result, self._bias)


def linear(
    args,
    output_size: int,
    bias: bool,
    bias_initializer=None,
    kernel_initializer: Callable | str | None = None,
    scope=None,
    bias_start: float | None = None,
):
    """`concat(args) @ kernel (+ bias)` with variables `kernel` and `bias` of the current variable scope.

    args: a tensor [batch, n] or a list of them; bias_initializer: an initializer, or the bias to start with.

    Raises:
      ValueError: if an argument is not a matrix or its second dimension is unknown.
    """
    start = bias_start if bias_initializer is None else bias_initializer
    if isinstance(start, (int, float)):
        start = tf.constant_initializer(float(start))
    inputs = _listed(args)
    dtype = inputs[0].dtype.base_dtype
    with tf.variable_scope(scope or tf.get_variable_scope()) as outer:
        kernel = tf.get_variable(
            KERNEL, [_total_size(inputs), output_size], dtype=dtype, initializer=kernel_initializer
        )
        result = tf.matmul(inputs[0] if len(inputs) == 1 else tf.concat(inputs, 1), kernel)
        if not bias:
            return result
        with tf.variable_scope(outer) as inner:
            inner.set_partitioner(None)
            biases = tf.get_variable(
                BIAS, [output_size], dtype=dtype, initializer=start or tf.constant_initializer(0.0, dtype=dtype)
            )
        return tf.nn.bias_add(result, biases)


def _listed(args) -> list:
    if args is None or nest.is_sequence(args) and not args:
        raise ValueError("linear: args has to be a tensor or a list of tensors")
    return list(args) if nest.is_sequence(args) else [args]


def _total_size(inputs: list) -> int:
    for t in inputs:
        if t.shape.rank != 2 or t.shape.sizes[1] is None:
            raise ValueError(f"linear takes matrices of known width; {t.name} has shape {t.shape}")
    return sum(t.shape.sizes[1] for t in inputs)
