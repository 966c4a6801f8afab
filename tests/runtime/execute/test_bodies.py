"""Loops and branches, run op by op or natively."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete, OpByOp

EXECUTORS = pytest.mark.parametrize("executor", ["op_by_op", "native"])


def session(executor):
    return tf.Session(config=tf.ConfigProto(executor=executor))


@EXECUTORS
@pytest.mark.parametrize("differentiated", [False, True])
def test_a_loop_that_makes_no_trip_leaves_nothing_behind(executor, differentiated, capfd):
    """Its body is tried for the shapes it would give, on copies."""
    x = tf.placeholder(tf.float64, [None, None])
    v, w = tf.Variable(1.0, dtype=tf.float64), tf.Variable(1.0, dtype=tf.float64)
    called = []

    def row(r):
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            seen = tf.py_func(lambda a: called.append(a) or a, [r], tf.float64)
        seen.set_shape(r.shape)
        return w * tf.Print(seen, [r]) * tf.random_uniform(tf.shape(r), seed=1, dtype=tf.float64)

    rows = tf.map_fn(row, x)
    fetches = [rows, tf.gradients(rows, w)[0]] if differentiated else [rows]
    with session(executor) as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run(fetches, {x: np.ones([0, 3])})
        assert found[0].shape == (0, 3)
        assert sess.run(v) == 1.0
        assert (called, capfd.readouterr().err) == ([], "")
        after = sess.run(rows, {x: np.ones([1, 3])})
    with session(executor) as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(after, sess.run(rows, {x: np.ones([1, 3])}))  # the same random numbers


@EXECUTORS
def test_the_shape_of_what_only_python_knows(executor):
    x = tf.placeholder(tf.float64, [None, 3])
    rows = tf.map_fn(lambda r: tf.py_func(lambda a: a, [r], tf.float64, name="mine"), x)
    with session(executor) as sess:
        assert sess.run(rows, {x: np.ones([2, 3])}).shape == (2, 3)
        with fails(tf.errors.InvalidArgumentError, "mine", "no trip", "set_shape"):
            sess.run(rows, {x: np.ones([0, 3])})


@EXECUTORS
def test_the_gradient_of_rows_looked_up_in_no_trip(executor):
    w, i = tf.placeholder(tf.float64, [3, 5]), tf.placeholder(tf.int32, [None])
    x, n = tf.placeholder(tf.float64, [None, None]), tf.placeholder(tf.int32, [])

    def body(k, a):
        rows = tf.gather(w, i)
        unknown = tf.py_func(np.sum, [rows], tf.float64)  # there is no gradient through it
        return k + 1, a + tf.reduce_sum(rows * x) + unknown

    y = tf.while_loop(lambda k, a: k < n, body, [0, x[0, 0]], [tf.TensorShape([]), tf.TensorShape(None)])[1]
    gradient = tf.convert_to_tensor(tf.gradients(y, w)[0])
    with session(executor) as sess:
        fed = {w: np.ones([3, 5]), i: [0, 2, 2], x: np.ones([1, 5])}
        found = [sess.run(gradient, {**fed, n: trips})[:, 0].tolist() for trips in (0, 2, 0)]
    assert found == [[0, 0, 0], [2, 0, 4], [0, 0, 0]]


@EXECUTORS
def test_what_is_tried_comes_to_an_end(executor):
    x = tf.placeholder(tf.float64, [None, None])

    def row(r):
        longer = tf.while_loop(lambda a: tf.reduce_sum(a) < 9.0, lambda a: a + r, [r])
        number = tf.py_func(lambda: 1.0, [], tf.float64)
        number.set_shape([])
        return longer * number

    with session(executor) as sess:
        rows = tf.map_fn(row, x)
        fed = {x: np.ones([0, 2])}
        assert sess.run([rows, tf.gradients(rows, x)[0]], fed)[1].shape == (0, 2)


def test_ops_on_what_no_trip_has_saved_keep_its_shape():
    """It is by this that gradients of a loop which made no trip know how large they are."""
    a, b = tf.placeholder(tf.float64), tf.placeholder(tf.float64)
    with tf.Session() as sess:
        builder, saved = OpByOp(sess._state), Ragged([], Concrete(np.ones([2, 3])), 4)
        for op in (tf.tanh(a).op, tf.add(a, b).op, tf.add_n([a, b]).op):
            (found,) = builder.run(op, [saved] * len(op.inputs))
            assert (found.slices, found.example.shape, found.length) == ([], (2, 3), 4)
        (product,) = builder.run(tf.matmul(a, b, transpose_b=True).op, [saved, Concrete(np.ones([5, 3]))])
        assert product.example.shape == (2, 5)
        (unknown,) = builder.run(tf.tanh(a).op, [Ragged([])])
        assert (unknown.slices, unknown.example) == ([], None)
