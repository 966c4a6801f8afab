"""TensorFlow, 1.15 or the compat.v1 of a 2.x: the graph of `workloads.py`, and XLA where there is one."""

import tensorflow.compat.v1 as tf

from benchmarks import freezing
from benchmarks.saving import Variables
from benchmarks.workloads import Model, loss_of, scalar_add, train_op

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
VERSION = "TensorFlow " + tf.VERSION
_XLA = tf.VERSION.startswith("2.")


def modes(w):
    """How the workload can be run; unrolling and XLA compile slowly."""
    if w.widths:
        return ["graph"] + ["xla"] * _XLA
    return ["static"] * (w.steps <= 100) + ["dynamic"] + ["xla"] * _XLA


def _config(threads):
    return tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)


def _compiled(model, unroll):
    """Loss and training op as one XLA computation."""
    fed = [t for t in (model.x, model.y, model.lengths) if t is not None]

    def computation(x, y, lengths=None):
        loss = loss_of(tf, model.w, x, y, lengths, unroll)
        with tf.control_dependencies([train_op(tf, model.w, loss)]):
            return tf.identity(loss)

    [loss] = tf.xla.experimental.compile(computation, fed)
    return loss, loss


def build(w, mode, threads):
    """The workload, ready to step."""
    if mode != "xla":
        return Model(tf, w, mode, _config(threads))
    with tf.variable_scope("", use_resource=True):
        tf.enable_resource_variables()
        tf.enable_control_flow_v2()
        try:
            return Model(tf, w, "dynamic", _config(threads), _compiled)
        finally:
            tf.disable_control_flow_v2()
            tf.disable_resource_variables()


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
