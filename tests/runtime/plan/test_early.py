"""What host ops need runs first, and no more than that: the rest stays one region."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.plan.region import Region

B, T, D, N = 3, 5, 2, 4


def lstm(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(N), x, dtype=tf.float32)[0]


def masked(x, m, n):
    return tf.boolean_mask(lstm(x), m)


def selected(x, m, n):
    return tf.gather_nd(lstm(x), tf.where(m))


def parted(x, m, n):
    rows = tf.range(tf.size(m))
    chosen = tf.dynamic_partition(rows, tf.cast(tf.reshape(m, [-1]), tf.int32), 2)[1]
    return tf.gather(tf.reshape(lstm(x), [-1, N]), chosen)


def different(x, m, n):
    return lstm(x) * tf.cast(tf.size(tf.unique(n)[0]), tf.float32)


def longest(x, m, n):
    return lstm(x) * tf.cast(tf.sequence_mask(n), tf.float32)[:, :1, None]


def counted(x, m, n):
    return lstm(x) * tf.reduce_sum(tf.cast(tf.range(n[0] + 1), tf.float32))


def turned(x, m, n):
    back = tf.py_func(lambda x: x[:, ::-1], [x], tf.float32)
    back.set_shape(x.shape)
    return lstm(back)


CASES = {masked: 0, selected: 0, parted: 0, different: 0, longest: 0, counted: 0, turned: 1}


def trained(model):
    """The values of some steps by each executor, and the steps of the native one."""
    tf.set_random_seed(1)
    x, m = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.bool, [None, None])
    n = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.square(model(x, m, n)))
    fetches, found = [loss, tf.train.AdamOptimizer(0.1).minimize(loss)], {}
    for executor in ("native", "op_by_op"):
        draw, found[executor] = np.random.RandomState(0), []
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(4):
                fed = {x: draw.randn(B, T, D), m: draw.rand(B, T) > 0.3, n: draw.randint(1, T + 1, B)}
                found[executor].append(session.run(fetches, fed)[0])
            if executor == "native":
                steps = inspect(session).last.steps
    return found, steps


@pytest.mark.parametrize("model", CASES, ids=lambda m: m.__name__)
def test_a_loop_and_its_gradient_stay_together(model):
    found, steps = trained(model)
    np.testing.assert_allclose(found["native"], found["op_by_op"], rtol=1e-4)
    regions = [step for step in steps if not step.on_host]
    assert len(steps) - len(regions) == CASES[model]
    assert [sum(op.type == "Loop" for op in region.ops) for region in regions][-1] >= 2
    assert all(op.type != "Loop" for region in regions[:-1] for op in region.ops)


@pytest.mark.parametrize("model", CASES, ids=lambda m: m.__name__)
def test_other_data_is_not_lowered_anew(model, monkeypatch):
    found, real = [], Region._lowered
    monkeypatch.setattr(Region, "_lowered", lambda self, *given: found.append(1) or real(self, *given))
    x, m = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.bool, [None, None])
    n, draw, counts = tf.placeholder(tf.int32, [None]), np.random.RandomState(0), []
    loss = tf.reduce_mean(tf.square(model(x, m, n)))
    fetches = [loss, *tf.gradients(loss, tf.trainable_variables())]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(24):
            given = {x: draw.randn(4, 9, D), m: draw.rand(4, 9) > draw.rand(), n: draw.randint(5, 10, 4)}
            session.run(fetches, given)
            counts.append(len(found))
    assert np.count_nonzero(np.diff(counts[12:])) <= 2


@pytest.mark.parametrize("look", ["bitcast", "py_func"])
def test_what_looks_at_outputs_comes_after_the_gradient(look):
    x = tf.placeholder(tf.float32, [None, None, D])
    outputs = lstm(x)
    seen = tf.bitcast(outputs, tf.int32) if look == "bitcast" else tf.py_func(lambda a: a * 2, [outputs], tf.float32)
    loss = tf.reduce_mean(tf.square(outputs))
    total = loss + tf.cast(tf.size(tf.reshape(seen, [-1])), tf.float32)
    fetches = [total, *tf.gradients(loss, tf.trainable_variables())]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(2):
            session.run(fetches, {x: np.ones((B, T, D))})
        steps = inspect(session).last.steps
    regions = [step for step in steps if not step.on_host]
    assert len(regions) == 2 and sum(op.type == "Loop" for op in regions[0].ops) == 2


def test_reads_and_writes_of_a_variable_keep_their_order():
    v = tf.Variable([3.0, -1.0, 2.0])
    before = tf.where(v > 0)  # 0, 2
    with tf.control_dependencies([before]):
        written = tf.assign(v, [-1.0, 5.0, 6.0])
    with tf.control_dependencies([written]):
        after = tf.where(v.read_value() > 0)  # 1, 2
        last = tf.assign_add(v, [10.0, 10.0, 10.0])
    with tf.control_dependencies([last]):
        end = tf.where(v.read_value() > 0) + 0
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(v.initializer)
            for run in range(2):
                session.run(v.initializer)
                found = session.run([before, after, end])
                assert [f.reshape(-1).tolist() for f in found] == [[0, 2], [1, 2], [0, 1, 2]], run


def test_what_is_printed_may_go_on_to_a_host_op():
    x = tf.placeholder(tf.float32, [3])
    printed = tf.Print(tf.exp(x), ["x"])
    same = tf.bitcast(tf.bitcast(printed, tf.int32), tf.float32)
    with tf.Session() as session:
        for _ in range(2):
            assert session.run(same * 2.0, {x: [0.0, 0.0, 0.0]}).tolist() == [2.0] * 3


def test_a_loop_waits_for_what_its_body_waits_for():
    v = tf.Variable([1.0, -1.0, 2.0])
    changed = tf.assign(v, [-1.0, -1.0, 2.0])

    def body(i):
        with tf.control_dependencies([changed]):
            return i + 1

    count = tf.while_loop(lambda i: i < 2, body, [0])
    with tf.control_dependencies([count]):
        places = tf.where(v.read_value() > 0)
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            for _ in range(2):
                session.run(v.initializer)
                assert session.run(places).tolist() == [[2]]


def test_callbacks_keep_their_order():
    calls = []
    x = tf.placeholder(tf.float32, [2])

    def noted(name):
        def call(value):
            calls.append(name)
            return value

        return call

    first = tf.py_func(noted("first"), [tf.exp(tf.exp(x))], tf.float32)
    second = tf.py_func(noted("second"), [x], tf.float32)
    with tf.Session() as session:
        for _ in range(3):
            session.run([second * 2.0, first * 2.0], {x: [0.0, 1.0]})
    assert calls == ["first", "second"] * 3
