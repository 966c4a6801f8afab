"""Small networks that TensorFlow 1.15 exports and minitf imports; `tf` is either, the lines are one.

    PYTHON_WITH_TF -m benchmarks.exported FOLDER

writes the graph of each there, for training and frozen. This module runs on Python 3.7 too, the last of TensorFlow 1.
"""

import json
import sys
from pathlib import Path

import numpy as np

STEPS, INPUTS, OUTPUTS, WORDS = 10, 8, 4, 500


def _mlp(tf, w, x):
    hidden = tf.layers.dense(tf.reshape(x["x"], [-1, STEPS * INPUTS]), w, tf.nn.relu)
    return tf.layers.dense(hidden, w, tf.tanh)


def _static(kind):
    def network(tf, w, x):
        steps = tf.unstack(x["x"], axis=1)
        return tf.nn.static_rnn(getattr(tf.nn.rnn_cell, kind)(w), steps, dtype=tf.float32)[0][-1]

    return network


def _dynamic(kind, reads="x", lengths=False):
    def network(tf, w, x):
        cell, taken = getattr(tf.nn.rnn_cell, kind)(w), x["x"]
        if reads == "words":
            taken = tf.nn.embedding_lookup(tf.get_variable("embedding", [WORDS, w]), x["words"])
        outputs, _ = tf.nn.dynamic_rnn(cell, taken, x["lengths"] if lengths else None, dtype=tf.float32)
        return tf.reduce_sum(outputs, 1)

    return network


NETWORKS = {
    "mlp": _mlp,
    "static_rnn": _static("BasicRNNCell"),
    "static_lstm": _static("BasicLSTMCell"),
    "rnn": _dynamic("BasicRNNCell"),
    "gru": _dynamic("GRUCell"),
    "lstm": _dynamic("LSTMCell"),
    "lstm_lengths": _dynamic("LSTMCell", lengths=True),
    "gru_words": _dynamic("GRUCell", "words"),
}


def _clipped(tf, loss):
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 1.0)
    return tf.train.AdamOptimizer(0.001).apply_gradients(zip(gradients, variables))


OPTIMIZERS = {
    "sgd": lambda tf, loss: tf.train.GradientDescentOptimizer(0.01).minimize(loss),
    "adam": lambda tf, loss: tf.train.AdamOptimizer(0.001).minimize(loss),
    "clip": _clipped,
}
CASES = [
    f"{network}-{optimizer}-{variables}-{units}"
    for network in NETWORKS
    for optimizer in OPTIMIZERS
    for variables in ("ref", "resource")
    for units in (8, 64)
]


def build(tf, case):
    """The graph of a case in the default graph; the names of its tensors and ops by what they are."""
    network, optimizer, variables, units = case.split("-")
    x = {
        "x": tf.placeholder(tf.float32, [None, STEPS, INPUTS], name="x"),
        "words": tf.placeholder(tf.int32, [None, STEPS], name="words"),
        "lengths": tf.placeholder(tf.int32, [None], name="lengths"),
    }
    y = tf.placeholder(tf.int32, [None], name="y")
    with tf.variable_scope("model", use_resource=variables == "resource"):
        logits = tf.layers.dense(NETWORKS[network](tf, int(units), x), OUTPUTS)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    train = OPTIMIZERS[optimizer](tf, loss)
    start = tf.global_variables_initializer()
    found = dict(x, y=y, logits=logits, loss=loss, train=train, start=start)
    return {key: thing.name for key, thing in found.items()}


def batch(case):
    """Arrays for all that a case reads."""
    random, count = np.random.RandomState(0), int(case.split("-")[-1])
    given = {"y": random.randint(0, OUTPUTS, count).astype(np.int32)}
    if "words" in case:
        given["words"] = random.randint(0, WORDS, (count, STEPS)).astype(np.int32)
    else:
        given["x"] = random.standard_normal((count, STEPS, INPUTS)).astype(np.float32)
    if "lengths" in case:
        given["lengths"] = random.randint(1, STEPS + 1, count).astype(np.int32)
    return given


def _export(folder):
    import tensorflow.compat.v1 as tf

    for case in CASES:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            names = build(tf, case)
            session.run(names["start"])
            whole, place = graph.as_graph_def(), Path(folder) / case
            frozen = tf.graph_util.convert_variables_to_constants(session, whole, [names["logits"].split(":")[0]])
            for message, ending in ((whole, ".pb"), (frozen, ".frozen.pb")):
                place.with_suffix(ending).write_bytes(message.SerializeToString())
            place.with_suffix(".json").write_text(json.dumps(names))


if __name__ == "__main__":
    _export(sys.argv[1])
