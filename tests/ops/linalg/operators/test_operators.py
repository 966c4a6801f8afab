"""Linear operators as TensorFlow 1.15.5 has them, and as the matrices that they stand for."""

import numpy as np
import pytest
from case_facts import cases, check_case
from helpers import check_gradients, fails, run

import minitf as tf

RANDOM = np.random.default_rng(3)
L = tf.linalg


@pytest.mark.parametrize("fact", cases("operators"), ids=range(len(cases("operators"))))
def test_recorded(fact):
    check_case(fact, 1e-9 if "circulant" not in fact["source"].lower() else 1e-5)


X, Y, U = RANDOM.normal(size=(2, 3, 3)), RANDOM.normal(size=(2, 2)), RANDOM.normal(size=(3, 2))


def diagonal(x):
    return L.LinearOperatorDiag(x[..., 0] + 4.0)


def full(x):
    return L.LinearOperatorFullMatrix(x + 4.0 * np.eye(int(x.shape[-1])))


MADE = {
    "full": lambda x: full(x),
    "triangle": lambda x: L.LinearOperatorLowerTriangular(x + 4.0 * np.eye(3)),
    "diagonal": lambda x: diagonal(x),
    "scaled": lambda x: L.LinearOperatorScaledIdentity(3, x[..., 0, 0] + 3.0),
    "adjoint": lambda x: full(x).adjoint(),
    "inverse": lambda x: full(x).inverse(),
    "product": lambda x: L.LinearOperatorComposition([full(x), diagonal(x), full(x[0])]),
    "blocks": lambda x: L.LinearOperatorBlockDiag([full(x), diagonal(x[0]), full(x[0])]),
    "kronecker": lambda x: L.LinearOperatorKronecker([full(x[0, :2, :2]), diagonal(x), full(x)]),
    "update": lambda x: L.LinearOperatorLowRankUpdate(diagonal(x), x[..., 1:], x[..., 0, :2] + 2.0, x[..., :2]),
    "reflection": lambda x: L.LinearOperatorHouseholder(x[..., 0]),
    "toeplitz": lambda x: L.LinearOperatorToeplitz(x[0, :, 0] + np.array([5.0, 0, 0]), x[..., 1]),
    "circulant": lambda x: L.LinearOperatorCirculant(tf.gather(x[..., 0], [0, 1, 1], axis=-1) + 4.0, tf.float64),
}


def acts(make):
    """All that an operator is asked for, and the same of its matrices."""

    def functions(x, y):
        operator = make(x)
        dense, y = operator.to_dense(), y[: int(operator.shape[-1])]
        y = y + tf.zeros_like(dense[..., :1, :1])
        pairs = [
            (operator.matmul(y), tf.matmul(dense, y)),
            (operator.matmul(y, adjoint=True), tf.matmul(dense, y, adjoint_a=True)),
            (operator.matmul(tf.linalg.adjoint(y), adjoint_arg=True), tf.matmul(dense, y)),
            (operator.solve(y), tf.matrix_solve(dense, y)),
            (operator.solve(y, adjoint=True), tf.matrix_solve(dense, y, adjoint=True)),
            (operator.matvec(y[..., 0]), tf.linalg.matvec(dense, y[..., 0])),
            (operator.determinant(), tf.matrix_determinant(dense)),
            (operator.log_abs_determinant(), tf.linalg.slogdet(dense)[1]),
            (operator.trace(), tf.trace(dense)),
            (operator.diag_part(), tf.matrix_diag_part(dense)),
            (operator.adjoint().to_dense(), tf.linalg.adjoint(dense)),
            (operator.inverse().to_dense(), tf.matrix_inverse(dense)),
            (operator.add_to_tensor(dense), dense + dense),
            (operator.matmul(operator.adjoint()).to_dense(), tf.matmul(dense, dense, adjoint_b=True)),
            (operator.solve(operator).matmul(y), y),
        ]
        return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]

    return functions


@pytest.mark.parametrize("name", MADE)
def test_as_matrices(name):
    x, y = tf.placeholder(tf.float64, X.shape), tf.placeholder(tf.float64, [None, 2])
    values = RANDOM.normal(size=(18, 2))
    mine, theirs = acts(MADE[name])(x, y)
    with tf.Session() as session:
        for found, wanted in zip(*session.run([mine, theirs], {x: X, y: values}), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", MADE)
def test_gradients(name):
    def of(x):
        operator = MADE[name](x)
        y = tf.ones([int(operator.shape[-1]), 1], tf.float64)
        return operator.matmul(y), operator.solve(y, adjoint=True), operator.log_abs_determinant()

    check_gradients(of, X, order=1 if name == "kronecker" else 2, tolerance=100)


@pytest.mark.parametrize("kind", ["LinearOperatorFullMatrix", "LinearOperatorLowerTriangular", "LinearOperatorDiag"])
def test_unknown_shapes(kind):
    x = tf.placeholder(tf.float64)
    operator = getattr(L, kind)(x)
    value = X + 4 * np.eye(3)
    with tf.Session() as session:
        dense, shape, product, zeros = session.run(
            [operator.to_dense(), operator.shape_tensor(), operator.matmul(U), operator.solve(U)], {x: value}
        )
    np.testing.assert_allclose(dense @ U, product)
    np.testing.assert_allclose(dense @ zeros, np.broadcast_to(U, (*dense.shape[:-1], 2)), atol=1e-9)
    assert shape.tolist() == list(dense.shape) and operator.shape.rank is None


def test_hints_that_contradict_each_other():
    with fails(ValueError, "positive definite", "non-singular"):
        full(tf.constant(X)).__class__(X, is_positive_definite=True, is_non_singular=False)
    with fails(ValueError, "contradicts", "self-adjoint"):
        L.LinearOperatorAdjoint(diagonal(tf.constant(X)), is_self_adjoint=False)
    with fails(ValueError, "singular"):
        L.LinearOperatorZeros(2).inverse()


def test_subclasses():
    class Twice(L.LinearOperator):
        def _shape(self):
            return tf.TensorShape([3, 3])

        def _matmul(self, x, adjoint=False):
            return 2.0 * x

    twice = Twice(tf.float64)
    assert run(twice.to_dense()).tolist() == (2 * np.eye(3)).tolist()
    assert run(twice.solvevec(tf.constant([2.0, 4.0, 6.0], tf.float64))).tolist() == [1, 2, 3]
    assert "Twice" in repr(twice)
