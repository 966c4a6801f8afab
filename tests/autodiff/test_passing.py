"""Gradients of something else: passed through, computed once more, of one's own."""

import core_facts
import numpy as np
import pytest
from helpers import run

import minitf as tf


@pytest.mark.parametrize("name", core_facts.names("gradients_", "custom_gradients"))
def test_as_tensorflow(name):
    core_facts.check(name)


def test_what_is_recomputed_is_not_kept():
    calls = []

    def square(x):
        calls.append(x)
        return tf.square(x)

    x = tf.constant([3.0])
    y = tf.recompute_grad(square)(x)
    assert len(calls) == 1
    gradient = tf.gradients(y, x)[0]
    assert len(calls) == 2 and run(gradient).tolist() == [6.0]
    assert run(tf.gradients(gradient, x)[0]).tolist() == [2.0]


def test_recomputed_functions_of_variables():
    def layer(x):
        with tf.variable_scope("layer", reuse=tf.AUTO_REUSE):
            return tf.tanh(tf.matmul(x, tf.get_variable("w", [3, 3], initializer=tf.initializers.identity())))

    x = tf.constant(np.random.RandomState(1).rand(2, 3), tf.float32)
    plain, again = layer(x), tf.recompute_grad(layer)(x)
    [w] = tf.trainable_variables()
    slopes = tf.gradients(plain, [x, w]) + tf.gradients(again, [x, w])
    with tf.Session() as sess:
        sess.run(w.initializer)
        found = sess.run(slopes)
        np.testing.assert_allclose(found[0], found[2], rtol=1e-6)
        np.testing.assert_allclose(found[1], found[3], rtol=1e-6)


def test_names_and_texts_are_those_of_the_function():
    def named(x):
        """What it says."""
        return x

    for wrap in (tf.grad_pass_through, tf.recompute_grad):
        assert wrap(named).__name__ == "named" and wrap(named).__doc__ == "What it says."
