import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails, run

import minitf as tf

OURS = [
    "sparse_tensor_to_dense(",
    "sparse_reorder(",
    "sparse_retain(",
    "sparse_transpose(",
    "sparse.eye(",
    "from_dense(",
    "sparse_mask(",
    "sparse_placeholder(tf.float32, n",
    "tf.sparse_placeholder(tf.float32, [",
    "tf.sparse_placeholder(tf.float32)",
    "tf.sparse_placeholder(tf.int32",
]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_strings_and_errors():
    s = tf.sparse.from_dense([["", "a"]])
    assert run(s.values, s.indices)[0].tolist() == [b"a"] and run(s.indices).tolist() == [[0, 1]]
    with fails(TypeError, "a SparseTensor is expected"):
        tf.sparse_tensor_to_dense(tf.zeros([2]))
    for places, part in (([[1], [0]], "out of order"), ([[1], [1]], "is repeated"), ([[0], [7]], "indices[1] = [7]")):
        dense = tf.sparse_tensor_to_dense(tf.SparseTensor(places, [1, 2], [3]))
        with fails(tf.errors.InvalidArgumentError, part):
            run(dense)
