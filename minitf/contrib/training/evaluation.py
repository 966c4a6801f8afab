"""Evaluating checkpoints: one, or each as it comes."""

from __future__ import annotations

import minitf as tf
from minitf.train.new_checkpoints import checkpoints_iterator


def get_or_create_eval_step():
    """The counter of evaluations, a local int64 variable `eval_step`, made if there is none.

    Raises:
      ValueError: if there are several.
    """
    found = tf.get_collection(tf.GraphKeys.EVAL_STEP)
    if len(found) > 1:
        raise ValueError(f"collection {tf.GraphKeys.EVAL_STEP} holds {len(found)} variables, not one")
    if found:
        return found[0]
    return tf.get_variable(
        "eval_step",
        [],
        tf.int64,
        tf.zeros_initializer(),
        trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES, tf.GraphKeys.EVAL_STEP],
    )


class StopAfterNEvalsHook(tf.train.SessionRunHook):
    """Ends an evaluation after `num_evals` runs (None: only at the end of the input)."""

    def __init__(self, num_evals: int | None, log_progress: bool = True):
        self._num_evals, self._logs, self._done = num_evals, log_progress, 0

    def after_create_session(self, session, coord) -> None:
        """Begins to count."""
        self._done = 0

    def after_run(self, run_context, run_values) -> None:
        """Counts, and requests the stop."""
        self._done += 1
        if self._logs:
            tf.logging.info("Evaluation [%d/%s]", self._done, self._num_evals)
        if self._num_evals is not None and self._done >= self._num_evals:
            run_context.request_stop()


class SummaryAtEndHook(tf.train.SessionRunHook):
    """Writes summaries at the end: `summary_op` (default: all there are) with `feed_dict`.

    log_dir: the folder of the event file, or summary_writer: its FileWriter.

    Raises:
      ValueError: without both.
    """

    def __init__(self, log_dir=None, summary_writer=None, summary_op=None, feed_dict=None):
        if log_dir is None and summary_writer is None:
            raise ValueError("log_dir is None: SummaryAtEndHook needs a log_dir or a summary_writer")
        self._folder, self._writer = log_dir, summary_writer
        self._summary_op, self._feeds = summary_op, feed_dict

    def begin(self) -> None:
        """Looks for summaries and the global step."""
        if self._summary_op is None:
            self._summary_op = tf.summary.merge_all()
        self._step = tf.train.get_or_create_global_step()
        if self._writer is None:
            self._writer = tf.summary.FileWriterCache.get(self._folder)

    def end(self, session) -> None:
        """Writes them."""
        if self._summary_op is not None:
            step, summary = session.run([self._step, self._summary_op], self._feeds)
            self._writer.add_summary(summary, step)
        self._writer.flush()


def evaluate_once(
    checkpoint_path,
    master="",
    scaffold=None,
    eval_ops=None,
    feed_dict=None,
    final_ops=None,
    final_ops_feed_dict=None,
    hooks=None,
    config=None,
):
    """Restores a checkpoint, runs `eval_ops` until a hook requests the stop or the input ends, then
    `final_ops`, whose values are returned.
    """
    counted = _counted(eval_ops)
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    scaffold = scaffold or tf.train.Scaffold()
    return _evaluated(checkpoint_path, master, scaffold, counted, feed_dict, final, hooks, config)


def evaluate_repeatedly(
    checkpoint_dir,
    master="",
    scaffold=None,
    eval_ops=None,
    feed_dict=None,
    final_ops=None,
    final_ops_feed_dict=None,
    eval_interval_secs: float = 60,
    hooks=None,
    config=None,
    max_number_of_evaluations: int | None = None,
    timeout: float | None = None,
    timeout_fn=None,
):
    """Does what `evaluate_once` does for each new checkpoint in a folder, at most one every
    `eval_interval_secs` seconds; the values of the last `final_ops`.

    It ends after max_number_of_evaluations, or if there is no new checkpoint for `timeout` seconds (and
    timeout_fn, if given, then says True).
    """
    counted = _counted(eval_ops)
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    scaffold, values = scaffold or tf.train.Scaffold(), None
    paths = checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for done, path in enumerate(paths, 1):
        values = _evaluated(path, master, scaffold, counted, feed_dict, final, hooks, config)
        if max_number_of_evaluations is not None and done >= max_number_of_evaluations:
            break
    return values


def _counted(eval_ops):
    """The ops, and one that counts their runs."""
    if eval_ops is None:
        return None
    return [eval_ops, tf.assign_add(get_or_create_eval_step(), 1)]


def _evaluated(path, master, scaffold, ops, feeds, final, hooks, config):
    creator = tf.train.ChiefSessionCreator(scaffold, master, config, checkpoint_filename_with_path=path)
    with tf.train.MonitoredSession(creator, [*(hooks or []), final]) as sess:
        while ops is not None and not sess.should_stop():
            sess.run(ops, feeds)
    return final.final_ops_values
