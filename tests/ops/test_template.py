"""Templates: variables made by the first call and shared by the others."""

import numpy as np
from helpers import fails

import minitf as tf


def scaled(x, init=2.0):
    return x * tf.get_variable("by", [], initializer=tf.constant_initializer(init))


def test_calls_share_variables():
    scale = tf.make_template("scale", scaled, init=3.0)
    assert scale.variables == [] and scale.variable_scope is None
    one, two = scale(tf.constant(1.0)), scale(tf.constant(2.0))
    assert [v.name for v in tf.global_variables()] == ["scale/by:0"]
    assert scale.variables == scale.trainable_variables == scale.global_variables == tf.global_variables()
    assert scale.local_variables == [] and scale.name == "scale" and scale.variable_scope.name == "scale"
    assert [one.op.name, two.op.name] == ["scale/mul", "scale_1/mul"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(session.run([one, two]), [3, 6])


def test_names_are_unique_unless_told_otherwise():
    for _ in range(2):
        tf.make_template("t", scaled)(tf.constant(1.0))
    assert [v.name for v in tf.global_variables()] == ["t/by:0", "t_1/by:0"]
    now = tf.make_template("now", scaled, create_scope_now_=True)
    with tf.variable_scope("elsewhere"):
        assert now(tf.constant(1.0)).op.name == "elsewhere/now/mul"
    assert now.variables[0].name == "now/by:0"
    shared = tf.make_template("any", scaled, unique_name_="t")
    with fails(ValueError, "t/by already exists"):
        shared(tf.constant(1.0))


def test_custom_getter():
    seen = []

    def getter(true_getter, name, *args, **kwargs):
        seen.append(name)
        return true_getter(name, *args, **kwargs)

    tf.make_template("t", scaled, custom_getter_=getter)(tf.constant(1.0))
    assert seen == ["t/by"]


def test_errors():
    with fails(ValueError, "name"):
        tf.make_template("", scaled)
    again = tf.make_template("again", lambda: tf.Variable(1.0))
    again()
    with fails(ValueError, "again_1/Variable", "tf.get_variable()"):
        again()
