"""Steps that are larger where gradients agree with their average (Bello et al. 2017, Neural Optimizer Search)."""

from __future__ import annotations

import math
from collections.abc import Callable

import minitf as tf
from minitf.framework import op_counts
from minitf.ops.state.resource_variable import is_resource
from minitf.train.optimizer import Optimizer


class _BySigns(Optimizer):
    """m: the average of g; w -= learning_rate * factor(sign(g) * sign(m)) * g.

    sign_decay_fn: a function of the global step that gives by how much agreement counts.
    """

    def __init__(self, learning_rate, beta, sign_decay_fn: Callable | None, use_locking: bool, name: str):
        super().__init__(use_locking, name)
        self._given = {"learning_rate": learning_rate, "beta": beta}
        self._decay_of, self._decay = sign_decay_fn, None

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """As `tf.train.Optimizer.apply_gradients`; global_step is what sign_decay_fn gets."""
        if self._decay_of is not None:
            self._decay = tf.convert_to_tensor(self._decay_of(global_step), name="sign_decay")
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "m", self._name)

    def _prepare(self):
        self._tensors = {name: tf.convert_to_tensor(value, name=name) for name, value in self._given.items()}
        decay = tf.convert_to_tensor(1.0, name="sign_decay") if self._decay_of is None else self._decay
        self._tensors["sign_decay"] = decay

    def _of(self, var) -> dict:
        return {name: tf.cast(number, var.dtype.base_dtype) for name, number in self._tensors.items()}

    def _averaged(self, grad, var, of: dict):
        m = self.get_slot(var, "m")
        return tf.assign(m, m * of["beta"] + grad * (1 - of["beta"]))

    def _apply_dense(self, grad, var):
        op_counts.skip(self._MADE[is_resource(var)])
        of = self._of(var)
        mean = self._averaged(grad, var, of)
        agreement = of["sign_decay"] * tf.sign(grad) * tf.sign(mean)
        return tf.group(var.assign_sub(of["learning_rate"] * self._factor(of, agreement) * grad), mean)

    def _apply_sparse(self, grad, var):
        of = self._of(var)
        mean = self._averaged(tf.convert_to_tensor(grad), var, of)
        agreement = of["sign_decay"] * tf.sign(grad.values) * tf.gather(tf.sign(mean), grad.indices)
        step = of["learning_rate"] * self._factor(of, agreement) * grad.values
        return tf.group(tf.scatter_sub(var, grad.indices, step), mean)


class AddSignOptimizer(_BySigns):
    """m: the average of g; w -= learning_rate * (alpha + sign_decay * sign(g) * sign(m)) * g."""

    _MADE = op_counts.ADD_SIGN

    def __init__(
        self,
        learning_rate=0.1,
        alpha=1.0,
        beta=0.9,
        sign_decay_fn: Callable | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ):
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._given["alpha"] = alpha

    def _factor(self, of: dict, agreement):
        return of["alpha"] + agreement


class PowerSignOptimizer(_BySigns):
    """m: the average of g; w -= learning_rate * base ** (sign_decay * sign(g) * sign(m)) * g."""

    _MADE = op_counts.POWER_SIGN

    def __init__(
        self,
        learning_rate=0.1,
        base: float = math.e,
        beta=0.9,
        sign_decay_fn: Callable | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ):
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._given["logbase"] = math.log(base)

    def _factor(self, of: dict, agreement):
        return tf.exp(of["logbase"] * agreement)
