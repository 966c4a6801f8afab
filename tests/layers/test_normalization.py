"""Batch normalization, as layers."""

import numpy as np
import pytest
import session_scenarios
from oracle import facts
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", [n for n in names("batch_normalization") if "trains" not in n])
def test_like_tensorflow(name):
    check(name)


def test_trains_like_tensorflow():
    name = "batch_normalization_trains"
    for found, recorded in zip(session_scenarios.run(tf, name), facts("sessions")[name], strict=True):
        for value, expected in zip(found, recorded, strict=True):
            np.testing.assert_allclose(value, expected, atol=2e-3)


def test_whether_it_trains_may_be_a_variable():
    x, training = tf.placeholder(tf.float32, [None, 3]), tf.Variable(True)
    y = tf.layers.batch_normalization(x, training=training)
    data = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(y, {x: data}), [[-0.9998] * 3, [0.9998] * 3], rtol=1e-3)
        session.run(training.assign(False))
        np.testing.assert_allclose(session.run(y, {x: data}), data, rtol=1e-3)


def test_parts_of_a_layer():
    layer = tf.layers.BatchNormalization(axis=-1, center=False)
    outputs = layer(tf.zeros([4, 3]), training=True)
    assert [v.op.name.split("/")[-1] for v in layer.weights] == ["gamma", "moving_mean", "moving_variance"]
    assert len(layer.updates) == 2 and layer.beta is None and outputs.shape == [4, 3]
    layer(tf.zeros([2, 3]), training=True)
    assert len(tf.global_variables()) == 3


def _adjusted(shape):
    return tf.ones(shape[-1:]), tf.zeros(shape[-1:])


@pytest.mark.parametrize(
    "how", [{"renorm": True}, {"virtual_batch_size": 2}, {"adjustment": _adjusted}, {"axis": 2}, {"momentum": 0.5}]
)
@pytest.mark.parametrize("shape", [[4, 5, 5, 8], [4, 5, 8]])
def test_fused_is_a_wish(how, shape):
    layer = tf.layers.BatchNormalization(fused=True, **how)
    outputs = layer(tf.zeros(shape), training=True)
    assert layer.fused is (len(shape) == 4 and "momentum" in how) and outputs.shape.as_list() == shape


@pytest.mark.parametrize("shape", [[4, 3], [4, 2, 2, 3]])
@pytest.mark.parametrize("renorm", [True, False])
def test_what_is_not_trainable_has_no_updates(shape, renorm):
    layer = tf.layers.BatchNormalization(trainable=False, renorm=renorm)
    layer(tf.ones(shape), training=True)
    assert not tf.get_collection(tf.GraphKeys.UPDATE_OPS) and not layer.updates and not layer.get_updates_for(None)
    layer.trainable = True
    assert layer.updates
