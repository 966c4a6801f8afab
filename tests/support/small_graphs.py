"""Graphs of a few ops, to be changed and read."""

import minitf as tf


def small():
    """Two ops after a constant."""
    with tf.Graph().as_default() as graph:
        a = tf.constant(1.0, name="a")
        b = tf.add(a, 2.0, name="b")
        tf.group(b, name="c")
    return graph.as_graph_def()
