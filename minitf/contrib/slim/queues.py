"""tf.contrib.slim.queues: queue runners that run in a `with` block."""

from __future__ import annotations

import contextlib

import minitf as tf


@contextlib.contextmanager
def QueueRunners(session):  # noqa: N802 - TensorFlow's name
    """A context in which the threads of all queue runners fill their queues; at its end they stop."""
    if not tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS):
        yield
        return
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coord, daemon=True, start=True)
    try:
        yield
    finally:
        coord.request_stop()
        coord.join(threads, stop_grace_period_secs=120)
