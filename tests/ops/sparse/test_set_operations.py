"""Sets, histograms and what else TensorFlow 1.15.5 was asked for in tests/facts/sets.json."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients, fails, run

import minitf as tf


@pytest.mark.parametrize("fact", cases("sets"), ids=range(len(cases("sets"))))
def test_recorded_values(fact):
    check_case(fact, 1e-5)


@pytest.mark.parametrize("fact", graphs("sets"), ids=lambda fact: fact["source"][-50:])
def test_recorded_graphs(fact):
    check_graph(fact)


def test_histograms_are_numpys():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    found = run(tf.histogram_fixed_width(values, [-3.0, 3.0], 17))
    inside = values.clip(-2.999, 2.999)
    np.testing.assert_array_equal(found, np.histogram(inside, 17, (-3, 3))[0])


def test_gradients_of_ctc_with_items_without_labels():
    logits = np.random.default_rng(0).normal(size=(4, 3, 4))

    def loss(x):
        return tf.nn.ctc_loss_v2([[1, 1], [3, 0], [0, 0]], x, [2, 1, 0], [4, 3, 2])

    check_gradients(loss, logits, order=1)
    with fails(tf.errors.InvalidArgumentError, "not enough time"):
        run(tf.nn.ctc_loss_v2([[1, 2]], np.zeros((1, 1, 4), np.float32), [2], [1]))
