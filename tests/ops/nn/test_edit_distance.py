import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import run
from levenshtein import distance

import minitf as tf

OURS = ["edit_distance("]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_against_the_table_filled_one_by_one():
    random = np.random.default_rng(0)

    for _ in range(30):
        a, b = (random.integers(0, 3, random.integers(1, 9)) for _ in range(2))
        sequences = [tf.SparseTensor([[0, i] for i in range(len(x))], x, [1, len(x)]) for x in (a, b)]
        assert run(tf.edit_distance(*sequences, normalize=False)).tolist() == [distance(a, b)]
