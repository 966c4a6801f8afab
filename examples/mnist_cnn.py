"""Classifies images of digits with a convolutional network.

Two layers of 5 x 5 filters, each followed by pooling, a layer of units with dropout, and ten logits. Without
`--data` the images are the 1797 of scikit-learn (8 x 8 pixels, the last 297 for testing). `--data` takes a
folder of MNIST's four IDX files (`train-images-idx3-ubyte`, ..., packed as `.gz` or not). It prints the
accuracy after every epoch and writes into the output folder

    accuracy.png   accuracy over epochs, on training and test images
    filters.png    the filters of the first layer, and what they make of an image

Run `python examples/mnist_cnn.py --help` for the options.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

FILTERS, WIDTH, N_UNITS, N_OUTPUTS = (32, 64), 5, 256, 10
BATCH_SIZE, LEARNING_RATE, KEPT = 50, 0.001, 0.6
IDX_FILES = "images-idx3-ubyte", "labels-idx1-ubyte"


def read_idx(folder, name):
    """The array of unsigned bytes in the IDX file `name`, or in `name.gz`."""
    path = folder / name
    packed = path.with_name(name + ".gz")
    if not path.exists() and not packed.exists():
        raise SystemExit(f"{folder} has neither {name} nor {name}.gz; --data takes the folder of MNIST's IDX files")
    content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    shape = np.frombuffer(content, ">i4", content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)


def load(folder):
    """(images, labels) for training and the same for testing; images [n, rows, columns, 1] from 0 to 1."""
    if folder is None:
        from sklearn.datasets import load_digits

        digits = load_digits()
        images, labels, n_test = digits.images / 16, digits.target, 297
    else:
        parts = [[read_idx(folder, f"{part}-{what}") for part in ("train", "t10k")] for what in IDX_FILES]
        images, labels = np.concatenate(parts[0]) / np.float32(255), np.concatenate(parts[1])
        n_test = len(parts[0][1])
    images, labels = np.float32(images)[..., np.newaxis], np.int32(labels)
    return (images[:-n_test], labels[:-n_test]), (images[-n_test:], labels[-n_test:])


class Network:
    """The graph: placeholders of images and labels, what the first layer sees, accuracy and training op."""

    def __init__(self, rows, columns):
        self.x = tf.placeholder(tf.float32, [None, rows, columns, 1], name="x")
        self.y = tf.placeholder(tf.int32, [None], name="y")
        self.training = tf.placeholder_with_default(False, [], name="training")
        hidden, self.seen = self.x, None
        for filters in FILTERS:
            seen = tf.layers.conv2d(hidden, filters, WIDTH, padding="same", activation=tf.nn.relu)
            self.seen = seen if self.seen is None else self.seen
            hidden = tf.layers.max_pooling2d(seen, 2, 2, "same")
        units = tf.layers.dense(tf.layers.flatten(hidden), N_UNITS, activation=tf.nn.relu)
        logits = tf.layers.dense(tf.layers.dropout(units, 1 - KEPT, training=self.training), N_OUTPUTS)
        xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.y, logits=logits)
        self.loss = tf.reduce_mean(xentropy)
        self.training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(self.loss)
        self.accuracy = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, self.y, 1), tf.float32))
        self.filters = tf.trainable_variables()[0]


def measure(sess, net, images, labels):
    """The accuracy on images, of which a thousand at a time are in memory."""
    parts = [slice(i, i + 1000) for i in range(0, len(images), 1000)]
    right = [sess.run(net.accuracy, {net.x: images[p], net.y: labels[p]}) * len(labels[p]) for p in parts]
    return sum(right) / len(images)


def train(training, test, epochs, seed, folder):
    """Trains a network; returns accuracies [epochs, 2] on training and test images, the filters of the first
    layer, and what they see in the first test image.
    """
    random = np.random.default_rng(seed)
    tf.set_random_seed(seed)
    net = Network(*training[0].shape[1:3])
    n_batches = len(training[0]) // BATCH_SIZE
    accuracies = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with Curve("loss", epochs * n_batches, folder / "loss.png") as curve:
            for step in range(epochs * n_batches):
                epoch, i = divmod(step, n_batches)
                if i == 0:
                    batches = np.array_split(random.permutation(len(training[0])), n_batches)
                feed = {net.x: training[0][batches[i]], net.y: training[1][batches[i]], net.training: True}
                curve.add(sess.run([net.loss, net.training_op], feed)[0])
                if i == n_batches - 1:
                    accuracies.append([measure(sess, net, *images) for images in (training, test)])
                    text = "Train accuracy: {:.4f} Test accuracy: {:.4f}"
                    print(epoch, text.format(*accuracies[-1]), flush=True)
        return np.array(accuracies), *sess.run([net.filters, net.seen], {net.x: test[0][:1]})


def plot(accuracies, filters, seen, folder):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot(100 * accuracies, label=["training images", "test images"])
    axes.set(xlabel="epoch", ylabel="accuracy (%)", title="A convolutional network that reads digits")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / "accuracy.png", dpi=120, bbox_inches="tight")

    figure, grid = plt.subplots(4, 16, figsize=(12, 3.4))
    for i, axes in enumerate(grid.flat):
        filter, row = i % 16 + 16 * (i // 32), i // 16 % 2
        axes.imshow(seen[0, :, :, filter] if row else filters[:, :, 0, filter], cmap="gray")
        axes.axis("off")
    figure.suptitle("Filters of the first layer, and below each what it sees in a test image")
    figure.tight_layout()
    figure.savefig(folder / "filters.png", dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST's IDX files (default: scikit-learn's digits)")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training images (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and order (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/mnist_cnn"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    training, test = load(args.data)
    args.out.mkdir(parents=True, exist_ok=True)
    plot(*train(training, test, args.epochs, args.seed, args.out), args.out)
    print("written:", *sorted(str(p) for p in args.out.glob("*.png")))


if __name__ == "__main__":
    main()
