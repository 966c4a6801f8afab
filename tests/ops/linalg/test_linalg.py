import numpy as np
import pytest
from helpers import built, check, check_gradients, fails, run
from oracle import check_case, check_gradient, facts, op_facts
from threadpoolctl import threadpool_info, threadpool_limits

import minitf as tf
from minitf.ops.linalg.linalg import by_lapack

RANDOM = np.random.default_rng(0)
SQUARE = RANDOM.normal(size=(2, 3, 3)) + 2 * np.eye(3)
RIGHT = RANDOM.normal(size=(2, 3, 2))
M = RANDOM.normal(size=(2, 3, 4))


def transposed(x):
    return np.swapaxes(x, -1, -2)


@pytest.mark.parametrize("x", [SQUARE, SQUARE[0]])
def test_inverse(x):
    check(tf.matrix_inverse, x, reference=np.linalg.inv, tolerance=10)
    check(
        lambda x: tf.matrix_inverse(x, adjoint=True), x, reference=lambda x: transposed(np.linalg.inv(x)), tolerance=10
    )


@pytest.mark.parametrize("x", [SQUARE, SQUARE[0]])
def test_determinant(x):
    check(tf.matrix_determinant, x, reference=np.linalg.det, tolerance=10)


@pytest.mark.parametrize("adjoint", [False, True])
def test_solve(adjoint):
    def reference(a, b):
        return np.linalg.solve(transposed(a) if adjoint else a, b)

    check(lambda a, b: tf.matrix_solve(a, b, adjoint), SQUARE, RIGHT, reference=reference, tolerance=10)
    check(lambda a, b: tf.matrix_solve(a, b, adjoint), SQUARE[0], RIGHT[0], reference=reference, tolerance=10)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("adjoint", [False, True])
def test_triangular_solve(lower, adjoint):
    def reference(a, b):
        a = np.tril(a) if lower else np.triu(a)
        return np.linalg.solve(transposed(a) if adjoint else a, b)

    check(
        lambda a, b: tf.matrix_triangular_solve(a, b, lower, adjoint), SQUARE, RIGHT, reference=reference, tolerance=20
    )


def test_singular_matrices():
    singular = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    for result in (tf.matrix_inverse(singular), tf.matrix_solve(singular, tf.ones([2, 1]))):
        with fails(tf.errors.InvalidArgumentError, "singular", result.op.name):
            run(result)
    assert abs(run(tf.matrix_determinant(singular))) < 1e-6


def test_matrices_that_are_not_square():
    for function in (tf.matrix_inverse, tf.matrix_determinant, tf.cholesky, tf.self_adjoint_eig):
        with fails(ValueError, "square", "(2, 3)"):
            function(tf.zeros([2, 3]))
        with fails(ValueError, "rank at least 2"):
            function(tf.zeros([2]))
        x = tf.placeholder(tf.float32)
        with fails(tf.errors.InvalidArgumentError, "square"):
            run(
                tf.convert_to_tensor(function(x)[0] if function is tf.self_adjoint_eig else function(x)),
                feed_dict={x: np.zeros((2, 3))},
            )
    with fails(ValueError, "not compatible"):
        tf.matrix_solve(tf.zeros([2, 2]), tf.zeros([3, 1]))


def test_complex_matrices():
    z = (SQUARE[0] + 1j * SQUARE[1]).astype(np.complex128)
    check(tf.matrix_inverse, z, reference=np.linalg.inv, grads=False, dtypes=["complex128"])
    check(
        lambda z: tf.matrix_inverse(z, adjoint=True),
        z,
        reference=lambda z: np.linalg.inv(z.conj().T),
        grads=False,
        dtypes=["complex128"],
    )


def test_trace():
    check(tf.trace, M, reference=lambda x: np.trace(x, axis1=1, axis2=2))
    check(tf.trace, SQUARE[0], reference=np.trace)


@pytest.mark.parametrize("name", ["linalg", "matmul"])
def test_graphs(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    ours = {"AddV2": "Add", "BatchMatMulV2": "BatchMatMul"}
    expected = [[o[0], ours.get(o[1], o[1]), *o[2:]] for o in snippet["ops"]]
    assert built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == expected


def test_adjoint():
    z = M + 1j * M[::-1]
    check(
        tf.linalg.adjoint,
        z,
        reference=lambda z: transposed(z).conj(),
        grads=False,
        dtypes=["complex128"],
        openness=("known", "open"),
    )
    check_gradients(lambda x: tf.linalg.adjoint(x) ** 2, M)


RECORDED = [
    "tf.matrix_inverse(",
    "tf.matrix_determinant(",
    "tf.matrix_solve(",
    "tf.matrix_triangular_solve(",
    "tf.trace(",
]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize("rows, threads", [(100, 1), (600, 2)])
def test_small_matrices_are_taken_by_one_thread(rows, threads):
    seen = []

    def inverse(op, x):
        seen.append({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
        return x

    with threadpool_limits(2, "blas"):
        by_lapack(inverse)(None, np.eye(rows))
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {2}
    assert seen == [{threads}]
