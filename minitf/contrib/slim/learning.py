"""tf.contrib.slim.learning: the train op, and the loop that runs it under a Supervisor."""

from __future__ import annotations

import os
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

    train_step_kwargs: `should_log`, `should_stop` and `should_trace`, bool tensors (or none of them); a step that is
    traced leaves its timeline in `logdir`, and its RunMetadata with a `summary_writer`.

    Raises:
      ValueError: for `should_trace` without a `logdir`.
    """
    start, traced = time.time(), None
    if "should_trace" in train_step_kwargs:
        if "logdir" not in train_step_kwargs:
            raise ValueError("logdir must be present in train_step_kwargs when should_trace is present")
        traced = tf.RunMetadata() if sess.run(train_step_kwargs["should_trace"]) else None
    options = None if traced is None else tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    loss = sess.run(train_op, options=options, run_metadata=traced)
    passed = time.time() - start
    if traced is not None:
        _write_trace(traced, tf.train.global_step(sess, global_step), **train_step_kwargs)
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        step = tf.train.global_step(sess, global_step)
        tf.logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, passed)
    stop = train_step_kwargs.get("should_stop")
    return loss, bool(sess.run(stop)) if stop is not None else False


def _write_trace(traced, step: int, logdir, summary_writer=None, **_) -> None:
    """Leaves what a step was traced to have done beside the summaries."""
    path = os.path.join(logdir, f"tf_trace-{step}.json")
    tf.logging.info("Writing trace to %s", path)
    tf.gfile.MakeDirs(logdir)
    with tf.gfile.Open(path, "w") as file:
        file.write(tf.timeline.Timeline(traced.step_stats).generate_chrome_trace_format())
    if summary_writer is not None:
        summary_writer.add_run_metadata(traced, f"run_metadata-{step}")


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
    stop. trace_every_n_steps: how often a step leaves its timeline in logdir; sync_optimizer: a SyncReplicasOptimizer,
    or a list of them, whose queues are run. The other arguments are those of `tf.train.Supervisor`. The value is the
    last loss.

    Raises:
      ValueError: without a train_op, for number_of_steps of 0 or less, for a saver, summaries or traces without logdir,
        and for a startup_delay_steps with a sync_optimizer.
    """
    _check(train_op, logdir, summary_op, saver, number_of_steps, trace_every_n_steps)
    synced = _synced(sync_optimizer, startup_delay_steps)
    graph = graph or get_default_graph()
    with graph.as_default():
        step = tf.train.get_or_create_global_step() if global_step is None else global_step
        saver = saver or tf.train.Saver()
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _conditions(step, number_of_steps, log_every_n_steps)
            if trace_every_n_steps is not None:
                traces = tf.equal(tf.mod(step, trace_every_n_steps), 0)
                train_step_kwargs.update(should_trace=traces, logdir=logdir)
        tokens = [one.get_init_tokens_op() for one in synced] if is_chief else []
        if local_init_op is _DEFAULT and synced:
            local = [one.chief_init_op if is_chief else one.local_step_init_op for one in synced]
            local_init_op = tf.group(*local, tf.local_variables_initializer(), tf.tables_initializer())
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
        if is_chief and synced:
            sv.start_queue_runners(sess, [one.get_chief_queue_runner() for one in synced])
            sess.run(tokens)
        if "should_trace" in train_step_kwargs and logdir:
            train_step_kwargs.setdefault("summary_writer", sv.summary_writer)
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


def _synced(optimizer, startup_delay_steps: int) -> list:
    """The optimizers that wait for all replicas."""
    if optimizer is None:
        return []
    found = list(optimizer) if isinstance(optimizer, (list, tuple)) else [optimizer]
    for one in found:
        if not isinstance(one, tf.train.SyncReplicasOptimizer):
            raise ValueError(f"`sync_optimizer` must be a tf.train.SyncReplicasOptimizer, not {one!r}")
    if startup_delay_steps > 0:
        raise ValueError("startup_delay_steps must be zero when sync_optimizer is supplied.")
    return found


def _check(train_op, logdir, summary_op, saver, number_of_steps, trace_every_n_steps) -> None:
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None and summary_op is not _DEFAULT and summary_op is not None:
        raise ValueError("Cannot provide summary_op because logdir=None")
    if logdir is None and saver is not None:
        raise ValueError("Cannot provide saver because logdir=None")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")
    if logdir is None and trace_every_n_steps is not None:
        raise ValueError("Cannot provide trace_every_n_steps because logdir=None")


def _conditions(step, number_of_steps: int | None, log_every_n_steps: int) -> dict:
    """When to stop and to log, as tensors."""
    with name_scope("train_step"):
        stop = tf.constant(False) if number_of_steps is None else tf.greater_equal(step, number_of_steps)
        found = {"should_stop": stop}
        if log_every_n_steps > 0:
            found["should_log"] = tf.equal(tf.mod(step, log_every_n_steps), 0)
        return found
