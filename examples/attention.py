"""Shows where a decoder looks: dates as people write them become dates as machines do.

The encoder reads "march 7, 1995" or "7.3.1995" letter by letter, in both directions. A decoder with attention
(Bahdanau et al. 2015, `tf.contrib.seq2seq.AttentionWrapper`) writes "1995-03-07". It prints the loss as it
trains, some dates, and one alignment as a heat map, and writes into the output folder

    alignment.png   for some dates, which letters it looked at as it wrote each digit
    loss.png        the loss over steps

Run `python examples/attention.py --help` for the options.
"""

import argparse
from pathlib import Path

import numpy as np
from live import Curve, heat_map, pyplot

import minitf as tf

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
LETTERS = " ,.-0123456789abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789-"
PAD, START = len(LETTERS), len(DIGITS)
LONGEST, WRITTEN = 18, 10
N_UNITS, BATCH_SIZE, LEARNING_RATE = 32, 64, 0.01


def date(random):
    """A date as a person writes it, and as a machine does."""
    year, month, day = random.integers(1950, 2030), random.integers(1, 13), random.integers(1, 29)
    name = MONTHS[month - 1]
    forms = [f"{name} {day}, {year}", f"{day} {name} {year}", f"{day}.{month}.{year}", f"{name[:3]} {day} {year}"]
    return forms[random.integers(len(forms))], f"{year:04}-{month:02}-{day:02}"


def batch(n, random):
    """Letters [n, LONGEST], their lengths [n], digits [n, WRITTEN], and the texts."""
    texts = [date(random) for _ in range(n)]
    letters, lengths = np.full([n, LONGEST], PAD), np.array([len(read) for read, _ in texts])
    for row, (read, _) in zip(letters, texts):
        row[: len(read)] = [LETTERS.index(c) for c in read]
    return letters, lengths, np.array([[DIGITS.index(c) for c in write] for _, write in texts]), texts


class Model:
    """The network: placeholders, loss, training op; what it writes by itself, and where it looks."""

    def __init__(self):
        self.letters = tf.placeholder(tf.int32, [None, LONGEST], name="letters")
        self.lengths = tf.placeholder(tf.int32, [None], name="lengths")
        self.digits = tf.placeholder(tf.int32, [None, WRITTEN], name="digits")
        one_hot = tf.one_hot(self.letters, PAD)
        (forward, backward), _ = tf.nn.bidirectional_dynamic_rnn(
            tf.nn.rnn_cell.GRUCell(N_UNITS),
            tf.nn.rnn_cell.GRUCell(N_UNITS),
            one_hot,
            sequence_length=self.lengths,
            dtype=tf.float32,
        )
        attention = tf.contrib.seq2seq.BahdanauAttention(N_UNITS, tf.concat([forward, backward], 2), self.lengths)
        self.cell = tf.contrib.seq2seq.AttentionWrapper(
            tf.nn.rnn_cell.GRUCell(N_UNITS), attention, attention_layer_size=N_UNITS, alignment_history=True
        )
        self.output = tf.layers.Dense(len(DIGITS))
        self.embedding = tf.get_variable("digits_read", [len(DIGITS) + 1, 16])
        self.n = tf.shape(self.letters)[0]
        self.learn()
        self.write()

    def learn(self):
        """Reads the right digit before each one that it is to write."""
        before = tf.concat([tf.fill([self.n, 1], START), self.digits[:, :-1]], axis=1)
        helper = tf.contrib.seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(self.embedding, before), tf.fill([self.n], WRITTEN)
        )
        logits = self.decode(helper)[0].rnn_output
        self.loss = tf.contrib.seq2seq.sequence_loss(logits, self.digits, tf.ones([self.n, WRITTEN]))
        self.training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(self.loss)

    def write(self):
        """Reads what it wrote itself."""
        helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(self.embedding, tf.fill([self.n], START), -1)
        outputs, state = self.decode(helper)
        self.written = outputs.sample_id
        self.alignment = tf.transpose(state.alignment_history.stack(), [1, 0, 2])  # [n, WRITTEN, LONGEST]

    def decode(self, helper):
        """Outputs and last state of the decoder."""
        with tf.variable_scope("decoder", reuse=tf.AUTO_REUSE):
            start = self.cell.zero_state(self.n, tf.float32)
            decoder = tf.contrib.seq2seq.BasicDecoder(self.cell, helper, start, self.output)
            outputs, state, _ = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=WRITTEN)
        return outputs, state


def train(sess, model, steps, random):
    """Trains the network; returns the curve of its loss."""
    with Curve("loss", steps) as curve:
        for _ in range(steps):
            letters, lengths, digits, _ = batch(BATCH_SIZE, random)
            feed_dict = {model.letters: letters, model.lengths: lengths, model.digits: digits}
            curve.add(sess.run([model.loss, model.training_op], feed_dict)[0])
    return curve


def plot(texts, written, alignment, path):
    plt = pyplot()
    figure, axes = plt.subplots(1, len(texts), figsize=(5 * len(texts), 4))
    for axis, (read, _), wrote, weights in zip(axes, texts, written, alignment):
        axis.imshow(weights[:, : len(read)], cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axis.set_xticks(range(len(read)), read)
        axis.set_yticks(range(WRITTEN), wrote)
        axis.set(xlabel="letters read", ylabel="written")
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=600, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and dates (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/attention"), help="output folder (%(default)s)")
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    tf.set_random_seed(args.seed)
    model = Model()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        curve = train(sess, model, args.steps, random)
        letters, lengths, digits, texts = batch(500, random)
        feed_dict = {model.letters: letters, model.lengths: lengths}
        written, alignment = sess.run([model.written, model.alignment], feed_dict)
    right = (written == digits).all(axis=1).mean()
    written = ["".join(DIGITS[d] for d in row) for row in written]
    for (read, _), wrote in zip(texts[:5], written):
        print(f"{read:>{LONGEST}} -> {wrote}")
    heat_map(alignment[0, :, : lengths[0]], written[0], texts[0][0])
    print(f"dates that are right: {right:.1%}")
    args.out.mkdir(parents=True, exist_ok=True)
    chosen = np.argsort(lengths, kind="stable")[[0, len(lengths) // 2, -1]]  # short, middling, long
    plot([texts[i] for i in chosen], [written[i] for i in chosen], alignment[chosen], args.out / "alignment.png")
    curve.save(args.out / "loss.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
