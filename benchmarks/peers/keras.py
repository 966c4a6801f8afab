"""Keras: its recurrent layers and optimizers, trained by a `tf.function`."""

import os
from importlib.metadata import version

import numpy as np
import tensorflow as tf

from benchmarks import specs

if os.environ.get("OMP_NUM_THREADS"):
    tf.config.threading.set_intra_op_parallelism_threads(int(os.environ["OMP_NUM_THREADS"]))
    tf.config.threading.set_inter_op_parallelism_threads(int(os.environ["OMP_NUM_THREADS"]))
VERSION = "Keras " + version("keras")


def modes(w):
    """How the workload can be run."""
    return ["keras"] if not w.widths and w.steps <= 1000 else []


def _gates(array, order):
    """The gates of a TensorFlow 1 kernel or bias in Keras's order."""
    parts = np.split(array, len(order), axis=-1)
    return np.concatenate([parts[i] for i in order], axis=-1)


def _layer(w, each_step):
    options = {"return_sequences": each_step, "activation": w.activation}
    if w.cell == "rnn":
        return tf.keras.layers.SimpleRNN(w.units, **options)
    if w.cell == "gru":
        return tf.keras.layers.GRU(w.units, reset_after=False, **options)
    return tf.keras.layers.LSTM(w.units, **options)


def _weights(w, layer, given):
    """Kernel, recurrent kernel and bias of a layer."""
    kernel, bias = given[f"kernel_{layer}"], given[f"bias_{layer}"]
    if w.cell == "gru":  # TensorFlow: reset, update, candidate; Keras: update, reset, candidate
        kernel = np.concatenate([given[f"gates_kernel_{layer}"], kernel], 1)
        bias, order = np.concatenate([given[f"gates_bias_{layer}"], bias]), [1, 0, 2]
    elif w.cell == "lstm":  # input, new, forget (plus 1), output; Keras: input, forget, new, output
        bias, order = bias + np.repeat(np.float32([0, 0, 1, 0]), w.units), [0, 2, 1, 3]
    else:
        order = [0]
    kernel = _gates(kernel, order)
    width = len(kernel) - w.units
    return [kernel[:width], kernel[width:], _gates(bias, order)]


class build:  # noqa: N801 - every peer has a `build`
    """The workload, ready to step."""

    def __init__(self, w, mode, threads):
        self.w, given = w, dict(specs.weights(w))
        layers = range(w.layers)
        self.layers = [_layer(w, w.each_step or i + 1 < w.layers) for i in layers]
        for i, layer in enumerate(self.layers):
            layer.build((w.batch, w.steps, w.units if i else w.features))
            layer.set_weights(_weights(w, i, given))
        rest = [given[name] for name in ("out_kernel", "out_bias")]
        self.out = [tf.Variable(value) for value in rest]
        self.embedding = [tf.Variable(given["embedding"])] if w.reads == "embedding" else []
        self.variables = [v for layer in self.layers for v in layer.trainable_variables]
        self.variables += self.out + self.embedding
        self.optimizer = (
            tf.keras.optimizers.Adam(w.rate, epsilon=1e-8)
            if w.optimizer == "adam"
            else tf.keras.optimizers.Adagrad(w.rate, initial_accumulator_value=0.1)
        )
        self.train = tf.function(self._train)

    def _loss(self, x, y, lengths):
        w = self.w
        if w.reads == "one_hot":
            x = tf.one_hot(x, w.inputs)
        elif w.reads == "embedding":
            x = tf.gather(self.embedding[0], x)
        mask = None if lengths is None else tf.sequence_mask(lengths, w.steps)
        for layer in self.layers:
            x = layer(x, mask=mask)
        logits = tf.reshape(x, [-1, w.units]) @ self.out[0] + self.out[1]
        if w.loss == "mse":
            return tf.reduce_mean(tf.square(logits - tf.reshape(y, [-1, w.outputs])))
        labels = tf.reshape(y, [-1])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))

    def _train(self, x, y, lengths=None):
        with tf.GradientTape() as tape:
            loss = self._loss(x, y, lengths)
        gradients = tape.gradient(loss, self.variables)
        if self.w.clip:
            gradients, _ = tf.clip_by_global_norm(gradients, self.w.clip)
        self.optimizer.apply_gradients(zip(gradients, self.variables))
        return loss

    def step(self, batch):
        """One training step; returns the loss before it."""
        return float(self.train(*[tf.constant(a) for a in batch if a is not None]))
