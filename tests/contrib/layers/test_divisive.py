import numpy as np
import pytest

import minitf as tf

GDN = tf.contrib.layers.GDN


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 2, 3, 4), (1, 2, 2, 3, 4)])
def test_channels_are_divided_by_what_all_are_together(shape, inverse):
    x = np.random.RandomState(0).randn(*shape).astype("f")
    layer = GDN(inverse, beta_min=0.2, gamma_init=0.3)
    y = layer(tf.constant(x))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        root = np.random.RandomState(1).rand(4, 4)
        layer.set_weights([np.full(4, 1.5), root])
        norm = np.sqrt(1.5**2 + (x**2) @ np.maximum(root, 2**-18) ** 2)
        np.testing.assert_allclose(session.run(y), x * norm if inverse else x / norm, rtol=1e-4)


def test_first_channels():
    x = np.random.RandomState(0).randn(1, 4, 2, 3).astype("f")
    first = tf.contrib.layers.gdn(tf.constant(x), data_format="channels_first")
    last = tf.contrib.layers.gdn(tf.constant(x.transpose(0, 2, 3, 1)))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        one, other = session.run([first, last])
    np.testing.assert_allclose(one, other.transpose(0, 3, 1, 2), rtol=1e-5)


def test_small_variables_only_grow():
    layer = GDN(beta_min=0.25)
    y = layer(tf.ones([1, 2, 2]))
    up, down = (tf.gradients(sign * y, layer.variables[0])[0] for sign in (1.0, -1.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        layer.set_weights([np.full(2, 0.1), np.zeros((2, 2))])
        larger, smaller = session.run([up, down])
    assert (larger < 0).all() and not smaller.any()  # less beta would make the outputs larger


def test_refuses():
    with pytest.raises(ValueError, match="data_format"):
        GDN(data_format="NHWC")
    with pytest.raises(ValueError, match="channel"):
        tf.contrib.layers.gdn(tf.placeholder(tf.float32, [2, 3, None]))
