"""Edges that are given or taken away after an operation was made."""

import pytest
from helpers import fails

import minitf as tf


@pytest.fixture(params=["native", "op_by_op"])
def session(request):
    with tf.Session(config=tf.ConfigProto(executor=request.param)) as session:
        yield session


def test_control_inputs_count_in_plans_that_were_made_before(session):
    v = tf.Variable(0.0)
    add, x = v.assign_add(1.0).op, tf.identity(tf.constant(5.0))
    session.run(v.initializer)
    assert session.run([x, v]) == [5, 0]
    x.op._add_control_input(add)
    x.op._add_control_input(add)
    assert x.op.control_inputs == [add]
    assert session.run(x) == 5 and session.run(v) == 1
    x.op._remove_all_control_inputs()
    assert x.op.control_inputs == []
    assert session.run(x) == 5 and session.run(v) == 1
    x.op._add_control_inputs([add, v.initializer])
    assert x.op.control_inputs == [add, v.initializer]


def test_control_inputs_are_a_copy():
    a, b = tf.no_op(), tf.no_op()
    a.control_inputs.append(b)
    assert a.control_inputs == []
    with pytest.raises(AttributeError):
        a.control_inputs = [b]


@pytest.mark.parametrize("wrong", [1.0, "name", None, tf.constant])
def test_a_control_input_is_an_operation(wrong):
    op = tf.no_op(name="mine")
    for add in (lambda: op._add_control_input(wrong), lambda: op._add_control_inputs([op, wrong])):
        with fails(TypeError, "mine", "has to be an Operation"):
            add()
    assert op.control_inputs == []
    with fails(TypeError, "Operation", "Tensor"):
        op._add_control_input(tf.constant(1.0))


def test_edges_from_another_graph():
    op, x = tf.no_op(), tf.identity(tf.constant(1.0))
    with tf.Graph().as_default():
        other = tf.constant(2.0)
    with fails(ValueError, "belongs to graph"):
        op._add_control_input(other.op)
    with fails(ValueError, "belongs to graph"):
        x.op._update_input(0, other)


def test_inputs_are_replaced_in_plans_that_were_made_before(session):
    a, b = tf.constant(1.0), tf.constant(2.0)
    total = tf.add(a, b)
    assert session.run(total) == 3
    total.op._update_input(0, b)
    assert session.run(total) == 4 and a.consumers() == [] and b.consumers() == [total.op]
    with fails(TypeError, "has to be a Tensor", "1.0"):
        total.op._update_input(0, 1.0)


def test_an_op_in_a_body_takes_another_tensor_from_outside(session):
    a, b, inside = tf.constant(1.0), tf.constant(2.0), []

    def add(x):
        inside.append(tf.add(x, a))
        return inside[-1]

    branch = tf.cond(tf.constant(True), lambda: add(a), lambda: tf.constant(0.0))
    loop = tf.while_loop(lambda x: x < 5.0, add, [a])
    assert session.run([branch, loop]) == [2, 5]
    for sum_ in inside:
        sum_.op._update_input(1, b)
    assert session.run([branch, loop]) == [3, 5]
    assert session.run(tf.gradients(branch, b)) == [1]


@pytest.mark.parametrize(
    "close",
    [
        lambda ops: ops[0].op._add_control_input(ops[0].op),
        lambda ops: ops[0].op._add_control_input(ops[2].op),
        lambda ops: ops[0].op._update_input(0, ops[2]),
    ],
)
def test_cycles_are_named(close, session):
    ops = [tf.identity(tf.constant(1.0), name="first")]
    for _ in range(2):
        ops.append(tf.identity(ops[-1]))
    close(ops)
    for _ in range(2):
        with fails(tf.errors.InvalidArgumentError, "cycle", "'first'"):
            session.run(ops[2])
