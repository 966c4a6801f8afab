"""Indices that are known only when a graph runs: in native programs, and as NumPy has it."""

import numpy as np
import pytest
from helpers import check, fails, host_ops

import minitf as tf
from minitf.runtime import inspect

X = np.random.RandomState(0).standard_normal((4, 3, 5))
INDICES = [
    lambda x, i, j: x[i],
    lambda x, i, j: x[:, j],
    lambda x, i, j: x[..., i],
    lambda x, i, j: x[i, :, j],
    lambda x, i, j: x[i, j, i],
    lambda x, i, j: x[i, tf.newaxis, 1:3],
    lambda x, i, j: x[-1, j],
    lambda x, i, j: x[::-1, j, ::2],
    lambda x, i, j: x[i, :, 4:1:-1],
]
SLICES = [
    lambda x, i, j: tf.slice(x, [i, 0, 0], [1, -1, -1]),
    lambda x, i, j: tf.slice(x, [1, j, i], [2, 1, 2]),
    lambda x, i, j: tf.slice(x, tf.stack([i, j, i]), [1, 1, 1]),
    lambda x, i, j: tf.slice(x, [i, 0, 0], [0, -1, 3]),
]
EXPECTED = [X[2:3], X[1:3, :1, 2:4], X[2:3, :1, 2:3], X[:0, :, :3]]  # for i = 2, j = 0


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("places", [(2, 1), (0, 2), (3, 0)])
@pytest.mark.parametrize("index", range(len(INDICES)))
def test_positions(index, places, dtype):
    for place in (places[0], places[0] - 4):  # counted from the start and from the end
        i, j = np.asarray(place, dtype), np.asarray(places[1], dtype)
        value = check(INDICES[index], X, i, j, openness=("known", "open"), dtypes=("float64",))
        np.testing.assert_array_equal(value, INDICES[index](X, place, places[1]))


@pytest.mark.parametrize("index", range(len(SLICES)))
def test_slices(index):
    value = check(SLICES[index], X, np.int32(2), np.int32(0), openness=("known", "open"), dtypes=("float64",))
    np.testing.assert_array_equal(value, EXPECTED[index])


def total_and_derivatives(take, x, n):
    """What n trips add up that index a changing tensor, with its first and second derivative."""
    step = lambda i, total: (i + 1, total + tf.reduce_sum(take(x * total, i % 3, -i % 3)))  # noqa: E731
    _, total = tf.while_loop(lambda i, _: i < n, step, [0, tf.constant(0.1, tf.float64)])
    first = tf.gradients(total, x)[0]
    return total, first, tf.gradients(tf.reduce_sum(first * first), x)[0]


@pytest.mark.parametrize("take", [*INDICES, *SLICES], ids=range(len(INDICES + SLICES)))
def test_native_in_loops(take):
    results = {}
    for executor in ("op_by_op", "native"):
        with tf.Graph().as_default(), tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            x, n = tf.placeholder(tf.float64, [4, 3, None]), tf.placeholder(tf.int32, [])
            results[executor] = session.run(total_and_derivatives(take, x, n), {x: X, n: 5})
            if executor == "native":
                assert host_ops(session) == []
    for one, other in zip(*results.values()):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [tf.float32, tf.int8, tf.bool, tf.uint16])
def test_types(dtype):
    array = X.astype(dtype.as_numpy_dtype)
    x, i = tf.placeholder(dtype, [None, 3, 5]), tf.placeholder(tf.int64, [])
    with tf.Session() as session:
        for at in (0, -1):
            np.testing.assert_array_equal(session.run(x[i], {x: array, i: at}), array[at])
        assert host_ops(session) == []


def test_one_program_for_all_positions():
    x, i = tf.constant(X), tf.placeholder(tf.int32, [])
    y = tf.reduce_sum(x[i])
    with tf.Session() as session:
        for at in range(-4, 4):
            np.testing.assert_allclose(session.run(y, {i: at}), X[at].sum())
        assert [len(step.programs) for step in inspect(session).last.steps] == [1]


@pytest.mark.parametrize(
    "take, at, parts",
    [
        (lambda x, i: x[i], 4, ["index 4 of axis 0", "[-4, 4)"]),
        (lambda x, i: x[:, i], -4, ["index -4 of axis 1", "[-3, 3)"]),
        (lambda x, i: x[i, i, i], 5, ["index 5 of axis 0", "[-4, 4)"]),
        (lambda x, i: x[1, :, tf.cast(i, tf.int64) * 2**40], 2**22, ["of axis 2", "[-5, 5)"]),
        (lambda x, i: tf.slice(x, [0, i, 0], [1, 2, 1]), 2, ["axis 1", "2 items from 2", "[0, 3)"]),
        (lambda x, i: tf.slice(x, [0, i, 0], [1, 2, 1]), -1, ["axis 1", "begin -1"]),
    ],
)
def test_positions_outside_are_named(take, at, parts):
    """Also deep in a loop, where the variables stay as they were."""
    x, n, v = tf.placeholder(tf.float32, [4, 3, 5]), tf.placeholder(tf.int32, []), tf.Variable(1.0)
    step = lambda i, total: (i + 1, total + tf.reduce_sum(take(x, tf.where(i < 3, 0, n))))  # noqa: E731
    _, total = tf.while_loop(lambda i, _: i < 5, step, [0, 0.0])
    update = tf.assign_add(v, total)
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(update, {x: X, n: 0})
        before = session.run(v)
        with fails(tf.errors.InvalidArgumentError, *parts):
            session.run(update, {x: X, n: at})
        assert session.run(v) == before
        with fails(tf.errors.InvalidArgumentError, *parts):
            session.run(tf.gradients(total, x)[0], {x: X, n: at})
