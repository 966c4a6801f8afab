import threading

import minitf as tf


def test_threads_run_inside_and_stop_at_the_end():
    number = tf.train.range_input_producer(3, shuffle=False).dequeue()
    before = threading.active_count()
    with tf.Session() as sess:
        with tf.contrib.slim.queues.QueueRunners(sess):
            assert [sess.run(number) for _ in range(4)] == [0, 1, 2, 0]
            assert threading.active_count() > before
        assert threading.active_count() == before


def test_without_queues_nothing_happens():
    with tf.Session() as sess, tf.contrib.slim.queues.QueueRunners(sess):
        pass
