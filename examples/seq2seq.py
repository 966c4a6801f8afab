"""Sorts (or reverses) digits with an encoder, a decoder and attention.

The encoder reads 3 to 10 digits. The decoder starts from the encoder's last state and writes digits until it
writes the end symbol, at each step attending to what the encoder made of the digits (Luong et al. 2015,
global attention). In training it is shown the right digit before the next, in testing it reads what it wrote
itself. It prints the loss and how many sequences of a test set are right as a whole every 100 steps, then
some sequences, and writes into the output folder

    training.png    loss and test accuracy over steps
    attention.png   where the decoder looked as it wrote

Run `python examples/seq2seq.py --help` for the options.
"""

import argparse
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

TASKS = {"sort": np.sort, "reverse": lambda digits: digits[::-1]}
START, END, N_SYMBOLS = 10, 11, 12  # after the ten digits
SHORTEST, LONGEST = 3, 10
N_UNITS, N_EMBEDDED, BATCH_SIZE, LEARNING_RATE = 64, 16, 128, 0.003


def examples(n, task, random):
    """Digits [n, LONGEST] padded with END, their lengths [n], targets [n, LONGEST + 1] padded with END."""
    lengths = random.integers(SHORTEST, LONGEST + 1, n)
    digits, targets = np.full([n, LONGEST], END), np.full([n, LONGEST + 1], END)
    for row, target, length in zip(digits, targets, lengths):
        row[:length] = random.integers(0, 10, length)
        target[:length] = TASKS[task](row[:length])
    return digits, lengths, targets


class Model:
    """The network: placeholders, loss, training op, what it would write at each step, and its attention."""

    def __init__(self):
        self.digits = tf.placeholder(tf.int32, [None, LONGEST], name="digits")
        self.lengths = tf.placeholder(tf.int32, [None], name="lengths")
        self.before = tf.placeholder(tf.int32, [None, LONGEST + 1], name="before")  # what it reads as it writes
        self.targets = tf.placeholder(tf.int32, [None, LONGEST + 1], name="targets")
        embedding = tf.get_variable("embedding", [N_SYMBOLS, N_EMBEDDED])
        encoded, code = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.GRUCell(N_UNITS),
            tf.nn.embedding_lookup(embedding, self.digits),
            sequence_length=self.lengths,
            dtype=tf.float32,
            scope="encoder",
        )
        decoded, _ = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.GRUCell(N_UNITS),
            tf.nn.embedding_lookup(embedding, self.before),
            initial_state=code,
            scope="decoder",
        )
        context = self.attend(decoded, encoded)
        both = tf.layers.dense(tf.concat([decoded, context], axis=2), N_UNITS, activation=tf.tanh)
        logits = tf.layers.dense(both, N_SYMBOLS)
        self.expected = tf.argmax(logits, axis=2)
        weights = tf.sequence_mask(self.lengths + 1, LONGEST + 1, dtype=tf.float32)
        self.loss = tf.contrib.seq2seq.sequence_loss(logits, self.targets, weights)
        self.training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(self.loss)

    def attend(self, decoded, encoded):
        """For each step of the decoder, the mean of the encoder's outputs weighted by attention."""
        keys = tf.layers.dense(encoded, N_UNITS, use_bias=False, name="keys")
        scores = tf.matmul(decoded, keys, transpose_b=True)  # [batch, LONGEST + 1, LONGEST]
        past_the_end = 1.0 - tf.sequence_mask(self.lengths, LONGEST, dtype=tf.float32)
        self.attention = tf.nn.softmax(scores - 1e9 * past_the_end[:, None, :])
        return tf.matmul(self.attention, encoded)

    def feed(self, digits, lengths, targets):
        """The feed_dict of these examples, each step reading the target before it."""
        before = np.insert(targets[:, :-1], 0, START, axis=1)
        return {self.digits: digits, self.lengths: lengths, self.before: before, self.targets: targets}

    def write(self, sess, digits, lengths):
        """What the network writes reading what it wrote [n, LONGEST + 1], and its attention."""
        written = np.full([len(digits), LONGEST + 2], START)
        for i in range(LONGEST + 1):
            feed_dict = {self.digits: digits, self.lengths: lengths, self.before: written[:, :-1]}
            expected, attention = sess.run([self.expected, self.attention], feed_dict=feed_dict)
            written[:, i + 1] = expected[:, i]
        return written[:, 1:], attention


def right(written, targets):
    """Which sequences [n] are right up to their end symbol."""
    after_end = np.cumsum(targets == END, axis=1) > 1
    return (after_end | (written == targets)).all(axis=1)


def train(sess, model, task, steps, test, random):
    """Trains the network; returns rows of step, loss and test accuracy."""
    seen = []
    with Curve("loss", steps + 1) as curve:
        for step in range(steps + 1):
            batch = model.feed(*examples(BATCH_SIZE, task, random))
            loss, _ = sess.run([model.loss, model.training_op], feed_dict=batch)
            curve.add(loss)
            if step % 100 == 0:
                written, _ = model.write(sess, *test[:2])
                seen.append([step, loss, right(written, test[2]).mean()])
                print(f"{step:5d}  loss: {loss:.4f}  right: {seen[-1][2]:.1%}", flush=True)
    return np.array(seen)


def plot_training(curve, path):
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
    axes[0].semilogy(curve[:, 0], curve[:, 1])
    axes[0].set(xlabel="step", title="loss (nats per symbol)")
    axes[1].plot(curve[:, 0], 100 * curve[:, 2])
    axes[1].set(xlabel="step", title="test sequences right (%)")
    for axis in axes:
        axis.grid(alpha=0.3)
    figure.savefig(path, dpi=120, bbox_inches="tight")


def plot_attention(digits, written, attention, path):
    from matplotlib import pyplot as plt

    figure, grid = plt.subplots(1, len(digits), figsize=(4 * len(digits), 4))
    for axes, read, wrote, weights in zip(grid, digits, written, attention):
        n = np.sum(read != END)
        axes.imshow(weights[: n + 1, :n], cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(n), read[:n])
        axes.set_yticks(range(n + 1), [*wrote[:n], "end"])
        axes.set(xlabel="digits read", ylabel="digits written")
    figure.suptitle("Where the decoder looked as it wrote (dark: attention near 1)")
    figure.tight_layout()
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=TASKS, default="sort", help="what to do with digits (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=800, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and digits (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/seq2seq"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    test = examples(1000, args.task, random)
    tf.set_random_seed(args.seed)
    model = Model()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        curve = train(sess, model, args.task, args.steps, test, random)
        written, attention = model.write(sess, *test[:2])
    for i in range(5):
        print(*test[0][i, : test[1][i]], "->", *written[i, : test[1][i]])
    args.out.mkdir(parents=True, exist_ok=True)
    import matplotlib

    matplotlib.use("agg")
    plot_training(curve, args.out / "training.png")
    plot_attention(test[0][:3], written[:3], attention[:3], args.out / "attention.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
