"""minitf with Python in the middle of a step: each mode makes something of the loss before its gradients."""

import numpy as np

import minitf as tf
from benchmarks.workloads import Model, loss_of, train_op

VERSION = "minitf"


def _queue(loss):
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    return loss, [queue.enqueue(loss), queue.dequeue()]


KINDS = {
    "nothing": lambda loss: (loss, []),
    "py_func": lambda loss: (loss, tf.py_func(np.sqrt, [loss], tf.float32)),
    "queue": _queue,
    "summary": lambda loss: (loss, tf.summary.scalar("loss", loss)),
    "Print": lambda loss: (tf.Print(loss, [loss], "loss: "), []),
}


def modes(w):
    """What can be in the middle."""
    return list(KINDS)


def build(w, mode, threads):
    """The workload, dynamically unrolled, ready to step."""

    def made(model, unroll):
        loss, extra = KINDS[mode](loss_of(tf, w, model.x, model.y, model.lengths, unroll))
        return loss, [train_op(tf, w, loss), extra]

    return Model(tf, w, "dynamic", tf.ConfigProto(intra_op_parallelism_threads=threads), made)
