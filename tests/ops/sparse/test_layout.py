import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails, run

import minitf as tf

OURS = ["sparse_reshape(", "sparse_reset_shape(", "sparse_slice(", "sparse_concat(", "sparse_split(", "expand_dims("]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_expand_dims():
    s = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [3, 4])
    assert tf.sparse.expand_dims(s, 1).shape == [3, 1, 4]
    assert tf.get_default_graph()._last_id == 43  # as TensorFlow's
    with fails(ValueError, "axis 4 is not in [-3, 3)"):
        tf.sparse.expand_dims(s, 4)


def test_a_part_outside_is_empty():
    s = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [3, 4])
    part = tf.sparse_slice(s, [5, 0], [2, 2])  # TensorFlow ends the process
    assert run(part.values, part.dense_shape)[1].tolist() == [0, 2]


def test_sizes_beyond_64_bits():
    s = tf.SparseTensor([[2**62, 2**62]], [1.0], [2**63 - 1, 2**63 - 1])
    assert run(tf.sparse_reorder(s).indices).tolist() == [[2**62, 2**62]]
    with fails(tf.errors.InvalidArgumentError, "elements"):
        run(tf.sparse_reshape(s, tf.placeholder_with_default(np.int64([4]), [1])).indices)
