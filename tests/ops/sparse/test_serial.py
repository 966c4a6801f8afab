import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import fails, run

import minitf as tf

OURS = ["serialize_", "tf.layers.dense("]


@pytest.mark.parametrize("fact", cases("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact)


@pytest.mark.parametrize("fact", graphs("sparse", *OURS), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


@pytest.mark.parametrize("dtype", ["float64", "int32", "bool", "uint8", "string", "complex64"])
def test_there_and_back(dtype):
    values = np.array([b"a", b"", b"c\0"], object) if dtype == "string" else np.arange(3).astype(dtype)
    s = tf.SparseTensor([[0, 1], [2, 0], [2, 3]], values, [3, 4])
    found = tf.deserialize_many_sparse(tf.serialize_many_sparse(s), s.dtype, rank=2)
    assert found.shape.rank == 2
    for part, expected in zip(run(*found._components()), run(*s._components())):
        assert part.dtype == expected.dtype and part.tolist() == expected.tolist()


def test_damaged_strings():
    """Any byte of a serialized sparse tensor changed or cut ends in an error or in a sparse tensor."""
    given = run(tf.serialize_sparse(tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 4])))
    strings = tf.placeholder(tf.string, [1, 3])
    found = tf.deserialize_many_sparse(strings, tf.float32).values
    random, refused = np.random.default_rng(0), 0
    with tf.Session() as sess:
        for _ in range(150):
            part, damaged = random.integers(3), list(given)
            data = bytearray(given[part])
            data[random.integers(len(data))] = random.integers(256)
            damaged[part] = bytes(data[: random.integers(1, len(data) + 1)])
            try:
                sess.run(found, {strings: [damaged]})
            except tf.errors.InvalidArgumentError:
                refused += 1
    assert refused > 100


def test_only_strings():
    with fails(TypeError, "string"):
        tf.serialize_sparse(tf.SparseTensor([[0]], [1], [2]), out_type=tf.int32)


def test_numbers_are_taken_once():
    from minitf.ops.sparse import serial

    number = serial.keep(tf.SparseTensor([[0]], [1], [2]))
    again = tf.placeholder(tf.int64, [None])
    taken = serial.take(again, tf.int32, 2, number.op.name)
    with tf.Session() as sess:
        kept = [sess.run(number) for _ in range(2)]
        assert sess.run(taken, {again: kept}).dense_shape.tolist() == [2, 2]
        with fails(tf.errors.InvalidArgumentError, "taken before"):
            sess.run(taken, {again: kept})


def test_rows_of_a_vector_are_refused():
    rows = tf.serialize_many_sparse(tf.SparseTensor([[0], [1]], [3, 1], [2]))
    with tf.Session() as sess, fails(tf.errors.InvalidArgumentError, "Rank of input SparseTensor should be > 1"):
        sess.run(rows)
