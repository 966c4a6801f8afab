"""Optimizers whose steps are scaled for each variable."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import minitf as tf
from minitf.framework import op_counts
from minitf.ops.state.resource_variable import is_resource
from minitf.train.optimizer import Optimizer


class LARSOptimizer(Optimizer):
    """Momentum with a learning rate for each variable: learning_rate * eeta * |w| / (|g| + weight_decay * |w| +
    epsilon), of the gradient with the decay of weights added.

    skip_list: parts of names of variables that have neither. You et al. 2017, Large batch training of convolutional
    networks.

    Raises:
      ValueError: for a negative momentum or weight_decay.
    """

    def __init__(
        self,
        learning_rate,
        momentum: float = 0.9,
        weight_decay: float = 0.0001,
        eeta: float = 0.001,
        epsilon: float = 0.0,
        name: str = "LARSOptimizer",
        skip_list=None,
        use_nesterov: bool = False,
    ):
        for what, value in (("momentum", momentum), ("weight_decay", weight_decay)):
            if value < 0.0:
                raise ValueError(f"{what} should be positive: {value}")
        super().__init__(False, name)
        self._given = {"learning_rate": learning_rate, "momentum": momentum}
        self._decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skipped, self._nesterov = skip_list or (), use_nesterov

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self):
        self._tensors = {name: self._number(value, name) for name, value in self._given.items()}

    def compute_lr(self, grad, var) -> tuple:
        """The learning rate of a variable, and its gradient with the decay of weights."""
        rate = tf.cast(self._tensors["learning_rate"], var.dtype.base_dtype)
        if any(part in var.name for part in self._skipped):
            return rate, grad
        of_var, of_grad = tf.norm(var, ord=2), tf.norm(grad, ord=2)
        trust = self._eeta * of_var / (of_grad + self._decay * of_var + self._epsilon)
        ones = tf.ones_like(trust)
        trust = tf.where(tf.greater(of_var, 0), tf.where(tf.greater(of_grad, 0), trust, ones), ones)
        return rate * trust, grad + self._decay * var

    def _apply_dense(self, grad, var):
        op_counts.skip(op_counts.LARS[is_resource(var)])
        rate, grad = self.compute_lr(grad, var)
        slot, grad = self.get_slot(var, "momentum"), grad * rate
        momentum = tf.cast(self._tensors["momentum"], var.dtype.base_dtype)
        kept = tf.assign(slot, slot * momentum + grad)
        return tf.group(var.assign_sub(grad + kept * momentum if self._nesterov else kept), kept)

    def _apply_sparse(self, grad, var):
        of = {name: tf.cast(number, var.dtype.base_dtype) for name, number in self._tensors.items()}
        slot, rows = self.get_slot(var, "momentum"), grad.indices
        values = tf.gather(slot, rows) * of["momentum"] + grad.values
        step = grad.values + values * of["momentum"] if self._nesterov else values
        kept = tf.scatter_update(slot, rows, values)
        return tf.group(tf.scatter_sub(var, rows, of["learning_rate"] * step), kept)


class RegAdagradOptimizer(tf.train.AdagradOptimizer):
    """Adagrad that can leave its sums of squares as they are: steps of regularization do not count then."""

    def __init__(
        self, learning_rate, initial_accumulator_value: float = 0.1, use_locking: bool = False, name: str = "RegAdagrad"
    ):
        super().__init__(learning_rate, initial_accumulator_value, use_locking, name)
        self._counts = True

    @contextlib.contextmanager
    def avoid_updating_slots(self) -> Iterator[None]:
        """A context: steps made in it leave the sums of squares as they are."""
        before, self._counts = self._counts, False
        try:
            yield
        finally:
            self._counts = before

    def _apply_dense(self, grad, var):
        if self._counts:
            return super()._apply_dense(grad, var)
        return var.assign_sub(self._rate(var) * grad * tf.rsqrt(self.get_slot(var, "accumulator"))).op

    def _apply_sparse(self, grad, var):
        if self._counts:
            return super()._apply_sparse(grad, var)
        sums = tf.gather(self.get_slot(var, "accumulator"), grad.indices)
        return tf.scatter_sub(var, grad.indices, self._rate(var) * grad.values * tf.rsqrt(sums)).op

    def _rate(self, var):
        return tf.cast(self._tensors["learning_rate"], var.dtype.base_dtype)
