"""GraphDefs against those of TensorFlow (tests/facts/summary.json), and of loops and branches."""

import base64

import numpy as np
import pytest
from oracle import facts
from tensorboard.util.tensor_util import make_ndarray

import minitf as tf
from minitf.graphs.export import graph_def, without_large_constants

LACKING = {"_class", "bad_color"}  # attributes that minitf does not write


def same(ours, theirs):
    """Whether two attributes are equal; a tensor of equal elements may be written in two ways."""
    if ours.WhichOneof("value") == theirs.WhichOneof("value") == "tensor":
        if ours.tensor.half_val:
            return ours == theirs  # make_ndarray reads these in a manner that NumPy 2.5 warns of
        a, b = make_ndarray(ours.tensor), make_ndarray(theirs.tensor)
        return (a.dtype, a.shape, a.tolist()) == (b.dtype, b.shape, b.tolist())
    return ours == theirs


def test_as_tensorflow():
    recorded = facts("summary")["graph"]
    theirs = tf.GraphDef.FromString(base64.b64decode(recorded["graph_def"]))
    exec(recorded["source"], {"tf": tf, "np": np})
    ours = tf.get_default_graph().as_graph_def(add_shapes=True)
    assert ours.versions.producer == theirs.versions.producer
    assert [n.name for n in ours.node] == [n.name for n in theirs.node]
    for mine, other in zip(ours.node, theirs.node):
        assert (mine.op, mine.input, mine.device) == (other.op, other.input, other.device)
        lacking = other.attr.keys() - mine.attr.keys()
        assert lacking <= LACKING, mine.name
        for key, value in mine.attr.items():
            assert same(value, other.attr[key]), (mine.name, key)


def test_shapes_only_if_asked_for_and_nodes_from_a_version_on():
    a = tf.constant(1.0, name="a")
    tf.negative(a, name="b")
    graph = tf.get_default_graph()
    assert "_output_shapes" not in graph.as_graph_def().node[0].attr
    assert [n.name for n in graph.as_graph_def(from_version=a.op.id).node] == ["b"]
    with tf.Session() as sess:
        assert sess.graph_def == graph.as_graph_def()


def test_large_constants_are_not_drawn():
    tf.constant(np.zeros([20, 20]), name="large")
    definition = tf.get_default_graph().as_graph_def()
    assert set(definition.node[0].attr) == {"dtype", "value"}
    assert set(without_large_constants(definition).node[0].attr) == {"dtype"}


def nested():
    """A loop with a branch in it, and their gradient."""
    x = tf.constant(2.0, name="x")

    def body(i, y):
        return i + 1, tf.cond(y > 10.0, lambda: y, lambda: y * x)

    _, y = tf.while_loop(lambda i, y: i < 3, body, [0, 1.0], name="loop")
    return y, tf.gradients(y, x)[0]


def test_bodies_are_nodes_whose_inputs_are_there():
    nested()
    nodes = {n.name: n for n in tf.get_default_graph().as_graph_def(add_shapes=True).node}
    count = len(tf.get_default_graph().as_graph_def().node)
    assert len(nodes) == count, "names are unique"
    outputs = {name: len(n.attr["_output_shapes"].list.shape) for name, n in nodes.items()}
    for node in nodes.values():
        for source in node.input:
            name, _, index = source.partition(":")
            assert name.removeprefix("^") in nodes and int(index or 0) < outputs.get(name, 1), source
    assert {"loop/Less", "loop/add", "loop/cond/mul"} <= nodes.keys()


@pytest.mark.parametrize("direction", [1, -1])
def test_values_flow_through_bodies(direction):
    y, gradient = nested()
    nodes = {
        n.name: [i.partition(":")[0].removeprefix("^") for i in n.input] for n in graph_def(tf.get_default_graph()).node
    }
    if direction < 0:
        nodes = {n: [m for m, inputs in nodes.items() if n in inputs] for n in nodes}
    start, end = (gradient.op.name, "x") if direction > 0 else ("x", gradient.op.name)
    seen, todo = {start}, [start]
    while todo:
        for name in nodes[todo.pop()]:
            if name not in seen:
                seen.add(name)
                todo.append(name)
    assert end in seen and "loop/cond/mul" in seen


def test_queues():
    queue = tf.FIFOQueue(3, [tf.float32, tf.int32], shapes=[[2], []], name="queue")
    queue.enqueue([[1.0, 2.0], 3], name="add")
    queue.dequeue(name="take")
    nodes = {n.name: n for n in tf.get_default_graph().as_graph_def().node}
    attributes = nodes["queue"].attr
    assert attributes["component_types"].list.type == [1, 3] and attributes["capacity"].i == 3
    assert [[d.size for d in s.dim] for s in attributes["shapes"].list.shape] == [[2], []]
    assert list(nodes["add"].input) == ["queue", "add/component_0", "add/component_1"]
    assert set(nodes["take"].attr) == {"component_types", "timeout_ms"} and list(nodes["take"].input) == ["queue"]
