"""What both branches of a cond in a loop give is in memory, also where one gives more of it than the other one."""

import gc

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.lower.bounded import Bounded

ROWS, N = 7, 3


def picked(a, column=1):
    return tf.boolean_mask(a, a[:, column] > 0.1)


def sized(value):
    value.set_shape([None, N])
    return value


def cond(state, yes, no):
    return sized(tf.cond(tf.reduce_sum(state) > 0, yes, no))


def cut(a, state):
    """Rows from a place on that data decide, but always as many."""
    first = tf.cast(tf.abs(tf.tanh(state[0])) * 3.0, tf.int32)
    return cond(state, lambda: tf.slice(a, [first, 0], [2, N]), lambda: a[:2] * 0.5)


def in_one_another(a, state):
    inner = lambda: cond(a[0], lambda: tf.sin(picked(a)), lambda: a[:1] * state)  # noqa: E731
    return cond(state, inner, lambda: tf.concat([a, a], 0))


def both_results(a, state):
    one, other = tf.cond(
        tf.reduce_sum(state) > 0, lambda: (picked(a), a[:1] * state), lambda: (a * 2.0, tf.tanh(picked(a, 0)))
    )
    return tf.concat([sized(one), sized(other)], 0)


KINDS = {
    "rows picked of the same": lambda a, s: cond(s, lambda: tf.tanh(picked(a)), lambda: picked(a) * 0.5),
    "rows picked of others": lambda a, s: sized(tf.sin(cond(s, lambda: picked(a) * s, lambda: picked(a, 0)))) * s,
    "picked or longer": lambda a, s: cond(s, lambda: picked(a), lambda: tf.concat([a, a[:1]], 0)),
    "sizes that are known": lambda a, s: cond(s, lambda: tf.sin(a[:2]), lambda: tf.tanh(a)),
    "places that data decide": cut,
    "in one another": in_one_another,
    "two results": both_results,
}


def network(kind, x, w):
    def step(state, a):
        return tf.tanh(state + 0.3 * tf.reduce_sum(tf.concat([KINDS[kind](a * w, state), a], 0), 0))

    return tf.foldl(step, x, initializer=tf.zeros([N], tf.float64))


def ran(kind, **config):
    tf.reset_default_graph()
    x, w = tf.placeholder(tf.float64, [None, ROWS, N]), tf.placeholder(tf.float64, [N])
    end = network(kind, x, w)
    first = tf.gradients(tf.reduce_sum(end * end), [x, w])
    second = tf.gradients(sum([tf.reduce_sum(tf.sin(g)) for g in first]), [x, w])
    draw = np.random.RandomState(0)
    feeds = [(3, 0), (3, 0), (2, -9), (4, 9), (5, 0), (3, 1)]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        fed = [{x: draw.randn(trips, ROWS, N) + shift, w: draw.rand(N)} for trips, shift in feeds]
        runs = [session.run([end, *first, *second], feed) for feed in fed]
        return runs, inspect(session).last


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_python(kind):
    (native, plan), (plain, _) = ran(kind), ran(kind, executor="op_by_op")
    assert plan.on_host == [] and plan.called == []
    for one, other, shared, bare in zip(
        native, plain, ran(kind, intra_op_parallelism_threads=2)[0], ran(kind, passes="none")[0]
    ):
        for a, b, c, d in zip(one, other, shared, bare):
            np.testing.assert_allclose(a, b, 1e-9, 1e-9)
            np.testing.assert_allclose(d, b, 1e-9, 1e-9)
            np.testing.assert_array_equal(a, c)


def test_what_would_take_too_much_memory_is_left_to_python():
    """Rows repeated and repeated again may be very many, and pairs of them more than there is room for."""
    x = tf.placeholder(tf.float64, [None, ROWS, N])

    def step(state, a):
        def repeated(a):
            return tf.repeat(a, tf.cast(tf.abs(a[:, 0]) * 1.5, tf.int32), axis=0)

        a = repeated(cond(state, lambda: repeated(repeated(a)), lambda: repeated(a)))
        near = tf.reduce_sum(tf.square(tf.expand_dims(a, 0) - tf.expand_dims(a, 1)))
        return tf.tanh(state + 1e-3 * near)

    end = tf.foldl(step, x, initializer=tf.zeros([N], tf.float64))
    fetches, fed, found = [end, *tf.gradients(end, x)], np.random.RandomState(0).randn(3, ROWS, N), []
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found.append(session.run(fetches, {x: fed}))
    for one, other in zip(*found):
        np.testing.assert_allclose(one, other, 1e-9, 1e-9)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_filters_are_not_taken_for_what_says_how_large_images_are(padding):
    """What is known of another operand's shape is assumed of counts only where all of it fits."""
    x = tf.placeholder(tf.float64, [None, ROWS, N])

    def step(state, a):
        image = tf.reshape(tf.concat([picked(a), tf.ones([3, N], tf.float64)], 0), [1, -1, N, 1])
        made = tf.nn.conv2d(image, tf.fill([2, 1, 1, 1], tf.constant(0.3, tf.float64)), [1, 2, 1, 1], padding)
        return tf.tanh(state + 0.3 * tf.reduce_sum(tf.concat([tf.reshape(made, [-1, N]), a], 0), 0))

    end = tf.foldl(step, x, initializer=tf.zeros([N], tf.float64))
    first = tf.gradients(tf.reduce_sum(end * end), x)
    fetches, found, hosts = [end, *first, *tf.gradients(tf.reduce_sum(tf.sin(first[0])), x)], [], []
    for executor in ("native", "op_by_op"):
        draw = np.random.RandomState(0)
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found.append([session.run(fetches, {x: draw.randn(k, ROWS, N)}) for k in (3, 3, 2, 4)])
            hosts.append(inspect(session).last.on_host)
    assert not hosts[0]
    for one, other in zip(*found):
        for a, b in zip(one, other):
            np.testing.assert_allclose(a, b, 1e-9, 1e-9)


def test_nothing_of_a_program_outlasts_its_session():
    """The garbage collector finds all of it: also numbers that follow counts, which are in the program itself."""

    def there():
        tf.reset_default_graph()
        gc.collect()
        return sum(type(each) is Bounded for each in gc.get_objects())

    before = there()
    ran("sizes that are known")
    assert there() <= before
