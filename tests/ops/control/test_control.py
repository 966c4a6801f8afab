"""group, tuple, no_op and control dependencies on tensors."""

import pytest
from helpers import fails
from oracle import ids_used

import minitf as tf
from minitf.ops.control import control


def counter():
    """A variable and an op that adds 1 to it."""
    v = tf.Variable(0.0)
    return v, v.assign_add(1.0)


def test_group_runs_everything_once():
    a, add_a = counter()
    b, add_b = counter()
    both = tf.group(add_a, [add_b.op, (add_a,)], name="both")
    assert both.name == "both" and both.type == "NoOp" and both.outputs == []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(both) is None
        assert session.run([a, b]) == [1, 1]


def test_ids():
    ours, theirs = ids_used("group_tuple")
    assert ours == theirs


def test_empty_group_and_no_op():
    with tf.Session() as session:
        assert session.run([tf.group(), tf.no_op("nothing")]) == [None, None]


def test_tuple_waits_for_all():
    v, add = counter()
    first, none, gated = control.tuple([tf.constant(5.0), None, v.value() * 1.0], control_inputs=[add])
    assert none is None
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(first) == 5 and session.run(v) == 1
        session.run(gated)
        assert session.run(v) == 2


def test_tuple_of_ops_and_slices():
    v, add = counter()
    slices = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0]), tf.constant([3, 2]))
    op, gated = tf.tuple([add.op, slices])
    assert isinstance(gated, tf.IndexedSlices) and gated.indices is slices.indices
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(gated.values)
        assert session.run(v) == 1


def test_with_dependencies():
    v, add = counter()
    x = control.with_dependencies([add], tf.constant(2.0))
    assert x.op.name == "control_dependency" and x.op.control_inputs == [add.op]
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(x) == 2 and session.run(v) == 1


def test_refusals():
    with fails(TypeError, "ops and tensors", "3.0"):
        tf.group(3.0)
    with pytest.raises(ValueError, match="at least one tensor"):
        tf.tuple([None])
    with fails(TypeError, "control input", "'x'"):
        tf.tuple([tf.constant(1)], control_inputs=["x"])


def test_sparse_tensors_wait_and_are_waited_for():
    ran = tf.Variable(0)
    sparse = tf.SparseTensor([[0]], [5], [2])
    [later] = tf.tuple([sparse], control_inputs=[ran.assign_add(1)])
    with tf.Session() as sess:
        sess.run(ran.initializer)
        assert sess.run(later) == ([[0]], [5], [2]) and sess.run(ran) == 1
        sess.run(tf.group(later))
        assert sess.run(ran) == 2
