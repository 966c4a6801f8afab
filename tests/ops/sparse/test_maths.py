import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check, run

import minitf as tf

OURS = [
    "sparse_add(",
    "sparse_maximum(",
    "sparse_minimum(",
    "dense_matmul(",
    " * b)",
    " / b)",
    " s * ",
    " s / ",
    "* s",
    "s + tf",
    ";s*",
    ";s/",
]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


MATRIX = np.random.default_rng(3).normal(size=(4, 3)) * (np.random.default_rng(4).random((4, 3)) < 0.5)
PLACES = np.argwhere(MATRIX)


@pytest.mark.parametrize("adjoint_a", [False, True])
@pytest.mark.parametrize("adjoint_b", [False, True])
def test_products(adjoint_a, adjoint_b):
    other = np.random.default_rng(5).normal(size=(4 if adjoint_a else 3, 5))
    a = MATRIX.T if adjoint_a else MATRIX
    check(
        lambda values, b: tf.sparse_tensor_dense_matmul(
            tf.SparseTensor(PLACES, values, MATRIX.shape), b, adjoint_a, adjoint_b
        ),
        MATRIX[MATRIX != 0],
        other.T if adjoint_b else other,
        reference=lambda values, b: a @ other,
        openness=("known",),
    )


def test_complex_products():
    """The conjugate is taken of both, of the sparse one too: TensorFlow 1.15 forgets it there."""
    values, b = np.array([1 + 2j]), np.array([[1j, 2], [3, 4j]])
    a = tf.SparseTensor([[0, 1]], values, [2, 2])
    dense = np.array([[0, 1 + 2j], [0, 0]])
    np.testing.assert_allclose(run(tf.sparse_tensor_dense_matmul(a, b, True, True)), dense.conj().T @ b.conj().T)


@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (4, 1), (3,), ()])
@pytest.mark.parametrize("function", [lambda s, d: s * d, lambda s, d: s / d, lambda s, d: d * s])
def test_products_by_element(function, shape):
    dense = np.abs(np.random.default_rng(6).normal(size=shape)) + 1
    expected = function(MATRIX, dense)[MATRIX != 0]
    check(
        lambda values, d: function(tf.SparseTensor(PLACES, values, MATRIX.shape), d).values,
        MATRIX[MATRIX != 0],
        dense,
        reference=lambda v, d: expected,
        openness=("known",),
    )


def test_thresholds_ask_only_sums_of_two():
    """As TensorFlow's kernel does: what has a value in one of them alone stays, small as it may be."""
    a = tf.SparseTensor([[0, 0], [0, 1], [1, 2]], [0.25, 1.0, -0.5], [2, 3])
    b = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], [-0.75, 0.125, -0.5], [2, 3])
    found = run(tf.sparse_add(a, b, 0.5))
    assert found.indices.tolist() == [[0, 0], [1, 0], [1, 2]] and found.values.tolist() == [0.25, 0.125, -1.0]
