"""Activations: values, kernels and derivatives to second order."""

import numpy as np
import pytest
from helpers import check, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf

X = np.random.default_rng(3).normal(size=(3, 7), scale=3)
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772
REFERENCE = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: SCALE * np.where(x > 0, x, ALPHA * np.expm1(x)),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "crelu": lambda x: np.maximum(np.concatenate([x, -x], -1), 0),
}
FACTS = [f"tf.nn.{name}(" for name in REFERENCE]


@pytest.mark.parametrize("name", REFERENCE)
def test_values_and_derivatives(name):
    openness = ("known", "open") if name == "crelu" else ("known", "open", "unknown")
    check(
        getattr(tf.nn, name), X, reference=REFERENCE[name], openness=openness, dtypes=("float32", "float64", "float16")
    )


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda c: c["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda f: f["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


def test_extremes():
    x = np.array([-np.inf, -1e30, -100, -0.0, 100, 1e30, np.inf], np.float32)
    np.testing.assert_allclose(run(tf.nn.softplus(x)), np.logaddexp(x, np.float32(0)), atol=1e-37)
    np.testing.assert_allclose(run(tf.nn.elu(x)), [-1, -1, -1, 0, 100, 1e30, np.inf])
    assert np.isnan(run(tf.nn.leaky_relu([np.nan]))).all()


def test_arguments():
    assert run(tf.nn.leaky_relu([-10, 10], alpha=0.5)).tolist() == [-5.0, 10.0]
    assert run(tf.nn.relu([-1, 3])).dtype == np.int32
    assert tf.nn.crelu(tf.zeros([2, 3]), axis=0).shape == [4, 3]
    assert tf.nn.leaky_relu([1.0], name="act").op.name == "act"
    with fails(TypeError, "Elu", "int32"):
        tf.nn.elu([1, 2])


@pytest.mark.parametrize("rectified", [tf.nn.relu, tf.nn.relu6, tf.nn.leaky_relu, tf.nn.crelu])
def test_second_gradients_of_rectifiers_are_zeros(rectified):
    x = tf.constant([-1.0, 0.5, 9.0])
    [second] = tf.gradients(tf.gradients(rectified(x), x), x)
    assert run(second).tolist() == [0.0, 0.0, 0.0]
