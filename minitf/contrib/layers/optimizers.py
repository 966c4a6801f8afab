"""Training in one call."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import control_dependencies
from minitf.framework.tensor import IndexedSlices
from minitf.train.moving_averages import assign_moving_average

OPTIMIZERS = {
    "Adagrad": lambda rate: tf.train.AdagradOptimizer(rate),
    "Adam": lambda rate: tf.train.AdamOptimizer(rate),
    "Ftrl": lambda rate: tf.train.FtrlOptimizer(rate),
    "Momentum": lambda rate: tf.train.MomentumOptimizer(rate, momentum=0.9),
    "RMSProp": lambda rate: tf.train.RMSPropOptimizer(rate),
    "SGD": lambda rate: tf.train.GradientDescentOptimizer(rate),
}
SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]


def optimize_loss(
    loss,
    global_step,
    learning_rate,
    optimizer,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: dict | None = None,
    clip_gradients=None,
    learning_rate_decay_fn: Callable | None = None,
    update_ops=None,
    variables=None,
    name: str | None = None,
    summaries: list | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
):
    """A tensor that makes one training step when it is run; its value is the loss before it.

    global_step: the step counter, or None for the default one. learning_rate: a float, which becomes a
    variable learning_rate, a scalar tensor, or None if the optimizer has its own. optimizer: "Adagrad",
    "Adam", "Ftrl", "Momentum", "RMSProp" or "SGD", an optimizer, or a class or function of the learning rate.
    gradient_noise_scale: adds normal noise; gradient_multipliers: factors by variable (or its name);
    clip_gradients: a bound on the global norm, or a function of the list of (gradient, variable).
    learning_rate_decay_fn(learning_rate, step): the rate used. update_ops: ops that run before (default: the
    collection UPDATE_OPS). variables: those trained (default: all). summaries: what is summarized, some of
    SUMMARIES (default: the loss, the norm of all gradients, and the learning rate if it decays).

    Raises:
      ValueError: for a loss that is no scalar, an unknown optimizer or summary, or a missing learning rate or step.
    """
    loss = tf.convert_to_tensor(loss)
    if loss.shape.rank not in (0, None):
        raise ValueError(f"optimize_loss: the loss is a scalar; {loss.name} has shape {loss.shape}")
    global_step = tf.train.get_global_step() if global_step is None else global_step
    wanted = _wanted(summaries)
    with tf.variable_scope(name, "OptimizeLoss"):
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) if update_ops is None else list(update_ops)
        if updates:
            with control_dependencies(updates):
                loss = tf.identity(loss, name="control_dependency")
        rate = _learning_rate(learning_rate)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("optimize_loss: learning_rate_decay_fn needs a global_step")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in wanted:
                tf.summary.scalar("learning_rate", rate)
        optimizer = _optimizer(optimizer, rate)
        pairs = optimizer.compute_gradients(
            loss, variables or tf.trainable_variables(), colocate_gradients_with_ops=colocate_gradients_with_ops
        )
        if gradient_noise_scale is not None:
            pairs = [(_noisy(g, gradient_noise_scale), v) for g, v in pairs]
        pairs = _multiplied(pairs, gradient_multipliers or {})
        of_all = bool({"global_gradient_norm", "gradient_norm"} & wanted)
        if of_all:
            _summarize_norm("gradient_norm", pairs)
        pairs = _clipped(pairs, clip_gradients)
        if "loss" in wanted:
            tf.summary.scalar("loss", loss)
        _summarize_each(pairs, wanted)
        if of_all and clip_gradients is not None:
            _summarize_norm("clipped_gradient_norm", pairs)
        train = optimizer.apply_gradients(
            pairs, global_step=global_step if increment_global_step else None, name="train"
        )
        with control_dependencies([train]):
            return tf.identity(loss, name="control_dependency")


def _wanted(summaries) -> set:
    unknown = set(summaries or ()) - set(SUMMARIES)
    if unknown:
        raise ValueError(f"Summaries should be one of {', '.join(SUMMARIES)}; not {', '.join(map(str, unknown))}")
    return {"loss", "learning_rate", "global_gradient_norm"} if summaries is None else set(summaries)


def _summarize_norm(name: str, pairs: list) -> None:
    tf.summary.scalar(f"global_norm/{name}", tf.global_norm([gradient for gradient, _ in pairs]))


def _summarize_each(pairs: list, wanted: set) -> None:
    for gradient, variable in pairs:
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        name = variable.name.replace(":", "_")
        if values is not None and "gradients" in wanted:
            tf.summary.histogram(f"gradients/{name}", values)
        if values is not None and "gradient_norm" in wanted:
            tf.summary.scalar(f"gradient_norm/{name}", tf.global_norm([values]))


def _learning_rate(rate):
    if rate is None or isinstance(rate, tf.Tensor) and rate.shape.rank == 0:
        return rate
    if not isinstance(rate, float) or rate < 0:
        raise ValueError(f"optimize_loss: learning_rate is a float of 0 or more, or a scalar tensor, not {rate!r}")
    return tf.get_variable("learning_rate", [], trainable=False, initializer=tf.constant_initializer(rate))


def _optimizer(optimizer, rate):
    if isinstance(optimizer, tf.train.Optimizer):
        return optimizer
    if (
        isinstance(optimizer, str)
        and optimizer not in OPTIMIZERS
        or not isinstance(optimizer, str)
        and not callable(optimizer)
    ):
        raise ValueError(
            f"optimize_loss: optimizer is one of {', '.join(OPTIMIZERS)}, an optimizer, or a class or "
            f"function of the learning rate; not {optimizer!r}"
        )
    if rate is None and (isinstance(optimizer, (str, type))):
        raise ValueError(f"optimize_loss: optimizer {optimizer} needs a learning_rate")
    made = (
        OPTIMIZERS[optimizer](rate) if isinstance(optimizer, str) else optimizer() if rate is None else optimizer(rate)
    )
    if not isinstance(made, tf.train.Optimizer):
        raise ValueError(f"optimize_loss: {optimizer} has to make an optimizer, not {made!r}")
    return made


def _mapped(gradient, function: Callable):
    """A function of a gradient's values; None stays None."""
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)
    return None if gradient is None else function(gradient)


def _noisy(gradient, scale: float):
    """A gradient, as a whole, with normal noise."""
    if gradient is None:
        return None
    slices = isinstance(gradient, IndexedSlices)
    noise = tf.truncated_normal(gradient.dense_shape if slices else gradient.shape) * scale
    return gradient + noise


def _multiplied(pairs: list, factors: dict) -> list:
    def factor(variable):
        return factors.get(variable, factors.get(variable.name))

    return [
        (g if factor(v) is None else _mapped(g, lambda t, v=v: t * tf.cast(factor(v), t.dtype)), v) for g, v in pairs
    ]


def _clipped(pairs: list, clip) -> list:
    if clip is None:
        return pairs
    if callable(clip):
        return clip(pairs)
    if not isinstance(clip, float):
        raise ValueError(f"optimize_loss: clip_gradients is a float or a function, not {clip!r}")
    gradients, variables = zip(*pairs)
    return list(zip(tf.clip_by_global_norm(gradients, clip)[0], variables))


def _adaptive_bound(norm, std_factor, decay, global_step, epsilon: float, name) -> tuple:
    """The largest norm that is usual, and the mean of the logarithms of norms."""
    with tf.variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm = tf.log(norm + epsilon)
        if global_step is not None:
            step = tf.cast(global_step, tf.float32)
            decay = tf.minimum(decay, step / (step + 1.0))
        mean, square_mean = (
            assign_moving_average(
                tf.get_variable(name, value.shape, value.dtype, tf.zeros_initializer(), trainable=False),
                value,
                decay,
                zero_debias=False,
            )
            for name, value in (("mean", log_norm), ("sq_mean", tf.square(log_norm)))
        )
        deviation = tf.sqrt(tf.maximum(epsilon, square_mean - tf.square(mean)))
        return tf.exp(mean + std_factor * deviation), mean


def adaptive_clipping_fn(
    std_factor: float = 2.0,
    decay: float = 0.95,
    static_max_norm: float | None = None,
    global_step=None,
    report_summary: bool = False,
    epsilon: float = 1e-8,
    name: str | None = None,
) -> Callable:
    """A function of a list of (gradient, variable) that clips all to a norm that is usual: for `clip_gradients`.

    The bound is exp(mean + std_factor * deviation) of moving averages of the logarithms of global norms (Yang 2014,
    https://arxiv.org/abs/1412.1602, 3.2.1); norms beyond it become exp(mean). decay: of the averages; with a
    global_step n / (n + 1) while that is less. static_max_norm: no norm is larger; report_summary: a summary of the
    bound; epsilon: is added to norms, and the least variance.
    """

    def clip(pairs: list) -> list:
        gradients, variables = zip(*pairs)
        norm = tf.global_norm(gradients)
        bound, log_mean = _adaptive_bound(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            tf.summary.scalar("global_norm/adaptive_max_gradient_norm", bound)
        factor = tf.where(norm < bound, tf.ones_like(norm), tf.exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = tf.minimum(static_max_norm / norm, factor)
        return [(_mapped(g, lambda t: t * factor), v) for g, v in zip(gradients, variables)]

    return clip
