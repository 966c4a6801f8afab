"""Running a graph some times, with variables initialized and queues filled."""

from __future__ import annotations

import minitf as tf


def run_n(output_dict: dict, feed_dict: dict | None = None, restore_checkpoint_path=None, n: int = 1) -> list:
    """The values of a dict of tensors in `n` runs, as a list of dicts.

    Variables are initialized first, or restored from a checkpoint.

    >>> run_n({"x": tf.constant(3)}, n=2)
    [{'x': np.int32(3)}, {'x': np.int32(3)}]
    """
    return run_feeds(output_dict, [feed_dict] * n, restore_checkpoint_path)


def run_feeds(output_dict: dict, feed_dicts, restore_checkpoint_path=None) -> list:
    """The values of a dict of tensors for each of some feeds, as a list of dicts; see `run_n`.

    Raises:
      ValueError: if there are no tensors, or they are of several graphs.
    """
    if not output_dict:
        raise ValueError(f"output_dict is a dict of tensors, not {output_dict!r}")
    graphs = {value.graph for value in output_dict.values()}
    if len(graphs) > 1:
        raise ValueError("the tensors of output_dict are of several graphs")
    with graphs.pop().as_default(), tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        if restore_checkpoint_path:
            tf.train.Saver().restore(sess, restore_checkpoint_path)
        sess.run(tf.local_variables_initializer())
        coord = tf.train.Coordinator()
        runners = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
        threads = tf.train.start_queue_runners(sess, coord) if runners else []
        try:
            return [sess.run(output_dict, feed) for feed in feed_dicts]
        finally:
            coord.request_stop()
            coord.join(threads, stop_grace_period_secs=120)
