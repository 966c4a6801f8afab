"""tf.cond: TensorFlow's values, structures and errors; what runs in which branch; ids."""

import control_facts
import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.control.cond import smart_cond


@pytest.mark.parametrize("id", control_facts.ids("cond/"))
def test_as_tensorflow(id):
    control_facts.check(id)


def test_ids_as_tensorflow():
    control_facts.check_ids("cond/")


def test_only_the_branch_taken_runs(capfd):
    p = tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.Print(1.0, ["yes"]), lambda: tf.Print(2.0, ["no"]))
    assert run(y, feed_dict={p: True}) == 1.0
    assert capfd.readouterr().err.strip() == "[yes]"


def test_an_op_made_outside_runs_always(capfd):
    p = tf.placeholder(tf.bool, [])
    outside = tf.Print(1.0, ["outside"])
    assert run(tf.cond(p, lambda: outside * 2.0, lambda: tf.constant(0.0)), feed_dict={p: False}) == 0.0
    assert "outside" in capfd.readouterr().err


def test_an_error_in_the_branch_not_taken_does_not_happen():
    i = tf.placeholder(tf.int32, [])
    y = tf.cond(i < 3, lambda: tf.gather([1.0, 2.0, 3.0], i), lambda: tf.constant(-1.0))
    assert run(y, feed_dict={i: 7}) == -1.0 and run(y, feed_dict={i: 1}) == 2.0


@pytest.mark.parametrize("passed", [True, False])
def test_py_func_runs_in_its_branch(passed):
    seen = []
    p = tf.placeholder(tf.bool, [])

    def branch(name):
        return lambda: tf.py_func(lambda: seen.append(name) or np.float32(1), [], tf.float32)

    run(tf.cond(p, branch("yes"), branch("no")), feed_dict={p: passed})
    assert seen == ["yes" if passed else "no"]


def test_a_branch_may_create_a_variable_shared_with_outside():
    p = tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.get_variable("w", [], initializer=tf.ones_initializer()) * 3.0, lambda: tf.constant(0.0))
    with tf.variable_scope("", reuse=True):
        w = tf.get_variable("w", [])
    train = tf.train.GradientDescentOptimizer(1.0).minimize(y)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train, {p: True})
        assert session.run(w) == -2.0
        session.run(train, {p: False})
        assert session.run(w) == -2.0


def test_messages_say_what_differs():
    p = tf.placeholder(tf.bool, [])
    with fails(ValueError, "result 1 is int32 from true_fn and float32 from false_fn", "tf.cast"):
        tf.cond(p, lambda: (1.0, 1), lambda: (1.0, 1.0))
    with fails(ValueError, "the branches return different structures"):
        tf.cond(p, lambda: (1.0, 1), lambda: 1.0)
    with fails(ValueError, "returned None", "return tensors or operations"):
        tf.cond(p, lambda: None, lambda: None)
    with fails(ValueError, "false_fn (<lambda>) returned None as one of its results", "None values are not supported"):
        tf.cond(p, lambda: (1, 2), lambda: (1, None))
    with fails(TypeError, "pred is a Python bool", "Python `if`"):
        tf.cond(True, lambda: 1, lambda: 2)


def test_smart_cond_decides_what_is_known():
    p = tf.placeholder(tf.bool, [])
    assert smart_cond(True, lambda: "yes", lambda: "no") == "yes"
    assert smart_cond(tf.constant(False), lambda: "yes", lambda: "no") == "no"
    assert run(smart_cond(p, lambda: 1, lambda: 2), feed_dict={p: False}) == 2
