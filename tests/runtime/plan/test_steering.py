"""Bounds of slices that only a run knows: how much lies between them is lowered for, not where it is."""

import numpy as np
import pytest
from resized import watched

import minitf as tf
from minitf.runtime.plan import region

X = np.arange(7 * 5, dtype=np.float32).reshape(7, 5) / 8


@pytest.fixture
def lowered(monkeypatch):
    """How often a region was lowered."""
    found, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: found.append(1) or real(self, *given))
    return found


def bounds():
    return [tf.placeholder(tf.int32, [], name=name) for name in "ij"]


SLICES = {
    "x[i:j]": lambda x, i, j: x[i:j],
    "x[:, i:j]": lambda x, i, j: x[:, i:j],
    "x[i:j, 1:]": lambda x, i, j: x[i:j, 1:],
    "x[i:, :j]": lambda x, i, j: x[i:, :j],
    "x[i, :j]": lambda x, i, j: x[i, :j],
    "x[i:j:2]": lambda x, i, j: x[i:j:2],
    "x[i*2:(i+j)*2]": lambda x, i, j: x[i * 2 : (i + j) * 2],
    "x[i:j][..., i]": lambda x, i, j: x[i:j][..., i],
    "x[i:j, None, ::-1]": lambda x, i, j: x[i:j, None, ::-1],
}


@pytest.mark.parametrize("kind", SLICES)
def test_every_pair_of_bounds(kind):
    x, (i, j) = tf.placeholder(tf.float32, [None, 5]), bounds()
    y = SLICES[kind](x, i, j)
    fetches = [y, tf.gradients(tf.reduce_sum(y * y), x)[0]]
    found = {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found[executor] = []
            for pair in [(a, b) for a in range(-3, 5) for b in range(-4, 9)]:
                try:
                    found[executor].append(session.run(fetches, {x: X, i: pair[0], j: pair[1]}))
                except tf.errors.InvalidArgumentError as error:
                    found[executor].append(type(error))
    for ours, theirs in zip(*found.values(), strict=True):
        if isinstance(theirs, type):
            assert ours is theirs
        else:
            for a, b in zip(ours, theirs):
                assert a.shape == b.shape and np.array_equal(a, b)


def test_another_place_is_not_lowered_again(lowered):
    """The reader of every language model over PTB."""
    data, (i, _) = tf.constant(np.arange(4 * 1000).reshape(4, 1000)), bounds()
    x = tf.strided_slice(data, [0, i * 10], [4, (i + 1) * 10])
    y = tf.strided_slice(data, [0, i * 10 + 1], [4, (i + 1) * 10 + 1])
    with tf.Session() as session:
        for k in range(50):
            a, b = session.run([x, y], {i: k})
            assert a[1, 0] == 1000 + 10 * k and np.array_equal(b, a + 1) and a.shape == (4, 10)
    assert len(lowered) <= 3


def test_another_size_is(lowered):
    x, (i, j) = tf.placeholder(tf.float32, [None, 5]), bounds()
    y = tf.reduce_sum(x[i:j] * 2.0)
    with tf.Session() as session:
        for k in (0, 1, 2, 0, 3, 1, 2):
            assert session.run(y, {x: X, i: k, j: k + 2}) == 2 * X[k : k + 2].sum()
        few = len(lowered)
        assert session.run(y, {x: X, i: 1, j: 5}) == 2 * X[1:5].sum()
        made = len(lowered)
        assert (
            few < made <= few + 13
        )  # these are the third bounds for which it is lowered: programs for all sizes are made
        assert session.run(y, {x: X, i: 0, j: 4}) == 2 * X[:4].sum() and len(lowered) == made
        assert session.run(y, {x: X, i: 6, j: 9}) == 2 * X[6:].sum()


@pytest.mark.parametrize("kind", ["x[i:j]", "x[:, i:j]", "x[i, :j]", "x[i:j, 1:]"])
def test_many_sizes_are_lowered_a_few_times(kind, lowered):
    x, (i, j) = tf.placeholder(tf.float32, [None, None]), bounds()
    y = SLICES[kind](x, i, j)
    fetches = [y, tf.gradients(tf.reduce_sum(y * y), x)[0]]
    draw, found, given = np.random.RandomState(0), {}, []
    for _ in range(40):
        given.append((draw.randn(60, 60), 2, draw.randint(5, 50)))
    for executor in ("native", "op_by_op"):
        config = tf.ConfigProto(executor=executor, intra_op_parallelism_threads=1)
        with watched() as watch, tf.Session(config=config) as session:
            found[executor] = [session.run(fetches, {x: a, i: b, j: c}) for a, b, c in given]
            assert not watch.wrong
            if executor == "native":
                assert len(lowered) - watch.counts["resized"] <= 20 and watch.counts["resized"] >= 18
    for ours, theirs in zip(*found.values()):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs))


def test_training_on_slices(lowered):
    data, (i, _) = tf.constant(X), bounds()
    x = data[i : i + 3]
    w = tf.Variable(tf.ones([5, 1]))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(tf.square(tf.matmul(x, w))))
    values = {}
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(w.initializer)
            for k in range(5):
                session.run(train, {i: k})
            values[executor] = session.run(w)
    np.testing.assert_allclose(values["native"], values["op_by_op"], rtol=1e-5)
