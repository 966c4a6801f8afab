"""tf.contrib.slim.evaluation: evaluating checkpoints, with summaries."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.training import evaluation
from minitf.train.new_checkpoints import checkpoints_iterator as checkpoints_iterator
from minitf.train.new_checkpoints import wait_for_new_checkpoint as wait_for_new_checkpoint

_DEFAULT = 0


def evaluate_once(
    master,
    checkpoint_path,
    logdir,
    num_evals: int = 1,
    initial_op=None,
    initial_op_feed_dict=None,
    eval_op=None,
    eval_op_feed_dict=None,
    final_op=None,
    final_op_feed_dict=None,
    summary_op=_DEFAULT,
    summary_op_feed_dict=None,
    variables_to_restore=None,
    session_config=None,
    hooks=None,
):
    """Restores a checkpoint, runs initial_op, `num_evals` times eval_op, final_op, whose value is returned,
    and summary_op (default: all summaries), which is written into `logdir`.
    """
    scaffold, around = _parts(
        logdir,
        num_evals,
        initial_op,
        initial_op_feed_dict,
        None,
        summary_op,
        summary_op_feed_dict,
        variables_to_restore,
        hooks,
    )
    return evaluation.evaluate_once(
        checkpoint_path,
        master,
        scaffold,
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        around,
        session_config,
    )


def evaluation_loop(
    master,
    checkpoint_dir,
    logdir,
    num_evals: int = 1,
    initial_op=None,
    initial_op_feed_dict=None,
    init_fn=None,
    eval_op=None,
    eval_op_feed_dict=None,
    final_op=None,
    final_op_feed_dict=None,
    summary_op=_DEFAULT,
    summary_op_feed_dict=None,
    variables_to_restore=None,
    eval_interval_secs: float = 60,
    max_number_of_evaluations: int | None = None,
    session_config=None,
    timeout: float | None = None,
    timeout_fn=None,
    hooks=None,
):
    """Does what `evaluate_once` does for each new checkpoint in a folder; the value of the last final_op."""
    scaffold, around = _parts(
        logdir,
        num_evals,
        initial_op,
        initial_op_feed_dict,
        init_fn,
        summary_op,
        summary_op_feed_dict,
        variables_to_restore,
        hooks,
    )
    return evaluation.evaluate_repeatedly(
        checkpoint_dir,
        master,
        scaffold,
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        eval_interval_secs,
        around,
        session_config,
        max_number_of_evaluations,
        timeout,
        timeout_fn,
    )


def _parts(logdir, num_evals, initial_op, feeds, init_fn, summary_op, summary_feeds, variables, hooks) -> tuple:
    """The scaffold and the hooks of an evaluation."""
    around = [evaluation.StopAfterNEvalsHook(num_evals)]
    summary_op = tf.summary.merge_all() if summary_op is _DEFAULT else summary_op
    if summary_op is not None:
        around.append(evaluation.SummaryAtEndHook(logdir, summary_op=summary_op, feed_dict=summary_feeds))
    saver = None if variables is None else tf.train.Saver(variables)
    given_fn = None if init_fn is None else (lambda scaffold, session: init_fn(session))
    scaffold = tf.train.Scaffold(init_op=initial_op, init_feed_dict=feeds, init_fn=given_fn, saver=saver)
    return scaffold, [*around, *(hooks or [])]
