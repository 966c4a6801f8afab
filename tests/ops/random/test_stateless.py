"""Random numbers of seeds that are inputs (test_dataset.py compares more of them with TensorFlow's)."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails

import minitf as tf

# What tf.random.stateless_multinomial of TensorFlow 1.15.5 gave for log([.3, .7]) and 8 samples.
FACTS = {
    (1, 2): [1, 1, 0, 1, 1, 1, 1, 0],
    (3, 4): [1, 1, 0, 1, 1, 1, 0, 0],
    (5, 2**40 + 7): [0, 1, 1, 1, 0, 0, 0, 1],
    (0, 0): [1, 1, 0, 1, 1, 0, 1, 1],
}


def test_like_tensorflow():
    seed = tf.placeholder(tf.int64, [2])
    drawn = tf.random.stateless_multinomial(np.log(np.float32([[0.3, 0.7]])), 8, seed)
    with tf.Session() as session:
        for given, expected in FACTS.items():
            assert session.run(drawn, {seed: given}).tolist() == [expected]
            assert session.run(drawn, {seed: given}).tolist() == [expected]


def test_what_is_refused():
    with fails(TypeError, "output_dtype is int32 or int64"):
        tf.random.stateless_multinomial([[0.0]], 1, [1, 2], tf.float32)
    with fails(ValueError, "seed"):
        tf.random.stateless_multinomial([[0.0]], 1, [1, 2, 3])


@pytest.mark.parametrize("fact", cases("stateless"), ids=lambda fact: fact["source"][-50:])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("stateless"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)
