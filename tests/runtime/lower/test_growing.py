"""Loop variables that grow and shrink: in memory, by kernels alone, with the same values and gradients."""

import numpy as np
import pytest
from campaigns import growing_bodies
from helpers import host_calls, host_ops

import minitf as tf
from minitf.runtime import inspect

B, N = 2, 3
NONE = tf.TensorShape([])
ROWS, TABLE = tf.TensorShape([None, N]), tf.TensorShape([B, None, N])


def attended(x, first=1):
    """A memory [B, length, N] that an LSTM-like state is added to, and that it attends to."""
    w = tf.get_variable("w", [N, N])

    def body(i, memory, state):
        weights = tf.nn.softmax(tf.reduce_sum(memory * tf.expand_dims(state, 1), 2))
        context = tf.reduce_sum(memory * tf.expand_dims(weights, 2), 1)
        state = tf.tanh(tf.matmul(x[:, i] + context, w) + state)
        return i + 1, tf.concat([memory, tf.expand_dims(state, 1)], 1), state

    start = [0, x[:, :first], x[:, 0]]
    return tf.while_loop(lambda i, *_: i < 4, body, start, [NONE, TABLE, tf.TensorShape([B, N])])[1]


def from_nothing(x):
    return attended(x, 0)


def keys_and_values(x):
    """Two memories that grow side by side, at their ends."""
    w = tf.get_variable("w", [N])

    def body(i, keys, values):
        seen = tf.matmul(tf.nn.softmax(tf.matmul(x[:, :1], keys, transpose_b=True)), values)
        return i + 1, tf.concat([keys, seen * w], 1), tf.concat([values, tf.tanh(seen)], 1)

    return tf.while_loop(lambda i, *_: i < 4, body, [0, x[:, :2], x[:, 1:3]], [NONE, TABLE, TABLE])[2]


def shrinking(x):
    """What is left of a queue, at its front."""
    w = tf.get_variable("w", [N])
    body = lambda i, a: (i + 1, tf.sin(a[1:] * w) + a[:-1] + tf.reduce_mean(a, 0))  # noqa: E731
    return tf.while_loop(lambda i, _: i < 3, body, [0, x[0]], [NONE, ROWS])[1]


def both_ways(x):
    """It grows by two and loses one."""
    w = tf.get_variable("w", [N])
    body = lambda i, a: (i + 1, tf.concat([a[1:], tf.tanh(a[-1:] * w), a[:1]], 0))  # noqa: E731
    return tf.while_loop(lambda i, _: i < 5, body, [0, x[1]], [NONE, ROWS])[1]


def padded(x):
    w = tf.get_variable("w", [N])
    body = lambda i, a: (i + 1, tf.pad(tf.tanh(a * w), [[0, 0], [1, 0], [0, 0]]) + x[:, :1])  # noqa: E731
    return tf.while_loop(lambda i, _: i < 3, body, [0, x], [NONE, TABLE])[1]


def doubled(x):
    w = tf.get_variable("w", [N])
    body = lambda i, a: (i + 1, tf.concat([a * w, tf.sin(a)], 1))  # noqa: E731
    return tf.while_loop(lambda i, _: i < 3, body, [0, x], [NONE, TABLE])[1]


def now_and_then(x):
    """A branch decides whether it grows."""
    w = tf.get_variable("w", [N])

    def body(i, a):
        longer = lambda: tf.concat([a, tf.tanh(a[:, :1] * w)], 1)  # noqa: E731
        return i + 1, tf.cond(tf.equal(i % 2, 0), longer, lambda: a * 0.9) + tf.reduce_mean(a, 1, keepdims=True)

    return tf.while_loop(lambda i, _: i < 4, body, [0, x], [NONE, TABLE])[1]


def in_a_loop(x):
    """Each trip has a loop that makes it longer."""
    w = tf.get_variable("w", [N])

    def body(i, a):
        inner = lambda j, b: (j + 1, tf.concat([b, tf.tanh(b[:, -1:] * w)], 1))  # noqa: E731
        return i + 1, tf.while_loop(lambda j, _: j < i, inner, [0, a], [NONE, TABLE])[1] * 0.9

    return tf.while_loop(lambda i, _: i < 3, body, [0, x], [NONE, TABLE])[1]


def of_two_axes(x):
    """A table of all pairs."""
    w = tf.get_variable("w", [N])

    def body(i, a):
        longer = tf.concat([a, a[:1] * w], 0)
        return i + 1, tf.concat([longer, longer[:, -1:] * 0.5], 1)

    return tf.while_loop(lambda i, _: i < 3, body, [0, x], [NONE, tf.TensorShape([None, None, N])])[1]


MODELS = [
    *[attended, from_nothing, keys_and_values, shrinking, both_ways, padded, doubled, now_and_then, in_a_loop],
    of_two_axes,
]
WITH_CALLS = {both_ways, of_two_axes}  # second derivatives, two sizes at once


def ran(model, feeds, **config):
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [B, None, N])
    end = model(x)
    variables = tf.trainable_variables()
    first = tf.gradients(tf.reduce_sum(tf.square(end)), [x, *variables])
    second = tf.gradients(tf.reduce_sum(tf.square(first[0])), [x, *variables])
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        session.run(tf.global_variables_initializer())
        found = [session.run([end, *first, *second], {x: feed}) for feed in feeds]
        hosts = ([], []) if "executor" in config else (host_ops(session), host_calls(session))
    return found, *hosts


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_python_and_the_same_values(model):
    draw = np.random.RandomState(0)
    feeds = [draw.rand(B, length, N) for length in (5, 5, 9, 5)]
    native, hosts, calls = ran(model, feeds)
    theirs, *_ = ran(model, feeds, executor="op_by_op")
    plain, *_ = ran(model, feeds, passes="none")
    shared, *_ = ran(model, feeds, intra_op_parallelism_threads=2)
    assert not hosts and (not calls or model in WITH_CALLS), (hosts, calls)
    for a, b, c, d in zip(native, theirs, plain, shared):
        for one, other, bare, both in zip(a, b, c, d):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
            np.testing.assert_array_equal(bare, other)
            np.testing.assert_array_equal(one, both)


def test_gradients_are_those_of_differences():
    x = tf.placeholder(tf.float64, [B, None, N])
    body = lambda i, a: (i + 1, tf.concat([a[:, 1:], tf.sin(a[:, -1:] * tf.reduce_mean(a)), a[:, :1] ** 2], 1))  # noqa: E731
    end = tf.while_loop(lambda i, _: i < 4, body, [0, x], [NONE, TABLE])[1]
    loss = tf.reduce_sum(tf.square(end))
    slope = tf.gradients(loss, x)[0]
    curve = tf.gradients(tf.reduce_sum(slope * 0.3), x)[0]
    draw = np.random.RandomState(0)
    at, way, by = draw.rand(B, 3, N), draw.randn(B, 3, N), 1e-6
    with tf.Session() as session:
        for value, gradient in ((loss, slope), (tf.reduce_sum(slope * 0.3), curve)):
            ends = [session.run(value, {x: at + step * way}) for step in (-by, by)]
            found = np.sum(session.run(gradient, {x: at}) * way)
            np.testing.assert_allclose(found, (ends[1] - ends[0]) / (2 * by), rtol=1e-5)
        assert not host_calls(session)


def test_room_grows_with_the_trips_and_then_is_there():
    x, trips = tf.placeholder(tf.float32, [B, N]), tf.placeholder(tf.int32, [])
    body = lambda i, a: (i + 1, tf.concat([a, a[:, -1:] + 1.0], 1))  # noqa: E731
    end = tf.while_loop(lambda i, _: i < trips, body, [0, x[:, None]], [NONE, TABLE])[1]
    slope = tf.gradients(end[:, -1], x)[0]
    with tf.Session() as session:
        for count in (3, 300, 0, 70, 301, 5):
            found, gradient = session.run([end, slope], {x: np.zeros((B, N)), trips: count})
            np.testing.assert_array_equal(found[1, :, 0], np.arange(count + 1))
            np.testing.assert_array_equal(gradient, np.ones((B, N)))
        lowered = sum(step.lowered for step in inspect(session).last.steps)
        for count in (301, 4, 17):
            session.run(end, {x: np.zeros((B, N)), trips: count})
        assert not host_calls(session) and lowered < 40


def test_sizes_that_turn_out_to_differ_are_left_to_python():
    """Two memories go together only as long as they are as long as each other, or one has a single row."""
    x, y = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.float32, [None, N])

    def body(i, a, b):
        return i + 1, tf.concat([a, a[:1] + 1.0], 0), a * b

    ends = tf.while_loop(lambda i, *_: i < 2, body, [0, x, y], [NONE, ROWS, ROWS])
    with tf.Session() as session, tf.Session(config=tf.ConfigProto(executor="op_by_op")) as other:
        for rows in (1, 3, 1):
            feed = {x: np.ones((rows, N)) * 2, y: np.ones((1, N)) * 3}
            wanted = error = None
            try:
                wanted = other.run(ends, feed)
            except tf.errors.InvalidArgumentError as found:
                error = type(found)
            if error:
                with pytest.raises(error):
                    session.run(ends, feed)
            else:
                for a, b in zip(session.run(ends, feed), wanted):
                    np.testing.assert_array_equal(a, b)


def test_an_empty_one_is_shortened():
    """The rule of a slice needs a row to be there; where it is not, Python does it from then on."""
    x = tf.placeholder(tf.float32, [None, N])
    end = tf.while_loop(lambda i, _: i < 4, lambda i, a: (i + 1, a[1:] * 2.0), [0, x], [NONE, ROWS])[1]
    with tf.Session() as session:
        for rows in (9, 6, 3, 0, 9):
            np.testing.assert_array_equal(
                session.run(end, {x: np.ones((rows, N))}), np.full((max(rows - 4, 0), N), 16.0)
            )


@pytest.mark.parametrize("rest", [lambda a: a[1:] + a[0], lambda a: tf.split(a, [1, tf.shape(a)[0] - 1])[1]])
def test_what_has_none_left_says_so_natively(rest):
    """The first run, too; the loop stays what it is."""
    x, trips = tf.placeholder(tf.float32, [None, N]), tf.placeholder(tf.int32, [])
    end = tf.while_loop(lambda i, _: i < trips, lambda i, a: (i + 1, rest(a)), [0, x], [NONE, ROWS])[1]
    session, plain = tf.Session(), tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    for rows, count in ((1, 2), (5, 3), (3, 4), (5, 2)):
        found, wanted = (
            growing_bodies.outcome(s, [end], {x: np.ones((rows, N)), trips: count}) for s in (session, plain)
        )
        np.testing.assert_array_equal(found[0], wanted[0])
    assert host_ops(session) == host_calls(session) == []


def test_beam_search_without_arrays():
    """Sequences [batch * beams, length] that are picked anew and made longer in each trip, until all have ended."""
    beams, words = 3, 7
    logits = tf.placeholder(tf.float32, [words, words])

    def body(sequences, scores, ended):
        following = tf.nn.log_softmax(tf.gather(logits, sequences[:, -1]))
        following = tf.where(ended, tf.one_hot(tf.zeros([beams], tf.int32), words, 0.0, -1e9), following)
        best, places = tf.nn.top_k(tf.reshape(scores[:, None] + following, [-1]), beams)
        word = places % words
        sequences = tf.concat([tf.gather(sequences, places // words), word[:, None]], 1)
        return sequences, best, tf.equal(word, 0)

    start = [tf.constant([[1]] * beams), tf.constant([0.0, -1e9, -1e9]), tf.constant([False] * beams)]

    def go_on(sequences, _, ended):
        return tf.logical_and(tf.shape(sequences)[1] < 12, tf.logical_not(tf.reduce_all(ended)))

    ends = tf.while_loop(
        go_on, body, start, [tf.TensorShape([beams, None]), tf.TensorShape([beams]), tf.TensorShape([beams])]
    )
    with tf.Session() as session, tf.Session(config=tf.ConfigProto(executor="op_by_op")) as other:
        lengths = set()
        for seed in range(6):
            feed = {logits: np.random.RandomState(seed).randn(words, words) * 2}
            for a, b in zip(session.run(ends, feed), other.run(ends, feed)):
                np.testing.assert_allclose(a, b, rtol=1e-5)
            lengths.add(session.run(ends[0], feed).shape[1])
        assert len(lengths) > 1 and not host_calls(session) and not host_ops(session)


@pytest.mark.parametrize("seed", [8])  # others: python -m tests.campaigns growing_bodies
def test_random_loops_agree_in_all_ways(seed):
    growing_bodies.check(seed)
