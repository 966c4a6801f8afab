import numpy as np
from helpers import run

import minitf as tf


def test_matrix_variable():
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    x = tf.constant(values)
    (h,) = tf.hessians(tf.reduce_sum(x**3) * x[0, 0], x)
    flat, expected = values.ravel(), np.diag(6 * values.ravel() * values[0, 0])
    expected[0] += 3 * flat**2
    expected[:, 0] += 3 * flat**2
    assert h.shape == [2, 2, 2, 2]
    np.testing.assert_allclose(run(h), expected.reshape(2, 2, 2, 2))


def test_several_with_unknown_shape():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32, [])
    hx, hy = tf.hessians(tf.reduce_sum(tf.exp(x)) + 5.0 * y, [x, y])
    with tf.Session() as session:
        a, b = session.run([hx, hy], {x: [0.0, 1.0, 2.0], y: 1.0})
    np.testing.assert_allclose(a, np.diag(np.exp([0.0, 1.0, 2.0])), rtol=1e-6)
    assert b == 0
