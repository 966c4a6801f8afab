"""Fake quantization as TensorFlow 1.15.5 computes it, natively and by NumPy."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check

import minitf as tf

X = np.random.default_rng(0).normal(size=(5, 3)) * 4


@pytest.mark.parametrize("fact", cases("quantization"), ids=range(len(cases("quantization"))))
def test_recorded_values(fact):
    check_case(fact, 1e-5)


@pytest.mark.parametrize("fact", graphs("quantization"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("bits", [2, 8])
def test_kernels(bits, narrow):
    how = {"num_bits": bits, "narrow_range": narrow}
    low, high, one = np.float32([-1, 0, -6]), np.float32([2, 0, 1.5]), {"dtypes": ("float32",), "grads": False}
    check(lambda x: tf.fake_quant_with_min_max_args(x, -2, 5, **how), X, **one)
    check(lambda x, a, b: tf.fake_quant_with_min_max_vars(x, a, b, **how), X, low[0], high[0], **one)
    check(lambda x, a, b: tf.fake_quant_with_min_max_vars_per_channel(x, a, b, **how), X, low, high, **one)

    def gradients(g, x, a, b):
        return list(tf.fake_quant_with_min_max_vars_per_channel_gradient(g, x, a, b, **how))

    check(gradients, X[::-1], X, low, high, **one)


def test_back():
    check(lambda x: tf.quantization.quantize_and_dequantize(x, -1.0, 3.0, range_given=True), X, grads=False)
    check(lambda x: tf.quantization.quantize_and_dequantize(x, 0.0, 0.0, narrow_range=True), X, grads=False)
    check(lambda x: tf.quantization.quantize_and_dequantize(x, 0.0, 0.0), np.zeros((0, 2)), grads=False)


@pytest.mark.parametrize("name", ["qint8", "quantize_v2", "bfloat16"])
def test_types_that_are_not_there(name):
    with pytest.raises(AttributeError, match="minitf has no tf"):
        getattr(tf, name)
