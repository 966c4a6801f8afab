"""Gradients of loops and branches: to second order by differences, through every nesting, in both
executors.
"""

import control_facts
import numpy as np
import pytest
from helpers import check, check_gradients, run
from loops import slope, times

import minitf as tf

X, W = np.array([0.3, -0.5, 0.8]), np.array([[0.2, -0.4, 0.1], [0.5, 0.3, -0.6], [-0.1, 0.7, 0.4]])


def row(v):
    return tf.reshape(v, [1, 3])


def captured(x, w):
    return times(3, lambda i, h: [tf.tanh(tf.matmul(h, w) + x)], row(x))


def conditional(x, w):
    def step(i, h):
        return [tf.cond(tf.reduce_sum(h) > 0.0, lambda: tf.tanh(tf.matmul(h, w)), lambda: tf.sin(h) * x)]

    return times(4, step, row(x))


def nested(x, w):
    inner = lambda i, h: [times(i, lambda j, g: [tf.tanh(tf.matmul(g, w)) + x], h)]  # noqa: E731
    return times(3, inner, row(x))


def loop_in_branch(x, w):
    return tf.cond(x[0] > 0.0, lambda: captured(x, w), lambda: row(x))


def loop_in_branch_in_loop(x, w):
    def step(i, h):
        return [
            tf.cond(tf.equal(i % 2, 0), lambda: times(i + 1, lambda j, g: [tf.sin(g * x)], h), lambda: tf.matmul(h, w))
        ]

    return times(3, step, row(x))


def gathering(x, w):
    return times(3, lambda i, h: [tf.tanh(h + tf.gather(w, i) * tf.gather(x, [i, 0, i]))], x)


def gathering_in_branches(x, w):
    return tf.cond(x[0] > 0.0, lambda: tf.gather(w, [0, 2]) ** 2, lambda: tf.gather(w, [1, 1])), x


def growing(x, w):
    return tf.while_loop(
        lambda i, v: i < 2,
        lambda i, v: (i + 1, tf.concat([v, tf.sin(v * v)], 0)),
        (0, x),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None])),
    )[1], w


def counted(x, w):
    return tf.scan(lambda h, r: tf.tanh(h * r + tf.reduce_sum(w * h)), w, initializer=x), tf.map_fn(lambda r: r * x, w)


def of_a_gradient(x, w):
    def step(i, h):
        return [h - 0.1 * tf.gradients(tf.reduce_sum(tf.tanh(tf.matmul(h, w)) ** 2), h)[0]]

    return times(2, step, row(x))


def ending_when_it_is_large(x, w):
    return tf.while_loop(lambda h: tf.reduce_max(h) < 2.0, lambda h: h * 1.5 + x * x, [row(tf.abs(x))]), w


@pytest.mark.parametrize(
    "fn",
    [
        captured,
        conditional,
        nested,
        loop_in_branch,
        loop_in_branch_in_loop,
        gathering,
        gathering_in_branches,
        growing,
        counted,
        of_a_gradient,
        ending_when_it_is_large,
    ],
)
def test_to_second_order_by_differences(fn):
    check(fn, X, W, openness=("known",), dtypes=("float64",))


@pytest.mark.parametrize("fn", [gathering, gathering_in_branches, growing, counted, ending_when_it_is_large])
def test_sizes_that_only_show_when_it_runs(fn):
    check_gradients(fn, X, W, known="open")


@pytest.mark.parametrize("fn", [captured, conditional, nested, loop_in_branch_in_loop, gathering, growing, counted])
def test_executors_agree_to_the_bit(fn):
    x, w = tf.placeholder(tf.float32, [3]), tf.placeholder(tf.float32, [3, 3])
    outputs = fn(x, w)
    gradients = [g for g in tf.gradients(outputs, [x, w]) if g is not None]
    second = [g for g in tf.gradients([tf.convert_to_tensor(g) for g in gradients], [x, w]) if g is not None]
    fetches = [tf.convert_to_tensor(t) for t in [*gradients, *second]]
    results = []
    for executor in control_facts.EXECUTORS:
        with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            results.append(session.run(fetches, {x: X, w: W}))
    for one, other in zip(*results):
        np.testing.assert_array_equal(one, other)


def test_third_order_through_nested_loops_in_closed_form():
    x = tf.placeholder(tf.float64, [])
    n = tf.placeholder(tf.int32, [])
    y = times(n, lambda i, v: [times(i, lambda j, u: [u * x], v) * x], x)  # x ** (1 + n (n + 1) / 2)
    orders = [y]
    for _ in range(3):
        orders += tf.gradients(orders[-1], x)
    for trips, power in ((0, 1), (1, 2), (3, 7)):
        wanted = [np.prod([power - k for k in range(order)]) * 1.3 ** (power - order) for order in range(4)]
        assert run(*orders, feed_dict={x: 1.3, n: trips}) == pytest.approx(wanted)


def test_back_prop_false_stops_gradients():
    x = tf.placeholder(tf.float64, [])
    loop = tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * x), [0, x], back_prop=False)[1]
    assert tf.gradients(loop, x) == [None]
    assert run(tf.gradients(loop * x, x)[0], feed_dict={x: 2.0}) == 16.0
    mapped = tf.map_fn(lambda v: v * x, tf.stack([x, x]), back_prop=False)
    assert tf.gradients(mapped, x) == [None]


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_variables_train_through_a_loop(executor):
    w = tf.get_variable("w", initializer=[0.5, -0.25])
    table = tf.get_variable("table", initializer=np.arange(6, dtype=np.float32).reshape(3, 2))
    y = times(3, lambda i, h: [h * w + tf.nn.embedding_lookup(table, i)], tf.ones([2]))
    gradients = tf.gradients(y, [w, table])
    assert isinstance(gradients[1], tf.IndexedSlices)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(y)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        slope, rows = session.run([gradients[0], tf.convert_to_tensor(gradients[1])])
        value = np.array([0.5, -0.25])
        h = [np.ones(2)]
        for i in range(3):
            h.append(h[-1] * value + [2 * i, 2 * i + 1])
        np.testing.assert_allclose(slope, h[2] + value * h[1] + value**2 * h[0], rtol=1e-6)
        np.testing.assert_allclose(rows, [value**2, value, np.ones(2)], rtol=1e-6)
        session.run(train)
        np.testing.assert_allclose(session.run(w), value - 0.1 * slope, rtol=1e-6)


def test_integers_and_unused_variables_have_none():
    x = tf.placeholder(tf.float32, [])
    n = tf.placeholder(tf.int32, [])
    unused = tf.constant(1.0)
    y = times(n, lambda i, v, u: [v * 2.0, u], x, unused)
    assert [g is None for g in tf.gradients(y, [n, unused, x])] == [True, False, True]


def test_what_a_gradient_needs_is_saved_once():
    x = tf.placeholder(tf.float32, [4])
    y = times(5, lambda i, h: [tf.tanh(h + x)], x)
    tf.gradients(y, x)
    tf.gradients(y, x)
    loop = next(op for op in tf.get_default_graph().ops if op.type == "Loop")
    assert [t.op.type for t in loop.attrs["loop"].ys] == ["Tanh"]


# ---- loops that hardly run


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
@pytest.mark.parametrize("trips", [0, 1, 3])
def test_odd_loop_variables(trips, executor):
    w, n = tf.placeholder(tf.float64, []), tf.placeholder(tf.int32, [])
    ignored = times(n, lambda i, b, a: [b, w * w], w * 3.0, w)
    loop = tf.while_loop(
        lambda i, k, a: i < n, lambda i, k, a: (i + 1, k * 2, a * tf.cast(k, tf.float64) * w), [0, 1, w]
    )
    passed = tf.while_loop(lambda i, b, a: i < n, lambda i, b, a: (i + 1, b, a * b), [0, w * 2.0, w])
    found = [slope(t, w) for t in (ignored, loop[2], passed[1] + passed[2])]
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        values = session.run(found, {w: 1.5, n: trips})
    power = [1, 1, 2, 8][trips]  # of 2, by the integer
    wanted = [3 if trips else 1, power * (trips + 1) * 1.5**trips, 2 + 2**trips * (trips + 1) * 1.5**trips]
    np.testing.assert_allclose(values, wanted)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
@pytest.mark.parametrize("sizes", [[1, 2], [0, 2], [3, 0]])
def test_no_slices_and_empty_slices(sizes, executor):
    x, w = tf.placeholder(tf.float64, [None, None]), tf.placeholder(tf.float64, [])
    ys = [
        tf.map_fn(lambda r: r * w, x),
        tf.scan(lambda a, r: a * r * w, x, initializer=tf.zeros([sizes[1]], tf.float64) + w),
        tf.foldl(lambda a, r: a + r * w, x, initializer=tf.zeros([sizes[1]], tf.float64)),
    ]
    found = tf.gradients([tf.reduce_sum(y) for y in ys], [w, x])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        by_w, by_x = session.run(found, {x: np.ones(sizes), w: 2.0})
    assert by_w == (2 + 8 + 2 if sizes == [1, 2] else 0)
    assert by_x.shape == tuple(sizes)


def masked(v, chosen):
    """Looks up another number of rows in each trip."""

    def step(i, a):
        rows = tf.gather(v, tf.boolean_mask(tf.range(3), chosen[i]))
        return [a * 0.5 + tf.sin(tf.reduce_sum(rows * rows) * tf.cos(a))]

    return times(4, step, tf.cast(0.3, v.dtype))


def in_loops_of_other_lengths(v, chosen):
    """Looks up a row in each trip of a loop in a loop, which is longer each time."""

    def inner(j, b):
        return [tf.sin(b * 0.5 + tf.reduce_sum(tf.gather(v, [j, 1])))]

    return times(3, lambda i, a: [a + times(i, inner, tf.cos(a))], tf.cast(0.1, v.dtype))


@pytest.mark.parametrize("fn", [masked, in_loops_of_other_lengths])
def test_as_many_rows_looked_up_as_data_say(fn):
    chosen = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], bool)
    check_gradients(lambda v: fn(v, tf.constant(chosen)), W)
