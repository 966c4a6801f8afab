import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize(
    "name", names("training_session", "queues_end", "a_lost_session", "an_error_ends", "step_functions")
)
def test_like_tensorflow(name):
    check(name)


def test_hooks_are_checked():
    with pytest.raises(TypeError, match="a list of tf.train.SessionRunHook, but 3 is none"):
        tf.train.MonitoredSession(hooks=[3])


def test_what_a_thread_failed_with_is_the_error():
    queue = tf.FIFOQueue(2, [tf.float32], [[]])
    bad = queue.enqueue(tf.py_func(lambda: 1 / 0, [], tf.float32))
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [bad]))
    number = queue.dequeue()
    with pytest.raises(tf.errors.UnknownError, match="division by zero"), tf.train.MonitoredSession() as sess:
        sess.run(number)


def test_the_graph_can_grow_again_afterwards():
    with tf.train.MonitoredSession() as sess:
        assert sess.graph.finalized
        with pytest.raises(RuntimeError, match="finalized"):
            tf.constant(1)
    tf.constant(1)
    with pytest.raises(RuntimeError, match="already closed"):
        sess.run([])
    assert sess.should_stop() and sess.graph is None


def test_a_worker_gets_no_files(tmp_path):
    with tf.train.MonitoredTrainingSession(is_chief=False, checkpoint_dir=tmp_path, max_wait_secs=0) as sess:
        assert sess.run([]) == []
    assert list(tmp_path.iterdir()) == []
