"""The workloads: sizes, weights and batches, the same for every framework.

This module, `worker.py`, `workloads.py` and `peers/` run on Python 3.7 too, the last of TensorFlow 1.
"""

from dataclasses import dataclass, replace

import numpy as np

CHANNELS = (32, 64)  # of the two layers for images


@dataclass(frozen=True)
class Workload:
    """A recurrent or convolutional network, its loss and its optimizer.

    Convolutional ones: "images" has two layers of `widths` x `widths` filters with pooling, then `units`;
    "words" has `units` filters of each of `widths` over embedded words, and the largest value of each.
    """

    name: str
    cell: str  # "rnn", "gru", "lstm"; "images" or "words" if it is convolutional
    units: int
    steps: int
    batch: int
    inputs: int  # features, or symbols if `reads` is not "dense"
    outputs: int
    reads: str = "dense"  # how inputs enter: "dense", "one_hot" or "embedding"
    activation: str = "tanh"
    layers: int = 1
    each_step: bool = False  # outputs at each step, or from the last state
    loss: str = "xent"  # or "mse"
    optimizer: str = "adam"  # or "adagrad"
    rate: float = 0.001
    clip: float = 0.0  # by global norm
    shortest: int = 0  # sequences have `shortest` to `steps` steps
    widths: tuple = ()  # of filters
    word: int = 0  # numbers that an embedded word has, if not `units`

    @property
    def features(self):
        """The width of the cell's input."""
        return (self.word or self.units) if self.reads == "embedding" else self.inputs

    @property
    def hidden(self):
        """The width of what the output layer reads."""
        return self.units * (len(self.widths) if self.cell == "words" else 1)

    @property
    def flat(self):
        """How many numbers an image has after two layers."""
        return -(-self.steps // 4) * -(-self.inputs // 4) * CHANNELS[1]


_ALL = [
    Workload("timeseries", "rnn", 100, 20, 50, 1, 1, activation="relu", each_step=True, loss="mse"),
    Workload("mnist_rows", "rnn", 150, 28, 150, 28, 10),
    Workload("char_rnn", "rnn", 100, 5, 200, 65, 65, reads="one_hot", each_step=True, optimizer="adagrad", rate=0.01),
    Workload("char_gru", "gru", 128, 50, 50, 65, 65, reads="embedding", each_step=True, clip=5.0),
    Workload("char_lstm", "lstm", 128, 50, 50, 65, 65, reads="embedding", layers=2, each_step=True, clip=5.0),
    Workload("varlen", "lstm", 64, 100, 32, 16, 2, shortest=10),
    Workload("mnist_cnn", "images", 256, 28, 50, 28, 10, widths=(5,)),
    Workload("sentence_cnn", "words", 100, 56, 64, 5000, 2, reads="embedding", widths=(3, 4, 5), word=128),
]
_LONG = Workload("long_T", "rnn", 32, 10, 8, 8, 1, loss="mse")
WORKLOADS = {w.name: w for w in _ALL}
WORKLOADS.update({f"long_T_{t}": replace(_LONG, name=f"long_T_{t}", steps=t) for t in (10, 100, 1000, 10000)})


def find(name, **changes):
    """The workload of a name, with other sizes if asked."""
    return replace(WORKLOADS[name], **changes)


def weights(w):
    """Initial weights as (name, float32 array), in the order in which a TensorFlow 1 graph creates them.

    Kernels are [inputs + units, gates * units], gates in TensorFlow's order (GRU: r, u; LSTM: i, j, f, o).
    """
    made, random = [], np.random.RandomState(7)

    def add(name, *shape):
        scale = np.sqrt(np.prod(shape[:-1]))
        made.append((name, (random.standard_normal(shape) / scale).astype(np.float32)))

    def bias(name, size, value=0.0):
        made.append((name, np.full(size, value, np.float32)))

    if w.reads == "embedding":
        add("embedding", w.inputs, w.features)
    if w.widths:
        _add_filters(w, add, bias)
    for layer in range(0 if w.widths else w.layers):
        rows = (w.units if layer else w.features) + w.units
        if w.cell == "gru":
            add(f"gates_kernel_{layer}", rows, 2 * w.units)
            bias(f"gates_bias_{layer}", 2 * w.units, 1.0)
        columns = w.units * (4 if w.cell == "lstm" else 1)
        add(f"kernel_{layer}", rows, columns)
        bias(f"bias_{layer}", columns)
    add("out_kernel", w.hidden, w.outputs)
    bias("out_bias", w.outputs)
    return made


def _add_filters(w, add, bias):
    if w.cell == "words":
        for k in w.widths:
            add(f"filter_{k}", k, w.features, 1, w.units)
            bias(f"bias_{k}", w.units)
        return
    for layer, (before, behind) in enumerate(zip((1, *CHANNELS), CHANNELS)):
        add(f"filter_{layer}", w.widths[0], w.widths[0], before, behind)
        bias(f"bias_{layer}", behind)
    add("hidden_kernel", w.flat, w.units)
    bias("hidden_bias", w.units)


def batches(w, count=16, seed=1):
    """Batches (x, y, lengths or None), batch-major."""
    random = np.random.RandomState(seed)
    return [_batch(w, random) for _ in range(count)]


def _batch(w, random):
    if w.reads == "dense":
        x = random.standard_normal((w.batch, w.steps, w.inputs)).astype(np.float32)
    else:
        x = random.randint(0, w.inputs, (w.batch, w.steps)).astype(np.int32)
    shape = (w.batch, w.steps) if w.each_step else (w.batch,)
    if w.loss == "mse":
        y = random.standard_normal((*shape, w.outputs)).astype(np.float32)
    else:
        y = random.randint(0, w.outputs, shape).astype(np.int32)
    lengths = random.randint(w.shortest, w.steps + 1, w.batch).astype(np.int32) if w.shortest else None
    return x, y, lengths
