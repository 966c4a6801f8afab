import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import run

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

    def distance(a, b):
        row = list(range(len(b) + 1))
        for i, x in enumerate(a):
            last, row = row, [i + 1]
            for j, y in enumerate(b):
                row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (x != y)))
        return row[-1]

    for _ in range(30):
        a, b = (random.integers(0, 3, random.integers(1, 9)) for _ in range(2))
        sequences = [tf.SparseTensor([[0, i] for i in range(len(x))], x, [1, len(x)]) for x in (a, b)]
        assert run(tf.edit_distance(*sequences, normalize=False)).tolist() == [distance(a, b)]
