"""Convolutional and pooling layers under tf.contrib's names."""

import numpy as np
import pytest
from convolution_facts import check_graph, graphs
from helpers import fails

import minitf as tf
from minitf.contrib import layers

X = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype(np.float32)


@pytest.mark.parametrize(
    "fact",
    graphs("tf.contrib.layers.conv2d(x", "contrib.layers.max_pool", "contrib.layers.conv2d_t"),
    ids=lambda f: f["source"],
)
def test_recorded_graphs(fact):
    check_graph(fact)


def test_layers():
    made = layers.conv2d(X, 4, [3, 2], 2, weights_initializer=tf.ones_initializer(), rate=1)
    again = layers.convolution2d(X, 4, [3, 2], 2, scope="Conv", reuse=True, activation_fn=None)
    first = layers.conv2d(X.transpose(0, 3, 1, 2), 4, [3, 2], 2, data_format="NCHW", scope="Conv", reuse=True)
    back = layers.conv2d_transpose(
        made, 3, 3, 2, normalizer_fn=lambda x, by: x * by, activation_fn=None, normalizer_params={"by": 0.0}
    )
    assert [v.op.name for v in tf.model_variables()] == ["Conv/weights", "Conv/biases", "Conv2d_transpose/weights"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        a, b, c, d = session.run([made, again, first, back])
    np.testing.assert_array_equal(a, np.maximum(b, 0))
    np.testing.assert_allclose(a, c.transpose(0, 2, 3, 1), rtol=1e-5)
    assert d.shape == (2, 8, 6, 3) and not d.any()


def test_pools():
    with tf.Session() as session:
        pooled = layers.max_pool2d(X, 2, outputs_collections="seen"), layers.avg_pool2d(X, [3, 2], 1, "SAME")
        expected = tf.nn.max_pool(X, 2, 2, "VALID"), tf.nn.avg_pool(X, [3, 2], 1, "SAME")
        a, b, c, d = session.run([*pooled, *expected])
    np.testing.assert_array_equal(a, c)
    np.testing.assert_array_equal(b, d)
    assert tf.get_collection("seen") == [pooled[0]]


def test_refusals():
    with fails(ValueError, "rank 4"):
        layers.conv2d(tf.zeros([2, 9, 3]), 4, 3)
    for function in (layers.max_pool2d, layers.avg_pool2d):
        with fails(ValueError, "NCHW"):
            function(X, 2, data_format="NWC")
    with fails(ValueError, "kernel_size"):
        layers.conv2d(X, 4, [5])
