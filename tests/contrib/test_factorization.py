"""k-means clustering: mean distances, clusters and centers as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf
from minitf.contrib.factorization import KMeans

DATA = np.random.RandomState(0).rand(40, 3).astype(np.float32)

# What TensorFlow's full batches gave: mean distances step by step, the first clusters, the first coordinates.
RECORDED = {
    "squared": ({}, [0.16726, 0.10187, 0.09866], [0, 1, 0, 3, 3, 1, 0, 0, 3, 0, 3, 1], [0.7195, 0.442, 0.3523, 0.3151]),
    "cosine": (
        {"distance_metric": "cosine"},
        [0.05968, 0.03842, 0.03456],
        [0, 0, 0, 2, 2, 1, 0, 0, 3, 0, 2, 1],
        [0.6817, 0.4803, 0.4428, 0.1219],
    ),
    "function": (
        {"initial_clusters": lambda inputs, number: tf.constant(DATA[:4])},
        [0.16656, 0.10791, 0.10451],
        [0, 1, 2, 3, 3, 1, 2, 0, 3, 0, 3, 1],
        [0.758, 0.4671, 0.4804, 0.2462],
    ),
    "tensor": (
        {"initial_clusters": DATA[:4]},
        [0.16656, 0.10791, 0.10451],
        [0, 1, 2, 3, 3, 1, 2, 0, 3, 0, 3, 1],
        [0.758, 0.4671, 0.4804, 0.2462],
    ),
    "plus_plus": (
        {"initial_clusters": "kmeans_plus_plus"},
        [0.14199, 0.10773, 0.09955],
        [1, 0, 1, 2, 2, 3, 1, 1, 2, 1, 2, 0],
        [0.5967, 0.7208, 0.2462, 0.1671],
    ),
    "retries": (
        {"initial_clusters": "kmeans_plus_plus", "kmeans_plus_plus_num_retries": -1, "random_seed": 5},
        [0.12614, 0.1039, 0.10179],
        [0, 0, 0, 2, 2, 1, 0, 0, 2, 0, 2, 3],
        [0.645, 0.2884, 0.3151, 0.6438],
    ),
    "plus_plus_cosine": (
        {"initial_clusters": "kmeans_plus_plus", "distance_metric": "cosine"},
        [0.03742, 0.0294, 0.02873],
        [0, 0, 2, 1, 1, 2, 0, 0, 1, 0, 1, 3],
        [0.7036, 0.3253, 0.2618, 0.6456],
    ),
    "seed": (
        {"random_seed": 7},
        [0.19563, 0.12155, 0.11345],
        [2, 1, 2, 2, 2, 3, 1, 0, 2, 1, 2, 0],
        [0.6998, 0.7302, 0.3629, 0.2005],
    ),
}


def clustered(inputs, steps=3, **settings):
    """Mean distances step by step, the last clusters, the centers."""
    tf.set_random_seed(3)
    _, ids, distances, initialized, init, train = KMeans(inputs, 4, **settings).training_graph()
    [centers] = [v for v in tf.global_variables() if v.op.name == "clusters"]
    mean, ids, means = tf.reduce_mean(tf.concat(distances, 0)), tf.concat(ids, 0), []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer(), {"x:0": DATA})
        for _ in range(6):
            if not sess.run(initialized):
                sess.run(init, {"x:0": DATA})
        first = sess.run(centers)
        for _ in range(steps):
            _, value, clusters = sess.run([train, mean, ids], {"x:0": DATA})
            means.append(value)
        return means, clusters, sess.run(centers), first


@pytest.mark.parametrize("id", RECORDED)
@pytest.mark.parametrize("shards", [1, 2])
def test_full_batches(id, shards):
    settings, means, ids, coordinates = RECORDED[id]
    if shards == 2 and str(settings.get("initial_clusters")).startswith("kmeans"):
        return  # chosen among the first shard only
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    found = clustered(x if shards == 1 else tf.split(tf.constant(DATA), 2), **settings)
    np.testing.assert_allclose(found[0], means, atol=2e-5)
    assert found[1][:12].tolist() == ids
    np.testing.assert_allclose(found[2][:, 0], coordinates, atol=1e-4)


@pytest.mark.parametrize("metric", ["squared_euclidean", "cosine"])
def test_mini_batches(metric):
    """Each center moves to the mean of its points and of what it was, once for each point that it has had."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    _, ids, moved, centers = clustered(x, 1, use_mini_batch=True, distance_metric=metric)
    points = DATA / np.linalg.norm(DATA, axis=1, keepdims=True) if metric == "cosine" else DATA
    wanted = [(points[ids == k].sum(0) + centers[k]) / ((ids == k).sum() + 1) for k in range(4)]
    np.testing.assert_allclose(moved, wanted, rtol=1e-5)


@pytest.mark.parametrize("metric", ["squared_euclidean", "cosine"])
def test_centers_are_taken_over_after_some_steps(metric):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    means, *_ = clustered(x, 6, use_mini_batch=True, mini_batch_steps_per_iteration=2, distance_metric=metric)
    assert means[0] == means[1] == means[2] > means[3] == means[4] > means[5]


def test_variables_and_what_is_given_back():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    graph = KMeans(x, 4, use_mini_batch=True, mini_batch_steps_per_iteration=2).training_graph()
    assert len(graph) == 6 and [len(part) for part in graph[:3]] == [1, 1, 1]
    assert [(v.name, v.dtype.base_dtype.name) for v in tf.global_variables()] == [
        ("clusters:0", "float32"),
        ("initialized:0", "bool"),
        ("clusters_updated:0", "float32"),
        ("update_in_steps:0", "int64"),
        ("Variable:0", "int64"),
    ]
    assert graph[3] is tf.global_variables()[1] and graph[5].type == "NoOp"


def test_centers_of_chains_are_points():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    *_, first = clustered(x, initial_clusters="kmc2", kmc2_chain_length=10)
    assert len({tuple(row) for row in first}) == 4 and all((row == DATA).all(1).any() for row in first)


def test_batches_smaller_than_the_clusters():
    x = tf.placeholder(tf.float32, [None, 2])
    *_, initialized, init, _ = KMeans(x, 4).training_graph()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for batch in (DATA[:3, :2], DATA[3:6, :2]):
            assert not sess.run(initialized)
            sess.run(init, {x: batch})
        assert sess.run(initialized) and sess.run("clusters:0").shape == (4, 2)


def test_errors():
    for settings in ({"initial_clusters": "x"}, {"distance_metric": "x"}):
        with pytest.raises(ValueError, match=f"{next(iter(settings))} is"):
            KMeans(tf.zeros([3, 2]), 2, **settings)
