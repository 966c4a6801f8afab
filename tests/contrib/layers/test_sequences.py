"""Sequences, embeddings and pooling along any axes, with TensorFlow 1.15's values and shapes."""

import numpy as np
from helpers import fails

import minitf as tf
from minitf.contrib import layers, slim

IMAGES = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)


def run(fetches, feeds=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feeds)


def test_images_are_sequences_of_columns_and_back():
    columns = layers.images_to_sequence(IMAGES)
    assert columns.shape.as_list() == [4, 6, 5]
    again, first = (layers.sequence_to_images(columns, 3, f) for f in ("channels_last", "channels_first"))
    assert again.shape.as_list() == [2, 3, 4, 5] and first.shape.as_list() == [2, 5, 3, 4]
    other = layers.images_to_sequence(first, "NCHW")
    found = run([columns, again, other])
    assert np.array_equal(found[0], IMAGES.transpose(2, 0, 1, 3).reshape(4, 6, 5))
    assert np.array_equal(found[1], IMAGES) and np.array_equal(found[2], found[0])


def test_batches_of_unknown_size():
    x = tf.placeholder(tf.float32, [None, None, 4, 5])
    columns = layers.images_to_sequence(x)
    again = layers.sequence_to_images(columns, 3)
    assert columns.shape.as_list() == [4, None, 5] and again.shape.as_list() == [None, 3, 4, 5]
    assert np.array_equal(run(again, {x: IMAGES}), IMAGES)
    with fails(ValueError, "data_format has to be either"):
        layers.images_to_sequence(x, "NWHC")


def test_what_fills_up_is_left_out():
    sparse = run(layers.dense_to_sparse([[7, 9], [9, 8]], eos_token=9))
    assert sparse.indices.tolist() == [[0, 0], [1, 1]] and sparse.values.tolist() == [7, 8]
    assert sparse.dense_shape.tolist() == [2, 2]


def test_symbols_are_looked_up_once():
    table = tf.constant(IMAGES.reshape(24, 5))
    ids = tf.placeholder(tf.int32, [2, None])
    rows = layers.embedding_lookup_unique(table, ids)
    assert rows.shape.as_list() == [2, None, 5]
    given = np.array([[3, 3, 1], [0, 3, 23]])
    assert np.array_equal(run(rows, {ids: given}), IMAGES.reshape(24, 5)[given])
    slopes = tf.gradients(rows, table)[0]
    assert run(tf.convert_to_tensor(slopes), {ids: given})[:4, 0].tolist() == [1, 1, 0, 3]


def test_bags_of_words():
    values = np.arange(8, dtype=np.float32).reshape(4, 2)
    ids, start = [[1, 3, 0], [0, 0, 0]], tf.constant_initializer(values)
    sparse = layers.bow_encoder(ids, 4, 2, initializer=start)
    dense = layers.bow_encoder(ids, 4, 2, sparse_lookup=False, initializer=start)
    assert [v.op.name for v in tf.model_variables()] == ["bow_encoder/embeddings", "bow_encoder_1/embeddings"]
    means, all_means = run([sparse, dense])
    assert means.tolist() == [[4, 5], [0, 1]]
    np.testing.assert_allclose(all_means, values[ids].mean(1), rtol=1e-6)
    with fails(ValueError, "Must specify vocab size"):
        layers.bow_encoder(ids, 0, 2)
    with fails(TypeError, "expected to be dense"):
        layers.bow_encoder(layers.dense_to_sparse(ids), 4, 2, sparse_lookup=False)


def test_pooling_along_any_axes():
    wide, along = slim.pool(IMAGES, [2, 3], "MAX", stride=[1, 2]), slim.pool(IMAGES[0], 2, "AVG", "SAME")
    assert wide.op.name.startswith("max_pool") and along.op.name.startswith("avg_pool")
    assert wide.shape.as_list() == [2, 2, 1, 5] and along.shape.as_list() == [3, 4, 5]
    assert np.array_equal(run(wide)[:, 0, 0], IMAGES[:, 1, 2])
    for x in (tf.placeholder(tf.float32), tf.zeros([2, 3])):
        with fails(ValueError, "Rank of inputs must be >= 3"):
            slim.pool(x, 2, "MAX")


def test_the_losses_of_contrib_are_those_of_slim():
    loss = tf.contrib.losses.mean_squared_error([1.0, 2.0], [0.0, 0.0])
    assert tf.contrib.losses.get_losses() == [loss] == slim.losses.get_losses() and run(loss) == 2.5
