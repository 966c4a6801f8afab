import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients, fails

import minitf as tf

OURS = ["sparse_merge(", "to_indicator(", "fill_empty_rows(", "lookup_sparse("]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("combiner", ["sum", "mean", "sqrtn"])
def test_gradients_of_tables(combiner):
    """Through ids with and without weights, to second order."""
    ids, weights = np.int64([1, 2, 1]), np.array([1.0, 2.0, 0.5])
    table = np.random.default_rng(1).normal(size=(4, 3))

    def sparse(values):
        return tf.SparseTensor([[0, 0], [0, 1], [2, 0]], values, [3, 2])

    check_gradients(lambda t: tf.nn.embedding_lookup_sparse(t, sparse(ids), None, combiner=combiner), table)
    safe = tf.nn.safe_embedding_lookup_sparse
    check_gradients(lambda t, w: safe(t, sparse(ids), sparse(w), combiner), table, weights, known="open")


def test_gradients_of_filled_rows():
    def filled(values, default):
        sparse = tf.SparseTensor([[1, 0], [3, 1]], values, [5, 2])
        return tf.sparse_fill_empty_rows(sparse, default)[0].values ** 2

    check_gradients(filled, [1.0, 2.0], 3.0)


@pytest.mark.parametrize(
    "build, error, part",
    [
        (lambda s: tf.nn.embedding_lookup_sparse(tf.ones([4, 2]), s, None, combiner="max"), ValueError, "'sum'"),
        (lambda s: tf.nn.embedding_lookup_sparse(tf.ones([4, 2]), [1], None), TypeError, "SparseTensor"),
        (lambda s: tf.nn.embedding_lookup_sparse(tf.ones([4, 2]), s, [1.0]), TypeError, "SparseTensor"),
        (lambda s: tf.sparse_merge(s, s, [4]), TypeError, "vocab_size"),
        (lambda s: tf.sparse_merge([s], s, [4, 5]), ValueError, "1 sparse"),
    ],
)
def test_wrong_arguments(build, error, part):
    with fails(error, part):
        build(tf.SparseTensor([[0, 0]], [1], [2, 2]))
