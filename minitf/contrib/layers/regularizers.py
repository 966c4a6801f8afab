"""Penalties on weights, to be given to `tf.get_variable` or a layer as `regularizer`."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.calls import guarded
from minitf.framework.graph import name_scope


def l1_regularizer(scale: float | tf.Tensor, scope: str | None = None) -> Callable:
    """A function of weights: `scale * sum(|weights|)`; None for scale 0.

    Raises:
      ValueError: for a scale that is an integer or negative.
    """
    return _penalty("l1_regularizer", scale, scope, lambda weights: tf.reduce_sum(tf.abs(weights)))


def l2_regularizer(scale: float | tf.Tensor, scope: str | None = None) -> Callable:
    """A function of weights: `scale * sum(weights ** 2) / 2`; None for scale 0.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.contrib.layers.l2_regularizer(0.1)(tf.constant([3.0, 4.0]))))
    1.25

    Raises:
      ValueError: for a scale that is an integer or negative.
    """
    return _penalty("l2_regularizer", scale, scope, tf.nn.l2_loss)


def _penalty(name: str, scale, scope: str | None, measure: Callable) -> Callable:
    if isinstance(scale, int):
        raise ValueError(f"{name}: scale has to be a float, such as {float(scale)}, not the integer {scale}")
    if isinstance(scale, float) and scale < 0:
        raise ValueError(f"{name}: scale is 0.0 or more, not {scale}")
    if isinstance(scale, float) and scale == 0:
        return lambda weights: None

    def regularizer(weights):
        with name_scope(scope, name) as full_name:
            factor = tf.convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return tf.multiply(factor, measure(weights), name=full_name)

    regularizer.__name__ = name.partition("_")[0]  # what configurations of layers say
    return guarded(regularizer, f"{name}()")


def l1_l2_regularizer(
    scale_l1: float | tf.Tensor = 1.0, scale_l2: float | tf.Tensor = 1.0, scope: str | None = None
) -> Callable:
    """The sum of both penalties."""
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list: list, scope: str | None = None) -> Callable | None:
    """The sum of several penalties; those that are None, or give None, do not count."""
    regularizers = [r for r in regularizer_list if r is not None]
    if not regularizers:
        return None

    def regularizer(weights):
        with name_scope(scope, "sum_regularizer") as full_name:
            penalties = [p for p in (r(weights) for r in regularizers) if p is not None]
            return tf.add_n(penalties, name=full_name) if penalties else None

    return guarded(regularizer, "sum_regularizer()")


def apply_regularization(regularizer: Callable, weights_list=None):
    """The sum of the penalties of all weights (default: the collection WEIGHTS), added to REGULARIZATION_LOSSES.

    Raises:
      ValueError: if there are no weights, or a penalty is no scalar.
    """
    weights_list = weights_list or tf.get_collection(tf.GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("apply_regularization: there are no weights; give weights_list")
    with name_scope("get_regularization_penalty") as scope:
        penalties = [regularizer(w) for w in weights_list]
        penalties = [tf.constant(0.0) if p is None else p for p in penalties]
        for penalty in penalties:
            if penalty.shape.rank != 0:
                raise ValueError(
                    f"apply_regularization: a penalty is a scalar; {penalty.name} has shape {penalty.shape}"
                )
        total = tf.add_n(penalties, name=scope)
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, total)
        return total
