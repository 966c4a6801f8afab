"""Relatives of Adam."""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.ops.state.resource_variable import is_resource
from minitf.train.optimizer import Optimizer


class _OfRows(tf.train.AdamOptimizer):
    """One whose rows without a gradient stay where they are."""

    _apply_sparse_duplicate_indices = Optimizer._apply_sparse_duplicate_indices

    def _of(self, var) -> dict:
        """The hyperparameters as of a variable's type."""
        return {name: tf.cast(number, var.dtype.base_dtype) for name, number in self._tensors.items()}

    def _rate(self, of: dict):
        return of["learning_rate"] * tf.sqrt(1 - of["beta2_power"]) / (1 - of["beta1_power"])


class LazyAdamOptimizer(_OfRows):
    """Adam whose averages move only for rows that have a gradient, where not all have."""

    def _apply_sparse(self, grad, var):
        of, rows, m, v = self._of(var), grad.indices, self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = of["beta1"] * tf.gather(m, rows) + (1 - of["beta1"]) * grad.values
        square = of["beta2"] * tf.gather(v, rows) + (1 - of["beta2"]) * tf.square(grad.values)
        step = self._rate(of) * mean / (tf.sqrt(square) + of["epsilon"])
        return tf.group(
            tf.scatter_sub(var, rows, step), tf.scatter_update(m, rows, mean), tf.scatter_update(v, rows, square)
        )


class NadamOptimizer(_OfRows):
    """Adam with Nesterov's momentum (Dozat 2016)."""

    _flags = {"use_nesterov": True}

    def _apply_sparse(self, grad, var):
        of, rows, m, v = self._of(var), grad.indices, self.get_slot(var, "m"), self.get_slot(var, "v")
        own = grad.values * (1 - of["beta1"])
        mean = _added(m, of["beta1"], rows, own)
        square = _added(v, of["beta2"], rows, tf.square(grad.values) * (1 - of["beta2"]))
        ahead = own + of["beta1"] * tf.gather(mean, rows)
        step = self._rate(of) * ahead / (tf.sqrt(tf.gather(square, rows)) + of["epsilon"])
        return tf.group(tf.scatter_sub(var, rows, step), mean, square)


def _added(slot, beta, rows, values):
    """The slot times beta, plus values in some rows."""
    with tf.control_dependencies([tf.assign(slot, slot * beta)]):
        return tf.scatter_add(slot, rows, values)


class AdaMaxOptimizer(_OfRows):
    """m: the average of g; v = max(beta2 * v, |g|); w -= learning_rate / (1 - beta1 ** t) * m / (v + epsilon).

    Kingma and Ba 2014, section 7.
    """

    _BETAS = ("beta1",)

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking: bool = False, name: str = "AdaMax"
    ):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _apply_dense(self, grad, var):
        op_counts.skip(op_counts.ADAMAX[is_resource(var)])
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean, most, step = self._step_of(self._of(var), m, v, grad)
        return tf.group(var.assign_sub(step), tf.assign(m, mean), tf.assign(v, most))

    def _apply_sparse(self, grad, var):
        rows, m, v = grad.indices, self.get_slot(var, "m"), self.get_slot(var, "v")
        mean, most, step = self._step_of(self._of(var), tf.gather(m, rows), tf.gather(v, rows), grad.values)
        return tf.group(
            tf.scatter_sub(var, rows, step), tf.scatter_update(m, rows, mean), tf.scatter_update(v, rows, most)
        )

    def _step_of(self, of: dict, m, v, grad) -> tuple:
        mean = m * of["beta1"] + grad * (1 - of["beta1"])
        most = tf.maximum(v * of["beta2"], tf.abs(grad))
        return mean, most, of["learning_rate"] / (1 - of["beta1_power"]) * (mean / (most + of["epsilon"]))


class _OfGlobalSteps(tf.train.AdamOptimizer):
    """One that keeps no powers: they are worked out from a global step."""

    _BETAS = ()

    def __init__(
        self,
        global_step=0,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)
        self._global_step = global_step

    def _prepare(self):
        super()._prepare()
        step = tf.cast(tf.identity(self._global_step) + 1, tf.float32)
        for beta in ("beta1", "beta2"):
            self._tensors[f"{beta}_power"] = tf.pow(self._tensors[beta], step)

    _finish = Optimizer._finish


class AdamGSOptimizer(_OfGlobalSteps):
    """`tf.train.AdamOptimizer` that takes its number of steps from a variable, global_step."""


class LazyAdamGSOptimizer(_OfGlobalSteps, LazyAdamOptimizer):
    """`LazyAdamOptimizer` that takes its number of steps from a variable, global_step."""
