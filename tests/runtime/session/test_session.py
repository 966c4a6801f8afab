import gc
import threading
import warnings

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session import session as sessions


def test_uninitialized_variables_that_are_written_are_named_with_their_initializers():
    _, count = tf.metrics.accuracy([1, 2], [1, 3])
    w = tf.Variable(1.0, name="w")
    with tf.Session() as sess:
        with fails(tf.errors.FailedPreconditionError, "accuracy/total, accuracy/count. Run tf.local_variables_init"):
            sess.run(count)
        sess.run(tf.global_variables_initializer())
        step = tf.train.AdamOptimizer().minimize(w * w)
        with fails(tf.errors.FailedPreconditionError, "w/Adam, w/Adam_1. Run tf.global_variables_initializer()"):
            sess.run(step)
        with fails(tf.errors.FailedPreconditionError, "Run tf.global_variables_initializer() and tf.local_variables_"):
            sess.run([step, count])


def test_uninitialized_variables_are_named_all_at_once():
    a, b, c = (tf.Variable(1.0, name=n) for n in "abc")
    with tf.Session() as session:
        session.run(b.initializer)
        with fails(tf.errors.FailedPreconditionError, "a, c", "global_variables_initializer", "test_session.py"):
            session.run(a + b + c)
        assert session.run(b) == 1


def test_missing_feeds_come_first():
    x, y = tf.placeholder(tf.float32, [None, 2], name="x"), tf.placeholder(tf.int32, name="y")
    v = tf.Variable(1.0)
    with (
        tf.Session() as session,
        fails(tf.errors.InvalidArgumentError, "x:0", "(?, 2)", "y:0", "int32", "test_session.py", "feed_dict"),
    ):
        session.run(x * v * tf.cast(y, tf.float32))


def test_closed_sessions():
    c = tf.constant(1)
    session = tf.Session()
    assert session.run(c) == 1
    session.close()
    session.close()
    with fails(RuntimeError, "closed"):
        session.run(c)
    with tf.Session() as inside:
        pass
    with fails(RuntimeError, "closed"):
        inside.run(c)


def test_default_sessions():
    c = tf.constant(2, name="c")
    assert tf.get_default_session() is None
    with fails(ValueError, "no default session", "with tf.Session()"):
        c.eval()
    with tf.Session() as outer:
        assert tf.get_default_session() is outer and c.eval() == 2
        with tf.Session() as inner:
            assert tf.get_default_session() is inner
        assert tf.get_default_session() is outer
    session = tf.Session()
    with session.as_default():
        assert c.eval() == 2
    assert c.eval(session=session) == 2, "as_default() does not close"
    v = tf.Variable(3)
    v.initializer.run(session=session)
    assert v.eval(session) == 3
    with tf.Graph().as_default(), tf.Session(), fails(ValueError, "another graph"):
        c.eval()


def test_a_sessions_graph_is_the_default_inside():
    graph = tf.Graph()
    with tf.Session(graph=graph) as session:
        assert tf.get_default_graph() is graph is session.graph
        assert session.run(tf.constant(1)) == 1
    assert tf.get_default_graph() is not graph


def test_interactive_sessions():
    session = tf.InteractiveSession()
    assert tf.constant(3).eval() == 3 and tf.get_default_session() is session
    session.close()
    assert tf.get_default_session() is None


@pytest.mark.parametrize(
    "make, parts",
    [
        (lambda: tf.Session(tf.get_default_graph()), ["graph="]),
        (lambda: tf.Session(graph=3), ["tf.Graph"]),
        (lambda: tf.Session(config=3), ["tf.ConfigProto"]),
    ],
)
def test_wrong_arguments(make, parts):
    with fails(TypeError, *parts):
        make()


def test_callables():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session:
        subtract = session.make_callable({"d": x - y}, [x, y])
        assert subtract(5, 2) == {"d": 3} and subtract(1, 1) == {"d": 0}
        assert session.make_callable(tf.constant(1))() == 1
        with fails(TypeError, "takes 2 values", "1"):
            subtract(1)
        with fails(TypeError, "overwritten"):
            session.make_callable(3.0)


def test_sessions_keep_variables_apart():
    v = tf.Variable(1.0)
    one, two = tf.Session(), tf.Session()
    one.run(v.initializer)
    two.run(v.initializer)
    one.run(tf.assign_add(v, 1.0))
    assert (one.run(v), two.run(v)) == (2, 1)


def test_reads_see_the_writes_before_them():
    v = tf.Variable(1.0)
    before = v.read_value()
    add = tf.assign_add(v, 1.0)
    with tf.control_dependencies([add]):
        after = v.read_value()
        again = tf.assign(v, after * 10.0)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run([before, after, again]) == [1, 2, 20]
        assert session.run([again, after, before]) == [210, 21, 20], "the order is the program's, not the fetches'"


def test_a_growing_graph_is_told_once():
    c = tf.constant(1.0)
    with tf.Session() as session, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(120):
            session.run(c + 1.0)
        assert len(caught) == 1
        for part in ("grew", "Add", "test_session.py", "before the loop"):
            assert part in str(caught[0].message)


def test_building_between_some_runs_is_no_growth():
    c = tf.constant(1.0)
    with tf.Session() as session:
        for i in range(200):
            session.run(c if i % 10 else c + 1.0)


def test_new_ops_are_seen():
    c = tf.constant(1.0)
    with tf.Session() as session:
        assert session.run(c) == 1
        assert session.run([c, c + 1.0]) == [1, 2]


def test_plans_outlive_no_fetches():
    """A plan is found by the identity of what is fetched, so an id must not be reused for another tensor."""
    c = tf.constant(1.0)
    tensors = [c + float(i) for i in range(5)]
    with tf.Session() as session:
        for i in [0, 1, 2, 3, 4] * 30:
            fetches = [tensors[i], {"a": tensors[-1 - i]}]
            assert session.run(fetches) == [1 + i, {"a": 5 - i}]
            del fetches
            gc.collect(0)


def test_threads_share_a_session():
    x = tf.placeholder(tf.float32, [None, 8])
    w = tf.Variable(tf.ones([8, 8]))
    total = tf.Variable(0.0)
    y = tf.reduce_sum(tf.nn.relu(tf.matmul(x, w)))
    count = tf.assign_add(total, 1.0)
    wrong = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())

        def work(number):
            for step in range(1, 60):
                rows = 1 + (step + number) % 4
                value = session.run(y, {x: np.full([rows, 8], number)})
                if value != rows * 8 * 8 * number:
                    wrong.append((number, step, value))
                session.run(count)

        threads = [threading.Thread(target=work, args=[n]) for n in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == [] and session.run(total) == 4 * 59


def test_a_failed_run_leaves_the_session_usable():
    v, i = tf.Variable([1.0, 2.0]), tf.placeholder(tf.int32)
    update = tf.assign(v, tf.gather(v, tf.stack([i, i])))
    with tf.Session() as session:
        session.run(v.initializer)
        with fails(tf.errors.InvalidArgumentError, "7", "[0, 2)"):
            session.run(update, {i: 7})
        np.testing.assert_array_equal(session.run(v), [1, 2])
        np.testing.assert_array_equal(session.run(update, {i: 1}), [2, 2])


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_too_little_memory(executor):
    n = tf.placeholder(tf.int32, [])
    total = tf.reduce_sum(tf.zeros([n, n, n]), name="total")
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        with fails(tf.errors.ResourceExhaustedError, "total:0", "swap_memory=True"):
            session.run(total, {n: 10**4})
        assert session.run(total, {n: 2}) == 0


def test_devices_and_names():
    with tf.Session("local") as session:
        assert session.sess_str == "local" and "CPU:0" in session.list_devices()[0].name


def test_plans_are_kept_while_ops_are_added_and_made_anew_when_ops_change(monkeypatch):
    made = []
    monkeypatch.setattr(sessions, "Plan", lambda *args: made.append(Plan(*args)) or made[-1])
    x = tf.placeholder(tf.float32, [3])
    y = tf.square(x)
    with tf.Session() as sess:
        for _ in range(3):
            assert sess.run(y, {x: [1, 2, 3]}).tolist() == [1, 4, 9]
            tf.square(y)
        assert len(made) == 1
        y.op._add_control_input(tf.no_op())
        sess.run(y, {x: [1, 2, 3]})
        assert len(made) == 2


@pytest.mark.parametrize("kind", ["loop", "branch", "rnn", "list"])
def test_gradients_of_what_ran_already_do_not_mislead_its_plan(kind):
    x = tf.placeholder(tf.float32, [2, 3, 2])
    y = {
        "loop": lambda: tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * tf.tanh(v)), (0, x))[1],
        "branch": lambda: tf.cond(x[0, 0, 0] > 0, lambda: tf.exp(x) * x, lambda: tf.sin(x)),
        "rnn": lambda: tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(2), x, dtype=tf.float32)[0],
        "list": lambda: tf.map_fn(lambda v: v * tf.sigmoid(v), x),
    }[kind]()
    value = np.random.RandomState(0).rand(2, 3, 2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(y, {x: value})
        first = tf.gradients(y, x)[0]
        slope = sess.run(first, {x: value})
        second = tf.gradients(first, x)[0]
        assert sess.run(second, {x: value}).shape == value.shape
        assert np.array_equal(sess.run(y, {x: value}), before)
        assert np.array_equal(sess.run(first, {x: value}), slope)
        for edits, wanted, plan in sess._plans.values():
            if edits == sess.graph.edits:
                assert Plan(wanted.tensors, wanted.targets, plan.fed).ops == plan.ops
