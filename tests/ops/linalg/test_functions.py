"""Functions of matrices against scipy, and their derivatives."""

import numpy as np
import pytest
import scipy.linalg
from helpers import check, check_gradients, fails, run

import minitf as tf

RANDOM = np.random.default_rng(1)
M = RANDOM.normal(size=(2, 3, 3))
POSITIVE = np.matmul(M, np.swapaxes(M, -1, -2)) + np.eye(3)


def each(function):
    return lambda x: np.array([function(m) for m in x.reshape(-1, *x.shape[-2:])]).reshape(x.shape)


@pytest.mark.parametrize("scale", [0, 1e-4, 1, 20])
def test_exponential(scale):
    check(tf.linalg.expm, M * scale, reference=each(scipy.linalg.expm), grads=False, tolerance=1000)


def test_gradients_of_exponentials():
    check_gradients(tf.linalg.expm, M, known="open", tolerance=10)
    check_gradients(tf.linalg.expm, 8 * M[0], order=1, tolerance=1000)  # squared in a loop


def test_logarithm():
    x = POSITIVE.astype(np.complex128)
    np.testing.assert_allclose(run(tf.linalg.expm(tf.linalg.logm(x))), x, atol=1e-9)


def test_root():
    check(tf.linalg.sqrtm, POSITIVE, reference=each(scipy.linalg.sqrtm), tolerance=100)
    assert np.isnan(run(tf.linalg.sqrtm(tf.constant([[-1.0, 0.0], [0.0, 1.0]])))).all()


def test_logarithms_of_determinants():
    check(lambda x: list(tf.linalg.slogdet(x)), M, reference=np.linalg.slogdet, grads=False)
    check_gradients(lambda x: tf.linalg.slogdet(x)[1], M, known="unknown", tolerance=100)
    check(lambda x: tf.linalg.logdet(x + tf.matrix_transpose(x)), POSITIVE, tolerance=100)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3)])
def test_least_squares(shape):
    a, b = RANDOM.normal(size=shape), RANDOM.normal(size=(shape[0], 2))
    for options in ({}, {"l2_regularizer": 0.5}):
        check(lambda a, b, options=options: tf.linalg.lstsq(a, b, **options), a, b, tolerance=1000)
    check(
        lambda a, b: tf.linalg.lstsq(a, b, fast=False),
        a,
        b,
        reference=lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0],
        grads=False,
        tolerance=1000,
    )


@pytest.mark.parametrize("shape", [(4, 2), (2, 4)])
def test_inverses_of_matrices_that_have_none(shape):
    x = RANDOM.normal(size=(2, *shape))
    check(tf.linalg.pinv, x, reference=np.linalg.pinv, tolerance=100, openness=("known",))
    assert run(tf.linalg.matrix_rank(np.ones((2, 3, 3)))).tolist() == [1, 1]


def test_three_diagonals():
    d, x = RANDOM.normal(size=(2, 3, 4)) + np.array([[0], [4], [0]]), RANDOM.normal(size=(2, 4, 3))
    rest = {"openness": ("known", "open"), "tolerance": 10}
    whole = np.array([np.diag(m) + np.diag(u[:-1], 1) + np.diag(low[1:], -1) for u, m, low in d])
    check(tf.linalg.tridiagonal_solve, d, x, reference=lambda d, x: np.linalg.solve(whole, x), **rest)
    check(tf.linalg.tridiagonal_matmul, d, x, reference=lambda d, x: np.matmul(whole, x), **rest)
    check(lambda m, x: tf.linalg.tridiagonal_solve(m, x, "matrix"), whole, x, openness=("known",), tolerance=10)
    with fails(ValueError, "length 4 or one less", "2"):
        tf.linalg.tridiagonal_matmul([tf.ones([2]), tf.ones([4]), tf.ones([3])], tf.ones([4, 1]), "sequence")
