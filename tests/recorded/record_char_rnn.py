"""Trains a small character RNN in TensorFlow 1.15 and records what it says, into tests/facts/char_rnn.

PYTHON_WITH_TF1 tests/recorded/record_char_rnn.py FOLDER
"""

import os
import sys

import numpy as np

TEXT = "the cat sat on the mat and the dog sat on the log. " * 12
LETTERS = sorted(set(TEXT))
UNITS, STEPS, BATCH = 24, 17, 12


def model(tf, ids):
    """(logits, first and last state) of a character RNN, whose variables are those of the checkpoint."""
    cells = [tf.nn.rnn_cell.BasicLSTMCell(UNITS), tf.nn.rnn_cell.GRUCell(UNITS)]
    cell = tf.nn.rnn_cell.MultiRNNCell(cells)
    start = cell.zero_state(tf.shape(ids)[0], tf.float32)
    outputs, last = tf.nn.dynamic_rnn(cell, tf.one_hot(ids, len(LETTERS)), initial_state=start)
    with tf.variable_scope("softmax"):
        w, b = tf.get_variable("w", [UNITS, len(LETTERS)]), tf.get_variable("b", [len(LETTERS)])
    return tf.tensordot(outputs, w, 1) + b, start, last


def said(tf, session, beginning, count):
    """What the network goes on with, always by its likeliest letter; the session's graph holds the model."""
    ids = tf.placeholder(tf.int32, [None, None])
    with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
        logits, start, last = model(tf, ids)
    best = tf.argmax(logits[:, -1], 1)
    text, state, fed = beginning, None, [[LETTERS.index(c) for c in beginning]]
    for _ in range(count):
        feeds = {ids: fed} if state is None else {ids: fed, start: state}
        found, state = session.run([best, last], feeds)
        text, fed = text + LETTERS[found[0]], [[found[0]]]
    return text


def record(tf, folder):
    tf.set_random_seed(3)
    codes = np.array([LETTERS.index(c) for c in TEXT])
    x = codes[: BATCH * STEPS * 3].reshape(BATCH, -1)
    ids, targets = tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None, None])
    logits, _, _ = model(tf, ids)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits))
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    saver = tf.train.Saver(tf.trainable_variables())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(150):
            session.run(train, {ids: x[:, :-1], targets: x[:, 1:]})
        saver.save(session, os.path.join(folder, "m"), write_meta_graph=False, write_state=False)
        text = said(tf, session, "the d", 60)
    with open(os.path.join(folder, "said.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


if __name__ == "__main__":
    import tensorflow.compat.v1 as tf

    record(tf, sys.argv[1])
