"""Crosses of features of any number of values in each row, against Python's products."""

import itertools

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf

DRAW = np.random.RandomState(0)


def feature(rows):
    """A sparse or dense feature of texts or integers, and its values row by row."""
    text, counts = DRAW.rand() < 0.5, DRAW.randint(0, 4, rows)
    if DRAW.rand() < 0.5:
        counts[:] = DRAW.randint(0, 4)
    held = [[b"x%d" % k if text else int(k) for k in DRAW.randint(-5, 9, count)] for count in counts]
    if len(set(counts.tolist())) == 1 and counts[0] and rows:
        return tf.constant(held), held
    places = np.array([(i, k) for i, row in enumerate(held) for k in range(len(row))], np.int64).reshape(-1, 2)
    flat = [value for row in held for value in row]
    values = tf.constant(flat, tf.string if text else tf.int64, shape=[len(flat)])
    return tf.SparseTensor(places, values, [rows, 4]), held


@pytest.mark.parametrize("seed", range(12))
def test_every_combination(seed):
    DRAW.seed(seed)
    rows = DRAW.randint(1, 5)
    inputs, held = zip(*[feature(rows) for _ in range(DRAW.randint(1, 4))])
    sparse = [k for k, i in enumerate(inputs) if isinstance(i, tf.SparseTensor)]
    held = [held[k] for k in (*sparse, *[k for k in range(len(inputs)) if k not in sparse])]
    wanted = [list(itertools.product(*row)) for row in zip(*held)]
    found, hashed = run(tf.sparse.cross(list(inputs))), run(tf.sparse.cross_hashed(list(inputs), 50))
    texts = [b"_X_".join([v if isinstance(v, bytes) else b"%d" % v for v in each]) for row in wanted for each in row]
    assert found.values.tolist() == texts
    assert found.indices.tolist() == [[i, k] for i, row in enumerate(wanted) for k in range(len(row))]
    assert found.dense_shape.tolist() == [rows, max(map(len, wanted))]
    assert np.array_equal(hashed.indices, found.indices) and ((hashed.values >= 0) & (hashed.values < 50)).all()
    alike = dict(zip(texts, hashed.values.tolist()))
    assert [alike[text] for text in texts] == hashed.values.tolist()


def test_a_row_that_there_is_not():
    s = tf.SparseTensor([[3, 0]], [1], [2, 1])
    with fails(tf.errors.InvalidArgumentError, "row 3"):
        run(tf.sparse.cross_hashed([s]))
