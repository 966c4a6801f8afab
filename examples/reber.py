"""Tells strings of the embedded Reber grammar from strings with one wrong letter.

The second letter (T or P) has to come again just before the last one, however long the string: the network
has to remember it. A GRU reads the strings, one-hot and padded, each up to its own length. It prints loss
and accuracy after every epoch, then what it makes of two hard strings, and writes into the output folder

    accuracy.png   accuracy over epochs, on a training batch and on validation strings

Run `python examples/reber.py --help` for the options.
"""

import argparse
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

LETTERS = "BEPSTVX"
N_NEURONS, BATCH_SIZE, LEARNING_RATE, MOMENTUM = 30, 50, 0.02, 0.95
HARD_STRINGS = ["BPBTSSSSSSSXXTTVPXVPXTTTTTVVETE", "BPBTSSSSSSSXXTTVPXVPXTTTTTVVEPE"]

# For each state, the ways on: what to write (a letter or a string of another grammar) and the next state.
REBER = [
    [("B", 1)],
    [("T", 2), ("P", 3)],
    [("S", 2), ("X", 4)],
    [("T", 3), ("V", 5)],
    [("X", 3), ("S", 6)],
    [("P", 4), ("V", 6)],
    [("E", None)],
]
EMBEDDED_REBER = [[("B", 1)], [("T", 2), ("P", 3)], [(REBER, 4)], [(REBER, 5)], [("T", 6)], [("P", 6)], [("E", None)]]


def good_string(grammar, random):
    state, written = 0, []
    while state is not None:
        way_on, state = grammar[state][random.integers(len(grammar[state]))]
        written.append(way_on if isinstance(way_on, str) else good_string(way_on, random))
    return "".join(written)


def bad_string(grammar, random):
    """A good string with one letter replaced."""
    good = good_string(grammar, random)
    i = random.integers(len(good))
    return good[:i] + random.choice([c for c in LETTERS if c != good[i]]) + good[i + 1 :]


def one_hot(strings):
    """Strings as arrays: letters [n, longest, 7], zero past a string's end, and lengths [n]."""
    lengths = np.array([len(s) for s in strings])
    letters = np.zeros([len(strings), lengths.max(), len(LETTERS)], np.float32)
    for row, string in zip(letters, strings):
        row[np.arange(len(string)), [LETTERS.index(c) for c in string]] = 1
    return letters, lengths


def dataset(size, random):
    """Letters, lengths and labels [size, 1]: as many good strings as bad ones, mixed."""
    labels = random.permutation(np.arange(size) % 2)
    strings = [(good_string if label else bad_string)(EMBEDDED_REBER, random) for label in labels]
    return *one_hot(strings), labels[:, None]


class Classifier:
    """The network: placeholders, the probability that a string is good, loss, accuracy and training op."""

    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, None, len(LETTERS)], name="x")
        self.length = tf.placeholder(tf.int32, [None], name="length")
        self.y = tf.placeholder(tf.float32, [None, 1], name="y")
        gru_cell = tf.nn.rnn_cell.GRUCell(num_units=N_NEURONS)
        _, state = tf.nn.dynamic_rnn(gru_cell, self.x, dtype=tf.float32, sequence_length=self.length)
        logits = tf.layers.dense(state, 1, name="logits")
        self.probability = tf.nn.sigmoid(logits)
        xentropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=self.y, logits=logits)
        self.loss = tf.reduce_mean(xentropy)
        optimizer = tf.train.MomentumOptimizer(LEARNING_RATE, MOMENTUM, use_nesterov=True)
        self.training_op = optimizer.minimize(self.loss)
        correct = tf.equal(tf.greater(logits, 0.0), tf.greater(self.y, 0.5))
        self.accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

    def feed(self, letters, lengths, labels):
        """The feed_dict of these strings."""
        return {self.x: letters, self.length: lengths, self.y: labels}


def train(sess, model, training, validation, epochs, folder):
    """Trains the network; returns accuracies [epochs, 2] on the last batch and on the validation strings."""
    n_batches = len(training[0]) // BATCH_SIZE
    batches = [model.feed(*b) for b in zip(*(np.array_split(a, n_batches) for a in training))]
    accuracies = []
    with Curve("loss", epochs * n_batches, folder / "loss.png") as curve:
        for step in range(epochs * n_batches):
            epoch, i = divmod(step, n_batches)
            loss, _ = sess.run([model.loss, model.training_op], feed_dict=batches[i])
            curve.add(loss)
            if i == n_batches - 1:
                feeds = batches[i], model.feed(*validation)
                accuracies.append([sess.run(model.accuracy, each) for each in feeds])
                text = "{:4d}  Train loss: {:.4f}, accuracy: {:.2%}  Validation accuracy: {:.2%}"
                print(text.format(epoch, loss, *accuracies[-1]), flush=True)
    return np.array(accuracies)


def plot(accuracies, path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot(100 * accuracies, label=["last training batch", "validation strings"])
    axes.axhline(95, color="gray", linestyle="dotted")
    axes.set(xlabel="epoch", ylabel="accuracy (%)", title="Is it a string of the embedded Reber grammar?")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strings", type=int, default=10000, help="to train on (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=20, help="passes over them (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of strings and weights (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/reber"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(args.seed)
    training, validation = dataset(args.strings, random), dataset(5000, random)
    tf.set_random_seed(args.seed)
    model = Classifier()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        accuracies = train(sess, model, training, validation, args.epochs, args.out)
        letters, lengths = one_hot(HARD_STRINGS)
        probabilities = sess.run(model.probability, feed_dict={model.x: letters, model.length: lengths})
    print("Estimated probability that these are Reber strings:")
    for string, (probability,) in zip(HARD_STRINGS, probabilities):
        print(f"{string}: {100 * probability:.2f}%")
    plot(accuracies, args.out / "accuracy.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
