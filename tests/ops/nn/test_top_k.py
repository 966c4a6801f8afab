"""The k largest elements."""

import numpy as np
import pytest
from helpers import check, fails, run

import minitf as tf

RANDOM = np.random.default_rng(7)
X, CUBE = RANDOM.normal(size=(4, 5)), RANDOM.normal(size=(2, 3, 5))


@pytest.mark.parametrize("k", [0, 1, 3, 5])
@pytest.mark.parametrize("x", [X, CUBE, X[0]], ids=["matrix", "cube", "vector"])
def test_top_k(x, k):
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    check(
        lambda x: list(tf.nn.top_k(x, k)),
        x,
        reference=lambda x: [np.take_along_axis(x, order, -1), order],
        grads=k > 0,
        openness=("known", "open"),
    )


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "float16"])
def test_top_k_of_other_types_and_ties(dtype):
    x = np.array([[3, 1, 3, 2], [0, 0, 7, 7]], dtype)
    values, places = run(*tf.nn.top_k(tf.constant(x), 3))
    assert values.tolist() == [[3, 3, 2], [7, 7, 0]] and places.tolist() == [[0, 2, 3], [2, 3, 0]]


def test_top_k_by_a_fed_number():
    k = tf.placeholder(tf.int32, [])
    values, _ = tf.nn.top_k(X, k)
    assert values.shape.as_list() == [4, None]
    with tf.Session() as session:
        assert session.run(values, {k: 2}).shape == (4, 2)
        for bad in (-1, 6):
            with fails(tf.errors.InvalidArgumentError, f"k = {bad}"):
                session.run(values, {k: bad})


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_in_top_k(dtype):
    p = np.array([[0.1, 0.5, 0.5, 0.2], [1, 2, 3, 4], [1, np.nan, 3, 4], [4, 3, 2, 1]], np.float32)
    targets = np.array([2, 1, 3, 9], dtype)
    for k, expected in ((1, [True, False, False, False]), (3, [True, True, False, False])):
        assert run(tf.nn.in_top_k(p, targets, k)).tolist() == expected
    with fails(ValueError, "3"):
        tf.nn.in_top_k(p, targets[:3], 1)
