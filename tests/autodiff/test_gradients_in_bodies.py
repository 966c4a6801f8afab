"""Gradients taken inside of loops and branches, in both executors."""

import control_facts
import numpy as np
import pytest
from campaigns import body_gradients
from helpers import fails
from loops import slope, times

import minitf as tf

X, W = np.array([0.3, -0.5, 0.8]), np.array([[0.2, -0.4, 0.1], [0.5, 0.3, -0.6], [-0.1, 0.7, 0.4]])


def variable(value, name="w"):
    return tf.get_variable(name, initializer=np.asarray(value, np.float32))


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
