"""Each pass shows what it does: the program before it and after it, as text."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.passes import PASSES

BATCH, STEPS, LETTERS, UNITS = 32, 4, 9, 8


def training_step():
    """A step of a model that gives each pass something to do, and what to feed."""
    letters, lengths = tf.placeholder(tf.int32, [BATCH, STEPS]), tf.placeholder(tf.int32, [BATCH])
    table = tf.get_variable("table", [LETTERS, UNITS])
    x = tf.nn.embedding_lookup(table, letters)
    h, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(UNITS), x, dtype=tf.float32)
    g, _ = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(UNITS), tf.concat([h, tf.one_hot(letters, LETTERS)], 2), lengths, dtype=tf.float32
    )
    first = tf.matmul(tf.one_hot(letters[:, 0], LETTERS), table)
    logits = tf.layers.dense(g, LETTERS) + tf.layers.dense(h, LETTERS)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=letters, logits=logits)
    step = tf.train.AdamOptimizer().minimize(tf.reduce_mean(losses) + tf.reduce_mean(tf.square(first)))
    return step, {letters: np.arange(BATCH * STEPS).reshape(BATCH, STEPS) % LETTERS, lengths: np.arange(BATCH) % STEPS}


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_shows_what_it_does(name, monkeypatch, capsys):
    step, feeds = training_step()
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        monkeypatch.setenv("MINITF_SHOW", name)
        session.run(step, feeds)
    before, after = capsys.readouterr().err.split(f"---- after {name}\n")
    title, *before = before.splitlines()
    assert title == f"---- before {name}" and before != after.splitlines()
    assert all("repeat" in "".join(lines) and "gemm[float32]" in "".join(lines) for lines in (before, [after]))
