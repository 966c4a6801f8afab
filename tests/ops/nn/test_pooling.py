"""Pooling: values, ties, gradients to second order, errors."""

import numpy as np
import pytest
from convolution_facts import check_graph, check_values, first, graphs, same, values
from helpers import check, fails, run

import minitf as tf
from minitf.framework.apply import apply

RANDOM = np.random.default_rng(6)
POOLS = {"max_pool": np.nanmax, "avg_pool": np.nanmean}


def pooled(x, reduce, size, strides, padding):
    pads = [same(n, k, s) if padding == "SAME" else (0, 0) for n, k, s in zip(x.shape[1:3], size, strides)]
    x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=np.nan)
    counts = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:3], size, strides)]
    out = np.zeros((x.shape[0], *counts, x.shape[3]))
    for i, j in np.ndindex(*counts):
        y, z = i * strides[0], j * strides[1]
        out[:, i, j] = reduce(x[:, y : y + size[0], z : z + size[1]], (1, 2))
    return out


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("seed", range(6))
def test_random_pools(name, seed):
    random, function = np.random.default_rng(seed), getattr(tf.nn, name)
    size, strides = ([int(n) for n in random.integers(1, 4, 2)] for _ in range(2))
    padding = ["SAME", "VALID"][seed % 2]
    x = random.normal(size=(2, *random.integers(3, 9, 2), random.choice([1, 3, 17])))

    def reference(x):
        return pooled(x, POOLS[name], size, strides, padding)

    check(lambda x: function(x, size, strides, padding), x, reference=reference, tolerance=5)
    check(
        lambda x: function(x, size, strides, padding, "NCHW"),
        first(x),
        tolerance=5,
        order=1,
        reference=lambda x: first(reference(np.moveaxis(x, 1, 3))),
        openness=("open",),
    )


def test_second_derivative_of_what_follows():
    x = RANDOM.normal(size=(1, 5, 5, 2))
    for name in POOLS:
        check(lambda x, n=name: tf.square(getattr(tf.nn, n)(x * x, 3, 2, "SAME")), x, tolerance=10)


def test_many_channels():
    x = RANDOM.normal(size=(1, 2, 3, 1500))
    check(
        lambda x: tf.nn.max_pool(x, 2, 1, "SAME"),
        x,
        openness=("known",),
        order=1,
        reference=lambda x: pooled(x, np.nanmax, (2, 2), (1, 1), "SAME"),
    )


@pytest.mark.parametrize("fact", values("_pool("), ids=lambda f: f["call"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_recorded_values(fact, dtype):
    check_values(fact, dtype)


@pytest.mark.parametrize("fact", graphs("tf.nn.max_pool"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


LOWEST = float(np.finfo("float32").min)
TIES = [  # four items, the largest, where the gradient goes, which item the gradient of the gradient takes
    ([np.nan, 1, 2, 3], 3, [1, 0, 0, 0], 12),
    ([1, np.nan, 2, 3], 3, [0, 0, 0, 1], 12),
    ([1, 2, 3, np.nan], 3, [0, 0, 1, 0], 9),
    ([np.nan] * 4, LOWEST, [1, 0, 0, 0], 0),
    ([-np.inf] * 4, LOWEST, [1, 0, 0, 0], 0),
    ([5, 5, 5, 5], 5, [1, 0, 0, 0], 3),
    ([1, 5, 5, 5], 5, [0, 1, 0, 0], 6),
    ([0.0, -0.0, 0.0, -0.0], 0, [1, 0, 0, 0], 3),
]


@pytest.mark.parametrize("items, largest, gradient, taken", TIES, ids=lambda v: str(v))
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_ties_and_nan(items, largest, gradient, taken, dtype):
    """As recorded from TensorFlow 1.15 on one window."""
    with np.errstate(over="ignore"):
        x = tf.constant(np.array(items, dtype).reshape(1, 2, 2, 1))
    y = tf.nn.max_pool(x, 2, 2, "VALID")
    g = np.array([3, 6, 9, 12], dtype).reshape(1, 2, 2, 1)
    how = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID", "data_format": "NHWC"}
    found = run(y, tf.gradients(y, x)[0], apply("MaxPoolGradGrad", x, y, g, **how))
    assert found[0].ravel() == max(largest, float(np.finfo(dtype).min))
    assert found[1].ravel().tolist() == gradient and found[2].ravel() == taken


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "int8"])
def test_integers(dtype):
    x = RANDOM.integers(0, 100, (2, 5, 5, 3)).astype(dtype)
    check(
        lambda x: tf.nn.max_pool(x, 2, 2, "SAME"),
        x,
        dtypes=(dtype,),
        grads=False,
        reference=lambda x: pooled(x.astype(float), np.nanmax, (2, 2), (2, 2), "SAME"),
    )


def test_largest_of_channels():
    x = RANDOM.normal(size=(2, 3, 2, 6))
    check(
        lambda x: tf.nn.max_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], "VALID"),
        x,
        grads=False,
        reference=lambda x: x.reshape(2, 3, 2, 2, 3).max(-1),
    )
    for size, strides, shape in [
        ([1, 1, 1, 4], [1, 1, 1, 4], (2, 3, 2, 6)),
        ([1, 1, 1, 3], [1, 1, 1, 1], (2, 3, 2, 6)),
        ([1, 2, 1, 3], [1, 1, 1, 3], (2, 3, 2, 6)),
        ([2, 1, 1, 1], [1, 1, 1, 1], (2, 3, 2, 6)),
    ]:
        with tf.Session() as session, fails(tf.errors.OpError, "dimension"):
            session.run(tf.nn.max_pool(np.zeros(shape), size, strides, "VALID"))


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (1, 4, 4, 0), (1, 1, 4, 1)])
def test_nothing(name, shape):
    x = tf.placeholder(tf.float32)
    y = getattr(tf.nn, name)(x, 2, 2, "VALID")
    with tf.Session() as session:
        value, slope = session.run([y, tf.gradients(y, x)[0]], {x: np.ones(shape)})
    assert value.shape == (shape[0], shape[1] // 2, 2, shape[3]) and slope.shape == shape


def test_refusals():
    x = tf.placeholder(tf.float32)
    with fails(ValueError, "rank 4"):
        tf.nn.max_pool(tf.zeros([2, 3, 3]), 2, 2, "VALID")
    with fails(ValueError, "Negative dimension size"):
        tf.nn.avg_pool(tf.zeros([2, 3, 3, 1]), 9, 2, "VALID")
    with fails(ValueError, "ksize should be of length"):
        tf.nn.max_pool(x, [1, 2, 2], 2, "VALID")
    with fails(ValueError, "same argument"):
        tf.nn.avg_pool(x, 2, 2, "VALID", input=x)
    with tf.Session() as session:
        for name in POOLS:
            with fails(tf.errors.InvalidArgumentError, "4-dimensional"):
                session.run(getattr(tf.nn, name)(x, 2, 2, "VALID"), {x: np.ones((1, 4, 4))})
        y = tf.placeholder(tf.float32)
        how = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID", "data_format": "NHWC"}
        image, small = np.ones((1, 4, 4, 1)), np.ones((1, 2, 3, 1))
        for made in (
            apply("MaxPoolGrad", x, y, y, **how),
            apply("MaxPoolGradGrad", x, y, x, **how),
            apply("AvgPoolGrad", [1, 4, 4, 1], y, **how),
        ):
            with fails(tf.errors.InvalidArgumentError, "windows of shape"):
                session.run(made, {x: image, y: small})
        with fails(tf.errors.InvalidArgumentError, "shaped like the images"):
            session.run(apply("MaxPoolGradGrad", x, small[:, :, :2], y, **how), {x: image, y: small})
        with fails(tf.errors.InvalidArgumentError, "4-dimensional"):
            session.run(
                apply("AvgPoolGrad", x_sizes := tf.placeholder(tf.int32), y, **how), {x_sizes: [4, 4], y: small}
            )


def test_strides_that_skip_items_are_refused():
    with fails(ValueError, "strides > window_shape"):
        tf.nn.pool(tf.zeros([1, 6, 6, 1]), [2, 1], "AVG", "VALID", strides=[1, 2])


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("size, strides", [([2, 2], [2, 2]), ([3, 2], [1, 2])])
def test_pooling_that_says_where(whole, size, strides):
    x = RANDOM.permutation(2 * 5 * 6 * 3).reshape(2, 5, 6, 3) / 20
    attributes = [1, *size, 1], [1, *strides, 1], "SAME"

    def both(x):
        return list(tf.nn.max_pool_with_argmax(x, *attributes, include_batch_in_index=whole))

    check(lambda x: both(x)[0], x, reference=lambda x: pooled(x, np.nanmax, size, strides, "SAME"))
    largest, places = run(*both(tf.constant(x, tf.float32)))
    images = 0 if whole else np.arange(2).reshape(2, 1, 1, 1) * x[0].size
    np.testing.assert_array_equal(x.astype(np.float32).ravel()[places + images], largest)


@pytest.mark.parametrize("bad", [-1, 24])
def test_places_outside_of_the_images(bad):
    x, g, places = tf.zeros([1, 4, 3, 2]), tf.zeros([1, 1, 1, 2]), tf.placeholder(tf.int64, [1, 1, 1, 2])
    attributes = {"ksize": [1, 2, 2, 1], "strides": [1, 4, 3, 1], "padding": "SAME"}
    back = apply("MaxPoolGradWithArgmax", x, g, places, **attributes)
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "outside of the 24 items"):
        session.run(back, {places: [[[[0, bad]]]]})
