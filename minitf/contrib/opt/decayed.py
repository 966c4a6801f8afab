"""Optimizers that let weights decay beside the step of the gradient (Loshchilov & Hutter 2017)."""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.framework.taking import arguments, needed, optional, taking

_DECAYED = optional("decay_var_list")


class DecoupledWeightDecayExtension:
    """A base class beside an optimizer's, before it: each step subtracts weight_decay times the variable, too.

    weight_decay: a number, a tensor, or a function of no arguments that gives one; decay_var_list: the variables that
    decay, by default all.
    """

    def __init__(self, weight_decay, **kwargs):
        self._decayed, self._weight_decay = None, weight_decay
        self._of_rows = False  # while only rows decay, though the step may be one of all
        super().__init__(**kwargs)

    @taking([needed("self"), *[p for p in arguments(tf.train.Optimizer.minimize) if p.name != "self"], _DECAYED])
    def minimize(self, loss, decay_var_list, **how):
        """As `tf.train.Optimizer.minimize`, of which decay_var_list decay."""
        self._decayed = set(decay_var_list) if decay_var_list else None
        return super().minimize(loss, **how)

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None, decay_var_list=None):
        """As `tf.train.Optimizer.apply_gradients`, of which decay_var_list decay."""
        self._decayed = set(decay_var_list) if decay_var_list else self._decayed
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _prepare(self):
        self._decay = self._number(self._weight_decay, "weight_decay")
        super()._prepare()

    def _decays(self, var) -> bool:
        return self._decayed is None or var in self._decayed

    def _part_of(self, var, values):
        return tf.cast(self._decay, var.dtype.base_dtype) * values

    def _apply_dense(self, grad, var):
        whole = self._decays(var) and not self._of_rows
        op_counts.skip(op_counts.DECAY_CONVERTED * whole)
        decays = [var.assign_sub(self._part_of(var, var))] if whole else []
        with tf.control_dependencies(decays):
            return super()._apply_dense(grad, var)

    def _apply_sparse_duplicate_indices(self, grad, var):
        rows, _ = tf.unique(grad.indices)
        step = self._part_of(var, tf.gather(var, rows))
        self._of_rows = True
        try:
            with tf.control_dependencies([tf.scatter_sub(var, rows, step)] if self._decays(var) else []):
                return super()._apply_sparse_duplicate_indices(grad, var)
        finally:
            self._of_rows = False


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """A class of optimizers like one, whose weights decay: it takes weight_decay before the others' arguments, which
    are given by name.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """The class of optimizers that decay."""

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, tf.train.MomentumOptimizer):
    """`tf.train.MomentumOptimizer` whose weights decay."""

    def __init__(
        self,
        weight_decay,
        learning_rate,
        momentum,
        use_locking: bool = False,
        name: str = "MomentumW",
        use_nesterov: bool = False,
    ):
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, tf.train.AdamOptimizer):
    """`tf.train.AdamOptimizer` whose weights decay.

    >>> import minitf as tf
    >>> x = tf.Variable(2.0)
    >>> step = tf.contrib.opt.AdamWOptimizer(0.1, learning_rate=0.5).minimize(3.0 * x)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(f"{sess.run(x):.4f}")
    1.3000
    """

    def __init__(
        self,
        weight_decay,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking: bool = False,
        name: str = "AdamW",
    ):
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )
