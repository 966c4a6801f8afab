"""Classifies images of digits by reading them row by row with a recurrent network.

Each image is a sequence: one step sees one row of pixels, and the state after the last row gives ten
logits. Without `--data` the images are the 1797 of scikit-learn (8 x 8 pixels, the last 297 for testing).
`--data` takes a folder of MNIST's four IDX files (`train-images-idx3-ubyte`, ..., packed as `.gz` or not).
It prints the accuracy after every epoch and writes into the output folder

    accuracy.png   accuracy over epochs, on training and test images
    images.png     test images with the digits read, wrong ones in red

Run `python examples/mnist_rows.py --help` for the options.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
from live import Curve

import minitf as tf

N_NEURONS, N_OUTPUTS, BATCH_SIZE, LEARNING_RATE = 150, 10, 150, 0.001
IDX_FILES = "images-idx3-ubyte", "labels-idx1-ubyte"


def read_idx(folder, name):
    """The array of unsigned bytes in the IDX file `name`, or in `name.gz`."""
    path = folder / name
    packed = path.with_name(name + ".gz")
    if not path.exists() and not packed.exists():
        raise SystemExit(f"{folder} has neither {name} nor {name}.gz; --data takes the folder of MNIST's IDX files")
    content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    rank = content[3]
    shape = np.frombuffer(content, ">i4", rank, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder):
    """(images, labels) for training and the same for testing; images [n, rows, columns] between 0 and 1."""
    if folder is None:
        from sklearn.datasets import load_digits

        digits = load_digits()
        images, labels, n_test = digits.images / 16, digits.target, 297
    else:
        parts = [[read_idx(folder, f"{part}-{what}") for part in ("train", "t10k")] for what in IDX_FILES]
        images, labels = np.concatenate(parts[0]) / np.float32(255), np.concatenate(parts[1])
        n_test = len(parts[0][1])
    images, labels = np.float32(images), np.int32(labels)
    return (images[:-n_test], labels[:-n_test]), (images[-n_test:], labels[-n_test:])


def build(n_steps, n_inputs):
    """Placeholders of images and labels, the digits read, the accuracy and the training op."""
    x = tf.placeholder(tf.float32, [None, n_steps, n_inputs], name="x")
    y = tf.placeholder(tf.int32, [None], name="y")
    basic_cell = tf.nn.rnn_cell.BasicRNNCell(num_units=N_NEURONS)
    _, state = tf.nn.dynamic_rnn(basic_cell, x, dtype=tf.float32)
    logits = tf.layers.dense(state, N_OUTPUTS)
    xentropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    loss = tf.reduce_mean(xentropy)
    training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)
    correct = tf.nn.in_top_k(logits, y, 1)
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    return x, y, tf.argmax(logits, axis=1), accuracy, loss, training_op


def train(training, test, epochs, seed, folder):
    """Trains a network; returns accuracies [epochs, 2] on training and test images, and the digits read."""
    random = np.random.default_rng(seed)
    tf.set_random_seed(seed)
    x, y, digits, accuracy, loss, training_op = build(*training[0].shape[1:])
    n_batches = len(training[0]) // BATCH_SIZE
    accuracies = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with Curve("loss", epochs * n_batches, folder / "loss.png") as curve:
            for step in range(epochs * n_batches):
                epoch, i = divmod(step, n_batches)
                if i == 0:
                    batches = np.array_split(random.permutation(len(training[0])), n_batches)
                feed_dict = {x: training[0][batches[i]], y: training[1][batches[i]]}
                curve.add(sess.run([loss, training_op], feed_dict=feed_dict)[0])
                if i == n_batches - 1:
                    feeds = [{x: images, y: labels} for images, labels in (training, test)]
                    accuracies.append([sess.run(accuracy, feed_dict=each) for each in feeds])
                    text = "Train accuracy: {:.4f} Test accuracy: {:.4f}"
                    print(epoch, text.format(*accuracies[-1]), flush=True)
        return np.array(accuracies), sess.run(digits, feed_dict={x: test[0]})


def plot(accuracies, images, labels, digits, folder):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot(100 * accuracies, label=["training images", "test images"])
    axes.set(xlabel="epoch", ylabel="accuracy (%)", title="An RNN that reads digits row by row")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / "accuracy.png", dpi=120, bbox_inches="tight")

    wrong_first = np.argsort(digits == labels, kind="stable")[:10]
    shown = np.concatenate([wrong_first, np.arange(30)])
    figure, grid = plt.subplots(4, 10, figsize=(8, 4))
    for axes, i in zip(grid.flat, shown):
        axes.imshow(images[i], cmap="gray_r")
        axes.set_title(digits[i], color="black" if digits[i] == labels[i] else "red")
        axes.axis("off")
    figure.suptitle("Test images and the digits read (misread ones first)")
    figure.tight_layout()
    figure.savefig(folder / "images.png", dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of MNIST's IDX files (default: scikit-learn's digits)")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training images (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of weights and order (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/mnist_rows"), help="output folder (default: %(default)s)")
    args = parser.parse_args()
    training, test = load(args.data)
    args.out.mkdir(parents=True, exist_ok=True)
    accuracies, digits = train(training, test, args.epochs, args.seed, args.out)
    plot(accuracies, *test, digits, args.out)
    print("written:", *sorted(str(p) for p in args.out.glob("*.png")))


if __name__ == "__main__":
    main()
