"""Pooling layers."""

import numpy as np
import pytest
from convolution_facts import check_graph, graphs
from helpers import fails, run

import minitf as tf

X = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype(np.float32)


@pytest.mark.parametrize("fact", graphs("tf.layers.max"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("name, function", [("max", tf.nn.max_pool), ("average", tf.nn.avg_pool)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pools(name, function, padding):
    two, one = (getattr(tf.layers, f"{name}_pooling{n}d") for n in (2, 1))
    expected = run(function(X, (3, 2), 2, padding.upper()))
    np.testing.assert_array_equal(run(two(X, (3, 2), np.int64(2), padding)), expected)
    first = two(X.transpose(0, 3, 1, 2), (3, 2), 2, padding, "channels_first")
    np.testing.assert_array_equal(run(first).transpose(0, 2, 3, 1), expected)
    line = run(function(X[:, :, :1], (3, 1), (2, 1), padding.upper()))[:, :, 0]
    np.testing.assert_array_equal(run(one(X[:, :, 0], 3, 2, padding)), line)
    turned = one(X[:, :, 0].transpose(0, 2, 1), 3, 2, padding, "channels_first")
    np.testing.assert_array_equal(run(turned).transpose(0, 2, 1), line)


def test_refusals():
    with fails(ValueError, "`strides` must not be None"):
        tf.layers.max_pooling2d(X, 2, None)
    with fails(ValueError, "rank 4"):
        tf.layers.max_pooling2d(X[0], 2, 2)
    with fails(ValueError, "pool_size"):
        tf.layers.average_pooling1d(X[0], (2, 2), 2)
