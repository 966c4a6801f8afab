"""tf.contrib.slim.evaluation: evaluating checkpoints, with summaries."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib.training import evaluation
from minitf.framework.taking import needed, optional, taking
from minitf.train.new_checkpoints import checkpoints_iterator as checkpoints_iterator
from minitf.train.new_checkpoints import wait_for_new_checkpoint as wait_for_new_checkpoint

_DEFAULT = 0


_OPS = ("eval_op", "eval_op_feed_dict", "final_op", "final_op_feed_dict")
_WHERE = [needed("logdir"), optional("num_evals", 1, "int"), *map(optional, ("initial_op", "initial_op_feed_dict"))]
_SUMMARY = [optional("summary_op", _DEFAULT), *map(optional, ("summary_op_feed_dict", "variables_to_restore"))]
_WHAT = [*map(optional, _OPS), *_SUMMARY]
_WHEN = [optional("eval_interval_secs", 60, "float"), optional("max_number_of_evaluations", None, "int | None")]
_PATIENCE = [optional("timeout", None, "float | None"), optional("timeout_fn")]


@taking([needed("master"), needed("checkpoint_path"), *_WHERE, *_WHAT, *map(optional, ("session_config", "hooks"))])
def evaluate_once(checkpoint_path, **how):
    """Restores a checkpoint, runs initial_op, `num_evals` times eval_op, final_op, whose value is returned,
    and summary_op (default: all summaries), which is written into `logdir`.
    """
    return _evaluated(evaluation.evaluate_once, checkpoint_path, **how)


_LOOP = [*_WHERE, optional("init_fn"), *_WHAT, *_WHEN, optional("session_config"), *_PATIENCE, optional("hooks")]


@taking([needed("master"), needed("checkpoint_dir"), *_LOOP])
def evaluation_loop(checkpoint_dir, **how):
    """Does what `evaluate_once` does for each new checkpoint in a folder; the value of the last final_op."""
    return _evaluated(evaluation.evaluate_repeatedly, checkpoint_dir, **how)


def _evaluated(
    evaluate: Callable,
    path,
    master,
    logdir,
    num_evals,
    initial_op,
    initial_op_feed_dict,
    eval_op,
    eval_op_feed_dict,
    final_op,
    final_op_feed_dict,
    summary_op,
    summary_op_feed_dict,
    variables_to_restore,
    session_config,
    hooks,
    init_fn=None,
    **when,
):
    """What one of tf.contrib.training's functions gives, with a scaffold and hooks made of the rest."""
    around = [evaluation.StopAfterNEvalsHook(num_evals)]
    summary_op = tf.summary.merge_all() if summary_op is _DEFAULT else summary_op
    if summary_op is not None:
        around.append(evaluation.SummaryAtEndHook(logdir, summary_op=summary_op, feed_dict=summary_op_feed_dict))
    saver = None if variables_to_restore is None else tf.train.Saver(variables_to_restore)
    given_fn = None if init_fn is None else (lambda scaffold, session: init_fn(session))
    scaffold = tf.train.Scaffold(initial_op, initial_op_feed_dict, given_fn, saver=saver)
    ops = eval_op, eval_op_feed_dict, final_op, final_op_feed_dict
    return evaluate(path, master, scaffold, *ops, hooks=[*around, *(hooks or [])], config=session_config, **when)
