"""Regularizers: functions of a variable that give its part of the loss."""

from __future__ import annotations

import numbers

from minitf import nn
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import add_to_collection, get_collection, name_scope
from minitf.ops.constant import constant
from minitf.ops.math import abs, add_n, multiply
from minitf.ops.reduce import reduce_sum


def l1_regularizer(scale: float, scope: str | None = None):
    """`scale * sum(|weights|)` as a function of the weights; nothing for a scale of 0.

    Raises:
      ValueError: if the scale is negative or no number.
    """
    return _scaled(scale, scope, "l1_regularizer", lambda weights: reduce_sum(abs(weights)))


def l2_regularizer(scale: float, scope: str | None = None):
    """`scale * sum(weights ** 2) / 2` as a function of the weights; nothing for a scale of 0.

    Raises:
      ValueError: if the scale is negative or no number.

    >>> import minitf as tf
    >>> w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), regularizer=l2_regularizer(0.5))
    >>> tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    [<tf.Tensor 'w/Regularizer/l2_regularizer:0' shape=() dtype=float32>]
    """
    return _scaled(scale, scope, "l2_regularizer", nn.l2_loss)


def l1_l2_regularizer(scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None):
    """The sum of `l1_regularizer(scale_l1)` and `l2_regularizer(scale_l2)`."""
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope)


def sum_regularizer(regularizer_list, scope: str | None = None):
    """The sum of several regularizers, of which some may be None; None if all are."""
    regularizers = [r for r in regularizer_list if r is not None]
    if not regularizers:
        return None

    def regularizer(weights):
        with name_scope(scope, "sum_regularizer", [weights]) as name:
            losses = [loss for loss in (r(weights) for r in regularizers) if loss is not None]
            return add_n(losses, name=name) if losses else None

    return regularizer


def apply_regularization(regularizer, weights_list=None):
    """The sum of `regularizer` over the weights (default: the collection WEIGHTS), collected as a loss."""
    weights_list = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError(
            "there are no weights to regularize: give weights_list or fill the collection WEIGHTS"
        )
    with name_scope("get_regularization_penalty", values=weights_list) as name:
        penalties = [p for p in (regularizer(w) for w in weights_list) if p is not None]
        if any(p.shape.rank != 0 for p in penalties):
            raise ValueError(f"a regularizer gives scalars, not {penalties}")
        total = add_n(penalties, name=name) if penalties else constant(0.0)
    add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total


def _scaled(scale, scope, default_name: str, penalty):
    if isinstance(scale, numbers.Integral) or not isinstance(scale, numbers.Real):
        raise ValueError(f"the scale of a regularizer is a floating point number, not {scale!r}")
    if scale < 0.0:
        raise ValueError(f"the scale of a regularizer is not negative: {scale}")
    if scale == 0.0:
        return lambda _: None

    def regularizer(weights):
        with name_scope(scope, default_name, [weights]) as name:
            factor = constant(scale, weights.dtype.base_dtype, name="scale")
            return multiply(factor, penalty(weights), name=name)

    return regularizer
