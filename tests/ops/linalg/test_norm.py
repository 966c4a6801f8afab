import numpy as np
import pytest
from helpers import check, fails
from oracle import check_case, check_gradient, op_facts

import minitf as tf

M = np.random.default_rng(0).normal(size=(2, 3, 4))


@pytest.mark.parametrize("ord", ["euclidean", 1, 2, 3.5, np.inf])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_vector_norms(ord, axis):
    x = M[0]

    def reference(x):
        p = 2 if ord == "euclidean" else ord
        return np.linalg.norm(x.ravel(), p) if axis is None else np.linalg.norm(x, p, axis)

    check(lambda x: tf.norm(x, ord, axis), x, reference=reference, tolerance=5)


@pytest.mark.parametrize("ord", ["euclidean", "fro", 1, 2, np.inf])
@pytest.mark.parametrize("axis", [(1, 2), (-1, 0)])
def test_matrix_norms(ord, axis):
    check(
        lambda x: tf.norm(x, ord, axis),
        M,
        tolerance=5,
        openness=("known", "open"),
        grads=ord != 2,
        reference=lambda x: np.linalg.norm(x, "fro" if ord == "euclidean" else ord, axis),
    )
    check(
        lambda x: tf.norm(x, ord, axis, keep_dims=True),
        M,
        tolerance=5,
        openness=("known", "open"),
        grads=False,
        reference=lambda x: np.linalg.norm(x, "fro" if ord == "euclidean" else ord, axis, keepdims=True),
    )


def test_norms_that_make_no_sense():
    for arguments in (
        {"ord": "nuc"},
        {"ord": -1},
        {"ord": 0},
        {"ord": "fro"},
        {"axis": (0, 1, 2)},
        {"axis": (1, 1)},
        {"ord": 3, "axis": (0, 1)},
    ):
        with fails(ValueError, "norm"):
            tf.norm(tf.zeros([2, 2]), **arguments)


@pytest.mark.parametrize("case", op_facts("cases", "tf.norm("), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", "tf.norm("), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize("axes", [[0, 1], [0, 2], [-1, 0]])
def test_the_largest_singular_value_of_unknown_rank(axes):
    x = np.random.RandomState(1).randn(2, 4, 3)
    holder = tf.placeholder(tf.float64, None)
    with tf.Session() as session:
        found = session.run(tf.norm(holder, 2, axis=axes), {holder: x})
    np.testing.assert_allclose(found, np.linalg.norm(x, 2, tuple(axes)))
