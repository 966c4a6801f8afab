"""Initializers: values, scales, configs, names and errors."""

import math

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.random import initializers

SHAPE = [200, 100]
# initializer -> (bound of uniform or truncated numbers, standard deviation)
GLOROT, HE, LECUN = math.sqrt(2 / 300), math.sqrt(2 / 200), math.sqrt(1 / 200)
CUT = 2 / 0.87962566103423978
SCALED = [
    (tf.glorot_uniform_initializer(1), math.sqrt(3) * GLOROT, GLOROT),
    (tf.glorot_normal_initializer(1), CUT * GLOROT, GLOROT),
    (tf.initializers.he_uniform(1), math.sqrt(3) * HE, HE),
    (tf.initializers.he_normal(1), CUT * HE, HE),
    (tf.initializers.lecun_uniform(1), math.sqrt(3) * LECUN, LECUN),
    (tf.initializers.lecun_normal(1), CUT * LECUN, LECUN),
    (tf.variance_scaling_initializer(seed=1), CUT * LECUN, LECUN),
    (tf.variance_scaling_initializer(4, "fan_out", "UNIFORM", 1), math.sqrt(3) * 0.2, 0.2),
    (tf.variance_scaling_initializer(4, "fan_out", "untruncated_normal", 1), 2, 0.2),
    (tf.uniform_unit_scaling_initializer(2.0, 1), 2 * math.sqrt(3 / 200), 2 * LECUN),
    (tf.random_uniform_initializer(-3, 3, 1), 3, math.sqrt(3)),
    (tf.random_normal_initializer(0, 2, 1), 20, 2),
    (tf.truncated_normal_initializer(0, 2, 1), 4, 2 * 0.87962566103423978),
]


@pytest.mark.parametrize("initializer, bound, deviation", SCALED, ids=lambda x: type(x).__name__)
def test_scales(initializer, bound, deviation):
    x = run(initializer(SHAPE))
    assert x.shape == tuple(SHAPE) and x.dtype == np.float32 and abs(x).max() <= bound * 1.00001
    assert abs(x.mean()) < 0.03 * deviation and abs(x.std() / deviation - 1) < 0.03


@pytest.mark.parametrize(
    "initializer",
    [row[0] for row in SCALED]
    + [
        tf.zeros_initializer(),
        tf.ones_initializer(),
        tf.constant_initializer([1, 2]),
        tf.orthogonal_initializer(2.0, 1),
        tf.initializers.identity(3.0),
    ],
    ids=lambda x: type(x).__name__,
)
def test_configs(initializer):
    """The config makes an initializer with the same numbers, also of another type."""
    config = initializer.get_config()
    again = type(initializer).from_config(config)
    assert again.get_config() == config and config["dtype"] == "float32"
    for dtype in (None, tf.float64):
        one, other = initializer([4, 4], dtype), again([4, 4], dtype)
        assert one.dtype is (dtype or tf.float32)
        np.testing.assert_array_equal(*run(one, other))


def test_configs_in_full():
    assert tf.variance_scaling_initializer(2, "fan_avg", "normal", 3, tf.float64).get_config() == {
        "scale": 2,
        "mode": "fan_avg",
        "distribution": "normal",
        "seed": 3,
        "dtype": "float64",
    }
    assert tf.glorot_uniform_initializer(3).get_config() == {"seed": 3, "dtype": "float32"}
    assert tf.random_uniform_initializer(1, 2).get_config() == {
        "minval": 1,
        "maxval": 2,
        "seed": None,
        "dtype": "float32",
    }
    assert tf.constant_initializer(5).get_config() == {"value": 5, "dtype": "float32"}


def test_constants():
    for initializer, expected in [
        (tf.zeros_initializer(), [[0, 0], [0, 0]]),
        (tf.ones_initializer(), [[1, 1], [1, 1]]),
        (tf.constant_initializer(3), [[3, 3], [3, 3]]),
        (tf.constant_initializer([1, 2, 3]), [[1, 2], [3, 3]]),
        (tf.constant_initializer(np.arange(4.0)), [[0, 1], [2, 3]]),
    ]:
        for dtype in (tf.float32, tf.int64):
            x = initializer([2, 2], dtype)
            assert x.dtype is dtype and run(x).tolist() == expected
    assert run(tf.constant_initializer([[1, 2]], verify_shape=True)([1, 2])).tolist() == [[1, 2]]
    assert run(tf.random_uniform_initializer(5, 7, dtype=tf.int32)([100])).mean() == pytest.approx(5.5, abs=0.2)


@pytest.mark.parametrize("shape", [[5, 3], [3, 5], [4, 4], [2, 3, 4], [3, 2, 10]])
@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
def test_orthogonal(shape, dtype):
    q = run(tf.orthogonal_initializer(gain=2.0, dtype=dtype)(shape)).reshape(-1, shape[-1]) / 2
    product = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(product, np.eye(min(q.shape)), atol=1e-5)


def test_identity():
    np.testing.assert_array_equal(run(tf.initializers.identity(2.0)([2, 3])), 2 * np.eye(2, 3))


@pytest.mark.parametrize(
    "shape, expected", [([], (1, 1)), ([7], (7, 7)), ([3, 5], (3, 5)), ([2, 3, 4], (6, 8)), ([2, 2, 3, 4], (12, 16))]
)
def test_fans(shape, expected):
    assert initializers.fans(shape) == expected
    assert tf.glorot_uniform_initializer()(shape).shape.as_list() == shape


def test_short_names():
    for name in (
        "constant",
        "glorot_normal",
        "glorot_uniform",
        "ones",
        "orthogonal",
        "random_normal",
        "random_uniform",
        "truncated_normal",
        "uniform_unit_scaling",
        "variance_scaling",
        "zeros",
    ):
        assert getattr(tf.initializers, name) is getattr(tf, f"{name}_initializer")
    assert tf.initializers.global_variables is tf.global_variables_initializer
    assert tf.random.normal is tf.random_normal and tf.random.set_random_seed is tf.set_random_seed


def test_shapes_of_every_kind():
    for shape in ([2], (2,), tf.TensorShape([2]), 2):
        assert tf.ones_initializer()(shape).shape.as_list() == [2]
    assert tf.random_normal_initializer()(tf.placeholder(tf.int32, [3])).shape.rank == 3


@pytest.mark.parametrize(
    "make, parts",
    [
        (lambda: tf.random_normal_initializer(dtype=tf.int32), ["RandomNormal", "int32"]),
        (lambda: tf.variance_scaling_initializer(0), ["scale is positive"]),
        (lambda: tf.variance_scaling_initializer(mode="fan"), ["fan_in, fan_out, fan_avg", "'fan'"]),
        (lambda: tf.variance_scaling_initializer(distribution="x"), ["untruncated_normal", "'x'"]),
        (lambda: tf.orthogonal_initializer()([3]), ["two or more dimensions", "[3]"]),
        (lambda: tf.initializers.identity()([3]), ["two dimensions", "[3]"]),
        (lambda: tf.constant_initializer([1, 2, 3])([2]), ["3 values"]),
        (lambda: tf.random_uniform_initializer(dtype=tf.int32)([2]), ["needs a maxval"]),
    ],
)
def test_errors(make, parts):
    with fails(ValueError, *parts):
        make()


def test_type_errors():
    with fails(TypeError, "numbers, lists and arrays"):
        tf.constant_initializer(tf.constant(1))
    with fails(TypeError, "(2,)", "(1, 2)"):
        tf.constant_initializer([1, 2], verify_shape=True)([1, 2])
