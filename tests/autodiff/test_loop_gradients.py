"""Gradients of loops and branches: to second order by differences, through every nesting, in both
executors; and gradients taken inside of them."""

import control_facts
import numpy as np
import pytest
from campaigns import body_gradients
from helpers import check, check_gradients, fails, run

import minitf as tf

X, W = np.array([0.3, -0.5, 0.8]), np.array([[0.2, -0.4, 0.1], [0.5, 0.3, -0.6], [-0.1, 0.7, 0.4]])


def times(n, body, *first):
    """The last of the loop variables after n trips of `body(i, *variables)`."""
    return tf.while_loop(lambda i, *v: i < n, lambda i, *v: (i + 1, *body(i, *v)), (0, *first))[-1]


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


# ---- gradients taken inside of bodies


def variable(value, name="w"):
    return tf.get_variable(name, initializer=np.asarray(value, np.float32))


def slope(y, x, **options):
    return tf.gradients(y, x, **options)[0]


def summed(n, step, first=0.0):
    """`first` plus what `step(total)` gives, n times."""
    return times(n, lambda i, a: [a + step(a)], first)


def of_what_is_outside():
    w, y = variable(2.0), tf.constant(3.0)
    return summed(3, lambda a: slope(w * w, w) + slope(y * y, y))


def of_an_outer_loss():
    w = variable(2.0)
    loss = w * w * w
    return summed(3, lambda a: slope(loss, w))


def on_a_way_that_leads_outside():
    w = variable(2.0)
    h = tf.exp(w) * w
    return summed(3, lambda a: slope(h * h * w, w)), summed(3, lambda a: slope(h * h * w, h))


def beside_loop_variables():
    w = variable(2.0)
    along = times(3, lambda i, a: [slope(a * a * w, a)], w * 1.0)
    return summed(3, lambda a: slope(a * w * w, w), 1.0), along


def of_second_order():
    w, v = variable(2.0), variable([1.0, 2.0], "v")
    hessian = times(3, lambda i, a: [a + tf.hessians(tf.reduce_sum(v**3), v)[0]], tf.zeros([2, 2]))
    return summed(3, lambda a: slope(slope(w**4, w), w)), hessian


def differentiated_once_more():
    w = variable(2.0)
    return slope(summed(3, lambda a: slope(w**3, w)), w)


def per_example():
    w, xs = variable([1.0, 2.0]), tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    loss = lambda x: tf.reduce_sum((x * w) ** 2)  # noqa: E731
    running = tf.scan(lambda a, x: a + slope(loss(x), w), xs, initializer=tf.zeros([2]))
    return (
        tf.map_fn(lambda x: slope(loss(x), w), xs),
        running,
        tf.map_fn(lambda x: slope(loss(x), x), xs),
        tf.foldl(lambda a, x: a + slope(loss(x), w), xs, initializer=tf.zeros([2])),
    )


def in_branches():
    w, yes = variable(2.0), tf.placeholder_with_default(True, [])
    outer = w * w * w
    return (
        tf.cond(yes, lambda: slope(w * w * w, w), lambda: w * 1.0),
        tf.cond(yes, lambda: slope(outer, w), lambda: w * 1.0),
        tf.cond(tf.constant(False), lambda: w * 1.0, lambda: slope(outer, w)),
    )


def in_a_loop_in_a_branch_in_a_loop(of):
    w, yes = variable(2.0), tf.placeholder_with_default(True, [])
    h = tf.sin(w)

    def step(a):
        k = h * w
        x = {"w": w, "k": k}[of]
        inner = lambda: summed(2, lambda b: slope(k * k * h * w, x))  # noqa: E731
        return tf.cond(yes, inner, lambda: 0.0)

    return summed(3, step)


def of_the_outer_loops_variable():
    w = variable(2.0)
    return summed(2, lambda a: summed(2, lambda b: slope(a * a * w, a)), 1.0)


def with_stops():
    w = variable(2.0)
    h = w * w
    return summed(3, lambda a: slope(h * w, w, stop_gradients=[h]))


def of_rows():
    table = variable(np.arange(8).reshape(4, 2) + 1)
    outer = tf.nn.embedding_lookup(table, [0, 2, 2])

    def dense(loss):
        rows = slope(loss, table)
        assert isinstance(rows, tf.IndexedSlices)
        return tf.convert_to_tensor(rows)

    inside = lambda i, a: [  # noqa: E731
        a + dense(tf.reduce_sum(tf.nn.embedding_lookup(table, [i, i, 1]) ** 2))
    ]
    whole = tf.zeros([4, 2])
    return times(2, inside, whole), times(2, lambda i, a: [a + dense(tf.reduce_sum(outer**2))], whole)


def through_loops_and_branches():
    w, yes = variable(2.0), tf.placeholder_with_default(True, [])
    power = lambda: times(3, lambda i, a: [a * w], 1.0)  # noqa: E731
    chosen = tf.cond(yes, lambda: w * w, lambda: w)
    outer = power()
    return (
        summed(2, lambda a: slope(power() * w, w)),
        summed(2, lambda a: slope(outer * w, w)),
        summed(2, lambda a: slope(chosen * w, w)),
    )


def of_several():
    w, v = variable(2.0), variable(3.0, "v")
    h = w * v

    def step(a):
        k = h * w + a
        return tf.add_n(tf.gradients(k * k, [w, v, h, a, k]))

    seeded = times(2, lambda i, a: [a + slope(w * w, w, grad_ys=[a + 1.0])], 0.0)
    return summed(2, step), seeded, summed(2, lambda a: slope(w, w))


SIN, COS = np.sin(2), np.cos(2)
IN_BODIES = [  # what TensorFlow 1.15 gives, or would but for its loops around loops
    (of_what_is_outside, [12 + 18]),
    (of_an_outer_loss, [36]),
    (on_a_way_that_leads_outside, [4586.2446, 177.33736]),
    (beside_loop_variables, [125, 128]),
    (of_second_order, [144, np.diag([18, 36])]),
    (differentiated_once_more, [36]),
    (
        per_example,
        [[[2, 16], [18, 64], [50, 144]], [[2, 16], [20, 80], [70, 224]], [[2, 16], [6, 32], [10, 48]], [70, 224]],
    ),
    (in_branches, [12, 12, 12]),
    (lambda: in_a_loop_in_a_branch_in_a_loop("w"), [6 * (12 * SIN**3 + 24 * SIN**2 * COS)]),
    (lambda: in_a_loop_in_a_branch_in_a_loop("k"), [6 * 2 * (2 * SIN) * SIN * 2]),
    (of_the_outer_loops_variable, [81]),
    (with_stops, [12]),
    (of_rows, [[[4, 8], [24, 32], [0, 0], [0, 0]], [[4, 8], [0, 0], [40, 48], [0, 0]]]),
    (through_loops_and_branches, [64, 64, 24]),
    (of_several, [20160, 24, 2]),
]


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
@pytest.mark.parametrize("function, wanted", IN_BODIES, ids=lambda f: getattr(f, "__name__", ""))
def test_gradients_in_bodies(function, wanted, executor):
    found = function()
    found = list(found) if isinstance(found, tuple) else [found]
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        for value, expected in zip(session.run(found), wanted, strict=True):
            np.testing.assert_allclose(value, expected, rtol=2e-6)


@pytest.mark.parametrize("seed", range(8))
def test_random_models_differentiated_in_bodies(seed):
    body_gradients.examine(seed)


def trained(run_in_body, variables, executor, runs=1):
    """The variables' values after the op was run."""
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(runs):
            session.run(run_in_body)
        return session.run(variables)


def after(op):
    with tf.control_dependencies([op]):
        return tf.constant(1.0)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_training_in_branches(executor):
    w, v, first = variable(2.0), variable(3.0, "v"), tf.placeholder_with_default(True, [])
    momentum, adam = tf.train.MomentumOptimizer(0.1, 0.9), tf.train.AdamOptimizer(0.1)
    step, outer = tf.train.get_or_create_global_step(), tf.square(w) * w
    turns = tf.cond(
        first,
        lambda: after(momentum.minimize(w * w * v, var_list=[w])),
        lambda: after(momentum.minimize(w * v * v, var_list=[v])),
    )
    counted = tf.cond(first, lambda: momentum.minimize(v * v, step), lambda: tf.no_op())
    of_outer = tf.cond(first, lambda: adam.minimize(outer), lambda: tf.no_op())
    np.testing.assert_allclose(trained(turns, [w, v], executor), [0.8, 3])
    np.testing.assert_allclose(trained(counted, [v, step], executor), [2.4, 1])
    np.testing.assert_allclose(trained(of_outer, [w], executor), [1.9], rtol=1e-6)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_training_in_loops(executor):
    w = variable(2.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)

    def descend(i):
        with tf.control_dependencies([optimizer.minimize(tf.square(w))]):
            return i + 1

    loop = tf.while_loop(lambda i: i < 5, descend, [0])
    np.testing.assert_allclose(trained(loop, [w], executor), [0.65536], rtol=1e-6)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_training_rows_in_a_branch(executor):
    table = variable(np.arange(8).reshape(4, 2) + 1)
    loss = lambda: tf.reduce_sum(tf.nn.embedding_lookup(table, [0, 0, 2]) ** 2)  # noqa: E731
    optimizer, yes = tf.train.AdagradOptimizer(0.1), tf.placeholder_with_default(True, [])
    branch = tf.cond(yes, lambda: optimizer.minimize(loss()), lambda: tf.no_op())
    (values,) = trained(branch, [table], executor)
    wanted = [[0.900311, 1.900078], [3, 4], [4.90005, 5.900035], [7, 8]]  # TensorFlow 1.15's
    np.testing.assert_allclose(values, wanted, rtol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: times(2, lambda i, a: [slope(a * a, x)], x),
        lambda x: times(2, lambda i, a: [times(2, lambda j, b: [b + slope(a * a, x)], 0.0)], x),
        lambda x: tf.map_fn(lambda r: slope(r * r, x), tf.reshape(x, [1], name="start")),
        lambda x: tf.scan(lambda a, r: slope(a * r, x), tf.constant([1.0, 2.0]), initializer=x),
    ],
)
def test_no_gradient_through_what_a_loop_variable_starts_as(make):
    with fails(ValueError, "cannot compute a gradient inside of a loop", "'start", __file__, "stop_gradient"):
        make(tf.reshape(variable(2.0), [], name="start"))


def test_loop_variables_that_do_not_depend_on_xs_count_as_constants():
    w = variable(2.0)
    (y,) = trained([], [times(2, lambda i, a: [slope(tf.stop_gradient(a) * w, w)], w)], "native")
    assert y == 2


def test_no_gradient_with_respect_to_what_is_inside_of_a_body():
    inside, x = [], tf.constant(2.0)

    def step(i, a):
        inside.append(a * x)
        return [inside[-1]]

    y = times(2, step, x)
    with fails(ValueError, "xs of gradients", "belongs to the body of a while loop", "return it"):
        tf.gradients(y, inside)


def test_a_loss_in_a_branch_says_why_it_has_no_gradient():
    w = variable(2.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize
    with fails(ValueError, "No gradients provided", "stop at Floor"):
        tf.cond(tf.constant(True), lambda: train(tf.floor(w)), lambda: tf.no_op())


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
