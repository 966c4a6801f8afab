"""Graphs written frozen, and read again, with the API that minitf and TensorFlow share."""

import os

import numpy as np

_SHAPES = {"classifier": [28, 28, 1], "dynamic_rnn": [50, 32]}
MODELS = tuple(_SHAPES)


def _classifier(tf, x):
    for filters in (16, 32):
        x = tf.layers.max_pooling2d(tf.layers.conv2d(x, filters, 5, padding="same", activation=tf.nn.relu), 2, 2)
    x = tf.layers.dense(tf.layers.flatten(x), 128, activation=tf.nn.relu)
    return tf.nn.softmax(tf.layers.dense(x, 10))


def _dynamic_rnn(tf, x):
    lengths = tf.reduce_sum(tf.cast(tf.not_equal(x[:, :, 0], 0.0), tf.int32), 1)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(128), x, lengths, dtype=tf.float32)
    return tf.layers.dense(outputs[:, -1], 10)


def write(tf, config, folder):
    """Writes each model's graph with its variables as constants."""
    for name, build in {"classifier": _classifier, "dynamic_rnn": _dynamic_rnn}.items():
        with tf.Graph().as_default() as graph, tf.Session(config=config) as session:
            tf.set_random_seed(1)
            x = tf.placeholder(tf.float32, [None, *_SHAPES[name]], name="x")
            tf.identity(build(tf, x), name="y")
            session.run(tf.global_variables_initializer())
            frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
            with open(os.path.join(folder, name), "wb") as file:
                file.write(frozen.SerializeToString())


class Frozen:
    """A model that was written frozen, ready to run on a batch."""

    def __init__(self, tf, config, folder, name, batch):
        definition = tf.GraphDef()
        with open(os.path.join(folder, name), "rb") as file:
            definition.ParseFromString(file.read())
        with tf.Graph().as_default() as graph:
            self._y, self._x = tf.import_graph_def(definition, return_elements=["y:0", "x:0"], name="")
        self._session = tf.Session(graph=graph, config=config)
        self.batch = np.random.RandomState(0).randn(batch, *_SHAPES[name]).astype(np.float32)

    def step(self, batch):
        """The sum of what it gives for a batch."""
        return float(np.abs(self._session.run(self._y, {self._x: batch})).sum())
