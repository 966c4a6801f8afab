"""tf.contrib.slim.learning: the train op, and the loop that runs it under a Supervisor."""

from __future__ import annotations

import time
from collections.abc import Callable

import minitf as tf
from minitf.contrib.training import training
from minitf.contrib.training.training import add_gradients_summaries as add_gradients_summaries
from minitf.contrib.training.training import clip_gradient_norms as clip_gradient_norms
from minitf.contrib.training.training import multiply_gradients as multiply_gradients
from minitf.framework import errors
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.taking import arguments, optional, taking

_DEFAULT = 0


*_FIRST, _CHECKS = arguments(training.create_train_op)
_CLIP, _FACTORS = optional("clip_gradient_norm", 0, "float"), optional("gradient_multipliers", None, "dict | None")
_TAKEN = [*[_CLIP if argument.name == "transform_grads_fn" else argument for argument in _FIRST], _FACTORS, _CHECKS]


@taking(_TAKEN)
def create_train_op(clip_gradient_norm, gradient_multipliers, **how):
    """A tensor that makes one training step when it is run, see `tf.contrib.training.create_train_op`.

    gradient_multipliers: factors of gradients by variables or their names; clip_gradient_norm: the largest
    norm of each gradient, 0 for any.
    """

    def transform(pairs):
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs

    return training.create_train_op(transform_grads_fn=transform, **how)


def train_step(sess, train_op, global_step, train_step_kwargs: dict) -> tuple:
    """Makes one step; the loss, and whether to stop.

    train_step_kwargs: `should_log` and `should_stop`, bool tensors (or neither).
    """
    start = time.time()
    loss = sess.run(train_op)
    passed = time.time() - start
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        step = tf.train.global_step(sess, global_step)
        tf.logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, passed)
    stop = train_step_kwargs.get("should_stop")
    return loss, bool(sess.run(stop)) if stop is not None else False


def train(
    train_op,
    logdir,
    train_step_fn: Callable = train_step,
    train_step_kwargs=_DEFAULT,
    log_every_n_steps: int = 1,
    graph=None,
    master="",
    is_chief: bool = True,
    global_step=None,
    number_of_steps: int | None = None,
    init_op=_DEFAULT,
    init_feed_dict=None,
    local_init_op=_DEFAULT,
    init_fn: Callable | None = None,
    ready_op=_DEFAULT,
    summary_op=_DEFAULT,
    save_summaries_secs: float = 600,
    summary_writer=_DEFAULT,
    startup_delay_steps: int = 0,
    saver=None,
    save_interval_secs: float = 600,
    sync_optimizer=None,
    session_config=None,
    session_wrapper: Callable | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
):
    """Makes training steps until there were `number_of_steps` (None: for ever, or to the end of the input).

    logdir: a folder for checkpoints, from which it goes on, and summaries; None for neither. train_step_fn: what is
    called for a step, with the session, train_op, global step and train_step_kwargs; it gives the loss and whether to
    stop. The other arguments are those of `tf.train.Supervisor`. The value is the last loss.

    Raises:
      ValueError: without a train_op, for number_of_steps of 0 or less, or for a saver or summaries without logdir.
    """
    _check(train_op, logdir, summary_op, saver, number_of_steps, sync_optimizer, trace_every_n_steps)
    graph = graph or get_default_graph()
    with graph.as_default():
        step = tf.train.get_or_create_global_step() if global_step is None else global_step
        saver = saver or tf.train.Saver()
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _conditions(step, number_of_steps, log_every_n_steps)
    sv = tf.train.Supervisor(
        graph=graph,
        is_chief=is_chief,
        logdir=logdir,
        init_op=init_op,
        init_feed_dict=init_feed_dict,
        local_init_op=local_init_op,
        ready_op=ready_op,
        summary_op=summary_op,
        summary_writer=summary_writer,
        global_step=step,
        saver=saver,
        save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs,
        init_fn=init_fn,
    )
    loss = None
    with sv.managed_session(master, session_config, start_standard_services=False) as sess:
        sess = session_wrapper(sess) if session_wrapper is not None else sess
        if is_chief and logdir:
            sv.start_standard_services(sess)
        try:
            stop = False
            while not stop and not sv.should_stop():
                loss, stop = train_step_fn(sess, train_op, step, train_step_kwargs)
        except errors.OutOfRangeError as error:
            tf.logging.info("Caught OutOfRangeError. Stopping Training. %s", error)
        if logdir and is_chief:
            tf.logging.info("Finished training! Saving model to disk.")
            sv.saver.save(sess, sv.save_path, global_step=sv.global_step)
        sv.stop(ignore_live_threads=ignore_live_threads)
    return loss


def _check(train_op, logdir, summary_op, saver, number_of_steps, sync_optimizer, trace_every_n_steps) -> None:
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None and summary_op is not _DEFAULT and summary_op is not None:
        raise ValueError("Cannot provide summary_op because logdir=None")
    if logdir is None and saver is not None:
        raise ValueError("Cannot provide saver because logdir=None")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")
    if sync_optimizer is not None or trace_every_n_steps is not None:
        raise ValueError(
            "minitf trains in one process, and traces with tf.train.ProfilerHook: leave out "
            "sync_optimizer and trace_every_n_steps"
        )


def _conditions(step, number_of_steps: int | None, log_every_n_steps: int) -> dict:
    """When to stop and to log, as tensors."""
    with name_scope("train_step"):
        stop = tf.constant(False) if number_of_steps is None else tf.greater_equal(step, number_of_steps)
        found = {"should_stop": stop}
        if log_every_n_steps > 0:
            found["should_log"] = tf.equal(tf.mod(step, log_every_n_steps), 0)
        return found
