"""Convolutional layers."""

import numpy as np
import pytest
from convolution_facts import check_graph, graphs
from helpers import fails

import minitf as tf

X = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype(np.float32)
S = np.random.default_rng(1).normal(size=(2, 9, 3)).astype(np.float32)


def runs(*tensors):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(list(tensors))


@pytest.mark.parametrize("fact", graphs("tf.layers.conv"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("strides, rate, padding", [(1, 1, "same"), ((2, 1), 1, "valid"), (1, (1, 2), "SAME")])
def test_conv2d(strides, rate, padding):
    y = tf.layers.conv2d(
        X, 5, (3, 2), strides, padding, dilation_rate=rate, activation="relu", bias_initializer=tf.ones_initializer()
    )
    kernel, bias = tf.trainable_variables()
    expected = tf.nn.relu(tf.nn.conv2d(X, kernel, strides, padding.upper(), dilations=rate) + bias)
    np.testing.assert_allclose(*runs(y, expected), rtol=1e-6)
    assert kernel.shape.as_list() == [3, 2, 3, 5] and bias.shape.as_list() == [5]


def test_layouts():
    layer = tf.layers.Conv2D(4, 3, data_format="channels_first", bias_initializer=tf.ones_initializer())
    turned = tf.layers.Conv2D(
        4,
        3,
        kernel_initializer=lambda *a, **k: layer.kernel.initialized_value(),
        bias_initializer=tf.ones_initializer(),
    )
    a = tf.transpose(layer(tf.constant(X.transpose(0, 3, 1, 2))), [0, 2, 3, 1])
    np.testing.assert_allclose(*runs(a, turned(X)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("kind", ["channels_last", "channels_first"])
def test_conv1d(padding, kind):
    x = S if kind == "channels_last" else S.transpose(0, 2, 1)
    y = tf.layers.conv1d(x, 4, 3, padding=padding, data_format=kind, bias_initializer=tf.ones_initializer())
    y = y if kind == "channels_last" else tf.transpose(y, [0, 2, 1])
    before = {"valid": 0, "same": 1, "causal": 2}[padding]
    padded = np.pad(S, [(0, 0), (before, 1 if padding == "same" else 0), (0, 0)])
    expected = tf.nn.conv1d(padded, tf.trainable_variables()[0], 1, "VALID") + 1
    np.testing.assert_allclose(*runs(y, expected), rtol=1e-6)


@pytest.mark.parametrize("padding, sizes", [("same", (14, 18)), ("valid", (15, 18))])
def test_conv2d_transpose(padding, sizes):
    for kind, shape in (("channels_last", [None, 7, 6, 3]), ("channels_first", [None, 3, 7, 6])):
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, shape)
            layer = tf.layers.Conv2DTranspose(5, 3, (2, 3), padding, kind)
            y = layer(x)
            assert layer.kernel.shape.as_list() == [3, 3, 5, 3]
            full = [2, *sizes, 5] if kind == "channels_last" else [2, 5, *sizes]
            assert y.shape.as_list() == [None, *full[1:]]
            assert layer.compute_output_shape([2, *shape[1:]]).as_list() == full
            fed = X if kind == "channels_last" else X.transpose(0, 3, 1, 2)
            back = tf.nn.conv2d(
                y, layer.kernel, (2, 3), padding.upper(), data_format="NHWC" if kind == "channels_last" else "NCHW"
            )
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                found, again = session.run([y, back], {x: fed})
            assert found.shape == tuple(full) and again.shape == fed.shape


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides, rate", [(1, 1), (2, 1), (1, 2)])
def test_shapes_told_beforehand(padding, strides, rate):
    layer = tf.layers.Conv2D(5, (3, 2), strides, padding, dilation_rate=rate)
    assert layer.compute_output_shape([2, 7, 6, 3]) == layer(X).shape
    assert layer.compute_output_shape([None, None, 6, 3]).as_list()[:2] == [None, None]


def test_sharing_and_types():
    layer = tf.layers.Conv2D(4, 3, name="c")
    layer(X), layer(X), tf.layers.conv2d(X, 4, 3, name="c", reuse=True)
    assert [v.op.name for v in tf.global_variables()] == ["c/kernel", "c/bias"] and len(layer.weights) == 2
    assert tf.layers.conv2d(X.astype(float), 4, 3, name="d", trainable=False).dtype == tf.float64
    assert len(tf.trainable_variables()) == 2
    with fails(ValueError, "size 3", "axis -1"):
        layer(X[..., :2])


def test_activity_regularizers_count_one_example():
    y = tf.layers.conv2d(X, 2, 3, activity_regularizer=tf.reduce_sum, use_bias=False)
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    value, expected = runs(loss, y)
    assert loss.name == "conv2d/ActivityRegularizer/truediv:0"
    assert value == pytest.approx(expected.sum() / 2, rel=1e-4)


def test_refusals():
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    for arguments, what in [
        ({"padding": "foo"}, "padding"),
        ({"kernel_size": [5, 5, 5]}, "kernel_size"),
        ({"data_format": "NHWC"}, "channels_first"),
        ({"strides": "a"}, "strides"),
        ({"padding": "causal"}, "padding"),
        ({"kernel_size": 29}, "Negative dimension"),
        ({"strides": 2, "dilation_rate": 2}, "not supported"),
    ]:
        with fails(ValueError, what):
            tf.layers.conv2d(x, **{"filters": 2, "kernel_size": 5, **arguments})
    with fails(ValueError, "channel dimension"):
        tf.layers.conv2d(tf.placeholder(tf.float32, [None, 28, 28, None]), 2, 5)
    with fails(ValueError, "rank 4"):
        tf.layers.conv2d(tf.placeholder(tf.float32, [None, 28, 28]), 2, 5)
    with fails(ValueError, "defined rank"):
        tf.layers.conv2d(tf.placeholder(tf.float32), 2, 5)
