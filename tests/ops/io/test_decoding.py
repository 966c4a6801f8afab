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


MANY = ["1"] * 9  # beside so many others a text is read by a kernel


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
    assert read(PLAIN + MANY, dtype).tolist() == [0, -7, 12345, 7, *[1] * 9]
    for others in MANY, []:
        assert read([str(largest), str(-largest - 1), *others], dtype)[:2].tolist() == [largest, -largest - 1]
        for wrong in [*WRONG, str(largest + 1), str(10**30), "1.5"]:
            with fails(tf.errors.InvalidArgumentError, "string_to_number could not convert a string"):
                read([*others, wrong], dtype)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("others", [[], MANY], ids=["few", "many"])
def test_texts_that_are_no_numbers(wrong, others):
    with fails(tf.errors.InvalidArgumentError, "string_to_number could not convert a string"):
        read([*others, wrong], "float32")


@pytest.mark.parametrize("times", [1, 3], ids=["few", "many"])
def test_lines_are_read_as_those_beside_quotes(times):
    lines = ["1,a,2.5", ",b,-1e3", "3,,7", "-2147483648,x y,0.1"] * times
    x = tf.placeholder(tf.string, [None])
    columns = tf.decode_csv(x, [[9], ["none"], [1.5]])
    with tf.Session() as session:
        found = session.run(columns, {x: lines})
        beside = session.run(columns, {x: [*lines, '0,"q,""",0']})
        assert [c.tolist() for c in found] == [c.tolist()[:-1] for c in beside]
        assert found[0].tolist() == [1, 9, 3, -(2**31)] * times
        assert found[1].tolist() == [b"a", b"b", b"none", b"x y"] * times
        assert beside[1][-1] == b'q,"'
        for wrong, said in [
            ("2147483648,a,1", f"field 0 in record {len(lines)}: .* is not a valid int32"),
            ("1,a,b", f"field 2 in record {len(lines)}"),
            ("1,2", f"expect 3 fields but have 2 in record {len(lines)}"),
        ]:
            with pytest.raises(tf.errors.InvalidArgumentError, match=said):
                session.run(columns, {x: [*lines, wrong, "x,y,z"]})
        with pytest.raises(tf.errors.InvalidArgumentError, match="field 0 in record 1"):
            session.run(columns, {x: ["1,a,2", "x,a,2", "1"]})


def test_numbers_of_several_lines_and_of_none():
    x = tf.placeholder(tf.string, [None])
    number = tf.string_to_number(x, tf.float64)
    with tf.Session() as session:
        strings = ["1", " 2.5\n", "0.1234567890123456789", "-inf", "1e300", "0x10"]
        expected = [1, 2.5, 0.1234567890123456789, -np.inf, 1e300, 16]
        for others in [], MANY:
            assert session.run(number, {x: strings + others})[:6].tolist() == expected
            assert session.run(number, {x: strings[2:] + others})[:4].tolist() == expected[2:]
        assert session.run(number, {x: np.zeros(0, object)}).shape == (0,)
        with pytest.raises(tf.errors.InvalidArgumentError, match="could not convert"):
            session.run(number, {x: ["1\n2"]})
