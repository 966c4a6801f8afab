"""What is put around other optimizers."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.tensor import IndexedSlices
from minitf.train.optimizer import Optimizer


class MovingAverageOptimizer(Optimizer):
    """An optimizer that also keeps moving averages of the variables that it changes, and can save these in their
    place.

    opt: the optimizer; average_decay, num_updates: as of `tf.train.ExponentialMovingAverage`; sequential_update:
    whether averages are taken after the step, rather than beside it.
    """

    def __init__(self, opt: Optimizer, average_decay: float = 0.9999, num_updates=None, sequential_update: bool = True):
        self._optimizer, self._sequential = opt, sequential_update
        self._ema = tf.train.ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped: dict[str, str] | None = None

    def compute_gradients(self, *args, **kwargs) -> list[tuple]:
        """As of the optimizer."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """An op that makes a step of the optimizer, and moves the averages."""
        pairs = list(grads_and_vars)
        step = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        variables = [v for g, v in pairs if g is not None]
        with tf.control_dependencies([step] if self._sequential else []):
            moved = self._ema.apply(variables)
        self._swapped = {}
        for v in variables:
            average = self._ema.average(v)
            self._swapped.update({v.op.name: average.op.name, average.op.name: v.op.name})
        return tf.group(step, moved, name="train_with_avg")

    def swapping_saver(self, var_list=None, name: str = "swapping_saver", **kwargs):
        """A `tf.train.Saver` that saves averages under the names of the variables, and these under theirs.

        var_list: variables (default: all global ones), or a dict by the names under which they are saved.

        Raises:
          RuntimeError: before `minimize` or `apply_gradients`.
          ValueError: if of a variable and its average only one is to be saved.
        """
        if self._swapped is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver")
        var_list = tf.global_variables() if var_list is None else var_list
        kept = var_list if isinstance(var_list, dict) else {v.op.name: v for v in var_list}
        return tf.train.Saver({key: self._other(kept, key, v) for key, v in kept.items()}, name=name, **kwargs)

    def _other(self, kept: dict, key: str, variable):
        other = self._swapped.get(key)
        if other is not None and other not in kept:
            raise ValueError(
                f"Variable to swap {other} is not part of variables to save. This breaks MovingAverageOptimizer."
            )
        return variable if other is None else kept[other]


class VariableClippingOptimizer(Optimizer):
    """An optimizer after whose steps norms of variables are max_norm at most.

    opt: the optimizer; vars_to_clip_dims: variables, and for each the axes over which its norm is taken: rows that have
    no gradient stay as they are unless 0 is among them. colocate_clip_ops_with_vars: nothing depends on it here.
    """

    def __init__(
        self,
        opt: Optimizer,
        vars_to_clip_dims: dict,
        max_norm: float,
        use_locking: bool = False,
        colocate_clip_ops_with_vars: bool = False,
        name: str = "VariableClipping",
    ):
        super().__init__(use_locking, name)
        self._opt, self._most = opt, max_norm
        self._axes = {var: list(axes) for var, axes in vars_to_clip_dims.items()}

    def compute_gradients(self, *args, **kwargs) -> list[tuple]:
        """As of the optimizer."""
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args, **kwargs):
        """As of the optimizer."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs) -> list[str]:
        """As of the optimizer."""
        return self._opt.get_slot_names(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """An op that makes a step of the optimizer, and clips."""
        pairs = list(grads_and_vars)
        with tf.name_scope(name, self._name) as scope:
            step = self._opt.apply_gradients(pairs, global_step=global_step)
            clipped = []
            with tf.control_dependencies([step]):
                for grad, var in pairs:
                    if grad is not None and var in self._axes:
                        with tf.name_scope(f"clip_{var.op.name}"):
                            clipped.append(self._clip(grad, var, self._axes[var]))
            return tf.group(step, *clipped, name=scope)

    def _clip(self, grad, var, axes: list[int]):
        if isinstance(grad, IndexedSlices) and 0 not in axes:
            rows, _ = tf.unique(grad.indices)
            values = tf.gather(var, rows)
            return tf.scatter_sub(var, rows, values - tf.clip_by_norm(values, self._most, axes))
        value = var.read_value()
        return var.assign_sub(value - tf.clip_by_norm(value, self._most, axes))


class MultitaskOptimizerWrapper:
    """An optimizer that leaves variables and what it keeps beside them alone where all of a gradient is zero, as it is
    for those of other tasks.

    Raises:
      TypeError: for what is no optimizer.
    """

    def __init__(self, opt: Optimizer):
        if not isinstance(opt, Optimizer):
            raise TypeError(f"Supplied optimizer must be an instance of tf.train.Optimizer, not {opt!r}")
        self._opt = opt
        for name in ("_apply_dense", "_apply_sparse"):
            setattr(opt, name, _unless_zero(getattr(opt, name)))

    def __getattr__(self, name: str):
        return getattr(self._opt, name)


def _unless_zero(function: Callable) -> Callable:
    def call(grad, var):
        def apply():
            with tf.control_dependencies([function(grad, var)]):
                return tf.no_op()

        return tf.cond(_is_zero(grad), tf.no_op, apply)

    return call


def _is_zero(grad):
    return tf.equal(tf.count_nonzero(grad.values if isinstance(grad, IndexedSlices) else grad), 0)


def clip_gradients_by_global_norm(gradients_variables, clip_norm: float = 20.0) -> tuple:
    """Pairs of gradients, clipped by their common norm, and variables; and the norm. See `tf.clip_by_global_norm`."""
    gradients, variables = zip(*gradients_variables)
    norm = tf.global_norm(gradients)
    gradients, _ = tf.clip_by_global_norm(gradients, clip_norm, use_norm=norm)
    return list(zip(gradients, variables)), norm
