"""Networks whose batches have other sizes in each step; `tf` is minitf or TensorFlow, the lines are one.

Each gives the loss of a batch (see `situations.py`). All have another number of rows and of steps each time, the
decoders another number of steps of what they write, too.
"""

import numpy as np

from benchmarks import situations


class Given(situations.Given):
    """What a network is made of; `z` is what it is to write, [batch, steps of its own, units]."""

    def __init__(self, tf, w):
        super().__init__(tf, w)
        self.z = tf.placeholder(tf.float32, [None, None, w.units])
        self.size = lambda step: (24 + step * 5 % 9, 20 + step * 8 % 21)  # 28 and 30 in the mean
        self.wished = lambda step: 10 + step * 7 % 16

    def feed(self, batch, step):
        """The feed_dict of a batch."""
        x, y, lengths = batch
        rows = self.size(step)[0]
        z = y[:rows, : self.wished(step)] + np.float32(step % 3)
        return {**super().feed((x, y, np.maximum(lengths, 1)), step), self.z: z}

    def encoded(self):
        """The outputs of an LSTM and its last state."""
        tf = self.tf
        with tf.variable_scope("encoder"):
            return tf.nn.dynamic_rnn(self.cell(), self.x, self.lengths, dtype=tf.float32)

    def decoded(self, cell, state):
        """The error of what a cell writes, given what was to be written before."""
        tf, seq2seq = self.tf, self.tf.contrib.seq2seq
        lengths = tf.fill([tf.shape(self.z)[0]], tf.shape(self.z)[1])
        helper = seq2seq.TrainingHelper(tf.pad(self.z, [[0, 0], [1, 0], [0, 0]])[:, :-1], lengths)
        decoder = seq2seq.BasicDecoder(cell, helper, state, tf.layers.Dense(self.w.units))
        written = seq2seq.dynamic_decode(decoder)[0].rnn_output
        return tf.reduce_mean(tf.square(written - self.z))


def gru(g):
    return g.of(g.cell("GRUCell"))


def two_lstms(g):
    return g.of(g.tf.nn.rnn_cell.MultiRNNCell([g.cell(), g.cell()]))


def tagger(g):
    """One network in each direction, and a layer on both."""
    outputs = g.both()
    return g.error(g.tf.layers.dense(outputs, g.w.units))


def pairs_of_steps(g):
    """Each step looks at all others."""
    h = g.tf.nn.dynamic_rnn(g.cell(), g.x, g.lengths, dtype=g.tf.float32)[0]
    scores = g.tf.nn.softmax(g.tf.matmul(h, h, transpose_b=True))
    return g.error(g.tf.matmul(scores, h))


def convolution(g):
    """Over the steps, before the network."""
    return g.error(g.lstm(g.tf.nn.relu(g.tf.layers.conv1d(g.x, g.w.units, 5, padding="same")), g.lengths))


def positions_looked_up(g):
    """In a table, and added to what the network is given."""
    tf, (batch, steps) = g.tf, (g.tf.shape(g.x)[0], g.tf.shape(g.x)[1])
    table = tf.get_variable("positions", [2 * g.w.steps, g.w.inputs])
    places = tf.tile(tf.expand_dims(tf.range(steps), 0), [batch, 1])
    return g.error(g.lstm(g.x + tf.nn.embedding_lookup(table, places), g.lengths))


def branch_by_steps(g):
    """What is done with few steps is not what is done with many."""
    tf, outputs = g.tf, g.lstm(lengths=g.lengths)
    return g.error(tf.cond(tf.shape(g.x)[1] > 30, lambda: 0.5 * outputs, lambda: tf.tanh(outputs)))


def pyramid(g):
    """Two steps of one network are a step of the next."""
    outputs, half = g.lstm(g.x, g.lengths), g.tf.shape(g.x)[1] // 2
    pairs = g.tf.reshape(outputs[:, : 2 * half], [g.tf.shape(g.x)[0], half, 2 * g.w.units])
    with g.tf.variable_scope("upper"):
        return g.tf.reduce_mean(g.tf.square(g.lstm(pairs) - g.y[:, :half]))


def strides(g):
    """Every second step of a convolution."""
    h = g.tf.layers.conv1d(g.x, g.w.units, 5, strides=2, padding="same", activation=g.tf.nn.relu)
    outputs = g.lstm(h)
    return g.tf.reduce_mean(g.tf.square(outputs - g.y[:, : g.tf.shape(outputs)[1]]))


def seq2seq(g):
    _, state = g.encoded()
    return g.decoded(g.cell(), state)


def attention(g):
    outputs, state = g.encoded()
    return _attending(g, g.tf.contrib.seq2seq.LuongAttention, outputs, state)


def additive_attention(g):
    outputs, state = g.encoded()
    return _attending(g, g.tf.contrib.seq2seq.BahdanauAttention, outputs, state)


def _attending(g, kind, outputs, state):
    attention = kind(g.w.units, outputs, g.lengths)
    cell = g.tf.contrib.seq2seq.AttentionWrapper(g.cell(), attention, attention_layer_size=g.w.units)
    batch = g.tf.shape(g.x)[0]
    return g.decoded(cell, cell.zero_state(batch, g.tf.float32).clone(cell_state=state))


_ALL = [
    gru,
    two_lstms,
    tagger,
    situations.raw_rnn,
    situations.boolean_mask,
    pairs_of_steps,
    convolution,
    strides,
    pyramid,
    positions_looked_up,
    branch_by_steps,
    seq2seq,
    attention,
    additive_attention,
    situations.growing_memory,
    situations.slice_by_a_feed,
]
NETWORKS = {network.__name__: network for network in _ALL}


def build(tf, w, name, threads):
    """A network, ready to step."""
    return situations.Model(tf, w, NETWORKS[name], threads, Given)
