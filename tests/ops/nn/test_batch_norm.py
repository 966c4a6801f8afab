"""The op that normalizes images, against what it means, to second order."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf

RANDOM = np.random.RandomState(0)
IMAGES, WEIGHTS, MORE = (RANDOM.randn(2, 3, 4, 5).astype(np.float32) for _ in range(3))
SCALE, OFFSET = np.arange(5, dtype=np.float32) + 1, np.ones(5, np.float32)
MEAN, VARIANCE = np.linspace(-1, 1, 5, dtype=np.float32), np.linspace(0.5, 2, 5, dtype=np.float32)


def written_out(x, scale, offset, training):
    mean, variance = MEAN, VARIANCE
    if training:  # tf.nn.moments stops a gradient, which would be missing in the second
        mean = tf.reduce_mean(x, [0, 1, 2])
        variance = tf.reduce_mean(tf.square(x - mean), [0, 1, 2])
    return tf.nn.batch_normalization(x, mean, variance, offset, scale, 0.001)


def by_one_op(x, scale, offset, training, format):
    given = () if training else (MEAN, VARIANCE)
    x = x if format == "NHWC" else tf.transpose(x, [0, 3, 1, 2])
    y = tf.nn.fused_batch_norm(x, scale, offset, *given, is_training=training, data_format=format)[0]
    return y if format == "NHWC" else tf.transpose(y, [0, 2, 3, 1])


@pytest.mark.parametrize("format", ["NHWC", "NCHW"])
@pytest.mark.parametrize("training", [True, False])
def test_values_and_gradients(training, format):
    x, scale, offset = (tf.constant(a) for a in (IMAGES, SCALE, OFFSET))
    found = []
    for y in (by_one_op(x, scale, offset, training, format), written_out(x, scale, offset, training)):
        slopes = tf.gradients(y * WEIGHTS, [x, scale, offset])
        mixed = tf.add_n([tf.reduce_sum(slopes[0] * MORE), *(tf.reduce_sum(s * MEAN) for s in slopes[1:])])
        found.append([y, *slopes, *tf.gradients(mixed, [x, scale])])
    with tf.Session() as session:
        for one, other in zip(*session.run(found)):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-5)


def test_moments_of_the_batch():
    _, mean, variance = tf.nn.fused_batch_norm(IMAGES, SCALE, OFFSET)
    empty = tf.placeholder(tf.float32, [None, 3, 4, 5])
    nothing = tf.nn.fused_batch_norm(empty, SCALE, OFFSET)
    with tf.Session() as session:
        mean, variance = session.run([mean, variance])
        np.testing.assert_allclose(mean, IMAGES.mean((0, 1, 2)), rtol=1e-5)
        np.testing.assert_allclose(variance, IMAGES.var((0, 1, 2), ddof=1), rtol=1e-5)
        y, *moments = session.run(nothing, {empty: IMAGES[:0]})
    assert y.shape == (0, 3, 4, 5) and np.isnan(moments).all()


def test_half_precision():
    y = tf.nn.fused_batch_norm(tf.cast(IMAGES, tf.float16), SCALE, OFFSET)[0]
    with tf.Session() as session:
        half, single = session.run([y, tf.nn.fused_batch_norm(IMAGES, SCALE, OFFSET)[0]])
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, single, rtol=4e-3, atol=1e-2)


def test_shapes_that_only_a_run_shows():
    x, vector = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    y = tf.nn.fused_batch_norm(x, vector, vector)[0]
    slope = tf.gradients(y, x)[0]
    with tf.Session() as session:
        for images, size, text in ((IMAGES[0], 5, "4-dimensional"), (IMAGES, 4, "5 channels")):
            with fails(tf.errors.InvalidArgumentError, text):
                session.run(y, {x: images, vector: np.ones(size)})
        assert session.run(slope, {x: IMAGES, vector: SCALE}).shape == IMAGES.shape


@pytest.mark.parametrize("value", [3.3, 1e4 / 3, -0.7])
def test_equal_values_are_zero_when_normalized(value):
    """To the bit, as in TensorFlow: the mean cancels what it is the mean of, fused or not."""
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.contrib.layers.layer_norm(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run(y, {x: [[value] * 3, [1, 2, 3]]})
    assert not found[0].any() and np.allclose(found[1], [-1.2247448, 0, 1.2247448])


@pytest.mark.parametrize("training", [True, False])
def test_second_gradients_of_half_floats_are_those_of_whole_ones(training):
    given = {} if training else {"mean": [0.1, 0.2], "variance": [1.0, 2.0], "is_training": False}
    images = np.random.RandomState(3).randn(2, 3, 2, 2)

    def second(dtype):
        x, scale = tf.constant(images, dtype), tf.constant([1.5, 0.5])
        y, *_ = tf.nn.fused_batch_norm(x, scale, [0.0, 1.0], **given)
        first = tf.gradients(tf.reduce_sum(tf.cast(y, tf.float32) ** 3), [x, scale])
        total = tf.add_n([tf.reduce_sum(tf.sin(tf.cast(g, tf.float32))) for g in first])
        with tf.Session() as session:
            return session.run(tf.gradients(total, [x, scale]))

    for half, whole in zip(second(tf.float16), second(tf.float32), strict=True):
        np.testing.assert_allclose(half, whole, 0.05, 0.05 * np.abs(whole).max())
