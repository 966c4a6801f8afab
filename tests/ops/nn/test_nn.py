"""Softmax, bias, dropout, normalization and top-k."""

import numpy as np
import pytest
from helpers import check, fails, run
from oracle import check_case, check_gradient, ids_used, op_facts
from scipy import special

import minitf as tf

RANDOM = np.random.default_rng(7)
X, CUBE = RANDOM.normal(size=(4, 5)), RANDOM.normal(size=(2, 3, 5))
NAMES = (
    "moments",
    "l2_loss",
    "l2_normalize",
    "zero_fraction",
    "softmax(",
    "bias_add",
    "xw_plus_b",
    "relu_layer",
    "in_top_k",
    "top_k",
    "dropout",
    "batch_normalization",
)


@pytest.mark.parametrize(
    "case", op_facts("cases", *(f"tf.nn.{n}" for n in NAMES), "tf.nn.log_softmax("), ids=lambda c: c["call"]
)
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize(
    "fact", op_facts("gradients", *(f"tf.nn.{n}" for n in NAMES), "tf.nn.log_softmax("), ids=lambda f: f["call"]
)
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize("name", ["softmax", "dropout", "nn_misc"])
def test_ids(name):
    ours, theirs = ids_used(name)
    assert ours == theirs


# ---- softmax


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, -1, 0, 1])
def test_softmax(name, axis):
    openness = ("known", "open", "unknown") if axis in (None, -1) else ("known", "open")
    check(
        lambda x: getattr(tf.nn, name)(x, axis=axis),
        CUBE,
        openness=openness,
        reference=lambda x: getattr(special, name)(x, axis=-1 if axis is None else axis),
    )


def test_softmax_extremes():
    huge = tf.constant([[1000.0, 0.0, -np.inf], [-1e30, -1e30, -1e30]])
    np.testing.assert_allclose(run(tf.nn.softmax(huge)), [[1, 0, 0], [1 / 3] * 3], rtol=1e-6)
    np.testing.assert_allclose(run(tf.nn.log_softmax(huge))[0], [0, -1000, -np.inf])
    assert run(tf.nn.softmax(tf.zeros([0, 3]))).shape == (0, 3) and run(tf.nn.softmax(tf.zeros([3, 0]))).shape == (3, 0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("sizes", [None, [2, None, 5]])
def test_softmax_along_axes_that_only_a_run_knows(name, axis, sizes):
    x, fed = tf.placeholder(tf.float64, sizes), tf.placeholder(tf.int32, [])
    function = getattr(tf.nn, name)
    found = [function(x, axis=axis), function(x, axis=tf.constant(axis)), function(x, axis=fed)]
    assert all(f.shape.as_list() == sizes for f in found[1:] if sizes)
    slopes = [tf.gradients(f * f, x)[0] for f in found]
    found_and_slopes = run(*found, *slopes, feed_dict={x: CUBE, fed: axis})
    values, slopes = found_and_slopes[:3], found_and_slopes[3:]
    np.testing.assert_allclose(values, [getattr(special, name)(CUBE, axis=axis)] * 3, rtol=1e-12)
    np.testing.assert_allclose(slopes[1:], [slopes[0]] * 2, rtol=1e-12)
    with fails(tf.errors.InvalidArgumentError):
        run(found[2], feed_dict={x: CUBE, fed: 3})


def test_softmax_refusals():
    with fails(ValueError, "rank at least 1"):
        tf.nn.softmax(1.0)
    with fails(ValueError, "out of range", "(4, 5)"):
        tf.nn.softmax(X, axis=2)
    with fails(ValueError, "dim"):
        tf.nn.softmax(X, axis=0, dim=0)


# ---- bias


@pytest.mark.parametrize("x", [X, CUBE], ids=["matrix", "cube"])
def test_bias_add(x):
    check(tf.nn.bias_add, x, np.arange(5.0), reference=lambda x, b: x + b)


def test_bias_add_along_axis_one():
    image = RANDOM.normal(size=(2, 3, 4, 2))
    check(
        lambda x, b: tf.nn.bias_add(x, b, data_format="NCHW"),
        image,
        np.arange(3.0),
        reference=lambda x, b: x + b[:, None, None],
        openness=("known", "open"),
    )


def test_bias_add_refusals():
    with fails(ValueError, "a bias of 4", "5 channels"):
        tf.nn.bias_add(X, np.zeros(4))
    with fails(ValueError, "NHWC"):
        tf.nn.bias_add(X, np.zeros(5), data_format="CHW")
    with fails(ValueError, "float64", "float32"):
        tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([3], tf.float64))
    b = tf.placeholder(tf.float64)
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "(4,)", "(4, 5)"):
        session.run(tf.nn.bias_add(X, b), {b: np.zeros(4)})


@pytest.mark.parametrize("name, after", [("xw_plus_b", lambda y: y), ("relu_layer", lambda y: np.maximum(y, 0))])
def test_affine_layers(name, after):
    check(
        getattr(tf.nn, name),
        X,
        RANDOM.normal(size=(5, 3)),
        np.ones(3),
        tolerance=10,
        reference=lambda x, w, b: after(x @ w + b),
        openness=("known", "open"),
    )


# ---- dropout


def test_dropout_keeps_scales_and_starts_again():
    x = tf.ones([1000])
    kept = tf.nn.dropout(x, keep_prob=0.8, seed=1)
    with tf.Session() as session:
        first, second = session.run(kept), session.run(kept)
    with tf.Session() as session:
        again = session.run(kept)
    assert set(np.round(np.unique(first), 6)) == {0.0, 1.25} and 0.75 < np.mean(first > 0) < 0.85
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()


def test_dropout_stream_is_tensorflows():
    """Kept is what a uniform of the same seeds is at least the rate."""
    tf.set_random_seed(42)
    x = tf.ones([3, 4])
    kept, uniform = tf.nn.dropout(x, rate=0.3, seed=7), tf.random_uniform([3, 4], seed=7)
    kept, uniform = run(kept, uniform)
    np.testing.assert_array_equal(kept > 0, uniform >= 0.3)


def test_dropout_of_slices_and_its_gradient():
    x = tf.ones([6, 5])
    kept = tf.nn.dropout(x, 0.5, noise_shape=[None, 1], seed=3)
    assert kept.shape == [6, 5]
    with tf.Session() as session:
        value, gradient = session.run([kept, tf.gradients(kept, x)[0]])
    assert (value == value[:, :1]).all() and 0 < value.sum() < 60
    np.testing.assert_array_equal(value, gradient)


def test_dropout_of_nothing():
    x, keep = tf.ones([3]), tf.placeholder(tf.float32, [])
    assert tf.nn.dropout(x, 1.0) is x and tf.nn.dropout(x, rate=tf.constant(0.0)) is x
    with tf.Session() as session:
        assert session.run(tf.nn.dropout(x, keep), {keep: 1.0}).tolist() == [1, 1, 1]


def test_dropout_refusals():
    for arguments in ({}, {"keep_prob": 0.5, "rate": 0.5}):
        with fails(ValueError, "either rate or keep_prob"):
            tf.nn.dropout(X, **arguments)
    for bad in (0.0, -0.1, 1.1):
        with fails(ValueError, "keep_prob", str(bad)):
            tf.nn.dropout(X, bad)
    with fails(ValueError, "rate", "1.0"):
        tf.nn.dropout(X, rate=1.0)
    with fails(ValueError, "floating point", "int32"):
        tf.nn.dropout(tf.constant([1, 2]), 0.5)


# ---- norms and moments


def test_l2_loss():
    check(tf.nn.l2_loss, CUBE, reference=lambda x: (x**2).sum() / 2)


@pytest.mark.parametrize("axis", [0, 1, [0, 2]])
def test_l2_normalize(axis):
    axes = tuple(axis) if isinstance(axis, list) else axis
    check(
        lambda x: tf.nn.l2_normalize(x, axis),
        CUBE,
        openness=("known", "open"),
        reference=lambda x: x / np.sqrt((x**2).sum(axis=axes, keepdims=True)),
    )


@pytest.mark.parametrize("keep", [False, True])
def test_moments(keep):
    check(
        lambda x: tf.nn.moments(x, [0, 2], keep_dims=keep),
        CUBE,
        openness=("known", "open"),
        order=1,
        reference=lambda x: [x.mean(axis=(0, 2), keepdims=keep), x.var(axis=(0, 2), keepdims=keep)],
    )
    mean, variance = tf.nn.moments(tf.constant(CUBE.astype(np.float16)), [0])
    assert mean.dtype == variance.dtype == tf.float16


def test_weighted_moments():
    weights = RANDOM.integers(0, 4, size=(4, 1)).astype(float)
    repeated = np.repeat(X, weights[:, 0].astype(int), axis=0)
    mean, variance = run(*tf.nn.weighted_moments(tf.constant(X), [0], weights))
    np.testing.assert_allclose(mean, repeated.mean(0))
    np.testing.assert_allclose(variance, repeated.var(0))


@pytest.mark.parametrize("offset, scale", [(1.5, 2.0), (None, 2.0), (1.5, None), (None, None)])
def test_batch_normalization(offset, scale):
    m, v = X.mean(0), X.var(0)
    expected = (X - m) / np.sqrt(v + 0.01) * (scale or 1) + (offset or 0)
    found = tf.nn.batch_normalization(tf.constant(X), m, tf.constant(v), offset, scale, 0.01)
    old = tf.nn.batch_norm_with_global_normalization(tf.constant(X), m, tf.constant(v), offset, scale, 0.01, True)
    for y in run(found, old):
        np.testing.assert_allclose(y, expected)


def test_zero_fraction():
    assert run(tf.nn.zero_fraction(tf.constant([0, 1, 0, 5]))) == np.float32(0.5)
