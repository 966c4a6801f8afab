"""Penalties on weights against TensorFlow."""

import loss_facts
import pytest
from helpers import fails, run

import minitf as tf
from minitf.contrib import layers


@pytest.mark.parametrize("call", loss_facts.calls("regulariz"))
def test_recorded(call):
    loss_facts.check(call)


@pytest.mark.parametrize("make", [layers.l1_regularizer, layers.l2_regularizer])
def test_scales(make):
    assert make(0.0)(tf.ones([2])) is None
    with fails(ValueError, "integer 1"):
        make(1)
    with fails(ValueError, "-0.5"):
        make(-0.5)


def test_sums_of_nothing():
    assert layers.sum_regularizer([None]) is None
    assert layers.sum_regularizer([layers.l1_regularizer(0.0)])(tf.ones([2])) is None
    assert run(layers.l1_l2_regularizer(0.0, 1.0)(tf.ones([2]))) == 1
    assert run(layers.l1_l2_regularizer(1.0, 0.0)(tf.ones([2]))) == 2
    with fails(ValueError, "no weights"):
        layers.apply_regularization(layers.l1_regularizer(1.0))
    with fails(ValueError, "a penalty is a scalar"):
        layers.apply_regularization(tf.identity, [tf.ones([2])])


def test_of_variables():
    tf.get_variable("w", initializer=[3.0, 4.0], regularizer=layers.l2_regularizer(0.1))
    (penalty,) = tf.losses.get_regularization_losses()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(penalty) == 1.25
