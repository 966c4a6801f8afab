"""Tensors with slices set or changed: values, gradients and errors as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf

X, AT, U = [1.0, 2.0, 3.0, 4.0], [[1], [1], [3]], [10.0, 20.0, 30.0]
FUNCTIONS = {
    "update": ([1, 20, 3, 30], [[1]], [2, 10, 6, 8], [2]),
    "add": ([1, 32, 3, 34], AT, [2, 34, 6, 38], [2, 2, 4]),
    "sub": ([1, -28, 3, -26], AT, [2, -26, 6, -22], [-2, -2, -4]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_like_tensorflow(name):
    value, indices, of_x, of_u = FUNCTIONS[name]
    function, x = getattr(tf, f"tensor_scatter_{name}"), tf.constant(X)
    u = tf.constant(U[: len(indices)])
    grads = tf.gradients(function(x, indices, u) * x, [x, u])
    made = function(x, AT, U)
    with tf.Session() as sess:
        assert sess.run(made).tolist() == value and made.shape == [4]
        found = sess.run(grads)
        assert [g.tolist() for g in found] == [of_x, of_u]
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[0\] = \[9\] does not index into"):
            sess.run(function(x, [[9]], [1.0]))
    assert getattr(tf, f"tensor_scatter_nd_{name}") is function


def test_slices_and_second_derivatives():
    x, u = tf.constant(np.arange(12.0).reshape(3, 4)), tf.constant(np.ones((2, 4)))
    y = tf.tensor_scatter_add(x, [[0], [2]], u)
    [first] = tf.gradients(y**3, u)
    [second] = tf.gradients(first, u)
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(second), 6 * (sess.run(x)[[0, 2]] + 1))


def test_what_does_not_fit():
    with pytest.raises(ValueError, match="do not index a tensor"):
        tf.tensor_scatter_add(tf.zeros([3]), [[0, 1]], [1.0])
    with pytest.raises(ValueError, match="not compatible"):
        tf.tensor_scatter_update(tf.zeros([3]), [[0]], [1.0, 2.0])
