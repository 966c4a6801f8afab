"""Losses over sampled classes against TensorFlow."""

import numpy as np
import pytest
import sampling_facts
from helpers import fails, run

import minitf as tf


@pytest.mark.parametrize("call", sampling_facts.calls("loss("))
def test_recorded(call):
    sampling_facts.check(call)


def test_all_classes_sampled_give_the_full_softmax():
    weights, biases = np.random.default_rng(0).normal(size=(5, 3)), np.arange(5.0)
    inputs, labels = np.random.default_rng(1).normal(size=(4, 3)), np.array([[0], [2], [4], [2]])
    samples = tf.nn.all_candidate_sampler(labels, 1, 5, True)
    loss = tf.nn.sampled_softmax_loss(
        tf.constant(weights, tf.float32),
        tf.constant(biases, tf.float32),
        labels,
        tf.constant(inputs, tf.float32),
        5,
        5,
        sampled_values=samples,
    )
    full = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels[:, 0], logits=tf.constant(inputs @ weights.T + biases)
    )
    np.testing.assert_allclose(*run(loss, full), rtol=1e-5)


def test_labels_without_their_second_axis_are_refused():
    with fails(ValueError, "[batch, num_true]", "tf.reshape(labels, [-1, 1])"):
        tf.nn.nce_loss(tf.ones([5, 3]), tf.ones([5]), [1, 2], tf.ones([2, 3]), 2, 5)


@pytest.mark.parametrize("loss", [tf.nn.sampled_softmax_loss, tf.nn.nce_loss])
def test_inputs_of_unknown_rank_give_a_loss_for_each_row(loss):
    weights, biases, inputs = (tf.placeholder(tf.float32) for _ in range(3))
    assert loss(weights, biases, tf.placeholder(tf.int64), inputs, 4, 10).shape.as_list() == [None]
