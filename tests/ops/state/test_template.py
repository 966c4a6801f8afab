"""Templates: variables made by the first call and shared by the others."""

import numpy as np
import pytest
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


def template(name="scale", function=None, now=False, **kwargs):
    return tf.make_template(name, function or scaled, create_scope_now_=now, **kwargs)


def calls(*templates):
    for one in templates:
        one(tf.ones([2, 2]))


def inside(scope, *templates):
    with scope:
        calls(*templates)


def two():
    a, b = template(), template()
    calls(a, b, a, b)


def chosen_now():
    a, b = template(now=True), template(now=True)
    calls(b, a, a, b)


def one_chosen_now():
    a, b = template(), template(now=True)
    calls(a, b, a, b)


def of_a_given_name(**kwargs):
    a = template(unique_name_="s", **kwargs)
    calls(a, a)


def nested():
    inner = template("inner")
    outer = template("outer", lambda x: inner(x) + inner(x))
    calls(outer, outer, inner)


def made_in_another():
    def outer(x):
        inner = template("inner")
        return inner(x) + inner(x)

    a = template("outer", outer)
    calls(a, a)


def in_scopes():
    a = template()
    inside(tf.variable_scope("v"), a)
    inside(tf.name_scope("n"), a)
    with tf.variable_scope("v"):
        calls(a)
        b = template(now=True)
    calls(b)
    inside(tf.variable_scope("q"), b)


def first_in_a_name_scope():
    a = template()
    inside(tf.name_scope("n"), a, a)
    calls(a)


def two_in_a_scope():
    with tf.variable_scope("v"):
        a, b = template(), template()
        calls(a, b, b, a)


def of_layers():
    a, b = (template("net", lambda x: tf.layers.dense(x, 3)) for _ in range(2))
    calls(a, a, b, b)


def beside_a_variable_scope():
    with tf.variable_scope("scale"):
        tf.get_variable("by", [])
    a = template()
    calls(a, a)


def among_other_scopes():
    calls(template())
    for scope in (tf.variable_scope("scale"), tf.variable_scope(None, "scale")):
        with scope:
            tf.constant(2.0, name="c")
    calls(template())
    with tf.variable_scope(None, "scale"):
        tf.constant(2.0, name="c")


NAMES = {  # as TensorFlow 1.15.5 gives them; v is the variable `by`, or those of a layer
    two: "scale/v scale/mul scale_1/v scale_1/mul scale_2/mul scale_1_1/mul",
    chosen_now: "scale_1/v scale_1/mul scale/v scale/mul scale_2/mul scale_1_1/mul",
    one_chosen_now: "scale_1/v scale/mul scale/v scale_1/mul scale_1_1/mul scale_2/mul",
    of_a_given_name: "s/v s/mul s_1/mul",
    nested: "outer/inner/v outer/inner/mul outer/inner_1/mul outer/add outer_1/inner/mul outer_1/inner_1/mul "
    "outer_1/add inner/mul",
    made_in_another: "outer/inner/v outer/inner/mul outer/inner_1/mul outer/add outer_1/inner/mul "
    "outer_1/inner_1/mul outer_1/add",
    in_scopes: "v/scale/v v/scale/mul n/scale/mul v_1/scale/mul v/scale_1/v scale_1/mul q/scale_1/mul",
    first_in_a_name_scope: "scale/v n/scale/mul n/scale_1/mul scale/mul",
    two_in_a_scope: "v/scale/v v/scale/mul v/scale_1/v v/scale_1/mul v/scale_1_1/mul v/scale_2/mul",
    of_layers: "net/dense/v net/dense/MatMul net_1/dense/MatMul net_1/dense/v net_2/dense/MatMul net_1_1/dense/MatMul",
    beside_a_variable_scope: "scale/v scale_1/v scale_1/mul scale_1_1/mul",
    among_other_scopes: "scale/v scale/mul scale_1/c scale_2/c scale_2/v scale_3/mul scale_4/c",
}


@pytest.mark.parametrize("program", NAMES, ids=lambda program: program.__name__)
def test_names_of_ops(program):
    program()
    ops = [op.name for op in tf.get_default_graph().get_operations()]
    kept = [name.replace("/by", "/v").replace("/kernel", "/v") for name in ops]
    last = {"v", "mul", "add", "MatMul", "c"}
    assert [n for n in kept if n.rpartition("/")[2] in last and "/Initializer/" not in n] == NAMES[program].split()
    assert program is not of_a_given_name or _same_when_chosen_now()


def _same_when_chosen_now():
    with tf.Graph().as_default():
        of_a_given_name(now=True)
        return [v.name for v in tf.global_variables()] == ["s/by:0"]


def test_properties():
    scale = template(function=lambda x: scaled(x) + tf.get_variable("more", [], trainable=False))
    assert scale.variable_scope_name is None and scale.weights == [] and scale.var_scope is None
    calls(scale)
    by, more = tf.global_variables()
    assert scale.variable_scope_name == "scale/" and scale.var_scope is scale.variable_scope
    assert scale.trainable_weights == [by] and scale.non_trainable_weights == scale.non_trainable_variables == [more]
    assert scale.weights == scale.variables == [by, more]


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
