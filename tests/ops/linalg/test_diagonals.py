"""Matrices of several diagonals: against matrices made item by item, on both executors, and gradients where TensorFlow
1.15 has none. What it does is recorded among the outcomes.
"""

import numpy as np
import pytest
from helpers import check

import minitf as tf

RANDOM = np.random.default_rng(3)
CASES = [
    (3, 4, 0, 0),
    (3, 4, -2, -2),
    (4, 3, -1, 1),
    (2, 5, 1, 3),
    (5, 2, -4, -2),
    (3, 3, -2, 2),
    (4, 4, 0, 3),
    (1, 1, 0, 0),
]


def part(x, lower, upper, padding):
    """The diagonals, as the op has them."""
    rows, columns = x.shape[-2:]
    longest = min(rows + min(upper, 0), columns - max(lower, 0))
    strips = np.full((*x.shape[:-2], upper - lower + 1, longest), padding, x.dtype)
    for number, diagonal in enumerate(range(upper, lower - 1, -1)):
        items = np.diagonal(x, diagonal, -2, -1)
        strips[..., number, : items.shape[-1]] = items
    return strips if lower < upper else strips[..., 0, :]


def put(x, strips, lower, upper):
    """Matrices with diagonals replaced."""
    found, strips = x.copy(), strips if lower < upper else strips[..., None, :]
    for i in range(x.shape[-2]):
        for j in range(x.shape[-1]):
            if lower <= j - i <= upper:
                found[..., i, j] = strips[..., upper - (j - i), min(i, j)]
    return found


@pytest.mark.parametrize("rows, columns, lower, upper", CASES)
def test_diagonals_of_matrices(rows, columns, lower, upper):
    x = RANDOM.normal(size=(2, rows, columns))
    k = [lower, upper]
    check(lambda x: tf.raw_ops.MatrixDiagPartV2(x, k, 0.0), x, reference=lambda x: part(x, lower, upper, 0))
    strips = RANDOM.normal(size=part(x, lower, upper, 0).shape)
    check(lambda x, d: tf.raw_ops.MatrixSetDiagV2(x, d, k), x, strips, reference=lambda x, d: put(x, d, lower, upper))
    check(
        lambda d: tf.raw_ops.MatrixDiagV2(d, k, rows, columns, 0.0),
        strips,
        reference=lambda d: put(np.zeros_like(x), d, lower, upper),
    )


def test_padding():
    x = np.arange(6.0).reshape(2, 3)
    with tf.Session() as session:
        strips = tf.raw_ops.MatrixDiagPartV2(x, [-1, 1], 9.0)
        assert session.run(strips).tolist() == [[1, 5], [0, 4], [3, 9]]
        assert session.run(tf.raw_ops.MatrixDiagV2(strips, [-1, 1], 2, 3, 7.0)).tolist() == [[0, 1, 7], [3, 4, 5]]


def test_diagonals_that_only_a_run_knows():
    x, k = RANDOM.normal(size=(3, 3)), tf.placeholder(tf.int32, None)
    fed = tf.placeholder(tf.float64, [None, None])
    strips = tf.raw_ops.MatrixDiagPartV2(fed, k, 0.0)
    slopes = tf.gradients(strips**2, fed)[0]
    with tf.Session() as session:
        for ends in (0, [1], [-1, 1]):
            lower, upper = np.array(ends).flat[0], np.array(ends).flat[-1]
            found, slope = session.run([strips, slopes], {fed: x, k: ends})
            np.testing.assert_array_equal(found, part(x, lower, upper, 0))
            inside = (np.arange(3) - np.arange(3)[:, None] >= lower) & (np.arange(3) - np.arange(3)[:, None] <= upper)
            np.testing.assert_allclose(slope, np.where(inside, 2 * x, 0))


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64", "uint8"])
def test_types(dtype):
    x = RANDOM.integers(0, 2, (2, 3, 4)).astype(dtype)
    with tf.Session() as session:
        found = session.run(tf.raw_ops.MatrixDiagPartV2(x, [-1, 2], tf.constant(1, dtype) if dtype != "bool" else True))
    np.testing.assert_array_equal(found, part(x, -1, 2, 1))
