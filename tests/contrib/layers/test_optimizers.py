"""optimize_loss."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.contrib.layers.optimizers import OPTIMIZERS, optimize_loss


def model():
    """A variable [3, 4] and its halved squared length, whose gradient is the variable."""
    v = tf.get_variable("v", initializer=[3.0, 4.0])
    return v, tf.nn.l2_loss(v)


def trained(train, *fetches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        loss = sess.run(train)
        return loss, *sess.run(list(fetches))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_by_name(name):
    v, loss = model()
    step = tf.train.get_or_create_global_step()
    before, value, steps, rate = trained(
        optimize_loss(loss, step, 0.1, name),
        v,
        step,
        [x for x in tf.global_variables() if "learning_rate" in x.name][0],
    )
    assert before == 12.5 and steps == 1 and rate == np.float32(0.1)
    assert (value < [3, 4]).all()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [2.7, 3.6]),
        ({"clip_gradients": 1.0}, [2.94, 3.92]),
        ({"clip_gradients": lambda pairs: [(g * 0, v) for g, v in pairs]}, [3, 4]),
        ({"gradient_multipliers": {"v:0": 2.0}}, [2.4, 3.2]),
        ({"learning_rate_decay_fn": lambda rate, step: rate * 0.5}, [2.85, 3.8]),
        ({"learning_rate": tf.constant}, [2.7, 3.6]),
    ],
)
def test_options(options, wanted):
    v, loss = model()
    rate = tf.constant(0.1) if "learning_rate" in options else 0.1
    options = {**options, "learning_rate": rate}
    step = tf.train.get_or_create_global_step()
    train = optimize_loss(
        loss, step, optimizer=tf.train.GradientDescentOptimizer, increment_global_step=False, **options
    )
    _, value, steps = trained(train, v, step)
    np.testing.assert_allclose(value, wanted, rtol=1e-6)
    assert steps == 0


def test_noise_and_multipliers_of_sparse_gradients():
    table = tf.get_variable("table", [5, 2])
    loss = tf.reduce_sum(tf.nn.embedding_lookup(table, [1, 3]))
    train = optimize_loss(
        loss,
        None,
        None,
        tf.train.GradientDescentOptimizer(1.0),
        gradient_noise_scale=0.1,
        gradient_multipliers={table: 2.0},
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(table)
        sess.run(train)
        moved = before - sess.run(table)
    assert (moved[[0, 2, 4]] == 0).all()
    np.testing.assert_allclose(moved[[1, 3]], 2, atol=0.5)
    assert (moved[[1, 3]] != 2).all()


def test_updates_run_before_the_step():
    v, loss = model()
    counter = tf.get_variable("counter", initializer=0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(counter, 1).op)
    _, count = trained(optimize_loss(loss, None, 0.1, lambda rate: tf.train.AdamOptimizer(rate)), counter)
    assert count == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.1, "Adm"), "Adagrad, Adam"),
        ((None, "Adam"), "needs a learning_rate"),
        ((-0.1, "Adam"), "0 or more"),
        ((1, "Adam"), "learning_rate is a float"),
        ((0.1, lambda rate: None), "has to make an optimizer"),
        ((0.1, 5), "not 5"),
    ],
)
def test_refusals(arguments, words):
    _, loss = model()
    with fails(ValueError, words):
        optimize_loss(loss, None, *arguments)


def test_other_refusals():
    v, loss = model()
    with fails(ValueError, "scalar"):
        optimize_loss(v, None, 0.1, "SGD")
    with fails(ValueError, "clip_gradients"):
        optimize_loss(loss, None, 0.1, "SGD", clip_gradients=5)
    with fails(ValueError, "global_step"):
        optimize_loss(loss, None, 0.1, "SGD", learning_rate_decay_fn=lambda rate, step: rate, name="d")
