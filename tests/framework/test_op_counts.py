"""What TensorFlow would have numbered; that the numbers are its own, the tests of the ops compare with records."""

import minitf as tf
from minitf.framework import op_counts


def test_numbers_and_order_are_two_things():
    a = tf.constant(1.0)
    op_counts.skip(5)
    b = tf.constant(2.0)
    assert b.op.id == a.op.id + 6 and b.op.order == a.op.order + 1


def test_what_is_none_of_tensorflows_has_its_place_but_no_number():
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(x > 0, lambda: x + 1, lambda: x - 1)
    branches = y.op.inputs[0].op
    bodies = [branches.attrs[name] for name in branches.definition.bodies]
    ops = [op for body in bodies for op in body.ops]
    assert any(op.definition.role == "argument" for op in ops)
    assert len({op.order for op in [*ops, *tf.get_default_graph().ops]}) == len(ops) + len(tf.get_default_graph().ops)
    assert max(op.order for op in ops) < branches.order < y.op.order


def test_since():
    since = op_counts.Since()
    tf.constant(1.0)
    since.count_as(4)
    assert op_counts.last() == since.start + 4
    since.mark()
    since.count_as(0)
    assert op_counts.last() == since.start
