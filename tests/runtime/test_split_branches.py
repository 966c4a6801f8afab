"""Branches whose results differ in shape: the regions before and behind them are native, and so are they."""

import numpy as np
import pytest
from campaigns import splits
from helpers import host_ops

import minitf as tf
from minitf.runtime import inspect

D = 3


def network(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, dtype=tf.float32)[0]


def shorter(x, p):
    return tf.cond(p, lambda: tf.tanh(x[:, :2]), lambda: tf.tanh(x))


def nested(x, p):
    inner = lambda: tf.cond(tf.reduce_sum(x) > 0, lambda: tf.sin(x[:3]), lambda: x * 2.0)  # noqa: E731
    return tf.cond(p, inner, lambda: tf.tanh(x))


def of_loops(x, p):
    def loop(h, rows):
        return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, tf.tanh(h * 1.5)), [0, h[:rows]])[1]

    return tf.cond(p, lambda: loop(x, 2), lambda: loop(x, 3))


def fitting_one(x, p):
    y = shorter(x, p)
    y.set_shape([None, None, D])
    weights = tf.ones([1, 2, D])
    return tf.cond(p, lambda: y * weights, lambda: tf.cos(y))


KINDS = {
    "rows": lambda x, p: tf.cond(p, lambda: tf.tanh(x[:2]), lambda: tf.tanh(x)),
    "ranks": lambda x, p: tf.cond(p, lambda: tf.reduce_sum(tf.sin(x), 1), lambda: tf.tanh(x)),
    "a scalar": lambda x, p: tf.cond(p, lambda: 0.5, lambda: tf.tanh(x)),
    "both branches behind one": fitting_one,
    "branches in one another": nested,
    "loops": of_loops,
    "a network behind": lambda x, p: network(tf.reshape(shorter(x, p), [tf.shape(x)[0], -1, D])),
    "a network before": lambda x, p: shorter(network(x), p),
}


@pytest.mark.parametrize("computed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_no_branch_leaves_the_native_regions(kind, computed):
    tf.set_random_seed(1)
    x, p = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.bool, [])
    loss = tf.reduce_mean(tf.square(KINDS[kind](x, tf.logical_and(p, tf.reduce_sum(x) < 1e9) if computed else p)))
    first = tf.gradients(loss, x)
    fetches, found = [loss, *first, *tf.gradients(tf.reduce_sum(tf.sin(first[0])), x)], {}
    for executor in ("native", "op_by_op"):
        draw = np.random.RandomState(0)
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            feeds = [{x: draw.randn(4 + k // 8, 5, D), p: k % 3 == 0} for k in range(12)]
            found[executor] = [session.run(fetches, feed) for feed in feeds]
            if executor == "native":
                assert host_ops(session) == []
                assert inspect(session).last.called == []
                lowered = [step.lowered for step in inspect(session).last.steps]
                for feed in feeds:
                    session.run(fetches, feed)
                assert [step.lowered for step in inspect(session).last.steps] == lowered
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "seed",
    [
        4007,  # sizes that are equal by chance
        4129,
        20164,  # zeros like slices that Python has
        20213,  # zeros in place of slices of lists
        20259,  # a branch in a branch whose predicate is known in another region
        20261,
        20699,  # a loop over rows of which there is another number in each trip, and what it gives for each of them
        20740,  # slices in memory, and those that Python has
    ],
)
def test_graphs_in_which_a_loop_or_branch_was_left_to_python(seed):
    assert splits.check(seed) == []
