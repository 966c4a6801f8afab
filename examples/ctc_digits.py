"""Reads strips of digits without being told where each stands, by connectionist temporal classification.

The strips are drawn: digits of 3 x 5 pixels, each column once or twice, at varying heights and distances,
with noise. An LSTM that reads both ways sees one column a step and gives logits of ten digits and the blank;
the loss sums over all ways in which they could give the digits of the strip. It prints the loss and the
error, the edit distance of what is read over the number of digits, and writes into the output folder

    error.png    the error on new strips over training steps
    strips.png   new strips, what the network sees in each column, and the digits read

Run `python examples/ctc_digits.py --help` for the options.
"""

import argparse
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

FONT = ["75557", "26227", "71747", "71717", "55711", "74717", "74757", "71111", "75757", "75717"]  # 5 rows
HEIGHT, N_DIGITS, N_NEURONS, BATCH_SIZE, LEARNING_RATE = 7, 10, 48, 32, 0.01
GLYPHS = np.array([[[int(row) >> bit & 1 for bit in (2, 1, 0)] for row in glyph] for glyph in FONT])


def draw(digits, random):
    """A strip [columns, HEIGHT] with the digits."""
    columns = []
    for digit in digits:
        top = random.integers(HEIGHT - 4)
        columns += [np.zeros(HEIGHT)] * random.integers(1, 4)
        for column in GLYPHS[digit].T:
            columns += [np.pad(column, (top, HEIGHT - 5 - top))] * random.integers(1, 3)
    strip = np.array([*columns, np.zeros(HEIGHT)])
    return strip + random.normal(0, 0.15, strip.shape)


def batch(size, random):
    """Strips [size, most columns, HEIGHT], their lengths, and their digits as a sparse tensor's value."""
    digits = [random.integers(0, N_DIGITS, random.integers(2, 6)) for _ in range(size)]
    drawn = [draw(row, random) for row in digits]
    lengths = np.array([len(strip) for strip in drawn], np.int32)
    strips = np.zeros((size, lengths.max(), HEIGHT), np.float32)
    for place, strip in zip(strips, drawn):
        place[: len(strip)] = strip
    places = [[i, j] for i, row in enumerate(digits) for j in range(len(row))]
    shape = [size, max(map(len, digits))]
    return strips, lengths, tf.SparseTensorValue(places, np.concatenate(digits).astype(np.int32), shape)


def build():
    """Placeholders of strips, lengths and digits; what is read, probabilities, error, loss, training op."""
    strips = tf.placeholder(tf.float32, [None, None, HEIGHT], name="strips")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    digits = tf.sparse_placeholder(tf.int32, name="digits")
    cells = [tf.nn.rnn_cell.LSTMCell(N_NEURONS) for _ in range(2)]
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(*cells, strips, lengths, dtype=tf.float32)
    logits = tf.transpose(tf.layers.dense(tf.concat(outputs, 2), N_DIGITS + 1), [1, 0, 2])
    loss = tf.reduce_mean(tf.nn.ctc_loss(digits, logits, lengths))
    [read], _ = tf.nn.ctc_greedy_decoder(logits, lengths)
    error = tf.reduce_mean(tf.edit_distance(tf.cast(read, tf.int32), digits))
    training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
    return (strips, lengths, digits), read, tf.nn.softmax(logits), error, loss, training_op


def train(steps, seed, folder):
    """Trains a network; returns (step, error) pairs, new strips, what is read of them, probabilities."""
    random, unseen = np.random.default_rng(seed), batch(200, np.random.default_rng(seed + 1))
    tf.set_random_seed(seed)
    inputs, read, probabilities, error, loss, training_op = build()
    errors = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with Curve("cost", steps, folder / "loss.png") as curve:
            for step in range(steps):
                feeds = dict(zip(inputs, batch(BATCH_SIZE, random)))
                value, _ = sess.run([loss, training_op], feeds)
                curve.add(value)
                if step % 100 == 0 or step == steps - 1:
                    errors.append((step, sess.run(error, dict(zip(inputs, unseen)))))
                    print(f"{step} loss {value:.3f} error {errors[-1][1]:.4f}", flush=True)
        found, seen = sess.run([read, probabilities], dict(zip(inputs, unseen)))
    return errors, unseen, found, seen


def plot(errors, unseen, found, seen, folder):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.semilogy(*zip(*errors))
    axes.set(xlabel="training step", ylabel="edit distance per digit", title="Digits read by CTC")
    axes.grid(alpha=0.3)
    figure.savefig(folder / "error.png", dpi=120, bbox_inches="tight")

    strips, lengths, _ = unseen
    figure, grid = plt.subplots(4, 2, figsize=(9, 6), constrained_layout=True)
    for i, (above, below) in enumerate(zip(grid[::2].flat, grid[1::2].flat)):
        text = "".join(map(str, found.values[found.indices[:, 0] == i]))
        above.imshow(strips[i, : lengths[i]].T, cmap="gray_r", aspect="auto")
        above.set_title(f"read: {text}")
        above.axis("off")
        for digit in range(N_DIGITS):
            below.plot(seen[: lengths[i], i, digit], label=digit)
        below.plot(seen[: lengths[i], i, -1], color="lightgray", label="blank")
        below.set(xlim=(-0.5, lengths[i] - 0.5), ylim=(0, 1.05), xticks=[], ylabel="probability")
    figure.legend(*below.get_legend_handles_labels(), loc="outside right")
    figure.savefig(folder / "strips.png", dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and strips (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/ctc_digits"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    plot(*train(args.steps, args.seed, args.out), args.out)
    print("written:", *sorted(str(p) for p in args.out.glob("*.png")))


if __name__ == "__main__":
    main()
