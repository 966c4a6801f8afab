"""A train op, and the loop that runs it."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import control_dependencies, name_scope
from minitf.framework.tensor import IndexedSlices
from minitf.ops.control.control import with_dependencies

_DEFAULT = 0


def create_train_op(
    total_loss,
    optimizer,
    global_step=_DEFAULT,
    update_ops=None,
    variables_to_train=None,
    transform_grads_fn: Callable | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = 1,
    aggregation_method=None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
):
    """A tensor that makes one training step when it is run; its value is the loss.

    global_step: counts the steps (default: the graph's, made if there is none; None: nothing is counted).
    update_ops: run before the loss is computed (default: the collection UPDATE_OPS). variables_to_train: all
    trainable ones unless given. transform_grads_fn: a function of the list of (gradient, variable).
    check_numerics: the step fails if the loss is not a finite number.

    Raises:
      ValueError: if a variable to be trained is not trainable, or none has a gradient.
    """
    if global_step is _DEFAULT:
        global_step = tf.train.get_or_create_global_step()
    total_loss = _after_updates(total_loss, update_ops)
    pairs = optimizer.compute_gradients(
        total_loss,
        _trained(variables_to_train),
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        pairs = transform_grads_fn(pairs)
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_gradients_summaries(pairs)
    applied = optimizer.apply_gradients(pairs, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = tf.check_numerics(total_loss, "LossTensor is inf or nan")
        train_op = with_dependencies([applied], total_loss)
    collected = tf.get_collection_ref(tf.GraphKeys.TRAIN_OP)
    if not any(train_op is other for other in collected):
        collected.append(train_op)
    return train_op


def _after_updates(loss, update_ops):
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) if update_ops is None else list(update_ops)
    if not updates:
        return loss
    with control_dependencies(list(dict.fromkeys(updates))):
        barrier = tf.no_op(name="update_barrier")
    return with_dependencies([barrier], loss)


def _trained(variables) -> list:
    trainable = tf.trainable_variables()
    for variable in variables or ():
        if not any(variable is other for other in trainable):
            raise ValueError(f"variable {variable.name} is to be trained, but it is not trainable")
    return variables or trainable


def add_gradients_summaries(grads_and_vars) -> list:
    """Summaries of the gradients: a histogram and the norm of each."""
    summaries = []
    for gradient, variable in grads_and_vars:
        if gradient is not None:
            values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
            summaries.append(tf.summary.histogram(f"{variable.op.name}/gradient", values))
            norm = tf.global_norm([values])
            summaries.append(tf.summary.scalar(f"{variable.op.name}/gradient_norm", norm))
    return summaries


def clip_gradient_norms(gradients_to_variables, max_norm: float) -> list:
    """The pairs (gradient, variable) with each gradient's norm at most `max_norm`."""
    return [
        (_mapped(gradient, lambda t: tf.clip_by_norm(t, max_norm)), variable)
        for gradient, variable in gradients_to_variables
    ]


def clip_gradient_norms_fn(max_norm: float) -> Callable:
    """A function that does what `clip_gradient_norms` does, for `transform_grads_fn`."""
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def multiply_gradients(grads_and_vars, gradient_multipliers: dict) -> list:
    """The pairs (gradient, variable) with gradients multiplied by factors, given by variables or their names.

    Raises:
      ValueError: if there is no list of pairs or no factors, or a gradient to be multiplied is None.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list of pairs (gradient, variable)")
    if not isinstance(gradient_multipliers, dict) or not gradient_multipliers:
        raise ValueError("`gradient_multipliers` must be a dict of factors")
    found = []
    for gradient, variable in grads_and_vars:
        factor = gradient_multipliers.get(variable, gradient_multipliers.get(variable.op.name))
        if factor is not None:
            if gradient is None:
                raise ValueError(f"Requested multiple of `None` gradient: {variable.name} has none")
            gradient = _mapped(gradient, lambda t, by=factor: t * tf.cast(by, t.dtype))
        found.append((gradient, variable))
    return found


def _mapped(gradient, function: Callable):
    """A function of a gradient's values; None stays None."""
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)
    return None if gradient is None else function(gradient)


def train(
    train_op,
    logdir,
    master="",
    is_chief: bool = True,
    scaffold=None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs: float | None = 600,
    save_summaries_steps: int | None = 100,
    config=None,
    max_wait_secs: float = 7200,
    run_metadata=None,
):
    """Runs `train_op` until a hook requests the stop; its last value.

    logdir: the folder for checkpoints and summaries, from which it goes on; None needs save_checkpoint_secs
    and save_summaries_steps to be 0 or None.

    Raises:
      ValueError: without a logdir where something is to be saved.
    """
    if logdir is None and is_chief and (save_summaries_steps or save_checkpoint_secs):
        raise ValueError(
            "logdir cannot be None when save_summaries_steps or save_checkpoint_secs say that something is to be saved"
        )
    value = None
    with tf.train.MonitoredTrainingSession(
        master,
        is_chief,
        logdir,
        scaffold,
        hooks,
        chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
        max_wait_secs=max_wait_secs,
    ) as sess:
        while not sess.should_stop():
            value = sess.run(train_op, run_metadata=run_metadata)
    return value
