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


@pytest.mark.parametrize("x", [M[:, :2, :2], TALL, WIDE])
def test_gradients_of_singular_values_and_vectors(x):
    def of(x):
        s, u, v = tf.svd(x)
        return s, u**2, tf.matmul(u[..., :1], v[..., :1], adjoint_b=True)  # what has no arbitrary signs

    check_gradients(of, x, tolerance=100)
    check_gradients(lambda x: tf.svd(x, compute_uv=False), x, known="unknown", order=1, tolerance=100)


def test_gradients_of_all_singular_vectors():
    check_gradients(lambda x: [part**2 for part in tf.svd(x, full_matrices=True)[1:]], TALL, tolerance=100)
    check_gradients(lambda x: [part**2 for part in tf.svd(x, full_matrices=True)[1:]], TALL[0].T, tolerance=100)


@pytest.mark.parametrize("x", [M, TALL])
def test_gradients_of_qr(x):
    check_gradients(lambda x: list(tf.qr(x)), x, tolerance=100)


def test_equal_eigenvalues():
    x = tf.constant(2 * np.eye(3))
    values, vectors = tf.self_adjoint_eig(x)
    assert run(*tf.gradients(values**2, x)).tolist() == (4 * np.eye(3)).tolist()
    assert np.isfinite(run(*tf.gradients(vectors, x))).all()


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64])
def test_lu(dtype):
    x = tf.placeholder(tf.float64)
    lu, order = tf.linalg.lu(x, dtype)
    assert (lu.shape.rank, order.dtype) == (None, dtype)
    with tf.Session() as session:
        lu, order = session.run([lu, order], {x: M})
    product = np.matmul(np.tril(lu, -1) + np.eye(3), np.triu(lu))
    np.testing.assert_allclose(product, np.take_along_axis(M, order[..., None], 1))
    with fails(LookupError, "Lu", "no gradient"):
        tf.gradients(tf.linalg.lu(x)[0], x)


RECORDED = ["tf.cholesky("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize(
    "function", [tf.cholesky, tf.matrix_inverse, tf.self_adjoint_eigvals, lambda x: tf.qr(x)[1] ** 2]
)
def test_halves_are_computed_in_singles(function):
    x = positive(M)

    def found(dtype):
        given = tf.constant(x, dtype)
        y = function(given)
        return run(y, tf.gradients(y, given)[0])

    for half, single in zip(found("float16"), found("float32"), strict=True):
        assert half.dtype == np.float16
        np.testing.assert_allclose(half, single, rtol=0.05, atol=0.05 * np.abs(single).max())
