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
    assert (moved[[0, 2, 4]] != 0).all()  # noise is of the whole variable
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


@pytest.mark.parametrize(
    "how, expected",
    [  # of TensorFlow 1.15.5: the loss before each step, and the variable after it
        ({}, [[18.5, 2.9941, 3.9922], [43.3338, 2.9868, 3.9824], [2483.9685, 2.9764, 3.9685]]),
        (
            {"std_factor": 0.5, "decay": 0.5, "static_max_norm": 4.0, "report_summary": True, "epsilon": 1e-3},
            [[18.5, 2.9784, 3.9713], [42.8913, 2.9548, 3.9397], [2431.0793, 2.9308, 3.9077]],
        ),
    ],
)
def test_norms_that_are_clipped_where_they_are_unusual(how, expected):
    v, e = tf.get_variable("v", initializer=[3.0, 4.0]), tf.get_variable("e", initializer=np.ones([4, 2], np.float32))
    scale = tf.placeholder(tf.float32, [])
    loss = tf.nn.l2_loss(v) * scale + tf.reduce_sum(tf.gather(e, [1, 1, 3]))
    step = tf.train.get_or_create_global_step()
    if how:
        how = {**how, "global_step": step, "name": "q"}
    clip = tf.contrib.slim.adaptive_clipping_fn(**how)
    train = optimize_loss(loss, step, 0.01, "SGD", clip_gradients=clip)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found = [[sess.run(train, {scale: factor}), *sess.run(v)] for factor in (1.0, 3.0, 200.0)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    name = "q" if how else "AdaptiveMaxNorm"
    assert [x.op.name for x in tf.global_variables()][-2:] == [f"OptimizeLoss/{name}/{n}" for n in ("mean", "sq_mean")]


def test_noise_makes_sparse_gradients_whole():
    e = tf.get_variable("e", initializer=np.ones([4, 2], np.float32))
    step = tf.train.get_or_create_global_step()
    train = optimize_loss(tf.reduce_sum(tf.gather(e, [1, 1])), step, 0.1, "SGD", gradient_noise_scale=1.0)
    _, value = trained(train, e)
    assert (value != 1).all()
