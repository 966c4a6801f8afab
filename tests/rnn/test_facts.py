"""Every cell, wrapper and unrolling function against what TensorFlow computed."""

import pytest
from oracle import facts
from recorded_runs import cases, check

import minitf as tf

# TensorFlow draws the masks of a loop's steps in no defined order where they do not depend on the state.
UNORDERED = {"dropout_input_output/dynamic", "dropout_input_output/dynamic_lengths", "multi_dropout/dynamic"}
# Three training steps of this one turn a change of its weights by 1e-7 into one by 1e-3.
SENSITIVE = {"layer_norm_lstm/static": 4e-4, "layer_norm_lstm_dropout/static": 4e-4}
GRAPHS = {s["id"]: s for s in facts("graphs")["snippets"] if "rnn" in s["id"] or "cell" in s["id"]}


@pytest.mark.parametrize("id", sorted(set(cases("rnn")) - UNORDERED))
def test_core(id):
    check("rnn", id)


@pytest.mark.parametrize("id", sorted(cases("rnn_contrib")))
def test_contrib(id):
    check("rnn_contrib", id, SENSITIVE.get(id, 2e-5))


@pytest.mark.parametrize("id", GRAPHS)
def test_random_ops_get_the_seeds_of_tensorflow(id):
    """They depend on how many ops were made before, so they also show that ids are counted as in
    TensorFlow 1.
    """
    tf.set_random_seed(42)
    exec(GRAPHS[id]["source"], {"tf": tf})
    operation = tf.get_default_graph().get_operation_by_name
    seeds = GRAPHS[id]["seeds"]
    assert {name: [operation(name).get_attr(a) for a in ("seed", "seed2")] for name in seeds} == seeds


@pytest.mark.parametrize("id", [i for i in GRAPHS if "lengths" not in i and "train" not in i])
def test_as_many_ids_are_taken_as_in_tensorflow(id):
    snippet = GRAPHS[id]
    exec(snippet["source"], {"tf": tf})
    count = tf.no_op().id - 1
    assert count == snippet.get("count", len(snippet["ops"]))
