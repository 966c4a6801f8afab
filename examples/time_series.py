"""Predicts a time series one step ahead with a recurrent network.

The network sees 20 values of `t * sin(t) / 3 + 2 * sin(5 * t)` and gives the 20 values shifted by one step.
It prints the mean squared error (MSE) of a training batch every 100 steps, and writes into the output
folder

    static.dot       the graph (static.png too, where Graphviz's `dot` program is installed)
    prediction.png   the prediction beside the target

Run `python examples/time_series.py --help` for the options.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf
from minitf.viz import to_dot

T_MAX, RESOLUTION = 30.0, 0.1
N_STEPS, N_NEURONS, BATCH_SIZE = 20, 100, 50


def series(t):
    return t * np.sin(t) / 3 + 2 * np.sin(5 * t)


def windows(starts):
    """Windows that begin at `starts`, and the same shifted by one step: two arrays [n, N_STEPS, 1]."""
    values = series(np.reshape(starts, [-1, 1]) + np.arange(N_STEPS + 1) * RESOLUTION)
    return values[:, :-1, None], values[:, 1:, None]


def random_batch(random):
    return windows(random.random(BATCH_SIZE) * (T_MAX - N_STEPS * RESOLUTION))


def build(unroll):
    """Placeholders, prediction, loss and training op; `unroll` is "static" or "dynamic"."""
    x = tf.placeholder(tf.float32, [None, N_STEPS, 1], name="x")
    y = tf.placeholder(tf.float32, [None, N_STEPS, 1], name="y")
    cell = tf.nn.rnn_cell.BasicRNNCell(N_NEURONS, activation=tf.nn.relu)
    cell = tf.contrib.rnn.OutputProjectionWrapper(cell, output_size=1)
    if unroll == "static":
        outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
        prediction = tf.stack(outputs, axis=1, name="prediction")
    else:
        prediction, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.square(prediction - y), name="mse")
    training_op = tf.train.AdamOptimizer(learning_rate=0.001).minimize(loss, name="train")
    return x, y, prediction, loss, training_op


def train(unroll, steps, seed, folder):
    """Trains a network and returns its prediction of one window, and the graph."""
    random = np.random.default_rng(seed)
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(seed)
        x, y, prediction, loss, training_op = build(unroll)
        init = tf.global_variables_initializer()
    with tf.Session(graph=graph) as sess:
        sess.run(init)
        with Curve("loss", steps, folder / f"{unroll}_loss.png") as curve:
            for step in range(steps):
                inputs, targets = random_batch(random)
                curve.add(sess.run([loss, training_op], feed_dict={x: inputs, y: targets})[0])
                if step % 100 == 0:
                    print(step, "\tMSE:", sess.run(loss, feed_dict={x: inputs, y: targets}), flush=True)
        return sess.run(prediction, feed_dict={x: windows([12.2])[0]}), graph


def draw_graph(graph, path):
    """Of the steps of an unrolled cell three are drawn; gradients and training are one node each."""
    drawing = to_dot(graph, collapse=["gradients", "train"])
    drawing.save(path)
    if shutil.which("dot"):
        drawing.render(filename=path, outfile=path.with_suffix(".png"))


def plot(predictions, path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    t = 12.2 + RESOLUTION * np.arange(N_STEPS + 1)
    figure, (whole, window) = plt.subplots(1, 2, figsize=(11, 4))
    times = np.linspace(0, T_MAX, 500)
    whole.plot(times, series(times), label=r"$t\,\sin(t)/3 + 2\,\sin(5t)$")
    whole.plot(t, series(t), "r", linewidth=3, label="the window on the right")
    window.plot(t[:-1], series(t[:-1]), "bo", markersize=9, alpha=0.3, label="input")
    window.plot(t[1:], series(t[1:]), "k*", markersize=9, label="target")
    for (name, values), marker in zip(predictions.items(), ".x"):
        window.plot(t[1:], values[0, :, 0], marker, markersize=9, label=f"prediction ({name}_rnn)")
    for axes in (whole, window):
        axes.set_xlabel("time")
        axes.legend()
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and batches (default: %(default)s)")
    parser.add_argument(
        "--cell", choices=["static", "dynamic", "both"], default="both", help="how to unroll (default: both)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/time_series"), help="output folder (default: %(default)s)"
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    predictions = {}
    for unroll in ["static", "dynamic"] if args.cell == "both" else [args.cell]:
        predictions[unroll], graph = train(unroll, args.steps, args.seed, args.out)
        draw_graph(graph, args.out / f"{unroll}.dot")
    plot(predictions, args.out / "prediction.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
