"""Native loops and branches: room for loops of unknown length, and what is known while lowering."""

import control_facts
import numpy as np
import pytest
from helpers import host_ops, run

import minitf as tf
from minitf.runtime.usage import memory


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
        assert memory(session).activations < most


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
