"""Rows that are sometimes none or one: just other sizes, as far as nothing is repeated along them."""

import numpy as np
import pytest
from resized import watched

import minitf as tf
from minitf.runtime.plan import region

D, LEARNED, RUNS = 3, 7, 16


def gru(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(D), x, dtype=tf.float32)[0]


def looking_at_all(x):
    """Products of matrices of which there is one for each row; the sum of those is one product more."""
    h = tf.layers.dense(x, D)
    return h + tf.matmul(tf.nn.softmax(tf.matmul(x, h, transpose_b=True)), x)


def windows(x):
    return tf.layers.max_pooling1d(tf.layers.conv1d(x, D, 3, padding="same"), 2, 1, padding="same")


def one_for_all(x):
    """What is the same for all rows, whose gradient is the sum of theirs."""
    shared = tf.get_variable("shared", [1, 1, D], initializer=tf.ones_initializer())
    return (x - tf.reduce_max(x, 1, keepdims=True)) * shared + tf.transpose(x, [1, 0, 2])[0][:, None]


def of_many_lengths(x):
    """Of many rows those that have not ended are computed; of a few all are, for none knows where it ends."""
    ends = tf.reduce_sum(tf.cast(x[:, :, 0] > 0, tf.int32), 1)
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(D), x, ends, dtype=tf.float32)[0]


def parts(x):
    """Each row through one of two networks, where it came from put where it was."""
    which = tf.cast(x[:, 0, 0] > 0, tf.int32)
    found = [tf.layers.dense(part, D, tf.tanh) for part in tf.dynamic_partition(x, which, 2)]
    return tf.dynamic_stitch(tf.dynamic_partition(tf.range(tf.shape(x)[0]), which, 2), found)


def built(model):
    tf.set_random_seed(1)
    x, kept = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.bool, [None])
    scale = tf.get_variable("scale", [D], initializer=tf.ones_initializer())
    rows = tf.boolean_mask(x * scale, kept)
    rows.set_shape([None, None, D])
    loss = tf.reduce_sum(tf.square(model(rows)))
    return [loss, *tf.gradients(loss, tf.trainable_variables())], x, kept


MODELS = [gru, looking_at_all, windows, one_for_all, of_many_lengths, parts]


@pytest.mark.parametrize("model", MODELS)
def test_none_and_one_are_other_sizes(model, monkeypatch):
    fetches, x, kept = built(model)
    lowered, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(1) or real(self, *given))
    found, anew = {}, []
    for executor in ("native", "op_by_op"):
        draw, found[executor] = np.random.RandomState(0), []
        with watched() as watch, tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(RUNS):
                batch, steps = draw.randint(4, 8), draw.randint(3, 9)
                flags = draw.permutation(batch) < draw.randint(0, 5)
                found[executor] += session.run(fetches, {x: draw.randn(batch, steps, D), kept: flags})
                anew.append(len(lowered) - watch.counts.total())  # each program is lowered again by the watch
        assert not watch.wrong
    for ours, plain in zip(found["native"], found["op_by_op"]):
        np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-5)
    assert anew[RUNS - 1] == anew[LEARNED]
