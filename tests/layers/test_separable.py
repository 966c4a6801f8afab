import numpy as np
import pytest
from session_facts import check, names

import minitf as tf

X = np.random.RandomState(0).randn(2, 6, 5, 3).astype(np.float32)


@pytest.mark.parametrize("name", names("separable_convolutions"))
def test_like_tensorflow(name):
    check(name)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_values(data_format):
    first = data_format == "channels_first"
    x = X.transpose(0, 3, 1, 2) if first else X
    y = tf.layers.separable_conv2d(
        x, 4, (3, 2), (2, 2), "same", data_format, depth_multiplier=2, bias_initializer="ones"
    )
    y = tf.transpose(y, [0, 2, 3, 1]) if first else y
    depthwise, pointwise, bias = tf.trainable_variables()
    expected = tf.nn.separable_conv2d(X, depthwise, pointwise, [1, 2, 2, 1], "SAME") + bias
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(*session.run([y, expected]), rtol=1e-5, atol=1e-6)


def test_channels_for_themselves():
    y = tf.contrib.slim.separable_conv2d(X, None, [3, 3], depth_multiplier=2, activation_fn=None)
    weights, biases = tf.trainable_variables()
    expected = tf.nn.depthwise_conv2d(X, weights, [1, 1, 1, 1], "SAME") + biases
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(*session.run([y, expected]), rtol=1e-5, atol=1e-6)
