"""Random ops: seeds, recorded streams, shapes and errors."""

from pathlib import Path

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.random import random

FACTS = np.load(Path(__file__).parents[2] / "facts" / "random.npz")
SEEDS = [[None if s < 0 else s for s in pair] for pair in FACTS["seeds"].tolist()]
OPS = {
    "random_uniform_f32_4x5_lo-2_hi3": lambda s: tf.random_uniform([4, 5], -2, 3, seed=s),
    "random_uniform_f16_16": lambda s: tf.random_uniform([16], dtype=tf.float16, seed=s),
    "random_uniform_f64_16": lambda s: tf.random_uniform([16], dtype=tf.float64, seed=s),
    "random_uniform_i32_-5_1000000": lambda s: tf.random_uniform([16], -5, 1000000, tf.int32, seed=s),
    "random_uniform_i64_0_100": lambda s: tf.random_uniform([16], 0, 100, tf.int64, seed=s),
    "random_normal_f32_mean2_std.5": lambda s: tf.random_normal([16], 2.0, 0.5, seed=s),
    "random_normal_f64_16": lambda s: tf.random_normal([16], dtype=tf.float64, seed=s),
    "truncated_normal_f32_64": lambda s: tf.truncated_normal([64], seed=s),
    "random_shuffle_range100": lambda s: tf.random_shuffle(tf.range(100), seed=s),
    "random_shuffle_8x2_f32": lambda s: tf.random_shuffle(np.arange(16, dtype=np.float32).reshape(8, 2), seed=s),
    "multinomial_1x3_16": lambda s: tf.multinomial(np.log([[0.2, 0.3, 0.5]]).astype(np.float32), 16, seed=s),
    "random_gamma_alpha2_8": lambda s: tf.random_gamma([8], 2.0, seed=s),
    "glorot_uniform_init_4x4": lambda s: tf.glorot_uniform_initializer(s)([4, 4]),
    "random_uniform_init_4x4": lambda s: tf.random_uniform_initializer(-0.1, 0.1, seed=s)([4, 4]),
    "truncated_normal_init_std.1_4x4": lambda s: tf.truncated_normal_initializer(stddev=0.1, seed=s)([4, 4]),
    "variance_scaling_init_4x4": lambda s: tf.variance_scaling_initializer(seed=s)([4, 4]),
    "orthogonal_init_4x4": lambda s: tf.orthogonal_initializer(seed=s)([4, 4]),
}
ROUNDED = {"random_gamma_alpha2_8": 1e-6, "random_normal_f32_mean2_std.5": 1e-6, "orthogonal_init_4x4": 2e-5}


@pytest.mark.parametrize("fact", OPS)
def test_recorded_numbers(fact):
    for (graph_seed, op_seed), runs in zip(SEEDS, FACTS[fact]):
        with tf.Graph().as_default():
            if graph_seed is not None:
                tf.set_random_seed(graph_seed)
            tensor = OPS[fact](op_seed)
            with tf.Session() as session:
                for expected in runs:
                    value, rounding = session.run(tensor), ROUNDED.get(fact, 0)
                    assert value.dtype == expected.dtype
                    np.testing.assert_allclose(value, expected, rtol=rounding, atol=rounding)


@pytest.mark.parametrize(
    "graph_seed, op_seed, seeds",
    [
        (None, None, (None, None)),
        (None, 7, (87654321, 7)),
        (42, 7, (42, 7)),
        (42, None, (42, 2)),
        (0, 0, (0, 2**31 - 1)),
        (2**31 - 1, 2**31 - 1, (0, 2**31 - 1)),
        (2**33 + 5, 2**31, (9, 1)),
    ],
)
def test_get_seed(graph_seed, op_seed, seeds):
    tf.set_random_seed(graph_seed)
    tf.constant(1), tf.constant(2)
    assert random.get_seed(op_seed) == seeds


def test_without_an_op_seed_the_position_in_the_graph_decides():
    tf.set_random_seed(1)
    first, second = tf.random_uniform([4]), tf.random_uniform([4])
    assert first.op.inputs[0].op.inputs[0].op.attrs["seed2"] == 3
    a, b = run(first, second)
    assert (a != b).all()
    tf.reset_default_graph()
    tf.set_random_seed(1)
    np.testing.assert_array_equal(run(tf.random_uniform([4])), a)


def test_sessions_start_again_and_runs_go_on():
    x = tf.random_normal([3], seed=1)
    with tf.Session() as one, tf.Session() as other:
        a, b = one.run(x), one.run(x)
        np.testing.assert_array_equal(other.run(x), a)
        np.testing.assert_array_equal(other.run(x), b)
    assert (a != b).all()


def test_without_seeds_every_session_differs():
    x = tf.random_uniform([4])
    assert (run(x) != run(x)).all()


@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64])
@pytest.mark.parametrize("draw", [tf.random_uniform, tf.random_normal, tf.truncated_normal])
def test_types_and_shapes(draw, dtype):
    for shape in ([2, 3], [], [0, 2], tf.constant([2, 3]), tf.placeholder_with_default([2, 3], [2])):
        x = draw(shape, dtype=dtype, seed=1)
        value = run(x)
        assert x.shape.is_compatible_with(value.shape) and value.dtype == dtype.as_numpy_dtype
    assert draw([tf.shape(tf.placeholder(tf.float32, [None]))[0], 5]).shape.as_list() == [None, 5]


def test_parameters_broadcast():
    x = run(tf.random_normal([1000, 2], mean=[0.0, 100.0], stddev=[1.0, 0.01], seed=1))
    np.testing.assert_allclose(x.mean(0), [0, 100], atol=0.2)
    np.testing.assert_allclose(x.std(0), [1, 0.01], rtol=0.1)


def test_gradients_reach_the_parameters():
    mean = tf.constant(2.0)
    x = tf.random_normal([5], mean, seed=1)
    assert run(tf.gradients(x, mean)[0]) == 5
    assert tf.gradients(tf.random_uniform([2], maxval=mean), mean)[0] is not None


@pytest.mark.parametrize("dtype", [tf.float32, tf.int64, tf.uint8, tf.bool, tf.complex64, tf.string])
def test_shuffle_of_every_type(dtype):
    names = [b"a", b"b", b"c", b"d"] if dtype is tf.string else np.arange(4).astype(dtype.as_numpy_dtype)
    with tf.Session() as session:
        order = session.run(tf.random_shuffle(tf.range(4), seed=1))
        shuffled = session.run(tf.random_shuffle(tf.constant(names, dtype), seed=1))
    np.testing.assert_array_equal(shuffled, np.array(names, dtype.as_numpy_dtype)[order])


def test_shuffle_of_nothing():
    for value in (np.float32(3), np.zeros((0, 2), np.float32), np.ones((1, 2), np.float32)):
        np.testing.assert_array_equal(run(tf.random_shuffle(value)), value)


def test_crop():
    image = np.arange(5 * 6 * 3).reshape(5, 6, 3)
    with tf.Session() as session:
        crop = tf.random_crop(image, [2, 3, 3], seed=1)
        found = {tuple(session.run(crop)[0, 0]) for _ in range(60)}
        assert crop.shape.as_list() == [2, 3, 3]
        corners = {tuple(image[i, j]) for i in range(4) for j in range(4)}
        assert found <= corners and len(found) > 10
        with fails(tf.errors.InvalidArgumentError, "random_crop needs a value at least as large"):
            session.run(tf.random_crop(image, [6, 3, 3]))


def test_classes():
    logits = tf.placeholder(tf.float32, [None, 3])
    x = tf.multinomial(logits, 1000, seed=1)
    assert x.shape.as_list() == [None, 1000] and x.dtype is tf.int64
    assert tf.random.categorical(logits, 5, dtype=tf.int32).dtype is tf.int32
    p = np.array([[0.1, 0.2, 0.7], [1.0, 0.0, 0.0]])
    with tf.Session() as session, np.errstate(divide="ignore"):
        drawn = session.run(x, {logits: np.log(p)})
        assert session.run(tf.multinomial(np.float16([[1.0, 2.0]]), 3)).shape == (1, 3)
    np.testing.assert_allclose([[np.mean(row == k) for k in range(3)] for row in drawn], p, atol=0.05)


def test_gamma_and_poisson_shapes():
    gamma, poisson = (tf.random_gamma([7], [[1.0], [2.0]], [1.0, 2.0, 3.0]), tf.random_poisson([1.0, 20.0], [3]))
    assert gamma.shape.as_list() == [7, 2, 3] and poisson.shape.as_list() == [3, 2]
    gammas, counts, half = run(gamma, poisson, tf.random_gamma([2], 1.0, dtype=tf.float16))
    assert (gammas > 0).all() and (counts == np.round(counts)).all() and half.dtype == np.float16
    means = run(tf.random_gamma([20000], [2.0, 2.0], [1.0, 4.0], seed=1)).mean(0)
    np.testing.assert_allclose(means, [2, 0.5], rtol=0.05)


@pytest.mark.parametrize(
    "make, error, parts",
    [
        (lambda: tf.random_uniform([2], dtype=tf.int32), ValueError, ["needs a maxval"]),
        (lambda: tf.random_uniform([2], dtype=tf.int8), ValueError, ["int8"]),
        (lambda: tf.random_normal([2], dtype=tf.int32), TypeError, ["random_normal gives", "not int32"]),
        (lambda: tf.random_uniform([2.5]), TypeError, ["shape", "float32"]),
        (lambda: tf.multinomial([1.0, 2.0], 3), ValueError, ["rank 2"]),
        (lambda: tf.multinomial([[1.0]], 3, output_dtype=tf.float32), TypeError, ["float32"]),
        (lambda: run(tf.random_uniform([-1])), tf.errors.InvalidArgumentError, ["[-1]", "0 or more"]),
        (lambda: run(tf.random_uniform([2], 5, 5, tf.int32)), tf.errors.InvalidArgumentError, ["minval 5", "maxval 5"]),
        (lambda: tf.multinomial([[1.0]], -1), ValueError, ["non-negative", "-1"]),
        (lambda: run(tf.random_gamma([2], [1.0, -3.0])), tf.errors.InvalidArgumentError, ["-3.0", "positive"]),
        (lambda: run(tf.random_poisson(-3.0, [2])), tf.errors.InvalidArgumentError, ["-3.0", "0 or more"]),
    ],
)
def test_errors(make, error, parts):
    with fails(error, *parts):
        make()
