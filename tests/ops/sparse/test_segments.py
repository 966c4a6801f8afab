import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients

import minitf as tf

OURS = ["sparse_segment_", "sparse.segment_"]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("function", [tf.sparse_segment_sum, tf.sparse_segment_mean, tf.sparse_segment_sqrt_n])
@pytest.mark.parametrize("count", [None, 5])
def test_gradients(function, count):
    data = np.random.default_rng(0).normal(size=(4, 3))
    check_gradients(lambda x: function(x, [3, 0, 0], [0, 0, 2], num_segments=count), data, known="unknown")
