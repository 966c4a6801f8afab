"""What an import is told besides the graph, and what it keeps of nodes that it does not understand."""

import pytest
from helpers import fails
from small_graphs import small

import minitf as tf
from minitf.framework import protos


def producer(default):
    """The ops of a program whose Add has an attribute more."""
    ops = protos.message("OpList")()
    ops.op.add(name="Add").attr.add(name="later", type="float").default_value.f = default
    return ops


def test_attributes_that_only_the_producer_knows():
    definition = small()
    definition.node[2].attr["later"].f = 2.0
    for options in ({}, {"producer_op_list": producer(1.0)}, {"producer_op_list": protos.message("OpList")()}):
        with fails(ValueError, "has no attribute 'later'"):
            tf.import_graph_def(definition, **options)
    [b] = tf.import_graph_def(definition, return_elements=["b:0"], producer_op_list=producer(2.0))
    assert definition.node[2].attr["later"].f == 2.0 and b.op.type == "Add"
    with fails(TypeError, "producer_op_list must be an OpList"):
        tf.import_graph_def(definition, producer_op_list=[1])


def test_input_map_without_a_scope():
    [b] = tf.import_graph_def(small(), {"a:0": tf.constant(6.0)}, ["b:0"], name="")
    with tf.Session() as session:
        assert session.run(b) == 8.0
    with fails(ValueError, "need a scope"):
        tf.import_graph_def(small(), {"a:0": 6.0}, name="")


@pytest.mark.parametrize("version", ["1.15", "2.15"])
def test_unknown_ops_of_functions_are_named_with_the_others(version):
    definition = small()
    definition.node[0].op = "Foo"
    inner = definition.library.function.add()
    inner.signature.name = "f"
    inner.signature.output_arg.add(name="r", type=1)
    inner.node_def.add(name="n", op="Bar")
    inner.ret["r"] = "n:out:0"
    definition.node.add(name="call", op="PartitionedCall" if version == "2.15" else "f")
    call = definition.node[-1]
    if version == "2.15":
        call.attr["f"].func.name = "f"
        call.attr["Tout"].list.type.append(1)
        call.attr["Tin"].list.SetInParent()
    with fails(tf.errors.NotFoundError, "'Bar'", "'Foo'"):
        tf.import_graph_def(definition)


def test_what_is_noted_on_nodes_stays_on_ops():
    definition = small()
    definition.node[2].attr["_number"].i = 3
    definition.node[2].attr["_text"].s = b"abc"
    definition.node[2].attr["_list"].list.i.extend([1, 2])
    [b] = tf.import_graph_def(definition, return_elements=["b"], name="")
    assert [b.get_attr(name) for name in ("_number", "_text", "_list")] == [3, b"abc", [1, 2]]
    assert dict(b.node_def.attr) == dict(definition.node[2].attr)


def test_devices_around_an_import():
    definition = small()
    definition.node[0].device = "/device:GPU:1"
    with tf.device("/job:a/device:CPU:0"):
        a, b = tf.import_graph_def(definition, return_elements=[definition.node[0].name, "b"])
    assert (a.device, b.device) == ("/job:a/device:GPU:1", "/job:a/device:CPU:0")


def test_what_was_mapped_is_returned_for_its_name():
    given = tf.constant(6.0)
    assert tf.import_graph_def(small(), {"a": given}, ["a:0"])[0] is given
    assert tf.import_graph_def(small(), {"a": given}, ["a"])[0].name == "import_1/a"


def test_inputs_of_other_graphs_are_refused():
    with tf.Graph().as_default():
        other = tf.constant(6.0)
    with fails(ValueError, "node 'Const' in input_map does not exist in graph", "in another graph"):
        tf.import_graph_def(small(), {"a": other})


def test_ops_that_minitf_lacks_stay_what_they_are():
    """Such a graph can be written again, and TensorFlow runs it."""
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.control_dependencies([tf.identity(x, name="before")]):
        found = tf.negative(x, name="a")
    tf.cond(tf.reduce_sum(found) > 0, lambda: found + 1, lambda: found, name="way")
    tf.cast(x, tf.int32, name="c")
    definition = tf.get_default_graph().as_graph_def()
    for node in definition.node:
        node.op = {"a": "BesselJ0"}.get(node.name, node.op)
        if node.name == "c":
            node.attr["Truncate"].b = True
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        assert graph.get_operation_by_name("c").type == "Missing"
        again = {node.name: node for node in graph.as_graph_def().node}
    for node in definition.node:
        if node.name in ("x", "before", "a", "c"):
            assert again[node.name] == node
    assert not any(node.op == "Missing" for node in again.values())
