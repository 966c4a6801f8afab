import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.execute.executor import _host_ops
from minitf.runtime.plan.late import Order
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import State


def names(*fetches, fed=()):
    tensors = [f for f in fetches if isinstance(f, tf.Tensor)]
    plan = Plan(tensors, [f for f in fetches if isinstance(f, tf.Operation)], fed)
    order = Order(plan.ops, plan.fed, _host_ops(plan, State()), lambda op, tensor: False)
    return [op.name for op in order.ops], order


def steps(session):
    """The steps of the last plan: for host ops their types, for native regions how many ops they have."""
    [found] = inspect(session).last.ways
    return [step.types[0] if step.on_host else len(step.ops) for step in found]


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
    assert found[-1] == "a" and "changed" in found[:-1]
    copy = order.inputs(op, op.inputs)[1].op
    assert copy.type == "Identity" and copy.inputs == (op.inputs[1],) and "follows" not in copy.attrs
    assert order.ops.index(copy) < order.ops.index(changed.op)
    assert order.inputs(changed.op, changed.op.inputs) == list(changed.op.inputs)


def test_fed_values_need_no_copy():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    a = tf.summary.scalar("a", v)
    assert not names(a, fed=[a.op.inputs[1]])[1].seen


HOST = {
    "py_func": lambda x: tf.py_func(lambda v: 2 * v, [x], tf.float32),
    "Print": lambda x: tf.Print(x, [x], first_n=0),
    "enqueue": lambda x: tf.FIFOQueue(99, tf.float32).enqueue(x),
    "unique": lambda x: tf.unique(tf.reshape(x, [1]))[0],
    "summary": lambda x: tf.summary.scalar("s", x),
}


def trained(host):
    """A training step with a host op between the loss and its gradient."""
    x = tf.placeholder(tf.float32, [2, 5, 3])
    output, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32)
    loss = tf.reduce_sum(tf.square(output))
    extra = host(loss)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return {x: np.random.default_rng(0).normal(size=[2, 5, 3])}, [loss, step], extra


@pytest.mark.parametrize("kind", HOST)
def test_the_native_ops_stay_one_region(kind):
    feeds, fetches, extra = trained(HOST[kind])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(fetches, feeds)
        [alone] = steps(sess)
        sess.run([*fetches, extra], feeds)
        found = steps(sess)
    assert sum(type(step) is int for step in found if step != 1) == 1  # and a constant at the most
    assert max(step for step in found if type(step) is int) >= alone


@pytest.mark.parametrize("kind", HOST)
def test_results_are_those_of_one_op_after_the_other(kind):
    found = []
    for executor in ("native", "op_by_op"):
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            feeds, fetches, extra = trained(HOST[kind])
            with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as sess:
                sess.run(tf.global_variables_initializer())
                runs = [sess.run([*fetches, extra], feeds) for _ in range(3)]
            found.append([[loss, extra] for loss, _, extra in runs])
    assert str(found[0]) == str(found[1])


def through(what):
    """A loss that goes through a Print, and its gradient step."""
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(v * v)
    loss = tf.Print(loss, what(v, loss), "seen: ")
    return loss, tf.train.GradientDescentOptimizer(0.25).minimize(loss), v


def test_what_is_printed_goes_on_natively(capsys):
    loss, step, _ = through(lambda v, loss: [loss, v])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([loss, step])[0] == 2
        assert steps(sess)[-1] == "Print" and len(steps(sess)) == 2
        assert sess.run([loss, step])[0] == 0.5
    assert capsys.readouterr().err.split("\n")[:2] == ["seen: [2][1 1]", "seen: [0.5][0.5 0.5]"]


def test_a_variable_that_goes_through_is_what_it_was(capsys):
    v = tf.get_variable("v", [], initializer=tf.ones_initializer())
    printed = tf.Print(v, [v], "v: ")
    changed = tf.assign(v, printed + 1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([printed, changed]) == [1, 2]
        assert sess.run([printed, changed]) == [2, 3]
    assert capsys.readouterr().err == "v: [1]\nv: [2]\n"


def test_prints_come_in_the_order_of_the_program(capsys):
    x = tf.constant(1.0)
    for i in range(3):
        x = tf.Print(x, [x], f"{i}: ") + 1
    with tf.Session() as sess:
        assert sess.run(x) == 4
    assert capsys.readouterr().err == "0: [1]\n1: [2]\n2: [3]\n"


def test_a_print_that_needs_a_function(capsys):
    """The function is called first, as native ops need what it gives."""
    y = tf.Print(tf.py_func(lambda: np.float32(3), [], tf.float32), ["given"], "x: ") * 2
    with tf.Session() as sess:
        assert sess.run(y) == 6
    assert capsys.readouterr().err == "x: [given]\n"


def test_a_print_of_what_is_late_is_late_as_a_whole(capsys):
    y = tf.Print(tf.py_func(lambda: np.float32(3), [], tf.float32), ["given"], "x: ")
    with tf.Session() as sess:
        assert sess.run(y) == 3 and steps(sess)[-2:] == ["PyFunc", "Print"]
    assert capsys.readouterr().err == "x: [given]\n"


def test_sizes_that_are_printed_may_still_be_sizes(capsys):
    n = tf.placeholder(tf.int32, [])
    ones = tf.ones([tf.Print(n, [n], "n: ")])
    with tf.Session() as sess:
        assert sess.run(ones, {n: 2}).tolist() == [1, 1]
        assert sess.run(ones, {n: 3}).tolist() == [1, 1, 1]
    assert capsys.readouterr().err == "n: [2]\nn: [3]\n"


def test_what_was_to_be_printed_before_a_failure_is_printed(capsys):
    i = tf.placeholder(tf.int32, [])
    x = tf.constant([1.0, 2.0])
    x = tf.Print(x * 3, [x, i], "before: ")
    y = tf.Print(tf.gather(x, i), ["never"], "after: ") * 2
    with tf.Session() as sess:
        assert sess.run(y, {i: 1}) == 12
        capsys.readouterr()
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(y, {i: 2})
        assert capsys.readouterr().err == "before: [1 2][2]\n"
        assert sess.run(y, {i: 0}) == 6


def test_nothing_is_printed_twice(capsys):
    def fail(x):
        raise ValueError("no good")

    x = tf.Print(tf.constant(1.0) * 2, ["once"], "x: ") * 3
    late = tf.py_func(fail, [x], tf.float32)
    after = tf.Print(x, ["never"], "after: ")
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="no good"):
        sess.run([x, late, after])
    assert capsys.readouterr().err == "x: [once]\n"


def test_a_failure_in_a_loop_comes_after_what_was_printed_before(capsys):
    n = tf.placeholder(tf.int32, [])
    start = tf.constant([1.0, 2.0])
    start = tf.Print(start * 1, [start], "start: ")
    loop = tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + tf.gather(start, i)), [0, 0.0])
    with tf.Session() as sess:
        assert sess.run(loop, {n: 2}) == (2, 3.0)
        capsys.readouterr()
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(loop, {n: 3})
    assert capsys.readouterr().err == "start: [1 2]\n"


def test_what_native_ops_need_is_not_late():
    doubled = tf.py_func(lambda v: 2 * v, [tf.constant(1.0)], tf.float32, name="f")
    found, _ = names(tf.negative(doubled, name="y"))
    assert found[-1] == "y"


def test_what_is_taken_waits_for_what_is_added():
    """An op that adds to a queue is not late where a native op needs what comes out of it."""
    queue = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    y = tf.negative(queue.dequeue(name="take"), name="y")
    add = queue.enqueue(1.0, name="add")
    found, _ = names(y, add)
    assert found.index("add") < found.index("take") < found.index("y")
    with tf.Session() as sess:
        assert sess.run([y, add])[0] == -1


def test_checks_are_made_in_their_place():
    x = tf.placeholder(tf.string, [])
    check = tf.Assert(tf.constant(False), [x])
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    step = v.assign_add(1.0)
    with tf.Session() as sess:
        sess.run(v.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run([check, step], {x: "wrong"})
        assert sess.run(v) == 0


def test_half_precision_variables_are_read_in_their_place():
    """No native op can copy them."""
    v = tf.get_variable("v", [], tf.float16, initializer=tf.zeros_initializer())
    seen = tf.py_func(lambda x: x, [v], tf.float16)
    changed = tf.assign(v, 1.0)
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run([seen, changed]) == [0, 1]
        assert sess.run([seen, changed]) == [1, 1]


@pytest.mark.parametrize("written", [False, True])
def test_variables_are_saved_from_where_they_are(written, monkeypatch, tmp_path):
    """Copied only where the same run writes them; what is saved is what they held at that place."""
    from minitf.formats import checkpoint

    v = tf.Variable([1.0, 2.0], name="v")
    saver = tf.train.Saver()
    fetches = [saver.as_saver_def().save_tensor_name]
    if written:
        fetches.append(v.assign_add([10.0, 10.0]).op)
    places, write = [], checkpoint.write

    def noted(prefix, rows):
        rows = list(rows)
        places.extend(row[2].ctypes.data for row in rows)
        write(prefix, rows)

    monkeypatch.setattr(checkpoint, "write", noted)
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(fetches, {saver.as_saver_def().filename_tensor_name: str(tmp_path / "m")})
        memory = [slot.array.ctypes.data for slot in session._state._slots.values()]
        assert (places == memory) is not written
        assert session.run(v).tolist() == [11.0, 12.0] if written else [1.0, 2.0]
    assert tf.train.load_variable(str(tmp_path / "m"), "v").tolist() == [1.0, 2.0]
