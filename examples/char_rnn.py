"""Learns to write text, character by character, with a recurrent network.

The network reads one character a step and predicts the next one. The text is cut into 200 strands that are
read side by side, `--length` characters at a time; the state at the end of a batch is where the next batch
begins. Without `--text` it reads the English of Python's own reference manual (`pydoc_data.topics`). It
prints the loss (cross-entropy per character) and accuracy after every epoch and a sample at the end, and
writes into the folder

    loss.png     loss and accuracy over epochs
    sample.txt   text written by the network

Run `python examples/char_rnn.py --help` for the options.
"""

import argparse
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
from live import Curve

import minitf as tf

N_NEURONS, BATCH_SIZE, LEARNING_RATE = 100, 200, 0.1


class Text:
    """A text as numbers: `codes` [n] index `characters`."""

    def __init__(self, text):
        self.characters, self.codes = np.unique(list(text), return_inverse=True)

    def decode(self, codes):
        """The characters of `codes` as a string."""
        return "".join(self.characters[codes])

    def batches(self, length):
        """Inputs and targets [n_batches, BATCH_SIZE, length]; each batch continues the one before it."""
        n_batches = (len(self.codes) - 1) // (BATCH_SIZE * length)
        if n_batches == 0:
            raise SystemExit(f"the text is too short: it needs more than {BATCH_SIZE * length} characters")
        size = n_batches * BATCH_SIZE * length
        strands = [self.codes[i : size + i].reshape(BATCH_SIZE, n_batches, length) for i in (0, 1)]
        return [np.swapaxes(s, 0, 1) for s in strands]


class CharRNN:
    """The network over `length` steps, unrolled "static" or "dynamic"; all of them share their variables."""

    def __init__(self, n_characters, length, unroll):
        with tf.variable_scope("char_rnn", reuse=tf.AUTO_REUSE):
            self.build(n_characters, length, unroll)

    def build(self, n_characters, length, unroll):
        """Placeholders, initial and final state, what is expected next, loss and accuracy."""
        self.x = tf.placeholder(tf.int32, [None, length], name="x")
        self.y = tf.placeholder(tf.int32, [None, length], name="y")
        cell = tf.nn.rnn_cell.BasicRNNCell(N_NEURONS)
        self.init_state = cell.zero_state(tf.shape(self.x)[0], tf.float32)
        inputs = tf.one_hot(self.x, n_characters)
        if unroll == "static":
            outputs, self.final_state = tf.nn.static_rnn(cell, tf.unstack(inputs, axis=1), self.init_state)
            outputs = tf.stack(outputs, axis=1)
        else:
            outputs, self.final_state = tf.nn.dynamic_rnn(cell, inputs, initial_state=self.init_state)
        with tf.variable_scope("softmax"):
            w = tf.get_variable("w", [N_NEURONS, n_characters])
            b = tf.get_variable("b", [n_characters], initializer=tf.constant_initializer(0.0))
        logits = tf.matmul(tf.reshape(outputs, [-1, N_NEURONS]), w) + b
        labels = tf.reshape(self.y, [-1])
        self.probabilities = tf.nn.softmax(logits)
        self.loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        correct = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), labels)
        self.accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))


def train(sess, model, text, length, epochs):
    """Trains the network; returns loss and accuracy of each epoch [epochs, 2]."""
    training_op = tf.train.AdagradOptimizer(LEARNING_RATE).minimize(model.loss)
    sess.run(tf.global_variables_initializer())
    inputs, targets = text.batches(length)
    epochs_seen = []
    with Curve("loss", epochs * len(inputs)) as curve:
        for step in range(epochs * len(inputs)):
            epoch, i = divmod(step, len(inputs))
            if i == 0:
                state, sums = np.zeros([BATCH_SIZE, N_NEURONS]), np.zeros(2)
            loss, accuracy, state, _ = sess.run(
                [model.loss, model.accuracy, model.final_state, training_op],
                feed_dict={model.x: inputs[i], model.y: targets[i], model.init_state: state},
            )
            curve.add(loss)
            sums += loss, accuracy
            if i == len(inputs) - 1:
                epochs_seen.append(sums / len(inputs))
                print(epoch, "loss: {:.4f} accuracy: {:.4f}".format(*epochs_seen[-1]), flush=True)
    return np.array(epochs_seen)


def sample(sess, model, text, prime, n, random):
    """`prime` and `n` more characters, each drawn from what `model` (of one step) expects next."""
    codes, state = list(np.searchsorted(text.characters, list(prime))), np.zeros([1, N_NEURONS])
    for i in range(len(prime) + n - 1):
        feed_dict = {model.x: [[codes[i]]], model.init_state: state}
        state, (expected,) = sess.run([model.final_state, model.probabilities], feed_dict=feed_dict)
        if i + 1 == len(codes):
            codes.append(random.choice(len(expected), p=expected / expected.sum(dtype=np.float64)))
    return text.decode(codes)


def plot(curve, path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
    for axis, values, name in zip(axes, curve.T, ["cross-entropy (nats per character)", "accuracy"]):
        axis.plot(values, ".-")
        axis.set(xlabel="epoch", title=name)
        axis.grid(alpha=0.3)
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, help="a text file (default: Python's reference manual)")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the text (default: %(default)s)")
    parser.add_argument("--length", type=int, default=5, help="steps the network is unrolled (default: %(default)s)")
    parser.add_argument("--rnn", choices=["static", "dynamic"], default="dynamic", help="how (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=500, help="characters to write (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and sample (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/char_rnn"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    text = Text(args.text.read_text() if args.text else "".join(topics.values()))
    print(len(text.codes), "characters,", len(text.characters), "unique")
    tf.set_random_seed(args.seed)
    model = CharRNN(len(text.characters), args.length, args.rnn)
    writer = CharRNN(len(text.characters), 1, args.rnn)
    args.out.mkdir(parents=True, exist_ok=True)
    with tf.Session() as sess:
        curve = train(sess, model, text, args.length, args.epochs)
        prime = text.decode(text.codes[: args.length])
        written = sample(sess, writer, text, prime, args.sample, np.random.default_rng(args.seed))
    print(written)
    (args.out / "sample.txt").write_text(written)
    plot(curve, args.out / "loss.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
