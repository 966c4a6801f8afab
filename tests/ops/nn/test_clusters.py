"""Ops of clustering: values as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf
from minitf.ops.nn import clusters

POINTS = np.random.RandomState(1).rand(20, 2).astype(np.float32)


@pytest.mark.parametrize(
    "seed, retries, chosen",
    [
        (0, 0, [9, 15, 0, 17, 10, 7]),
        (0, 2, [8, 7, 2, 12, 15, 16]),
        (3, 1, [19, 10, 2, 6, 17, 11]),
        (5, -1, [0, 9, 16, 10, 14, 17]),
        (6, 1, [3, 18, 5, 17, 7, 13]),
    ],
)
def test_plus_plus(seed, retries, chosen):
    made = clusters.kmeans_plus_plus_initialization(POINTS, 6, seed, retries)
    np.testing.assert_array_equal(tf.Session().run(made), POINTS[chosen])


def test_chain():
    ends = [clusters.kmc2_chain_initialization(1 + POINTS[:8, 1], seed) for seed in range(12)]
    assert tf.Session().run(ends) == [7, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_nearest(k):
    centers = POINTS[[3, 3, 5]]
    found, distances = tf.Session().run(clusters.nearest_neighbors(POINTS, centers, k))
    wanted = ((POINTS[:, None] - centers) ** 2).sum(-1)
    order = np.argsort(wanted, 1, kind="stable")[:, :k]
    np.testing.assert_array_equal(found, order)
    np.testing.assert_allclose(distances, np.take_along_axis(wanted, order, 1), atol=1e-6)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: clusters.nearest_neighbors(POINTS, POINTS[:0], 1), "has to be a center"),
        (lambda: clusters.nearest_neighbors(POINTS, POINTS, 0), "has to be positive, not 0"),
        (lambda: clusters.kmeans_plus_plus_initialization(POINTS, 21, 0, 0), "21 centers .* 20 points"),
        (lambda: clusters.kmeans_plus_plus_initialization(POINTS, 0, 0, 0), "0 centers"),
    ],
)
def test_errors(make, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        tf.Session().run(make())


def test_points_and_centers_have_as_many_columns():
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="'centers' .* has shape"):
        session.run(clusters.nearest_neighbors(POINTS, POINTS[:, :1], 1))
