import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check

import minitf as tf

OURS = ["sparse_reduce_", "sparse_softmax("]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


MATRIX = np.random.default_rng(3).normal(size=(4, 3)) * (np.random.default_rng(4).random((4, 3)) < 0.5)
PLACES = np.argwhere(MATRIX)


@pytest.mark.parametrize("axis", [None, 0, 1, [0, 1], -1, []])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums(axis, keepdims):
    over = tuple(axis) if isinstance(axis, list) else axis
    check(
        lambda values: tf.sparse_reduce_sum(tf.SparseTensor(PLACES, values, MATRIX.shape), axis, keepdims),
        MATRIX[MATRIX != 0],
        reference=lambda v: MATRIX.sum(over, keepdims=keepdims),
        openness=("known",),
    )


def test_a_softmax_twice_differentiated():
    check(
        lambda values: tf.sparse_softmax(tf.SparseTensor(PLACES, values, MATRIX.shape)).values,
        MATRIX[MATRIX != 0],
        openness=("known",),
    )
