import helpers
import numpy as np
import pytest
from oracle import check_case, facts, op_facts

import minitf as tf


@pytest.mark.parametrize(
    "args", [(5,), (2, 7), (1, 10, 3), (10, 1, -4), (3, 3), (0,), (0.0, 1.0, 0.25), (1.0, 0.0, -0.5)], ids=str
)
def test_range(args):
    tensor = tf.range(*args)
    value = helpers.run(tensor)
    assert tensor.shape.as_list() == list(value.shape)
    assert value.dtype == ("float32" if isinstance(args[0], float) else "int32")
    np.testing.assert_array_equal(value, np.arange(*args))


def test_range_of_tensors_and_types():
    n = tf.placeholder(tf.int32, [])
    ranges = [
        tf.range(n),
        tf.range(n, delta=2, limit=9),
        tf.range(3, dtype=tf.float64),
        tf.range(0, n, 1.5),
        tf.range(tf.constant(2, tf.int64)),
    ]
    values = helpers.run(*ranges, feed_dict={n: 5})
    assert [v.tolist() for v in values] == [[0, 1, 2, 3, 4], [5, 7], [0, 1, 2], [0, 1.5, 3, 4.5], [0, 1]]
    assert [v.dtype.name for v in values] == ["int32", "int32", "float64", "float32", "int64"]


def test_range_adds_step_by_step_in_its_own_precision():
    value = helpers.run(tf.range(0.0, 10.0, 0.1))
    expected = [np.float32(0)]
    while len(expected) < 100:
        expected.append(expected[-1] + np.float32(0.1))
    assert value.tolist() == expected


def test_bad_ranges():
    delta = tf.placeholder(tf.int32, [])
    for bad, message in ((0, "delta"), (-1, "positive delta")):
        with helpers.fails(ValueError, message):
            tf.range(0, 5, bad)
        with helpers.fails(tf.errors.InvalidArgumentError, message):
            helpers.run(tf.range(0, 5, delta), feed_dict={delta: bad})


# TensorFlow's LinSpace(0.1, 0.7, 7) in float32
LINSPACE = [0.1, 0.19999999, 0.29999998, 0.39999998, 0.49999997, 0.59999996, 0.7]


def test_linspace():
    values = helpers.run(
        tf.linspace(0.1, 0.7, 7), tf.lin_space(2.0, 5.0, 1), tf.linspace(np.float64(0), np.float64(1), 3)
    )
    np.testing.assert_allclose(values[0], np.array(LINSPACE, np.float32), rtol=0, atol=3e-8)
    assert values[1].tolist() == [2] and values[2].tolist() == [0, 0.5, 1] and values[2].dtype == "float64"
    with helpers.fails(ValueError, "1 number or more", "0"):
        tf.linspace(0.0, 1.0, 0)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_meshgrid(count, indexing):
    vectors = [np.arange(3.0), np.arange(2.0) + 5, np.arange(4.0) - 1][:count]
    helpers.check(
        lambda *x: tf.meshgrid(*x, indexing=indexing),
        *vectors,
        openness=("known",),
        reference=lambda *x: np.meshgrid(*x, indexing=indexing),
    )


def test_meshgrid_of_nothing_and_of_bad_indexing():
    assert tf.meshgrid() == []
    with helpers.fails(ValueError, "'xy' or 'ij'"):
        tf.meshgrid([1], indexing="yx")


def test_sequence_mask():
    lengths = np.array([[1, 0], [3, 2]])
    n = tf.placeholder(tf.int64, [None, 2])
    fixed, longest = tf.sequence_mask(n, 4), tf.sequence_mask(n)
    floats, empty = tf.sequence_mask(n, 3, tf.float32), tf.sequence_mask([0, 0])
    assert [t.shape.as_list() for t in (fixed, longest, floats)] == [[None, 2, 4], [None, 2, None], [None, 2, 3]]
    values = helpers.run(fixed, longest, floats, empty, feed_dict={n: lengths})
    for value, size in zip(values, (4, 3, 3)):
        np.testing.assert_array_equal(value, np.arange(size) < lengths[..., None])
    assert values[0].dtype == bool and values[2].dtype == np.float32 and values[3].shape == (2, 0)
    with helpers.fails(ValueError, "maxlen"):
        tf.sequence_mask([1], [2, 3])


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    rows, values = np.array([[1, 3, 3, 7], [2, 4, 6, 8]]), np.array([[3, 0], [9, 4]])
    found, row = helpers.run(tf.searchsorted(rows, values, side), tf.searchsorted(rows[0], [3, 8], side, tf.int64))
    np.testing.assert_array_equal(found, [np.searchsorted(r, v, side) for r, v in zip(rows, values)])
    assert found.dtype == "int32" and row.dtype == "int64"
    np.testing.assert_array_equal(row, np.searchsorted(rows[0], [3, 8], side))
    with helpers.fails(ValueError, "side"):
        tf.searchsorted([1], [1], "middle")


FACTS = ("tf.range(", "tf.lin_space(", "tf.meshgrid(", "tf.sequence_mask(", "tf.searchsorted(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("name", ["range", "sequence_mask"])
def test_graphs_recorded_from_tensorflow(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert helpers.built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == snippet["ops"]
