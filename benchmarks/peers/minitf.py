"""minitf."""

import minitf as tf
from benchmarks import freezing
from benchmarks.saving import Variables
from benchmarks.workloads import Model, scalar_add

VERSION = "minitf"


def modes(w):
    """How the workload can be run."""
    if w.widths:
        return ["graph"]
    return ["static", "dynamic"] if w.steps <= 1000 else ["dynamic"]


def _config(threads):
    return tf.ConfigProto(intra_op_parallelism_threads=threads)


def build(w, mode, threads):
    """The workload, ready to step."""
    return Model(tf, w, mode, _config(threads))


def overhead(threads):
    """A function that runs one scalar addition."""
    return scalar_add(tf, _config(threads))


def checkpoints(threads, folder, count, size):
    """Variables to be saved and restored."""
    return Variables(tf, _config(threads), folder, count, size)


def freeze(threads, folder):
    """Writes frozen graphs."""
    freezing.write(tf, _config(threads), folder)


def thaw(threads, folder, name, batch):
    """A frozen graph, ready to run."""
    return freezing.Frozen(tf, _config(threads), folder, name, batch)
