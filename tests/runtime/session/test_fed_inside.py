"""Values fed for tensors of branches: what TensorFlow 1.15 computed, by all executors."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf


def plain(p, x):
    tensors = {}

    def if_true():
        tensors["a"] = x + 1
        tensors["b"] = tensors["a"] * 2
        return tensors["b"]

    def if_false():
        tensors["c"] = x - 1
        return tensors["c"] * 10

    return tf.cond(p, if_true, if_false), tensors


def nested(p, x):
    tensors = {}

    def double():
        tensors["a"] = x * 2
        return tensors["a"] + 1

    return tf.cond(p, lambda: tf.cond(tf.constant(True), double, lambda: x), lambda: x * 0), tensors


def with_a_loop(p, x):
    tensors = {}

    def if_true():
        tensors["a"] = x + 1
        return tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s * tensors["a"]), [0, x])[1]

    return tf.cond(p, if_true, lambda: x), tensors


def with_a_host_op(p, x):
    tensors = {}

    def if_true():
        tensors["a"] = x + 1
        return tf.py_func(lambda v: v * np.float32(2), [tensors["a"]], tf.float32) + tensors["a"]

    shown = tf.py_func(lambda v: v, [x], tf.float32)
    return tf.cond(p, if_true, lambda: tf.py_func(lambda v: v, [x], tf.float32)) + shown * 0, tensors


def waiting(p, x):
    tensors = {}

    def if_true():
        tensors["a"] = tf.Print(x, [x])
        with tf.control_dependencies([tensors["a"]]):
            return tf.constant(2.0) + tensors["a"]

    return tf.cond(p, if_true, lambda: x), tensors


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize(
    "program, taken, fed, value",
    [
        (plain, True, {"a": 5}, 10),
        (plain, False, {"a": 5}, 20),
        (plain, True, {"b": 7}, 7),
        (plain, False, {"b": 7}, 7),
        (plain, True, {"a": 5, "c": 100}, 10),
        (plain, False, {"a": 5, "c": 100}, 1000),
        (plain, True, {"a": 5, "b": 6}, 6),
        (plain, True, {}, 8),
        (nested, True, {"a": 5}, 6),
        (nested, False, {"a": 5}, 0),
        (with_a_loop, True, {"a": 2}, 24),
        (with_a_loop, False, {"a": 2}, 3),
        (with_a_host_op, True, {"a": 2}, 6),
        (with_a_host_op, True, {}, 12),
        (with_a_host_op, False, {"a": 2}, 3),
        (waiting, True, {"a": 7}, 9),
        (waiting, False, {"a": 7}, 3),
    ],
)
def test_values(program, taken, fed, value, executor):
    p, x = tf.placeholder(tf.bool), tf.constant(3.0)
    y, tensors = program(p, x)
    feeds = {p: taken, **{tensors[name]: number for name, number in fed.items()}}
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        assert session.run(y, feeds) == value
        unfed = session.run(y, {p: taken})
        assert session.run(y, feeds) == value and session.run(y, {p: taken}) == unfed


def test_gradients():
    p, x = tf.placeholder(tf.bool), tf.constant(3.0)
    inner = []
    y = tf.cond(p, lambda: inner.append(x + 1) or tf.square(inner[0]), lambda: x)
    slope = tf.gradients(y, x)[0]
    with tf.Session() as session:
        assert [session.run(slope, {p: taken, inner[0]: 5}) for taken in (True, False)] == [10, 1]
        assert session.run(slope, {p: True}) == 8


def test_users_outside_take_what_is_fed_whichever_branch_is_taken():
    p, x = tf.placeholder(tf.bool), tf.constant(3.0)
    inner = []
    y = tf.cond(p, lambda: inner.append(tf.random_normal([])) or inner[0] * x, lambda: x)
    product, double = y * inner[0], inner[0] * 2
    with tf.Session() as session:
        assert session.run(product, {p: True, inner[0]: 5}) == 75
        assert session.run([double, y], {p: False, inner[0]: 5}) == [10, 3]


def test_what_does_not_fit():
    p, inner = tf.placeholder(tf.bool), []
    y = tf.cond(p, lambda: inner.append(tf.ones([2])) or inner[0], lambda: tf.zeros([2]))
    z = tf.while_loop(lambda v: v < 3, lambda v: inner.append(v + 1) or inner[-1], [0])
    with tf.Session() as session:
        with fails(ValueError, "cannot feed a value of shape"):
            session.run(y, {p: True, inner[0]: np.ones(3)})
        with fails(TypeError, "inside a while loop"):
            session.run(z, {inner[-1]: 1})
        assert session.run(y, {p: True, inner[0].name: [5, 6]}).tolist() == [5, 6]
