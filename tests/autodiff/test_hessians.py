import numpy as np
from helpers import fails, run

import minitf as tf
from minitf.autodiff.hessians import hessian_vector_product as product


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


def test_of_rows_that_were_gathered():
    x = tf.constant([1.0, 2.0, 3.0])
    (h,) = tf.hessians(tf.reduce_sum(tf.gather(x, [0, 0, 2]) ** 3), x)
    np.testing.assert_array_equal(run(h), np.diag([12, 0, 18]))


def test_wrong_arguments():
    x, other = tf.constant([1.0]), tf.constant([2.0], name="other")
    y = tf.reduce_sum(x**2)
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    for ys, xs, error, parts in [
        (None, x, ValueError, ["ys of gradients", "None"]),
        (y, [x, None], ValueError, ["xs of gradients", "None"]),
        (y, {"x": x}, TypeError, ["xs of gradients", "dict"]),
        (y, other, ValueError, ["hessians", "no gradient flows", "other:0"]),
        (y, foreign, ValueError, ["Const:0", "graph"]),
        (x > 1.0, x, TypeError, ["bool", "only floating point"]),
    ]:
        with fails(error, *parts):
            tf.hessians(ys, xs)


def test_products_with_vectors():
    x, y, v = tf.constant([1.0, 2.0]), tf.constant(3.0), tf.constant([1.0, -1.0])
    loss = tf.reduce_sum(x**3) * y
    (hessian,) = tf.hessians(loss, x)
    found = run(*product(loss, [x], [v]), tf.tensordot(hessian, v, 1))
    np.testing.assert_allclose(found[0], found[1])
    assert product(tf.reduce_sum(x), [y], [y]) == [None]
    with fails(ValueError, "xs and v", "2 and 1"):
        product(loss, [x, y], [v])
