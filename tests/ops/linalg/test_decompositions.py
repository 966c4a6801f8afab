import numpy as np
import pytest
from helpers import check, check_gradients, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf

RANDOM = np.random.default_rng(0)
M = RANDOM.normal(size=(2, 3, 3))
TALL, WIDE = RANDOM.normal(size=(2, 4, 3)), RANDOM.normal(size=(3, 5))


def positive(x):
    return np.matmul(x, np.swapaxes(x, -1, -2)) + np.eye(3)


def test_cholesky():
    check(tf.cholesky, positive(M), reference=np.linalg.cholesky, grads=False, tolerance=5)

    def of_any(x):
        return tf.cholesky(tf.matmul(x, x, transpose_b=True) + np.eye(3))

    check_gradients(of_any, M, known="open", tolerance=10)
    with fails(tf.errors.InvalidArgumentError, "positive definite"):
        run(tf.cholesky([[1.0, 2.0], [2.0, 1.0]]))


def test_cholesky_solve():
    a, b = positive(M), RANDOM.normal(size=(2, 3, 2))
    check(lambda a, b: tf.cholesky_solve(tf.cholesky(a), b), a, b, reference=np.linalg.solve, grads=False, tolerance=20)


def test_eigenvalues():
    check(tf.self_adjoint_eigvals, positive(M), reference=np.linalg.eigvalsh, grads=False, tolerance=10)
    values, vectors = run(*tf.self_adjoint_eig(positive(M)))
    np.testing.assert_allclose(vectors * values[:, None] @ np.swapaxes(vectors, 1, 2), positive(M), atol=1e-10)

    def of_any(x):
        values, vectors = tf.self_adjoint_eig(tf.matmul(x, x, transpose_b=True) + np.diag([1.0, 3.0, 5.0]))
        return values, vectors**2  # the vectors' signs are arbitrary

    check_gradients(of_any, M, known="open", tolerance=10)


@pytest.mark.parametrize("x", [TALL, WIDE])
@pytest.mark.parametrize("full", [False, True])
def test_singular_values(x, full):
    check(
        lambda x: tf.svd(x, full, compute_uv=False),
        x,
        grads=False,
        tolerance=5,
        reference=lambda x: np.linalg.svd(x, compute_uv=False),
    )
    check(lambda x: [tf.abs(part) for part in tf.svd(x, full)], x, dtypes=["float64"], grads=False, tolerance=10)
    s, u, v = run(*tf.svd(x, full))
    k = s.shape[-1]
    np.testing.assert_allclose(u[..., :k] * s[..., None, :] @ np.swapaxes(v[..., :k], -1, -2), x, atol=1e-10)


@pytest.mark.parametrize("x", [TALL, WIDE])
@pytest.mark.parametrize("full", [False, True])
def test_qr(x, full):
    check(lambda x: tf.qr(x, full), x, dtypes=["float64"], grads=False, tolerance=10)
    q, r = run(*tf.qr(x, full))
    np.testing.assert_allclose(q @ r, x, atol=1e-10)


def test_no_gradient_is_said_clearly():
    x = tf.constant(WIDE)
    with fails(LookupError, "Svd", "no gradient"):
        tf.gradients(tf.svd(x, compute_uv=False), x)


RECORDED = ["tf.cholesky("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)
