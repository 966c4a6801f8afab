"""Local response normalization."""

import numpy as np
import pytest
from convolution_facts import check_graph, check_values, graphs, values
from helpers import check, fails

import minitf as tf
from minitf.framework.apply import apply

X = np.random.default_rng(9).normal(size=(2, 2, 3, 5))


@pytest.mark.parametrize("radius, beta", [(0, 0.5), (1, 0.75), (2, 1.0), (9, 0.5)])
def test_values(radius, beta):
    def reference(x):
        sums = np.zeros(x.shape)
        for j in range(5):
            sums[..., j] = (x[..., max(j - radius, 0) : max(j + radius + 1, 0)] ** 2).sum(-1)
        return x / (2 + 0.3 * sums) ** beta

    check(lambda x: tf.nn.lrn(x, radius, 2, 0.3, beta), X, reference=reference, tolerance=5, order=1)


@pytest.mark.parametrize("fact", values("lrn"), ids=lambda f: f["call"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_recorded_values(fact, dtype):
    check_values(fact, dtype)


@pytest.mark.parametrize("fact", graphs("lrn"), ids=lambda f: f["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_refusals():
    with fails(ValueError, "rank 4"):
        tf.nn.lrn(X[0])
    for wrong in ({"depth_radius": 1.5}, {"depth_radius": True}, {"beta": "a"}, {"alpha": None}):
        with fails(TypeError, next(iter(wrong))):
            tf.nn.local_response_normalization(X, **wrong)
    x = tf.placeholder(tf.float32)
    how = {"depth_radius": 1, "bias": 1.0, "alpha": 1.0, "beta": 0.5}
    with tf.Session() as session:
        with fails(tf.errors.InvalidArgumentError, "4-dimensional"):
            session.run(tf.nn.lrn(x), {x: X[0]})
        with fails(tf.errors.InvalidArgumentError, "one shape"):
            session.run(apply("LRNGrad", x, X.astype("f"), X.astype("f"), **how), {x: X[:1]})
        for empty in (X[:0], X[..., :0]):
            assert session.run(tf.nn.lrn(x), {x: empty}).shape == empty.shape


def test_a_negative_radius_is_refused_by_a_run():
    y = tf.nn.lrn(tf.zeros([1, 1, 1, 2]), depth_radius=-1)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="depth_radius"):
        session.run(y)
