"""Records what TensorFlow 1.15 writes of the examples' networks, made by their own code with few neurons.

PYTHON_WITH_TF1 tests/recorded/record_examples.py tests/facts/examples
"""

import importlib
import os
import sys
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tensorflow.contrib  # noqa: E402, F401 - its modules are loaded when asked for, but not for `minitf`
from record_graphs import save_zipped  # noqa: E402

EXAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "examples")
STEPS = 4


def example(name):
    """The module of an example, which uses TensorFlow, and draws nothing."""
    sys.path.insert(0, EXAMPLES)
    for module, names in (("live", ["Curve", "heat_map", "pyplot"]), ("minitf.viz", ["to_dot"])):
        sys.modules[module] = types.ModuleType(module)
        vars(sys.modules[module]).update(dict.fromkeys(names))
    sys.modules["minitf"] = tf
    found = importlib.import_module(name)
    found.N_NEURONS = 6
    return found


def time_series(unroll, random):
    x, y, prediction, loss, train = example("time_series").build(unroll)
    return {x: random.randn(4, 20, 1), y: random.randn(4, 20, 1)}, prediction, loss, train


def char_rnn(unroll, random):
    net = example("char_rnn").CharRNN(9, 7, unroll)
    feeds = {net.x: random.randint(0, 9, [4, 7]), net.y: random.randint(0, 9, [4, 7])}
    return feeds, net.probabilities, net.loss, tf.train.AdagradOptimizer(0.1).minimize(net.loss)


def mnist_rows(unroll, random):
    x, y, digits, _, loss, train = example("mnist_rows").build(8, 5)
    return {x: random.rand(6, 8, 5), y: random.randint(0, 10, 6)}, digits, loss, train


CASES = {
    "time_series_static": (time_series, "static"),
    "time_series_dynamic": (time_series, "dynamic"),
    "char_rnn_static": (char_rnn, "static"),
    "char_rnn_dynamic": (char_rnn, "dynamic"),
    "mnist_rows": (mnist_rows, "dynamic"),
}


def record(name, folder):
    """A meta graph, a checkpoint, a frozen graph, and the losses of a few steps."""
    build, unroll = CASES[name]
    place = os.path.join(folder, name)
    os.makedirs(place, exist_ok=True)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(3)
        feeds, prediction, loss, train = build(unroll, np.random.RandomState(0))
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver()
        saver.save(session, os.path.join(place, "m"), write_state=False, write_meta_graph=False)
        save_zipped(tf.train.export_meta_graph(saver_def=saver.saver_def), os.path.join(place, "m.meta.gz"))
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), [prediction.op.name])
        save_zipped(frozen, os.path.join(place, "frozen.pb.gz"))
        predicted = session.run(prediction, feeds)
        losses = [session.run([loss, train], feeds)[0] for _ in range(STEPS)]
    names = [prediction.name, loss.name, train.name]
    fed = {f"feed_{t.name}": v for t, v in feeds.items()}
    np.savez_compressed(os.path.join(place, "values.npz"), names=names, predicted=predicted, losses=losses, **fed)


if __name__ == "__main__":
    for case in CASES:
        record(case, sys.argv[1])
