import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf

M = np.random.default_rng(0).normal(size=(3, 4))
X = np.random.default_rng(1).normal(size=(2, 3, 5))
S = np.random.default_rng(2).normal(size=(2, 3, 3))


def _set_diag(x, diagonal):
    x = x.copy()
    for i in range(diagonal.shape[-1]):
        x[..., i, i] = diagonal[..., i]
    return x


@pytest.mark.parametrize(
    "fn, reference, arrays",
    [
        (tf.diag, np.diag, [M[0]]),
        (tf.diag, lambda x: np.diag(x.ravel()).reshape(3, 4, 3, 4), [M]),
        (tf.diag_part, np.diag, [S[0]]),
        (tf.diag_part, lambda x: np.einsum("ijij->ij", x), [np.random.default_rng(3).normal(size=(2, 3, 2, 3))]),
        (tf.matrix_diag, lambda x: _set_diag(np.zeros((3, 4, 4)), x), [M]),
        (tf.matrix_diag_part, lambda x: np.einsum("...ii->...i", x), [S]),
        (tf.matrix_diag_part, lambda x: np.einsum("...ii->...i", x[..., :3]), [X]),
        (tf.matrix_diag_part, lambda x: np.einsum("...ii->...i", x[:, :3]), [X.swapaxes(1, 2)]),
        (tf.matrix_set_diag, _set_diag, [X, M[:2, :3]]),
        (tf.matrix_set_diag, _set_diag, [S, M[:2, :3]]),
    ],
)
def test_diagonals(fn, reference, arrays):
    helpers.check(fn, *arrays, reference=reference)


@pytest.mark.parametrize("lower, upper", [(0, 0), (-1, 0), (0, -1), (1, 2), (-1, -1), (3, 5)])
def test_band(lower, upper):
    def expected(x):
        below = np.tril(x, upper) if upper >= 0 else x
        return np.triu(below, -lower) if lower >= 0 else below

    helpers.check(lambda x: tf.matrix_band_part(x, lower, upper), X, reference=expected)


def test_eye():
    n = tf.placeholder(tf.int32, [])
    for tensor, expected in [
        (tf.eye(3), np.eye(3)),
        (tf.eye(2, 3), np.eye(2, 3)),
        (tf.eye(3, 2, batch_shape=[2, 1], dtype=tf.int32), np.tile(np.eye(3, 2, dtype=int), (2, 1, 1, 1))),
        (tf.eye(2, batch_shape=(3,), dtype="bool"), np.tile(np.eye(2, dtype=bool), (3, 1, 1))),
        (tf.eye(n), np.eye(4)),
        (tf.eye(n, 2, dtype=tf.float64), np.eye(4, 2)),
        (tf.eye(2, batch_shape=[n]), np.tile(np.eye(2), (4, 1, 1))),
        (tf.eye(2, batch_shape=tf.expand_dims(n, 0)), np.tile(np.eye(2), (4, 1, 1))),
    ]:
        value = helpers.run(tensor, feed_dict={n: 4})
        helpers.assert_static(tensor, value)
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize(
    "snippet, parts",
    [
        (lambda: tf.diag_part(M), ["not compatible"]),
        (lambda: tf.diag_part(X), ["even rank"]),
        (lambda: tf.matrix_diag(1.0), ["rank at least 1"]),
        (lambda: tf.matrix_diag_part([1.0]), ["rank at least 2"]),
        (lambda: tf.matrix_set_diag(X, M), ["not compatible"]),
        (lambda: tf.matrix_band_part([1.0], 0, 0), ["rank at least 2"]),
    ],
)
def test_refused_at_construction(snippet, parts):
    with helpers.fails(ValueError, *parts):
        snippet()


def test_refused_when_run():
    x, n = tf.placeholder(tf.float32), tf.placeholder(tf.int32, [])
    for tensor, fed, parts in [
        (tf.matrix_set_diag(x, [1.0, 2.0]), {x: S[0]}, ["(3,)", "(2,)"]),
        (tf.matrix_band_part(x, n, 0), {x: M, n: 4}, ["num_lower", "at most 3", "4"]),
        (tf.diag_part(x), {x: M}, ["not compatible"]),
    ]:
        with helpers.fails(tf.errors.InvalidArgumentError, *parts):
            helpers.run(tensor, feed_dict=fed)


FACTS = ("tf.diag", "tf.matrix_diag", "tf.matrix_set_diag", "tf.matrix_band_part(", "tf.eye(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)
