"""Configurations of layers are TensorFlow's (config_scenarios.py), and make layers that compute the same."""

import numpy as np
import pytest
from helpers import fails
from session_facts import check, names

import minitf as tf

LAYERS = {
    "Dense": (tf.layers.Dense, {"units": 3, "activation": "tanh", "kernel_regularizer": "l2"}, [4, 5]),
    "Conv2D": (tf.layers.Conv2D, {"filters": 2, "kernel_size": 3, "padding": "same"}, [1, 5, 6, 2]),
    "Conv2DTranspose": (tf.layers.Conv2DTranspose, {"filters": 2, "kernel_size": 3, "strides": 2}, [1, 5, 6, 2]),
    "Conv3DTranspose": (tf.layers.Conv3DTranspose, {"filters": 2, "kernel_size": 2}, [1, 3, 4, 3, 2]),
    "SeparableConv2D": (tf.layers.SeparableConv2D, {"filters": 2, "kernel_size": 3}, [1, 5, 6, 2]),
    "BatchNormalization": (tf.layers.BatchNormalization, {"axis": 1, "renorm": True}, [3, 4]),
    "MaxPooling2D": (tf.layers.MaxPooling2D, {"pool_size": 2, "strides": 1}, [1, 5, 6, 2]),
}


@pytest.mark.parametrize("name", names("layer_configurations", "cell_configurations"))
def test_like_tensorflow(name):
    check(name)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_of_a_configuration_computes_the_same(name):
    kind, options, shape = LAYERS[name]
    x = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    layer = kind(**options, name="first")
    again = kind.from_config({**layer.get_config(), "name": "second"})
    y, z = layer(tf.constant(x)), again(tf.constant(x))
    assert [w.name.partition("/")[2] for w in layer.weights] == [w.name.partition("/")[2] for w in again.weights]
    assert len(layer.losses) == len(again.losses)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        again.set_weights(session.run(layer.weights))
        np.testing.assert_array_equal(*session.run([y, z]))


def test_what_cannot_be_told():
    class Scaled(tf.layers.Layer):
        def __init__(self, factor):
            super().__init__()

    with fails(NotImplementedError, "must override `get_config`: Scaled takes factor"):
        Scaled(3).get_config()
    with fails(ValueError, "has neither a name nor get_config"):
        tf.layers.Dense(3, kernel_initializer=type("Own", (), {"__call__": lambda self, *a: 0})()).get_config()
    with fails(ValueError, "output_padding=1"):
        tf.layers.Conv2DTranspose(2, 3, output_padding=1)


def test_wrapped_cells_are_made_of_configurations():
    cells = tf.nn.rnn_cell
    config = cells.DropoutWrapper(cells.ResidualWrapper(cells.GRUCell(3, name="g")), 0.5).get_config()
    again = cells.DropoutWrapper.from_config(config)
    assert type(again.wrapped_cell.wrapped_cell) is cells.GRUCell and again.get_config() == config

    class Own(cells.BasicRNNCell):
        pass

    config = cells.DeviceWrapper(Own(3), "/cpu:0").get_config()
    assert type(cells.DeviceWrapper.from_config(config, {"Own": Own}).wrapped_cell) is Own
    with fails(ValueError, "Unknown cell: Own", "custom_objects"):
        cells.DeviceWrapper.from_config(config)
