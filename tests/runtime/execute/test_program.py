"""What programs leave behind for the ops after them, which may be on the host or in another program."""

import numpy as np
import pytest

import minitf as tf

PASSES = pytest.mark.parametrize("passes", ["none", ""])


def outcome(build, runs, **config):
    """What a graph gives in some runs; `build` makes fetches and placeholders."""
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        fetches, placeholders = build()
        with tf.Session(config=tf.ConfigProto(**config)) as session:
            session.run(tf.global_variables_initializer())
            return [session.run(fetches, dict(zip(placeholders, fed))) for fed in runs]


def assert_as_op_by_op(build, runs, passes):
    native = outcome(build, runs, passes=passes)
    for ours, theirs in zip(native, outcome(build, runs, executor="op_by_op")):
        for a, b in zip(ours, theirs):
            np.testing.assert_allclose(a, b, 1e-12, 1e-14)


def masked(value, mask):
    """A loss behind an op that splits the program: gradients are computed in another one than values."""
    with tf.control_dependencies([value]):
        return tf.reduce_sum(tf.square(tf.boolean_mask(value, mask)))


@PASSES
@pytest.mark.parametrize("lengths, steps", [([0, 0], 2), ([0], 1), ([0], 0), ([], 0), ([], 3)])
def test_the_gradient_of_a_loop_that_made_no_trip(lengths, steps, passes):
    def build():
        x, n = tf.placeholder(tf.float64, [None, None, 3]), tf.placeholder(tf.int32, [None])
        mask = tf.placeholder(tf.bool, [None])
        state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, n, dtype=tf.float64)[1]
        loss = masked(state, mask)
        return [loss, *tf.gradients(loss, [x, *tf.trainable_variables()])], (x, n, mask)

    def fed(lengths, steps):
        return np.ones([len(lengths), steps, 3]), lengths, np.ones(len(lengths), bool)

    assert_as_op_by_op(build, [fed([2, 1], 2), fed(lengths, steps), fed([1, 2], 2)], passes)


def listed(x):
    """Has a TensorArray between itself and its gradient."""
    rows = tf.TensorArray(tf.float64, 2, clear_after_read=False).unstack(tf.stack([x, 2 * x]))
    return rows.concat()


def listed_and_read_once(x):
    """The same of an array whose slots may be read once."""
    rows = tf.TensorArray(tf.float64, 5).unstack(tf.stack([x] * 5))
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + rows.read(i)), [0, x])[1]


def without_trips(x):
    """Has a loop that makes no trip even where the branch is taken."""
    lengths = tf.cast(0 * x[:, 0], tf.int32)
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x[:, tf.newaxis], lengths, dtype=x.dtype)[1] + x


def nested(x):
    """Has results that no branch computes."""
    return tf.cond(tf.constant(False), lambda: tf.tanh(x[:1]) * tf.sin(x), lambda: tf.cumsum(x))


@PASSES
@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("branch", [listed, listed_and_read_once, without_trips, nested])
def test_the_gradient_of_a_branch_that_may_not_be_taken(branch, split, passes):
    def build():
        x, p = tf.placeholder(tf.float64, [None, 3]), tf.placeholder(tf.bool, [])
        mask = tf.placeholder(tf.bool, [None])
        y = tf.cond(p, lambda: tf.reduce_mean(tf.square(branch(x))), lambda: tf.reduce_sum(x))
        loss = masked(x * y, mask) if split else tf.reduce_sum(x * y)
        return [loss, tf.gradients(loss, x)[0]], (x, p, mask)

    runs = [(np.ones([n, 3]), p, np.ones(n, bool)) for n, p in [(2, True), (3, False), (3, True)]]
    assert_as_op_by_op(build, runs, passes)
