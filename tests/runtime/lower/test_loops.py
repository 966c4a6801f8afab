"""Native loops and branches: room for loops of unknown length, and what is known while lowering."""

import itertools

import control_facts
import numpy as np
import pytest
from helpers import host_ops, run

import minitf as tf
from minitf.ops.control.counted import counted_loop
from minitf.runtime import inspect
from minitf.runtime.lower.ir import calls
from minitf.runtime.session.usage import usage


def times(n, body, first):
    """`first` after n times `body`."""
    return tf.while_loop(lambda i, v: i < n, lambda i, v: (i + 1, body(v)), (0, first))[1]


def gradient(y, x, **options):
    return tf.gradients(y, x, **options)[0]


@pytest.mark.parametrize("shape", [[1, None], [None, None], None])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_while_around_a_scan_of_unknown_sizes_stays_native(shape, rows):
    if shape == [1, None] and rows == 2:
        return
    x, n = tf.placeholder(tf.float32, shape), tf.placeholder(tf.int32, [])
    w = tf.placeholder(tf.float32, [])
    y = times(n, lambda a: tf.reduce_sum(tf.scan(lambda s, v: s * v * w, x * a)), w)
    first = tf.gradients(y, [w, x])
    fetches = [y, *first, gradient(first[0], w)]
    for trips in (0, 2, 9):
        results = []
        for executor in control_facts.EXECUTORS:
            with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
                feeds = {x: np.full([rows, 2], 0.7, np.float32), n: trips, w: 0.9}
                results.append(session.run(fetches, feeds))
                if executor == "native":
                    assert host_ops(session) == []
        for one, other in zip(*results):
            np.testing.assert_allclose(one, other, rtol=1e-5)


def deep(depth, n, w, x):
    """sin(x * w), applied n ** depth times."""
    return tf.sin(x * w) if depth == 0 else times(n, lambda a: deep(depth - 1, n, w, a), x)


@pytest.mark.parametrize("depth, trips, most", [(4, 3, 2**15), (4, 5, 2**17), (6, 2, 2**15), (2, 70, 2**21)])
def test_nested_loops_take_as_much_memory_as_they_need(depth, trips, most):
    w, n = tf.placeholder(tf.float64, []), tf.placeholder(tf.int32, [])
    found = gradient(deep(depth, n, w, tf.constant(0.5, tf.float64)), w)
    x, wanted = 0.5, 0.0
    for _ in range(trips**depth):
        x, wanted = np.sin(x * 1.1), np.cos(x * 1.1) * (wanted * 1.1 + x)
    with tf.Session() as session:
        assert session.run(found, {w: 1.1, n: trips}) == pytest.approx(wanted)
        assert host_ops(session) == []
        assert usage(session).activations < most


def test_a_gradient_without_saved_values_runs_as_often_as_its_loop():
    table, n = tf.ones([3]), tf.placeholder(tf.int32, [])
    y = times(n, lambda a: a + tf.gather(table, 1), 0.0)
    found = tf.convert_to_tensor(gradient(y, table))
    assert run(found, feed_dict={n: 200}).tolist() == [0, 200, 0]


# ---- conds whose predicate is known

BRANCHES = {
    "native": lambda w: tf.sin(w) * w,
    "host": lambda w: tf.py_func(lambda v: v * 2, [w], tf.float64) * w * w,
    "loop": lambda w: times(3, lambda a: tf.sin(a * w), w),
    "none": lambda w: tf.constant(1.0, tf.float64),
}
PREDICATES = {
    "constant": lambda w: tf.constant(True),
    "folded": lambda w: tf.size(w) > 5,
    "fed": lambda w: tf.placeholder_with_default(True, []),
}


@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize("behind", ["native", "host"])
def test_known_predicates(predicate, behind):
    w = tf.placeholder(tf.float64, [])
    known = PREDICATES[predicate](w)
    for one in BRANCHES:
        for other in BRANCHES:
            y = tf.cond(known, lambda one=one: BRANCHES[one](w), lambda other=other: BRANCHES[other](w))
            y = y * tf.stop_gradient(tf.py_func(np.cos, [y], tf.float64)) if behind == "host" else y * y
            first = gradient(y, w, unconnected_gradients="zero")
            second = gradient(first, w, unconnected_gradients="zero")
            results = []
            for executor in control_facts.EXECUTORS:
                with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
                    results.append(session.run([first, second, y], {w: 1.3}))
            np.testing.assert_allclose(*results)


# ---- loops in loops, and stacks whose rows are all the same

INNER = {  # of the outer loop's value, the elements and a weight: a number
    "scan": lambda a, x, w: tf.reduce_sum(tf.scan(lambda s, e: s * e * w, x) * a),
    "last of a scan": lambda a, x, w: tf.reduce_sum(tf.scan(lambda s, e: s * e * w + a, x)[-1]),
    "scan from a start": lambda a, x, w: tf.reduce_sum(tf.scan(lambda s, e: s * e, x * a, w + 0 * x[0])),
    "fold": lambda a, x, w: tf.reduce_sum(tf.foldl(lambda s, e: s * e * a, x)) * w,
    "map": lambda a, x, w: tf.reduce_sum(tf.map_fn(lambda e: e * e * a * w, x)),
}


def hosted(op, g):
    """The gradient of Square, with a step on the host."""
    y = tf.py_func(lambda a: a, [g], tf.float32)
    y.set_shape(g.shape)
    return 2.0 * y * op.inputs[0]


def runs(make):
    """The values that `make()` and feeds give, by both executors."""
    found = []
    for way in control_facts.EXECUTORS:
        with tf.Graph().as_default(), tf.Session(config=tf.ConfigProto(executor=way)) as session:
            fetches, feeds = make()
            session.run(tf.global_variables_initializer())
            found.append([session.run(fetches, some) for some in feeds])
    return found


@pytest.mark.parametrize("shape", ([None, None], [1, None]), ids=str)
@pytest.mark.parametrize("inner", INNER)
def test_gradients_of_loops_over_elements_of_unknown_size(inner, shape):
    """A scan of one element makes no trips, and what its trips would have saved has a shape all the same."""

    def make():
        x, k, w = tf.placeholder(tf.float32, shape), tf.placeholder(tf.int32, []), tf.Variable(1.5)
        y = tf.while_loop(lambda i, a: i < k, lambda i, a: (i + 1, INNER[inner](a, x, w)), [0, tf.constant(1.0)])[1]
        first = tf.gradients(y, [x, w])
        second = [g for g in tf.gradients(first[0], [x, w]) if g is not None]
        counts = (1,) if shape[0] == 1 else (1, 2)
        arrays = [np.linspace(1, 2, 2 * n, dtype=np.float32).reshape(n, 2) for n in counts]
        return [y, *first, *second], [{x: a, k: trips} for a, trips in itertools.product(arrays, (0, 1, 2))]

    for one, two in zip(*runs(make), strict=True):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-5)


def test_gradients_on_the_host_of_native_loops_that_made_no_trips():
    name = "SquareWithAStepOnTheHost"
    tf.RegisterGradient(name)(hosted)

    def make():
        x, n, k = (tf.placeholder(t, s) for t, s in ((tf.float32, [None, None]), *[(tf.int32, [])] * 2))
        with x.graph.gradient_override_map({"Square": name}):
            fold = lambda a: tf.reduce_sum(tf.foldl(lambda s, e: tf.square(s) * e * a, x))  # noqa: E731
            one = times(n, fold, tf.constant(1.0))
            two = times(n, lambda a: times(k, fold, a), tf.constant(1.0))
        feeds = [{x: np.full([rows, 2], 2.0), n: a, k: b} for rows in (1, 2) for a in (0, 1) for b in (0, 1)]
        return [one, two, *tf.gradients(one, x), *tf.gradients(two, x)], feeds

    for one, two in zip(*runs(make), strict=True):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_allclose(b, a)


def test_rows_that_were_not_reached_are_zero_in_the_next_loop_too():
    def make():
        n, x = tf.placeholder(tf.int32, []), tf.zeros([4, 2])
        same = tf.constant([5.0, 6.0])
        rows = counted_loop(lambda carry, _: ([carry[0] + 1.0], [same]), [tf.constant(0.0)], [x], n)[1][0]
        return [rows, tf.map_fn(lambda row: 2.0 * row, rows)], [{n: k} for k in range(5)]

    for found in runs(make):
        for k, (rows, doubled) in enumerate(found):
            np.testing.assert_array_equal(rows, [[5, 6]] * k + [[0, 0]] * (4 - k))
            np.testing.assert_array_equal(doubled, 2 * rows)


def hands_on(x):
    return x


def in_training(behind):
    """The kernels of a gradient of a loop whose values pass `behind`, and the gradient."""
    x, w = tf.placeholder(tf.float32, [5, 4]), tf.Variable(tf.fill([8, 4], 0.1))

    def step(i, c, h):
        joined = tf.concat([behind(c), behind(h)], 1)
        return i + 1, behind(tf.tanh(tf.matmul(joined, w)) + c), behind(tf.sigmoid(c) * behind(h))

    _, c, h = tf.while_loop(lambda i, c, h: i < 3, step, [0, x, x * 2.0])
    gradient = tf.gradients(tf.reduce_sum(c * h), w)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(w.initializer)
        found = session.run(gradient, {x: np.linspace(-1, 1, 20).reshape(5, 4)})
        [step] = inspect(session).last.steps
    return [call.name for call in calls(step.programs[-1]._nodes)], found


def test_variables_behind_identities_live_in_the_stacks_of_their_values():
    (plain, expected), (found, value) = in_training(hands_on), in_training(tf.identity)
    assert sorted(found) == sorted(plain)
    np.testing.assert_array_equal(value, expected)


def test_a_variable_that_changes_in_a_loop_is_read_anew():
    v = tf.Variable(1.0)

    def step(i, x):
        before = tf.identity(v)
        with tf.control_dependencies([before]), tf.control_dependencies([tf.assign_add(v, 1.0)]):
            return i + 1, tf.identity(v) * x + before

    [_, x] = tf.while_loop(lambda i, x: i < 3, step, [0, 1.0], parallel_iterations=1)
    slope = tf.gradients(x, v)[0]
    for config in (None, tf.ConfigProto(executor="op_by_op")):
        with tf.Session(config=config) as session:
            session.run(v.initializer)
            assert session.run(x) == 47.0
    assert slope is not None
