"""tf.train.experimental: losses scaled up so that small gradients survive in float16."""

from __future__ import annotations

import minitf as tf
from minitf.framework.getter import getter
from minitf.framework.tensor import IndexedSlices
from minitf.ops.control.cond import smart_cond
from minitf.train.optimizer import Optimizer


class LossScale:
    """By how much losses are multiplied: a subclass defines `__call__`, `update` and `get_config`."""

    def __init__(self):
        self._weights: dict[tuple, tf.Variable] = {}

    def __call__(self):
        """The scale, a float32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the scale is (__call__)")

    def update(self, grads) -> tuple:
        """An op that changes the scale by what became of gradients, and whether they are to be applied."""
        raise NotImplementedError(f"{type(self).__name__} does not say how the scale changes (update)")

    def get_config(self) -> dict:
        """What it was made with."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it was made with (get_config)")

    @classmethod
    def from_config(cls, config: dict) -> LossScale:
        """One made with what `get_config` gave."""
        return cls(**config)

    def _add_weight(self, name: str, initial_value, dtype=None):
        """A variable that is not trained; RuntimeError if there is one of the name."""
        key = name, tf.get_default_graph()
        if key in self._weights:
            raise RuntimeError(f"Duplicate variables detected. {name}")
        self._weights[key] = tf.Variable(initial_value, trainable=False, name=name, dtype=dtype, use_resource=True)
        return self._weights[key]


class FixedLossScale(LossScale):
    """A scale that never changes.

    Raises:
      ValueError: for what is no number of 1 at least.
    """

    def __init__(self, loss_scale_value):
        super().__init__()
        if not isinstance(loss_scale_value, (int, float)):
            raise ValueError(f"loss_scale_value must be a Python int or float, not {loss_scale_value!r}")
        if loss_scale_value < 1:
            raise ValueError(f"loss_scale_value must be at least 1, not {loss_scale_value}")
        self._value = float(loss_scale_value)

    def __call__(self):
        """The scale."""
        return tf.convert_to_tensor(self._value)

    def update(self, grads) -> tuple:
        """An op that does nothing, and True."""
        return tf.no_op(), True

    def get_config(self) -> dict:
        """Its value."""
        return {"loss_scale_value": self._value}

    def __repr__(self) -> str:
        return f"FixedLossScale({self._value})"


class DynamicLossScale(LossScale):
    """A scale that falls by `multiplier` when gradients are not finite, which are not applied then, and rises by it
    after `increment_period` steps in a row with such as are.
    """

    def __init__(self, initial_loss_scale: float = 2.0**15, increment_period: int = 2000, multiplier: float = 2.0):
        super().__init__()
        self._initial, self._period = float(initial_loss_scale), int(increment_period)
        self._multiplier = float(multiplier)
        self._current = self._add_weight("current_loss_scale", self._initial, tf.float32)
        self._good_steps = self._add_weight("good_steps", 0, tf.int64)

    initial_loss_scale: float = getter("_initial", "What the scale is at first.")
    increment_period: int = getter("_period", "After how many good steps it rises.")
    multiplier: float = getter("_multiplier", "By how much it rises and falls.")

    def __call__(self):
        """The scale."""
        return tf.convert_to_tensor(self._current)

    def update(self, grads) -> tuple:
        """An op that changes the scale, and whether all gradients are finite, a bool scalar."""
        given = [g for g in tf.nest.flatten(grads) if g is not None]
        finite = tf.reduce_all([tf.reduce_all(tf.is_finite(_values(g))) for g in given])
        return tf.cond(finite, self._after_good, self._after_bad), finite

    def _after_good(self):
        count = lambda: self._good_steps.assign_add(1).op  # noqa: E731
        return tf.cond(self._good_steps + 1 >= self._period, self._rise, count)

    def _rise(self):
        larger = self._current * self._multiplier
        risen = tf.cond(tf.is_finite(larger), lambda: self._current.assign(larger).op, tf.no_op)
        return tf.group(risen, self._good_steps.assign(0))

    def _after_bad(self):
        smaller = tf.maximum(self._current / self._multiplier, 1)
        return tf.group(self._good_steps.assign(0), self._current.assign(smaller))

    def get_config(self) -> dict:
        """What it was made with."""
        return {"initial_loss_scale": self._initial, "increment_period": self._period, "multiplier": self._multiplier}

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.get_config().items())
        return f"DynamicLossScale({said})"


def _values(grad):
    return grad.values if isinstance(grad, IndexedSlices) else grad


class MixedPrecisionLossScaleOptimizer(Optimizer):
    """An optimizer of a loss that is scaled up, whose gradients are scaled down again.

    opt: the optimizer; loss_scale: a `LossScale`, a number, or "dynamic".

    Raises:
      ValueError: for what is no optimizer, or another scale.
    """

    def __init__(self, opt, loss_scale):
        if not isinstance(opt, Optimizer):
            raise ValueError(f'"opt" must be an instance of Optimizer, but got: {type(opt)}')
        super().__init__(opt._use_locking, opt.get_name())
        self._optimizer, self._loss_scale = opt, _scale(loss_scale)

    def compute_gradients(self, loss, *args, **kwargs) -> list[tuple]:
        """As of the optimizer."""
        pairs = self._optimizer.compute_gradients(loss * self._loss_scale(), *args, **kwargs)
        factor = 1 / self._loss_scale()
        return [(None if g is None else _scaled(g, factor), v) for g, v in pairs]

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """As of the optimizer, if all gradients are finite where the scale is dynamic; and changes the scale."""
        if not isinstance(self._loss_scale, DynamicLossScale):
            return self._optimizer.apply_gradients(grads_and_vars, global_step, name)
        pairs, name = tuple(grads_and_vars), self.get_name() if name is None else name
        updated, finite = self._loss_scale.update([g for g, _ in pairs])
        apply = lambda: self._optimizer.apply_gradients(pairs, global_step, f"{name}-wrapped")  # noqa: E731
        return tf.group(smart_cond(finite, apply, tf.no_op), updated, name=name)


def _scale(given) -> LossScale | None:
    if isinstance(given, (int, float)):
        return FixedLossScale(given)
    if given == "dynamic":
        return DynamicLossScale()
    if given is None or isinstance(given, LossScale):
        return given
    raise ValueError(f"Could not interpret loss scale identifier: {given!r}")


def _scaled(grad, factor):
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
    return grad * factor


_rewritten = {"on": False}


def enable_mixed_precision_graph_rewrite(opt, loss_scale="dynamic") -> MixedPrecisionLossScaleOptimizer:
    """The optimizer with a scaled loss. Graphs stay as they are: TensorFlow rewrites them to float16 on GPUs only.

    Raises:
      ValueError: for what is no optimizer, or has a scaled loss.
    """
    if isinstance(opt, MixedPrecisionLossScaleOptimizer):
        raise ValueError('"opt" must not already be an instance of a MixedPrecisionLossScaleOptimizer.')
    if not isinstance(opt, Optimizer):
        raise ValueError(f'"opt" must be an instance of a tf.train.Optimizer, but got: {opt!r}')
    found = MixedPrecisionLossScaleOptimizer(opt, loss_scale)
    _rewritten["on"] = True
    return found


def disable_mixed_precision_graph_rewrite() -> None:
    """Takes back `enable_mixed_precision_graph_rewrite`, but for the optimizers that it gave."""
    if not _rewritten["on"]:
        tf.logging.warn("disable_mixed_precision_graph_rewrite() called when mixed precision is already disabled.")
    _rewritten["on"] = False
