"""Tells what sentences say with a convolutional network over their words (Kim 2014).

Filters that see 3, 4 and 5 words at a time slide over a sentence of embedded words; the largest value of each
is what the output layer reads. The sentences are made by the script: reviews of films, in which one phrase
among others says whether it was liked, and "not" turns the meaning of what follows round. `--data` takes a
folder with two texts instead, `positive.txt` and `negative.txt`, a sentence per line. It prints the accuracy
on sentences not trained on and writes into the output folder

    accuracy.png   accuracy over steps, on training and other sentences
    phrases.txt    the words that the filters respond to most

Run `python examples/sentence_cnn.py --help` for the options.
"""

import argparse
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

WORD_SIZE, WIDTHS, N_FILTERS, BATCH_SIZE, LEARNING_RATE, KEPT = 128, (3, 4, 5), 100, 64, 0.001, 0.5
GOOD, BAD = (
    ["great", "moving", "funny", "clever", "charming", "gripping"],
    ["dull", "slow", "silly", "flat", "messy", "tired"],
)
THINGS, FILLERS = (
    ["film", "story", "plot", "acting", "script", "cast"],
    ["the", "of", "a", "we", "saw", "it", "on", "this", "was", "in", "all"],
)


def made_up(count, random):
    """Sentences as lists of words, and whether each one likes the film."""
    sentences, labels = [], random.integers(0, 2, count)
    for label in labels:
        turned = random.integers(0, 2)
        words = (GOOD, BAD)[int(label == turned)]
        phrase = ["the", random.choice(THINGS), "was", *["not"] * int(turned), random.choice(words)]
        before, behind = (list(random.choice(FILLERS, random.integers(2, 12))) for _ in range(2))
        sentences.append([*before, *phrase, *behind])
    return sentences, labels


def read(folder):
    """Sentences of two files, and which file each is of."""
    texts = [(folder / f"{name}.txt") for name in ("negative", "positive")]
    if missing := [str(path) for path in texts if not path.exists()]:
        raise SystemExit(f"{', '.join(missing)} not found; --data takes a folder of positive.txt and negative.txt")
    lines = [path.read_text("utf-8").lower().split("\n") for path in texts]
    sentences = [[line.split() for line in part if line.strip()] for part in lines]
    return sentences[0] + sentences[1], np.repeat([0, 1], [len(part) for part in sentences])


def numbered(sentences):
    """Sentences as rows of word numbers, 0 behind their ends, and the words by their numbers."""
    words = ["", *sorted({word for sentence in sentences for word in sentence})]
    numbers = {word: i for i, word in enumerate(words)}
    rows = np.zeros([len(sentences), max([max(WIDTHS), *map(len, sentences)])], np.int32)
    for row, sentence in zip(rows, sentences):
        row[: len(sentence)] = [numbers[word] for word in sentence]
    return rows, words


class Network:
    """The graph: placeholders, where the filters see their largest values, accuracy and training op."""

    def __init__(self, n_words, length):
        self.x = tf.placeholder(tf.int32, [None, length], name="x")
        self.y = tf.placeholder(tf.int32, [None], name="y")
        self.training = tf.placeholder_with_default(False, [], name="training")
        embedding = tf.get_variable("embedding", [n_words, WORD_SIZE])
        words = tf.expand_dims(tf.nn.embedding_lookup(embedding, self.x), 3)
        largest, self.places = [], []
        for width in WIDTHS:
            seen = tf.layers.conv2d(words, N_FILTERS, (width, WORD_SIZE), activation=tf.nn.relu)
            largest.append(tf.layers.max_pooling2d(seen, (length - width + 1, 1), 1))
            self.places.append((tf.reduce_max(seen, [1, 2]), tf.argmax(tf.squeeze(seen, [2]), axis=1)))
        hidden = tf.reshape(tf.concat(largest, 3), [-1, N_FILTERS * len(WIDTHS)])
        logits = tf.layers.dense(tf.layers.dropout(hidden, 1 - KEPT, training=self.training), 2)
        xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.y, logits=logits)
        self.loss = tf.reduce_mean(xentropy)
        self.training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(self.loss)
        self.accuracy = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, self.y, 1), tf.float32))


def train(rows, labels, words, steps, seed, folder):
    """Trains a network; returns [(step, accuracy in training, on other sentences)] and phrases."""
    random = np.random.default_rng(seed)
    tf.set_random_seed(seed)
    order = random.permutation(len(rows))
    held, kept = order[: len(rows) // 10], order[len(rows) // 10 :]
    net, accuracies = Network(len(words), rows.shape[1]), []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with Curve("loss", steps, folder / "loss.png") as curve:
            for step in range(steps):
                chosen = random.choice(kept, BATCH_SIZE)
                feed = {net.x: rows[chosen], net.y: labels[chosen]}
                curve.add(sess.run([net.loss, net.training_op], {**feed, net.training: True})[0])
                if step % 50 == 0 or step == steps - 1:
                    feeds = [{net.x: rows[i], net.y: labels[i]} for i in (chosen, held)]
                    pair = [sess.run(net.accuracy, each) for each in feeds]
                    accuracies.append((step, *pair))
                    print("step", step, f"Test accuracy: {pair[1]:.4f}", flush=True)
        return np.array(accuracies), phrases(sess, net, rows[held], words)


def phrases(sess, net, rows, words):
    """The words that filters of each width respond to most: (value, words), largest values first."""
    found = set()
    for width, (values, places) in zip(WIDTHS, sess.run(net.places, {net.x: rows})):
        for row, filter in zip(*np.unravel_index(np.argsort(-values, axis=None)[:40], values.shape)):
            start = places[row, filter]
            text = " ".join(words[i] for i in rows[row, start : start + width])
            found.add((round(float(values[row, filter]), 3), text))
    return sorted(found, reverse=True)


def plot(accuracies, folder):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot(accuracies[:, 0], 100 * accuracies[:, 1:], label=["training", "other sentences"])
    axes.set(xlabel="step", ylabel="accuracy (%)", title="A convolutional network that reads sentences")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / "accuracy.png", dpi=120, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of positive.txt and negative.txt (default: made up)")
    parser.add_argument("--steps", type=int, default=400, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and order (default: %(default)s)")
    parser.add_argument(
        "--out", type=Path, default=Path("out/sentence_cnn"), help="output folder (default: %(default)s)"
    )
    args = parser.parse_args()
    sentences, labels = made_up(3000, np.random.default_rng(args.seed)) if args.data is None else read(args.data)
    args.out.mkdir(parents=True, exist_ok=True)
    rows, words = numbered(sentences)
    accuracies, found = train(rows, labels, words, args.steps, args.seed, args.out)
    plot(accuracies, args.out)
    (args.out / "phrases.txt").write_text("".join(f"{value}\t{text}\n" for value, text in found), "utf-8")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
