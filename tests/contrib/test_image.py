"""tf.contrib.image: what shows only in a run; tests/facts/outcomes.txt has the calls that TensorFlow made, too."""

import numpy as np
import pytest
from helpers import check_gradients, run

import minitf as tf

image = tf.contrib.image


def test_gradients_of_warps():
    random = np.random.RandomState(0)
    check_gradients(image.dense_image_warp, random.rand(1, 3, 4, 2), random.uniform(0.1, 0.4, (1, 3, 4, 2)))
    points, values, queries = random.rand(1, 4, 2), random.rand(1, 4, 2), random.rand(1, 3, 2)
    check_gradients(lambda *x: image.interpolate_spline(*x, 2, 0.5), points, values, queries)


def test_flows_of_whole_pixels_move_images():
    x = np.random.RandomState(1).rand(1, 4, 5, 1)
    moved = run(image.dense_image_warp(tf.constant(x), tf.constant(np.tile([1.0, 2.0], (1, 4, 5, 1)))))
    np.testing.assert_allclose(moved[0, 1:, 2:], x[0, :-1, :-2])


def test_splines_go_through_their_points():
    random = np.random.RandomState(2)
    points, values = random.rand(2, 6, 3), random.rand(2, 6, 2)
    for order in (1, 2, 3, 4):
        found = run(image.interpolate_spline(tf.constant(points), tf.constant(values), tf.constant(points), order))
        np.testing.assert_allclose(found, values, atol=1e-3)


def test_points_of_sparse_warps_go_where_they_should():
    x = np.zeros((1, 7, 7, 1), np.float32)
    x[0, 2, 3] = 1
    warped, _ = image.sparse_image_warp(tf.constant(x), [[[2.0, 3.0]]], [[[4.0, 3.0]]], num_boundary_points=3)
    assert np.unravel_index(run(warped).argmax(), x.shape)[1:3] == (4, 3)


def test_components_are_filled_by_neighbours():
    x = np.random.RandomState(3).randint(0, 3, (2, 9, 8))
    found, next_number = run(image.connected_components(tf.constant(x))), 1
    expected = np.zeros_like(x)
    for start in zip(*np.nonzero(x)):
        if not expected[start]:
            _fill(x, expected, start, next_number)
            next_number += 1
    np.testing.assert_array_equal(found, expected)


def _fill(x, filled, start, number):
    waiting = [start]
    while waiting:
        b, i, j = waiting.pop()
        inside = 0 <= i < x.shape[1] and 0 <= j < x.shape[2]
        if inside and x[b, i, j] == x[start] and not filled[b, i, j]:
            filled[b, i, j] = number
            waiting += [(b, i + 1, j), (b, i - 1, j), (b, i, j + 1), (b, i, j - 1)]


def test_small_or_open_images_are_refused():
    with pytest.raises(ValueError, match="at least 2x2"):
        image.dense_image_warp(tf.zeros([1, 1, 3, 1]), tf.zeros([1, 1, 3, 2]))
    with pytest.raises(ValueError, match="known height"):
        image.sparse_image_warp(tf.placeholder(tf.float32, [1, None, 3, 1]), tf.zeros([1, 1, 2]), tf.zeros([1, 1, 2]))


def test_pairs_of_equal_distances_are_those_of_a_priority_queue():
    """Sorted ones give the same where no two are equal; each row and column is in one pair at most."""
    random = np.random.RandomState(3)
    distances = random.permutation(56).reshape(7, 8).astype(np.float32)
    doubled = np.concatenate([distances, distances[:1]])
    with tf.Session() as session:
        rows, columns = session.run(image.bipartite_match(distances, -1))
        doubled, _ = session.run(image.bipartite_match(doubled, 8))
    best = np.unravel_index(np.argsort(distances, None), distances.shape)
    found, taken = {}, set()
    for row, column in zip(*best):
        if row not in found and column not in taken:
            found[row] = column
            taken.add(column)
    assert rows.tolist() == [found[row] for row in range(7)]
    assert all(columns[column] == row for row, column in found.items()) and sorted(columns) == [-1, *range(7)]
    assert sorted(doubled.tolist()) == list(range(8))


def test_pairs_of_rows_that_are_not_there():
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="at least 3 rows"):
        session.run(image.bipartite_match(tf.zeros([2, 2]), 3))
