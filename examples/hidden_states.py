"""Shows what the units of a character network watch: which of them follow words, brackets or indentation.

The network, a GRU, learns the English of Python's reference manual, or `--text`. Then it reads a piece that
it did not learn from, and of each question about a place in the text (is it within brackets?) the unit is
found that answers it best by itself. It prints the loss as it trains and the piece on the colours of these
units, and writes into the output folder

    hidden_states.png   the piece as the clearest units see it, from blue (-1) to red (+1)
    loss.png            the loss over steps

Run `python examples/hidden_states.py --help` for the options.
"""

import argparse
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
from live import Curve, pyplot
from rich.console import Console
from rich.text import Text

import minitf as tf

N_UNITS, BATCH_SIZE, LENGTH, LEARNING_RATE = 64, 32, 32, 0.005
QUESTIONS = {  # what is so at each place of a text
    "in a word": lambda text: np.array([c.isalnum() for c in text]),
    "within brackets": lambda text: np.cumsum([(c == "(") - (c == ")") for c in text]) > 0,
    "indented": lambda text: np.array([c == " " for c in text]) & (column(text) < 6),
}


def column(text):
    """How many characters stand before each one in its line."""
    places = np.arange(len(text))
    ends = np.maximum.accumulate(np.where(np.array(list(text)) == "\n", places, -1))
    return places - ends - 1


class Network:
    """Placeholders, the state, the units' values at each step, loss and training op."""

    def __init__(self, n_characters):
        self.x = tf.placeholder(tf.int32, [None, None], name="x")
        self.y = tf.placeholder(tf.int32, [None, None], name="y")
        cell = tf.nn.rnn_cell.GRUCell(N_UNITS)
        self.before = cell.zero_state(tf.shape(self.x)[0], tf.float32)
        inputs = tf.one_hot(self.x, n_characters)
        self.units, self.after = tf.nn.dynamic_rnn(cell, inputs, initial_state=self.before)
        logits = tf.layers.dense(self.units, n_characters)
        self.loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.y, logits=logits))
        self.training_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(self.loss)


def train(sess, network, codes, steps):
    """Trains on pieces in order, the state going on; returns the curve of the loss."""
    strands = codes[: len(codes) // BATCH_SIZE * BATCH_SIZE].reshape(BATCH_SIZE, -1)
    state, place = np.zeros([BATCH_SIZE, N_UNITS]), 0
    with Curve("loss", steps) as curve:
        for _ in range(steps):
            if place + LENGTH >= strands.shape[1]:
                state, place = np.zeros([BATCH_SIZE, N_UNITS]), 0
            x, y = (strands[:, place + i : place + i + LENGTH] for i in (0, 1))
            feed_dict = {network.x: x, network.y: y, network.before: state}
            loss, state, _ = sess.run([network.loss, network.after, network.training_op], feed_dict)
            curve.add(loss)
            place += LENGTH
    return curve


def clearest(units, answers):
    """The unit that differs most between places where the answer is yes and no, and by how much; or None.

    units: values [place, unit]; answers: booleans [place].
    """
    yes, no = units[answers], units[~answers]
    if not len(yes) or not len(no):
        return None
    apart = (yes.mean(0) - no.mean(0)) / (units.std(0) + 1e-6)
    best = np.abs(apart).argmax()
    return best, apart[best]


def show(text, values, title, console):
    """Prints a text, each character on the colour of a value from -1 to 1."""
    line = Text(title + "\n", style="bold")
    for character, value in zip(text, np.clip(values, -1, 1)):
        line.append(character, style=f"black on {colour(value)}")
    console.print(line)


def colour(value):
    faded = int(255 * (1 - abs(value)))
    return f"rgb(255,{faded},{faded})" if value > 0 else f"rgb({faded},{faded},255)"


def plot(text, rows, path):
    """Draws the text once for each unit, on the colours of its values."""
    plt = pyplot()
    lines = text.split("\n")
    figure, axes = plt.subplots(len(rows), 1, figsize=(11, 0.23 * len(lines) * len(rows) + len(rows)))
    for axis, (title, values) in zip(np.atleast_1d(axes), rows):
        picture, place = np.zeros([len(lines), max(map(len, lines))]), 0
        for number, line in enumerate(lines):
            picture[number, : len(line)] = values[place : place + len(line)]
            place += len(line) + 1
            for position, character in enumerate(line):
                axis.text(position, number, character, ha="center", va="center", size=7, family="monospace")
        axis.imshow(picture, cmap="bwr", vmin=-1.5, vmax=1.5, aspect="auto")
        axis.set(title=title, xticks=[], yticks=[])
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, help="a text file (default: Python's reference manual)")
    parser.add_argument("--steps", type=int, default=1500, help="training steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of the weights (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/hidden_states"), help="output folder (%(default)s)")
    args = parser.parse_args()
    text = args.text.read_text() if args.text else "".join(topics.values())
    if len(text) < 4 * BATCH_SIZE * LENGTH:
        raise SystemExit(f"the text is too short: it needs {4 * BATCH_SIZE * LENGTH} characters")
    characters, codes = np.unique(list(text), return_inverse=True)
    kept = min(4000, len(codes) // 4)  # not learned from
    tf.set_random_seed(args.seed)
    network = Network(len(characters))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        curve = train(sess, network, codes[:-kept], args.steps)
        (units,) = sess.run(network.units, {network.x: codes[None, -kept:]})
    console, rows, read, shown = Console(), [], text[-kept:], slice(kept // 2, kept // 2 + 500)
    for question, answer in QUESTIONS.items():
        found = clearest(units, answer(read))
        if found is not None:
            title = f"{question}: unit {found[0]}, {abs(found[1]):.1f} deviations apart"
            rows.append((title, np.sign(found[1]) * units[shown, found[0]]))
            show(read[shown], rows[-1][1], title, console)
    args.out.mkdir(parents=True, exist_ok=True)
    plot(read[shown], rows, args.out / "hidden_states.png")
    curve.save(args.out / "loss.png")
    print("written:", *sorted(str(p) for p in args.out.iterdir()))


if __name__ == "__main__":
    main()
