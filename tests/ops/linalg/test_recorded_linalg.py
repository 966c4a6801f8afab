"""Functions of matrices and gradients of decompositions, as TensorFlow 1.15.5 computes them."""

import pytest
from case_facts import cases, check_case, check_graph, graphs


@pytest.mark.parametrize("fact", cases("linalg"), ids=lambda fact: fact["source"][-50:])
def test_recorded_values(fact):
    check_case(fact, 1e-8 if "tf.float64" in fact["source"] and "tf.float32" not in fact["source"] else 1e-5)


@pytest.mark.parametrize("fact", graphs("linalg"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)
