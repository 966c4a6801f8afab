"""Partial runs: what comes when, and errors, as recorded from TensorFlow 1.15.5."""

import pytest

import minitf as tf


@pytest.fixture
def abc():
    return [tf.placeholder(tf.float32, [], name=name) for name in "abc"]


def refused(message):
    return pytest.raises(tf.errors.InvalidArgumentError, match=message)


def test_bit_by_bit(abc):
    a, b, c = abc
    first = a + b
    second = first * c
    with tf.Session() as sess:
        handle = sess.partial_run_setup([first, second], [a, b, c])
        assert sess.partial_run(handle, first, {a: 1, b: 2}) == 3
        assert sess.partial_run(handle, {"second": [second]}, {c: 5}) == {"second": [15]}
        with refused("Must run 'setup' before performing partial runs!"):
            sess.partial_run(handle, second, {c: 5})
        handle = sess.partial_run_setup([first, second], [a, b, c])
        with refused(r"Fetch mul:0 can't be computed from the feeds that have been fed so far \(not fed: c:0\)"):
            sess.partial_run(handle, second, {a: 1, b: 2})
        assert sess.partial_run(handle, [second, first], {c: 2}) == [6, 3]


def test_nothing_runs_twice(abc):
    a, b, _ = abc
    v, drawn, calls = tf.Variable(1.0), tf.random_uniform([]), []
    more = v.assign_add(1.0)
    seen = tf.py_func(lambda x: calls.append(x) or x, [a], tf.float32)
    with tf.Session() as sess:
        sess.run(v.initializer)
        handle = sess.partial_run_setup([more.op, drawn, drawn + 1.0, seen, seen * b], [a, b])
        assert sess.run(v) == 2
        one = sess.partial_run(handle, drawn)
        with pytest.raises(RuntimeError, match="requires empty target_list"):
            sess.partial_run(handle, [more.op])
        sess.run(v.assign(7.0))
        assert sess.partial_run(handle, drawn.consumers()[0].outputs[0]) == one + 1
        assert sess.partial_run(handle, seen, {a: 3}) == 3
        assert sess.partial_run(handle, seen.consumers()[0].outputs[0], {b: 2}) == 6
        assert calls == [3] and sess.run(v) == 7


def test_branches_and_loops(abc):
    a, b, c = abc
    chosen = tf.cond(a > 0.0, lambda: b * 2.0, lambda: c * 3.0)
    looped = tf.while_loop(lambda i: i < b, lambda i: i + 2.0, [a])
    with tf.Session() as sess:
        handle = sess.partial_run_setup([chosen, looped], abc)
        assert sess.partial_run(handle, looped, {a: 1, b: 4}) == 5
        assert sess.partial_run(handle, chosen, {c: 5}) == 8


def test_nothing_wanted_and_nothing_fed_is_nothing_whatever_the_handle(abc):
    with tf.Session() as sess:
        assert sess.partial_run("over", []) == [] and sess.partial_run("over", {}, {}) == {}
        with refused("setup"):
            sess.partial_run("over", [], {abc[0]: 1.0})


def test_errors(abc):
    a, b, c = abc
    total = a + b
    with tf.Session() as sess:
        handle = sess.partial_run_setup([total], [a, b])
        with refused("The feed c:0 was not specified in partial_run_setup"):
            sess.partial_run(handle, total, {a: 1, b: 2, c: 1})
        with refused("The fetch a:0 was not specified in partial_run_setup"):
            sess.partial_run(handle, a)
        sess.partial_run(handle, [], {a: 1})
        with refused("The feed a:0 has already been fed"):
            sess.partial_run(handle, total, {a: 1})
        handle = sess.partial_run_setup([total, total * c], abc)
        sess.partial_run(handle, total, {a: 1, b: 2})
        with refused("The fetch add:0 has already been fetched"):
            sess.partial_run(handle, total)
        with refused("at least one target"):
            sess.partial_run_setup([], [])
        with refused("no value was fed for\n  a:0"):
            sess.partial_run_setup([total])
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized variable: v"):
            sess.partial_run_setup([tf.Variable(1.0, name="v")])
    with pytest.raises(RuntimeError, match="closed"):
        sess.partial_run(handle, total)
