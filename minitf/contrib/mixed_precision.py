"""tf.contrib.mixed_precision: losses scaled up so that small gradients survive in float16."""

from __future__ import annotations

import minitf as tf
from minitf.framework.tensor import IndexedSlices
from minitf.train.optimizer import Optimizer


class LossScaleManager:
    """By how much losses are multiplied: a subclass defines `get_loss_scale` and `update_loss_scale`."""

    def get_loss_scale(self):
        """The scale, a float32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the scale is (get_loss_scale)")

    def update_loss_scale(self, finite_grads):
        """An op that changes the scale by whether gradients are finite, a bool scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say how the scale changes (update_loss_scale)")


class FixedLossScaleManager(LossScaleManager):
    """A scale that never changes; ValueError for one below 1."""

    def __init__(self, loss_scale):
        if loss_scale < 1:
            raise ValueError(f"loss scale must be at least 1, not {loss_scale}")
        self._scale = tf.convert_to_tensor(loss_scale, tf.float32)

    def get_loss_scale(self):
        """The scale."""
        return self._scale

    def update_loss_scale(self, finite_grads):
        """An op that does nothing."""
        return tf.no_op()


class ExponentialUpdateLossScaleManager(LossScaleManager):
    """A scale that grows by `incr_ratio` after `incr_every_n_steps` steps in a row with finite gradients, and falls by
    `decr_ratio`, to 1 at least, after `decr_every_n_nan_or_inf` others.
    """

    def __init__(
        self,
        init_loss_scale,
        incr_every_n_steps: int,
        decr_every_n_nan_or_inf: int = 2,
        incr_ratio: float = 2,
        decr_ratio: float = 0.8,
    ):
        self._rise_after, self._fall_after = incr_every_n_steps, decr_every_n_nan_or_inf
        self._rise, self._fall = incr_ratio, decr_ratio
        first = tf.convert_to_tensor(init_loss_scale, tf.float32)
        self._scale = tf.Variable(first, name="loss_scale", trainable=False)
        self._good, self._bad = [tf.Variable(0, name=f"{kind}_steps", trainable=False) for kind in ("good", "bad")]

    def get_loss_scale(self):
        """The scale."""
        return self._scale

    def update_loss_scale(self, finite_grads):
        """An op that counts the step, and changes the scale if it is time."""
        return tf.cond(finite_grads, self._after_good, self._after_bad)

    def _after_good(self):
        larger = self._scale * self._rise
        return tf.cond(
            self._good + 1 >= self._rise_after,
            lambda: self._changed(tf.where(tf.is_finite(larger), larger, self._scale)),
            lambda: self._good.assign_add(1).op,
        )

    def _after_bad(self):
        return tf.cond(
            self._bad + 1 >= self._fall_after,
            lambda: self._changed(tf.maximum(1.0, self._scale * self._fall)),
            lambda: tf.group(self._bad.assign_add(1), self._good.assign(0)),
        )

    def _changed(self, scale):
        return tf.group(self._scale.assign(scale), self._good.assign(0), self._bad.assign(0))


class LossScaleOptimizer(Optimizer):
    """An optimizer of a loss that is scaled up, whose gradients are scaled down again and left out where not all of
    them are finite.
    """

    def __init__(self, opt: Optimizer, loss_scale_manager: LossScaleManager):
        self._opt, self._manager = opt, loss_scale_manager

    def compute_gradients(self, loss, *args, **kwargs) -> list[tuple]:
        """As of the optimizer."""
        scale = tf.convert_to_tensor(self._manager.get_loss_scale())
        pairs = self._opt.compute_gradients(loss * tf.cast(scale, loss.dtype.base_dtype), *args, **kwargs)
        return [(None if g is None else _scaled(g, tf.reciprocal(scale)), v) for g, v in pairs]

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """As of the optimizer if all gradients are finite; and changes the scale."""
        pairs = list(grads_and_vars)
        values = [g.values if isinstance(g, IndexedSlices) else g for g, _ in pairs if g is not None]
        finite = tf.reduce_all([tf.reduce_all(tf.is_finite(value)) for value in values])
        applied = tf.cond(finite, lambda: self._opt.apply_gradients(pairs, global_step, name), tf.no_op)
        return tf.group(applied, self._manager.update_loss_scale(finite))


def _scaled(grad, factor):
    factor = tf.cast(factor, grad.dtype.base_dtype)
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
    return grad * factor
