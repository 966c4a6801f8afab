"""contrib.layers' initializers: bounds and scales by their own rules."""

import math

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.contrib.layers import variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d

INPUTS, OUTPUTS = 200, 100
SIZES = {"FAN_IN": INPUTS, "FAN_OUT": OUTPUTS, "FAN_AVG": (INPUTS + OUTPUTS) / 2}


@pytest.mark.parametrize("mode", SIZES)
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_variance_scaling(mode, factor):
    variance = factor / SIZES[mode]
    uniform = run(variance_scaling_initializer(factor, mode, True, seed=1)([INPUTS, OUTPUTS]))
    assert 0.99 < abs(uniform).max() / math.sqrt(3 * variance) <= 1.00001
    normal = run(variance_scaling_initializer(factor, mode, seed=1)([INPUTS, OUTPUTS]))
    assert 0.98 < abs(normal).max() / (2 * math.sqrt(1.3 * variance)) <= 1.00001
    assert abs(normal.std() / math.sqrt(variance) - 1) < 0.03


def test_xavier_is_glorot_in_its_uniform_form():
    one, other = xavier_initializer(seed=3)([4, 5]), tf.glorot_uniform_initializer(3)([4, 5])
    np.testing.assert_allclose(*run(one, other), rtol=1e-6)
    assert xavier_initializer_conv2d is xavier_initializer
    assert xavier_initializer(uniform=False)([4, 5]).op.name == "truncated_normal"


def test_windows_count():
    x = run(variance_scaling_initializer(uniform=True, seed=1)([3, 4, 50, 10]))
    assert 0.99 < abs(x).max() / math.sqrt(6 / 600) <= 1.00001


@pytest.mark.parametrize("shape", [[], [3], [2, 3]])
def test_as_initializers_of_variables(shape):
    v = tf.get_variable("v", shape, tf.float64, initializer=xavier_initializer())
    assert v.initial_value.op.name == "v/Initializer/random_uniform" and run(v.initial_value).dtype == np.float64


@pytest.mark.parametrize("arguments", [{"mode": "fan_in"}, {"dtype": tf.int32}])
def test_errors(arguments):
    with fails(TypeError, "FAN_IN" if "mode" in arguments else "int32"):
        variance_scaling_initializer(**arguments)
