"""Fully connected layers under tf.contrib's names."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails, run

import minitf as tf
from minitf.contrib import layers


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "dense_layers"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def names():
    return [v.op.name for v in tf.global_variables()]


def test_activations():
    x = tf.constant([[-1.0, 2.0, 9.0]])
    given = {"weights_initializer": tf.constant_initializer(np.eye(3)), "num_outputs": 3}
    with tf.Session() as sess:
        made = [f(x, **given) for f in (layers.relu, layers.relu6, layers.linear)]
        sess.run(tf.global_variables_initializer())
        assert [a.tolist() for a in sess.run(made)] == [[[0, 2, 9]], [[0, 2, 6]], [[-1, 2, 9]]]


def test_sharing_by_scope():
    first = layers.linear(tf.ones([2, 3]), 4, scope="shared")
    again = layers.linear(tf.ones([2, 3]), 4, scope="shared", reuse=True)
    assert names() == ["shared/weights", "shared/biases"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert np.array_equal(*sess.run([first, again]))


def test_regularizers_collections_and_normalizers():
    outputs = layers.fully_connected(
        tf.ones([2, 3]),
        4,
        normalizer_fn=lambda x, by: x / by,
        normalizer_params={"by": 2.0},
        trainable=False,
        weights_regularizer=layers.l2_regularizer(0.1),
        variables_collections={"weights": ["mine"]},
        outputs_collections="outputs",
    )
    assert names() == ["fully_connected/weights"]
    assert tf.get_collection("mine") == tf.get_collection(tf.GraphKeys.MODEL_VARIABLES) == tf.global_variables()
    assert tf.get_collection("outputs") == [outputs] and not tf.trainable_variables()
    assert len(tf.losses.get_regularization_losses()) == 1
    with fails(ValueError, "num_outputs is an integer"):
        layers.fully_connected(tf.ones([2, 3]), 4.0)


def test_dropout_flatten_one_hot():
    x = tf.ones([50, 2, 20])
    dropped, kept = run(layers.dropout(x, 0.8, seed=1), layers.dropout(x, 0.8, is_training=False))
    assert set(np.unique(dropped)) == {0.0, np.float32(1.25)} and (kept == 1).all()
    assert abs((dropped > 0).mean() - 0.8) < 0.05
    assert layers.flatten(x).shape.as_list() == [50, 40]
    assert run(layers.one_hot_encoding([2, 0], 3)).tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize("unique", [False, True])
def test_embed_sequence(unique):
    ids = tf.constant([[1, 0, 1], [2, 2, 1]])
    start = tf.constant_initializer(np.arange(6.0))
    embedded = layers.embed_sequence(ids, 3, 2, unique=unique, initializer=start, scope="words")
    (gradient,) = tf.gradients(embedded, tf.trainable_variables())
    assert names() == ["words/embeddings"]
    again = layers.embed_sequence(ids, scope="words", reuse=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values, same, grad = sess.run([embedded, again, tf.convert_to_tensor(gradient)])
    np.testing.assert_array_equal(values, np.arange(6).reshape(3, 2)[[[1, 0, 1], [2, 2, 1]]])
    np.testing.assert_array_equal(same, values)
    assert grad.tolist() == [[1, 1], [3, 3], [2, 2]]
    with fails(ValueError, "vocab_size and embed_dim"):
        layers.embed_sequence(ids, 3)
