"""Bytes and texts as numbers: what TensorFlow made of them, and texts that are read together."""

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails

import minitf as tf

OURS = ["decode_raw(", "decode_csv(", "string_to_number("]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # and back after sources that go elsewhere


@pytest.mark.parametrize("fact", cases("records", *OURS), ids=lambda fact: fact["source"][-100:])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("records", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


PLAIN = ["0", "-7", "12345", "007"]
REALS = ["1.5", "+2", "3.", "1e3", "-2.5E-3", "1e99"]
ODD = [" 4 ", ".5", "inf", "0x10", "nan"]
WRONG = ["", "1_0", "1\n2", "1,5", "x", "1 2", "--1", "1e"]


def read(texts, dtype):
    with tf.Session() as session:
        return session.run(tf.string_to_number(tf.constant(texts), dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reals_together_and_one_by_one(dtype):
    texts = PLAIN + REALS + ODD
    alone = np.array([read([text], dtype)[0] for text in texts])
    np.testing.assert_array_equal(read(texts, dtype), alone)
    np.testing.assert_array_equal(read(PLAIN + REALS, dtype), alone[: -len(ODD)])
    assert read(np.array(PLAIN).reshape(2, 2), dtype).shape == (2, 2)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers(dtype):
    assert read(PLAIN, dtype).tolist() == [0, -7, 12345, 7]
    largest = np.iinfo(dtype).max
    assert read([str(largest), str(-largest - 1)], dtype).tolist() == [largest, -largest - 1]
    for wrong in [*WRONG, str(largest + 1), str(10**30), "1.5"]:
        with fails(tf.errors.InvalidArgumentError, "string_to_number could not convert a string"):
            read(["1", wrong], dtype)


@pytest.mark.parametrize("wrong", WRONG)
def test_texts_that_are_no_numbers(wrong):
    with fails(tf.errors.InvalidArgumentError, "string_to_number could not convert a string"):
        read(["1", wrong], "float32")
