"""Networks of which pictures are drawn."""

import minitf as tf


def time_series(unroll, steps=20, cell="rnn", layers=1, units=8, train=True):
    """A graph with a recurrent network unrolled over some steps, its gradients and Adam."""
    makers = {"rnn": tf.nn.rnn_cell.BasicRNNCell, "lstm": tf.nn.rnn_cell.BasicLSTMCell, "gru": tf.nn.rnn_cell.GRUCell}
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, steps, 1], name="x")
        cells = [makers[cell](units) for _ in range(layers)]
        network = cells[0] if layers == 1 else tf.nn.rnn_cell.MultiRNNCell(cells)
        if unroll == "static":
            outputs, _ = tf.nn.static_rnn(network, tf.unstack(x, axis=1), dtype=tf.float32)
            outputs = tf.stack(outputs, axis=1, name="outputs")
        else:
            outputs, _ = tf.nn.dynamic_rnn(network, x, dtype=tf.float32)
        loss = tf.reduce_mean(tf.square(outputs - x), name="loss")
        if train:
            tf.train.AdamOptimizer(0.001).minimize(loss, name="train")
            tf.global_variables_initializer()
    return graph


def by_hand(steps=10):
    """A recurrent network written as a Python loop, without any scopes, and its gradients."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, steps, 3], name="x")
        wx, wh, b = tf.get_variable("wx", [3, 5]), tf.get_variable("wh", [5, 5]), tf.get_variable("b", [5])
        h = tf.zeros([tf.shape(x)[0], 5])
        for t in range(steps):
            h = tf.tanh(tf.matmul(x[:, t], wx) + tf.matmul(h, wh) + b)
        tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(h**2, name="loss"))
    return graph


def deep(layers=20):
    """Layers that are alike, each with variables of its own."""
    graph = tf.Graph()
    with graph.as_default():
        h = tf.placeholder(tf.float32, [None, 8], name="x")
        for k in range(layers):
            h = tf.layers.dense(h, 8, activation=tf.nn.relu, name=f"layer_{k}")
        tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(h**2))
    return graph


def mixed(ops=2000):
    """Many ops of all kinds in no order, in a few scopes or none."""
    import numpy as np

    random, graph = np.random.default_rng(7), tf.Graph()
    with graph.as_default():
        values = [tf.placeholder(tf.float32, [4], name="x")]
        makers = [tf.add, tf.multiply, tf.subtract, tf.maximum]
        for k in range(ops):
            scope = ["", "a", "b/c", "b/d"][random.integers(4)]
            one, two = (values[random.integers(max(len(values) - 40, 0), len(values))] for _ in "12")
            with tf.name_scope(f"{scope}/" if scope else None):
                values.append(makers[random.integers(4)](one, two, name=f"op{k}"))
    return graph
