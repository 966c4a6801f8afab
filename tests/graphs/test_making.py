"""Graph.create_op: what it makes and refuses, as TensorFlow 1.15 does."""

import pytest
from helpers import fails

import minitf as tf


def attr(**value):
    return tf.AttrValue(**value)


def test_an_op_by_its_type():
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    graph = x.graph
    op = graph.create_op("MatMul", [x, x], [tf.float32], attrs={"transpose_b": attr(b=True)}, name="m")
    assert (op.name, op.outputs[0].shape.as_list(), op.get_attr("transpose_b")) == ("m", [2, 2], True)
    [slope] = tf.gradients(op.outputs[0], x)
    with tf.Session() as session:
        assert session.run(op.outputs[0], {x: [[1, 2, 3], [4, 5, 6]]}).tolist() == [[14, 32], [32, 77]]
        assert session.run(slope, {x: [[1, 0, 0], [0, 1, 0]]}).tolist() == [[2, 2, 0]] * 2


def test_names_scopes_and_control_inputs():
    x = tf.placeholder(tf.float32, [2], name="x")
    graph = x.graph
    assert graph.create_op("Neg", [x]).name == "Neg"
    assert graph.create_op("AddV2", [x, x], name="a/").name == "a"
    with tf.name_scope("s"), tf.control_dependencies([x]):
        assert graph.create_op("Neg", [x], [tf.float32], name="n").name == "s/n"
        assert graph.create_op("NoOp", [], []).control_inputs == [x.op]
    y = tf.cond(x[0] > 0, lambda: tf.get_default_graph().create_op("Neg", [x]).outputs[0], lambda: x)
    with tf.Session() as session:
        assert session.run(y, {x: [3, -1]}).tolist() == [-3, 1]


@pytest.mark.parametrize(
    "type, inputs, options, error, text",
    [
        ("Foo", 1, {}, tf.errors.NotFoundError, "Op type not registered"),
        ("Loop", 1, {}, tf.errors.NotFoundError, "Op type not registered"),
        ("Neg", 2, {}, ValueError, "takes 1 inputs, 2 are given"),
        ("Neg", "number", {}, TypeError, "Input #0 is not a tensor: 1.0"),
        ("Neg", 1, {"attrs": {"T": attr(type=3)}}, ValueError, "T is int32, but its inputs are float32"),
        ("Neg", 1, {"attrs": {"zz": attr(type=3)}}, ValueError, "Neg has no attribute 'zz'"),
        ("Neg", 1, {"attrs": {"T": 1}}, TypeError, "attribute 'T' of Neg is a tf.AttrValue, not 1"),
        ("Placeholder", 0, {}, ValueError, "lacks attribute 'dtype'"),
        ("Neg", 1, {"name": "x/"}, ValueError, "Duplicate node name in graph: 'x'"),
    ],
)
def test_what_is_refused(type, inputs, options, error, text):
    x = tf.placeholder(tf.float32, [2], name="x")
    given = [1.0] if inputs == "number" else [x] * inputs
    with fails(error, text):
        x.graph.create_op(type, given, **options)
    assert [op.type for op in x.graph.get_operations() if op.type == type] == [x.op.type] * (type == x.op.type)


def test_definitions():
    x, v = tf.placeholder(tf.float32, [2], name="x"), tf.Variable([1.0, 2.0])
    found = tf.stack([x, x]).op.op_def
    assert (found.name, found.input_arg[0].type_attr, found.input_arg[0].number_attr) == ("Pack", "T", "N")
    assert {a.name: a.type for a in found.attr} == {"N": "int", "T": "type", "axis": "int"}
    found = v.assign(x).op.op_def
    assert [a.is_ref for a in found.input_arg] == [True, False] and found.is_stateful
    assert tf.gather(x, 1).op.op_def.input_arg[2].type_attr == "Taxis"
    assert tf.Print(x, [x]).op.op_def.input_arg[1].type_list_attr == "U"
    assert tf.split(x, 2)[0].op.op_def.output_arg[0].number_attr == "num_split"
