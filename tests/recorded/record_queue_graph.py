"""Has TensorFlow 1.15 write a graph that reads a queue, with its saver and queue runner, and a checkpoint of it.

PYTHON_WITH_TF1 tests/recorded/record_queue_graph.py FOLDER
"""

import os
import sys

VALUES = [1.0, 2.0, 3.0, 4.0]


def save(tf, folder):
    """`queue_runner.meta`, `.index` and `.data-00000-of-00001`: a weight that learns from what a queue gives."""
    x = tf.train.input_producer(tf.constant(VALUES), shuffle=False, name="numbers").dequeue(name="x")
    w = tf.get_variable("w", initializer=0.5)
    step = tf.train.get_or_create_global_step()
    loss = tf.square(w * x - 3.0 * x, name="loss")
    tf.add_to_collection("train_op", tf.train.GradientDescentOptimizer(0.01).minimize(loss, step))
    tf.add_to_collection(tf.GraphKeys.SAVERS, tf.train.Saver(max_to_keep=7))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        for _ in range(4):
            session.run(tf.get_collection("train_op"))
        [saver] = tf.get_collection(tf.GraphKeys.SAVERS)
        saver.save(session, os.path.join(folder, "queue_runner"), write_state=False)
        print(session.run(w), [session.run([x, loss]) for _ in range(3)])
        coord.request_stop()
        coord.join(threads)


if __name__ == "__main__":
    import tensorflow as tf

    save(tf, sys.argv[1])
