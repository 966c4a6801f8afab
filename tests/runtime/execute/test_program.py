"""What programs leave behind for the ops after them, which may be on the host or in another program."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.execute.program import LARGE

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


# ---- large results, which are written where the caller gets them


def feeds():
    return [np.random.default_rng(k).normal(size=(size, 40)) for k, size in enumerate((600, 500, 600, 700, 650, 600))]


def network():
    x = tf.placeholder(tf.float64, [None, 40])
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(64), tf.reshape(x, [-1, 10, 40]), dtype=tf.float64)
    return [outputs, state, tf.gradients(outputs, x)[0]], [x]


def in_a_branch():
    x = tf.placeholder(tf.float64, [None, 40])
    return [tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(x), lambda: -x), tf.transpose(x)], [x]


def counted():
    x = tf.placeholder(tf.float64, [None, 40])
    return [tf.boolean_mask(x, x[:, 0] > -1), tf.sort(x), tf.concat([x, x], 1)], [x]


def stacked():
    x = tf.placeholder(tf.float64, [None, 40])
    return [tf.scan(lambda a, row: a + row, x), tf.map_fn(lambda row: tf.py_func(np.negative, [row], tf.float64), x)], [
        x
    ]


def by_variables():
    x, v = tf.placeholder(tf.float64, [None, 40]), tf.Variable(np.ones((500, 40)))
    with tf.control_dependencies([v.assign_add(v + tf.reduce_sum(x))]):
        return [v + 0, v.read_value(), tf.identity(v)], [x]


@PASSES
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("build", [network, in_a_branch, counted, stacked, by_variables], ids=lambda f: f.__name__)
def test_large_results_are_the_callers_own(build, threads, passes):
    expected = outcome(build, [[x] for x in feeds()], executor="op_by_op")
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        fetches, (x,) = build()
        config = tf.ConfigProto(passes=passes, intra_op_parallelism_threads=threads)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            for fed, wanted in zip(feeds(), expected):
                found = session.run(fetches, {x: fed})
                for a, b in zip(found, wanted):
                    np.testing.assert_allclose(a, b, 1e-9, 1e-11)
                    a[...] = np.nan  # nobody reads it again


def test_large_results_are_not_copied():
    for size in (LARGE // 4 - 1, LARGE // 4):
        x = tf.placeholder(tf.float32, [size])
        y = tf.exp(x)
        with tf.Session() as session:
            first, again = session.run(y, {x: np.zeros(size)}), session.run(y, {x: np.ones(size)})
            (program,) = inspect(session).last.steps[-1].programs
            assert len(program.memory.given_away) == (4 * size >= LARGE)
            assert not np.shares_memory(again, program.fetched(0, []))
        assert (first == 1).all() and not np.shares_memory(first, again)


def test_what_failed_gives_nothing_away():
    x, places = tf.placeholder(tf.float32, [1000, 50]), tf.placeholder(tf.int32, [1000])
    y = tf.gather(x, places) + 1
    with tf.Session() as session:
        for _ in range(3):
            found = session.run(y, {x: np.ones((1000, 50)), places: np.arange(1000)})
            with pytest.raises(tf.errors.InvalidArgumentError, match="1000"):
                session.run(y, {x: np.zeros((1000, 50)), places: np.full(1000, 1000)})
            assert (found == 2).all()
