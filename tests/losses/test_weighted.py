"""Weights and reductions against TensorFlow."""

import loss_facts
import numpy as np
import pytest
from helpers import fails

import minitf as tf


@pytest.mark.parametrize("call", loss_facts.calls("compute_weighted_loss", "get_total_loss"))
def test_recorded(call):
    loss_facts.check(call)


def test_an_unknown_reduction():
    with fails(ValueError, "'mean'", "weighted_mean"):
        tf.losses.compute_weighted_loss([1.0], reduction="mean")


@pytest.mark.parametrize("shape", [[2], [3, 2], [1, 3, 4]])
def test_weights_of_a_wrong_shape_are_refused_when_known(shape):
    with fails(ValueError, "(3, 4)"):
        tf.losses.compute_weighted_loss(tf.ones([3, 4]), tf.ones(shape))


@pytest.mark.parametrize("shape", [[3, 4], [3, 1], [1, 4], []])
def test_weights_of_unknown_shape(shape):
    weights, losses = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    loss = tf.losses.compute_weighted_loss(losses, weights, reduction=tf.losses.Reduction.SUM)
    with tf.Session() as sess:
        values = {losses: np.ones([3, 4]), weights: np.full(shape, 2.0)}
        assert sess.run(loss, values) == 24
        with pytest.raises(tf.errors.InvalidArgumentError, match="rank of the values"):
            sess.run(loss, {**values, weights: np.ones([2, 4])})
        with pytest.raises(tf.errors.InvalidArgumentError, match="rank of the values"):
            sess.run(loss, {**values, weights: np.ones([4])})
