"""Pooling of contrib.layers: it is the layers' own, without their scopes."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf

layers = tf.contrib.layers
KINDS = [
    (layers.max_pool3d, [2, 3, 6, 6, 6], "NCDHW", "MaxPool3D/transpose_1"),
    (layers.avg_pool3d, [2, 6, 6, 6, 3], "NDHWC", "AvgPool3D/AvgPool3D"),
    (layers.max_pool2d, [2, 3, 6, 6], "NCHW", "MaxPool2D/MaxPool"),
    (layers.avg_pool2d, [2, 6, 6, 3], "NHWC", "AvgPool2D/AvgPool"),
]


@pytest.mark.parametrize("pool, shape, order, name", KINDS)
def test_windows(pool, shape, order, name):
    inputs = tf.zeros(shape)
    assert pool(inputs, 2, data_format=order).op.name == name
    whole = inputs.shape[2:] if order[1] == "C" else inputs.shape[1:-1]
    found = pool(inputs, whole, data_format=order, outputs_collections="kept", scope="mine")
    assert sorted(found.shape.as_list()) == sorted([2, 3, *[1] * (len(shape) - 2)])
    assert found.aliases == layers.utils.get_tensor_aliases(found) == ["mine"] and tf.get_collection("kept") == [found]


@pytest.mark.parametrize("pool, shape, order, name", KINDS)
def test_refusals(pool, shape, order, name):
    inputs = tf.zeros(shape)
    for wrong in (
        {"kernel_size": [2]},
        {"kernel_size": 2, "data_format": "NHHC"},
        {"kernel_size": 2, "stride": 0},
        {"kernel_size": 2, "padding": "x"},
        {"kernel_size": 2, "inputs": inputs[0]},
        {"kernel_size": 2, "inputs": tf.placeholder(tf.float32)},
    ):
        with fails(ValueError):
            pool(**{"inputs": inputs, "data_format": order, **wrong})


def test_volumes_with_channels_first():
    x = np.random.default_rng(0).normal(size=[1, 2, 4, 4, 4]).astype(np.float32)
    first = layers.max_pool3d(x, 2, data_format="NCDHW")
    last = layers.max_pool3d(np.moveaxis(x, 1, -1), 2)
    with tf.Session() as sess:
        first, last = sess.run([first, last])
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), last)


def test_scopes_of_repeated_layers_have_the_names_of_functions():
    found = layers.repeat(tf.zeros([2, 6, 6, 3]), 2, layers.conv2d, 4, 3)
    assert found.op.name == "Repeat/convolution2d_2/Relu"
    found = layers.stack(tf.zeros([2, 6, 6, 3]), layers.separable_conv2d, [(4, 3, 1), (4, 3, 1)])
    assert found.op.name == "Stack/separable_convolution2d_2/Relu"
    names = [layers.conv2d_transpose, layers.conv1d, layers.conv3d, layers.conv3d_transpose, layers.conv2d_in_plane]
    assert [layer.__name__ for layer in names] == [
        "convolution2d_transpose",
        "convolution1d",
        "convolution3d",
        "convolution3d_transpose",
        "convolution2d_in_plane",
    ]
