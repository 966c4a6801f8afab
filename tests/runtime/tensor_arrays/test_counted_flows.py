"""Lists in the bodies of loops, as long as data decide: without Python, and what Python gives."""

import numpy as np
import pytest
from helpers import host_calls, host_ops

import minitf as tf

ROWS, N = 6, 3
BY_OP = {"executor": "op_by_op"}


def above(a):
    """The rows that begin with a positive number."""
    return tf.boolean_mask(a, a[:, 0] > 0.0)


def number(a):
    """A number that follows the data."""
    return tf.cast(tf.reduce_sum(tf.abs(a[:, 0])), tf.int32) + 1


def filled(array, count, value):
    """A list that a loop in the loop fills."""
    body = lambda i, array: (i + 1, array.write(i, value(i)))  # noqa: E731
    return tf.while_loop(lambda i, _: i < count, body, [0, array])[1]


def unstacked(a, s):
    rows = above(a) * s
    return tf.square(tf.TensorArray(tf.float32, tf.shape(rows)[0]).unstack(rows).stack())


def of_rows(a, s):
    rows = above(a)
    count = tf.shape(rows)[0]
    return filled(tf.TensorArray(tf.float32, count, element_shape=[N]), count, lambda i: tf.sin(rows[i] * s)).stack()


def of_a_number(a, s):
    array = tf.TensorArray(tf.float32, number(a))
    return filled(array, number(a), lambda i: tf.sin(s * tf.cast(i, tf.float32))).stack()


def growing(a, s):
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    return filled(array, number(a), lambda i: tf.sin(s + a[0] * tf.cast(i, tf.float32))).stack()


def read_again(a, s):
    """Each other slot, backwards, more than once."""
    count = number(a)
    array = tf.TensorArray(tf.float32, count, clear_after_read=False)
    array = filled(array, count, lambda i: a[0] * tf.cast(i, tf.float32) * s)
    return array.gather(tf.range(count - 1, -1, -2)) * array.read(count - 1)


def in_a_branch(a, s):
    return tf.cond(tf.reduce_sum(a) > 0.0, lambda: tf.reduce_sum(of_a_number(a, s), 0), lambda: s * a[0])


MODELS = [unstacked, of_rows, of_a_number, growing, read_again, in_a_branch]


def outcomes(model, feeds, **config):
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [None, ROWS, N])
    body = lambda s, a: tf.tanh(s + tf.reduce_sum(tf.reshape(model(a, s), [-1, N]), 0) * 0.3)  # noqa: E731
    end = tf.foldl(body, x, initializer=tf.ones([N]) * 0.5)
    first = tf.gradients(tf.reduce_sum(tf.square(end)), x)[0]
    second = tf.gradients(tf.reduce_sum(tf.sin(first)), x)[0]
    with tf.Session(config=tf.ConfigProto(**config)) as session:
        found = [session.run([end, first], {x: feed}) for feed in feeds]
        calls = host_ops(session) + host_calls(session)
        derivatives = [session.run(second, {x: feed}) for feed in feeds[:3]]
        return found, derivatives, calls + host_ops(session) + host_calls(session)


def check(native, plain, tolerance=1e-4):
    for a, b in zip(native, plain):
        for one, other in zip(a, b):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_python_and_the_same_values(model):
    """Few, none, more than there is room for at first; and gradients."""
    draw = np.random.RandomState(2)
    feeds = [draw.randn(3, ROWS, N) * scale + shift for scale, shift in ((1, 0), (1, 9), (1, -2), (1, 30), (0, 0))]
    native, derivatives, calls = outcomes(model, feeds)
    plain, wanted, _ = outcomes(model, feeds, **BY_OP)
    shared, *_ = outcomes(model, feeds, intra_op_parallelism_threads=2)
    assert calls == []
    check(native, plain)
    check(derivatives, wanted, 1e-3)
    for a, b in zip(native, shared):
        for one, other in zip(a, b):
            np.testing.assert_array_equal(one, other)


def messages(model, counts):
    """What is said, natively and op by op, of a list of so many slots."""
    for config in ({}, BY_OP):
        tf.reset_default_graph()
        n = tf.placeholder(tf.int32, [None])
        result = tf.foldl(lambda s, n: s + tf.reduce_sum(model(n)), n, initializer=0.0)
        with tf.Session(config=tf.ConfigProto(**config)) as session:
            session.run(result, {n: [2, 3]})
            with pytest.raises(tf.errors.OpError) as raised:
                session.run(result, {n: counts})
            session.run(result, {n: [2, 3]})
            yield type(raised.value), raised.value.message


def array(n, **options):
    return tf.TensorArray(tf.float32, n, **options)


@pytest.mark.parametrize(
    "model, counts",
    [
        (lambda n: array(n).unstack(tf.ones([n])).stack(), [2, -1]),
        (lambda n: array(n).write(1, 1.0).read(1), [2, 1]),
        (lambda n: array(4).unstack(tf.ones([n])).gather(tf.range(n)), [2, 5]),
        (lambda n: array(9, infer_shape=False).scatter(tf.range(4), tf.ones([4])).gather(tf.range(n)), [2, 5]),
        (lambda n: array(n).scatter(tf.range(n) % 4, tf.ones([n])).read(0), [2, 5]),
    ],
    ids=["below 0", "beyond", "too many", "unwritten", "twice"],
)
def test_what_is_wrong_is_said(model, counts):
    native, plain = messages(model, counts)
    assert native == plain


def test_an_empty_list_of_nobody_knows_what():
    """Where there are elements it says what they are."""
    x = tf.placeholder(tf.float32, [None, ROWS, N])
    end = tf.foldl(lambda s, a: s + tf.reduce_sum(unstacked(a, 1.0)), x, initializer=0.0)
    for config in ({}, BY_OP):
        with tf.Session(config=tf.ConfigProto(**config)) as session:
            assert session.run(end, {x: np.ones([2, ROWS, N])}) == 2 * ROWS * N
            assert session.run(end, {x: -np.ones([2, ROWS, N])}) == 0


def test_what_must_not_run_again():
    """Python makes a list of which nobody knows before whether there is room for it."""
    n, seen = tf.placeholder(tf.int32, [None]), []

    def body(s, n):
        told = tf.py_func(lambda n: seen.append(int(n)) or n, [n], tf.int32)
        told.set_shape([])
        return s + tf.reduce_sum(array(told).unstack(tf.ones([told])).stack())

    result = tf.foldl(body, n, initializer=0.0)
    with tf.Session() as session:
        for counts in ([0, 1, 2], [5, 70], [1000, 0, 5]):
            seen.clear()
            assert session.run(result, {n: counts}) == sum(counts) and seen == counts
            assert "Loop" not in host_ops(session)
