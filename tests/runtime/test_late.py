import minitf as tf
from minitf.runtime.late import Order
from minitf.runtime.plan import Plan


def names(*fetches, fed=()):
    plan = Plan(fetches, [], fed)
    order = Order(plan.ops, plan.fed)
    return [op.name for op in order.ops], order


def test_summaries_go_last_and_keep_their_order():
    x = tf.placeholder_with_default(1.0, [], name="x")
    summaries = [tf.summary.scalar(name, x) for name in "ab"]
    y = tf.negative(x, name="y")
    found, order = names(y, *summaries)
    assert found[-3:] == ["y", "a", "b"] and not order.seen


def test_what_others_wait_for_stays():
    a = tf.summary.scalar("a", 1.0)
    with tf.control_dependencies([a]):
        y = tf.constant(1.0, name="y")
    assert names(a, y)[0][-1] == "y"
    assert names(a, tf.identity(a, name="copy"))[0][-1] == "copy"


def test_variables_are_copied_at_the_place_of_the_summary():
    v = tf.get_variable("v", [2], initializer=tf.zeros_initializer())
    a = tf.summary.histogram("a", v)
    changed = tf.assign(v, [1.0, 2.0], name="changed")
    found, order = names(a, changed)
    op = a.op
    assert found[-2:] == ["changed", "a"]
    copy = order.inputs(op)[1].op
    assert copy.type == "Identity" and copy.inputs == (op.inputs[1],) and "follows" not in copy.attrs
    assert order.ops.index(copy) < order.ops.index(changed.op)
    assert order.inputs(changed.op) == changed.op.inputs


def test_fed_values_need_no_copy():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    a = tf.summary.scalar("a", v)
    assert not names(a, fed=[a.op.inputs[1]])[1].seen
