"""Images scaled and moved: filters whose results are known, gradients of each, and settings that only a run knows.
What TensorFlow does is recorded among the outcomes.
"""

import numpy as np
import pytest
from helpers import check

import minitf as tf

RANDOM = np.random.default_rng(5)
FILTERS = ["lanczos1", "lanczos3", "lanczos5", "gaussian", "box", "triangle", "keyscubic", "mitchellcubic"]


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("kernel_type", FILTERS)
def test_kernels_and_gradients(kernel_type, antialias):
    """The op is linear: its gradient is its transpose, and the gradient of that the op again."""

    def moved(x):
        return tf.raw_ops.ScaleAndTranslate(
            x, [4, 9], [0.7, 1.6], [0.2, -0.9], kernel_type=kernel_type, antialias=antialias
        )

    x, g = [RANDOM.normal(size=shape).astype(np.float32) for shape in ((2, 5, 6, 3), (2, 4, 9, 3))]
    check(moved, x, grads=False, dtypes=("float32",))
    check(lambda x: tf.gradients(moved(x), x, tf.constant(g))[0], x, grads=False, dtypes=("float32",))
    given, slope = tf.constant(x), tf.placeholder_with_default(g, [2, 4, 9, 3])
    y, dx = moved(given), tf.gradients(moved(given), given, slope)[0]
    with tf.Session() as session:
        forth, back, again = session.run([y, dx, tf.gradients(dx, slope, given)[0]])
    np.testing.assert_allclose((forth * g).sum(), (back * x).sum(), rtol=1e-4)
    np.testing.assert_allclose(again, forth, atol=1e-5)


def test_a_flat_image_stays_flat():
    x = np.full((1, 6, 7, 1), 0.25, np.float32)
    with tf.Session() as session:
        for kernel_type in FILTERS:
            small = tf.raw_ops.ScaleAndTranslate(x, [3, 14], [0.5, 2.0], [0.0, 0.0], kernel_type=kernel_type)
            np.testing.assert_allclose(session.run(small), 0.25, atol=1e-6)


def test_moved_by_whole_pixels():
    x = RANDOM.normal(size=(1, 4, 5, 2)).astype(np.float32)
    with tf.Session() as session:
        moved = session.run(tf.raw_ops.ScaleAndTranslate(x, [4, 5], [1.0, 1.0], [1.0, -2.0], kernel_type="triangle"))
    np.testing.assert_allclose(moved[:, 1:, :3], x[:, :3, 2:], atol=1e-6)
    assert not moved[:, 0].any() and not moved[:, :, 3:].any()


def test_settings_that_only_a_run_knows():
    x = RANDOM.normal(size=(1, 4, 5, 2)).astype(np.float32)
    size, scale, move = tf.placeholder(tf.int32, [2]), tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [2])
    found = tf.raw_ops.ScaleAndTranslate(x, size, scale, move)
    with tf.Session() as session:
        for values in (([2, 3], [0.5, 0.6], [0, 0.5]), ([5, 3], [1.25, 0.6], [0.1, 0])):
            known = tf.raw_ops.ScaleAndTranslate(x, *values)
            fed = session.run(found, dict(zip((size, scale, move), values)))
            np.testing.assert_array_equal(fed, session.run(known))
