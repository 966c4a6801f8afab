import pytest
from helpers import fails

import minitf as tf
from minitf.runtime.plan.needed import needed_ops
from minitf.runtime.plan.plan import Plan


def test_only_what_is_needed_in_program_order():
    a = tf.constant(1.0, name="a")
    b = tf.add(a, 1.0, name="b")
    tf.add(b, 1.0, name="unneeded")
    c = tf.multiply(b, a, name="c")
    assert [op.name for op in needed_ops([c]).ops] == ["a", "b/y", "b", "c"]
    assert [op.name for op in Plan([c], [], [b]).ops] == ["a", "c"]
    assert Plan([c], [], [c]).ops == []


def test_control_inputs_are_needed():
    first = tf.no_op(name="first")
    with tf.control_dependencies([first]):
        second = tf.constant(1.0, name="second")
    assert [op.name for op in Plan([second], [], []).ops] == ["first", "second"]


def test_control_inputs_given_later_change_the_order():
    a, b, c = (tf.no_op(name=n) for n in "abc")
    a._add_control_inputs([b])
    b._add_control_inputs([c])
    assert [op.name for op in Plan([], [a], []).ops] == ["c", "b", "a"]


def test_missing_feeds_and_variables():
    x, v = tf.placeholder(tf.float32, name="x"), tf.Variable(1.0, name="v")
    plan = Plan([x + v], [], [])
    assert plan.missing == [x] and [op.name for op in plan.variables] == ["v"]
    assert Plan([x + v], [], [x]).missing == []


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_a_placeholder_that_is_waited_for(executor):
    x, v = tf.placeholder(tf.float32, name="x"), tf.Variable(0.0)
    with tf.control_dependencies([x, v.assign_add(1.0)]):
        y = tf.constant(5.0)
    group = tf.group(x, y)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(v.initializer)
        assert session.run(y, {x: 1.0}) == 5 and session.run(group, {x: 1.0}) is None
        for fetch in (y, group, [y, x]):
            with fails(tf.errors.InvalidArgumentError, "no value was fed", "x:0"):
                session.run(fetch)
        assert session.run(v) == 2


def test_other_fed_ops_that_are_waited_for_run():
    """Recorded from TensorFlow 1.15.5: the feed takes the place of the value, not of the op."""
    v = tf.Variable(0.0)
    add = v.assign_add(1.0)
    with tf.control_dependencies([add]):
        y = tf.constant(5.0)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(y, {add: 7.0}) == 5 and session.run(v) == 1


def test_deep_graphs():
    x = tf.constant(1.0)
    for _ in range(5000):
        x = tf.identity(x)
    assert len(Plan([x], [], []).ops) == 5001
    with tf.Session() as session:
        assert session.run(x) == 1


def test_values_are_dropped_after_their_last_use():
    a = tf.constant(1.0, name="a")
    b = tf.identity(a, name="b")
    c = tf.identity(b, name="c")
    plan = Plan([b], [c.op], [])
    assert [[t.op.name for t in drops] for drops in plan.last_use] == [[], ["a"], ["c"]]
