"""tf.contrib.nn: what TensorFlow gives (nn_scenarios.py), and what only a run shows."""

import numpy as np
import session_scenarios
from helpers import check_gradients, fails, run
from oracle import facts
from session_facts import assert_like

import minitf as tf
from minitf.contrib import nn


def test_like_tensorflow():
    assert_like(session_scenarios.run(tf, "contrib_nn"), facts("sessions")["contrib_nn"])


def test_dropout_keeps_mean_and_variance():
    x = tf.random_normal([200, 200], seed=1)
    dropped = run(nn.alpha_dropout(x, 0.7, seed=2))
    assert abs(dropped.mean()) < 0.03
    assert abs(dropped.std() - 1) < 0.03


def test_gradients():
    random = np.random.RandomState(0)
    check_gradients(lambda x, a: nn.scaled_softplus(x, a), random.randn(3), random.uniform(0.5, 2, 3))
    check_gradients(lambda x: tf.square(nn.nth_element(x, 1)), random.permutation(12).reshape(4, 3) / 3.0)


def test_an_element_of_equal_ones_shares_its_gradient():
    x = tf.constant([[2.0, 1.0, 2.0, 3.0]])
    gradient = tf.gradients(nn.nth_element(x, 1), x)[0]
    np.testing.assert_array_equal(run(gradient), [[0.5, 0, 0.5, 0]])


def test_too_few_elements_are_found_out_when_it_runs():
    x, n = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int32, [])
    made = nn.nth_element(x, n)
    with tf.Session() as session:
        assert session.run(made, {x: [3.0, 1.0, 2.0], n: 1}) == 2
        with fails(tf.errors.InvalidArgumentError):
            session.run(made, {x: [3.0], n: 1})


def test_classes_are_drawn_if_none_are_given():
    labels = tf.constant([[1], [2]], tf.int64)
    loss = nn.sampled_sparse_softmax_loss(tf.ones([5, 3]), tf.zeros([5]), labels, tf.ones([2, 3]), 3, 5)
    ranked = nn.rank_sampled_softmax_loss(
        tf.ones([5, 3]), tf.zeros([5]), labels, tf.ones([2, 3]), 3, 2, 5, 1, None, 1.0, True, "mod"
    )
    for losses in run(loss, ranked):
        assert losses.shape == (2,)
        assert np.isfinite(losses).all()
