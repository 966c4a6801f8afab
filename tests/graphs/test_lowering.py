"""Graphs for TensorFlow: only its ops with its attributes, and read back they give what they gave.

What TensorFlow 1.15.5 and 2.15.1 made of these very graphs was equal (trained, too).
"""

import nested_loops
import numpy as np
import pytest
import record_graphs
from helpers import fails
from op_samples import SAMPLES

import minitf as tf
from minitf.framework import nest
from minitf.graphs.spelling import attributes_of

MODELS = ["dense", "unrolled", "choices", "loops", "nested", "deeper", "slices", "lengths", "two_ways"]
PRIMITIVES = {"Enter", "Switch", "Merge", "Missing", "StackV2", "TensorListGetItem"}


def check_nodes(definition):
    """All nodes are of TensorFlow's ops with just its attributes, and read what is there."""
    outputs = {node.name: node for node in definition.node}
    for node in definition.node:
        known = attributes_of(node.op)
        assert known is not None, node.op
        needed = {name for name, row in known.items() if len(row) == 1}
        said = {name for name in node.attr if not name.startswith("_")}
        assert needed <= said <= known.keys(), (node.op, node.name)
        for text in node.input:
            assert text.lstrip("^").partition(":")[0] in outputs, (node.name, text)


@pytest.mark.parametrize("model", MODELS)
def test_models(model):
    tf.set_random_seed(7)
    feeds = getattr(record_graphs, model)(tf, np.random.RandomState(0))
    init = tf.global_variables_initializer().name
    graph = tf.get_default_graph()
    definition = tf.graph_util.to_tensorflow(graph)
    check_nodes(definition)
    names = {node.name for node in definition.node}
    train = ["train"] if "train" in names else []
    results = [f"{name}:0" for name in ("y", "loss", "grown") if name in names]
    with tf.Graph().as_default() as again:
        tf.import_graph_def(definition, name="")
    found = []
    for one in (graph, again):
        with tf.Session(graph=one) as session:
            session.run(init)
            found.append([session.run(results + train, feeds) for _ in range(3)])
    for mine, theirs in zip(*found):
        for a, b in zip(mine[: len(results)], theirs):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert not train or found[0][0][1] > found[0][2][1]


@pytest.mark.parametrize("name", nested_loops.CASES)
def test_loops_in_loops(name):
    feeds = nested_loops.CASES[name](tf)
    init = tf.global_variables_initializer().name
    graph = tf.get_default_graph()
    names = [f"{op.name}:0" for op in graph.get_operations() if op.name == "y" or op.name.startswith("out_")]
    definition = tf.graph_util.to_tensorflow(graph)
    check_nodes(definition)
    with tf.Session() as session:
        session.run(init)
        expected = session.run(names, feeds)
    with tf.Graph().as_default() as again, tf.Session() as session:
        tf.import_graph_def(definition, name="")
        if not name.startswith("growing_array"):  # others' slices are slices again
            assert not PRIMITIVES & {op.type for op in again.get_operations()}
        session.run(init)
        for mine, theirs in zip(session.run(names, feeds), expected):
            np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("type, function, arrays, options", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_ops(type, function, arrays, options):
    given = [np.asarray(a) for a in arrays]
    given = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in given]
    inputs = [tf.placeholder(a.dtype, a.shape) for a in given]
    outputs = nest.flatten(function(*inputs))
    floats = [t for t in outputs if t.dtype.is_floating]
    if options.get("grads", True) and floats:
        outputs += [g for g in tf.gradients(floats, inputs[0]) if isinstance(g, tf.Tensor)]
    graph = tf.get_default_graph()
    definition = tf.graph_util.to_tensorflow(graph)
    check_nodes(definition)
    names, feeds = [t.name for t in outputs], {t.name: a for t, a in zip(inputs, given)}
    with tf.Session() as session:
        expected = session.run(names, feeds)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(definition, name="")
        for mine, theirs in zip(session.run(names, feeds), expected):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_entropies_along_the_last_of_many_axes():
    """TensorFlow's op takes rows."""
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    labels, random = tf.constant([[0, 1, 2], [3, 2, 1]]), np.random.RandomState(0)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)
    names = [losses.name, tf.gradients(losses, x)[0].name]
    definition = x.graph.as_graph_def(add_shapes=True)
    check_nodes(definition)
    [entropies] = [node for node in definition.node if node.op == "SparseSoftmaxCrossEntropyWithLogits"]
    assert [len(shape.dim) for shape in entropies.attr["_output_shapes"].list.shape] == [1, 2]
    feeds, found = {"x:0": random.randn(2, 3, 4)}, []
    with tf.Graph().as_default() as again:
        tf.import_graph_def(definition, name="")
    for graph in (x.graph, again):
        with tf.Session(graph=graph) as session:
            found.append(session.run(names, feeds))
    for mine, theirs in zip(*found):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_updates_wait_for_what_others_take():
    w, v = tf.Variable([1.0, 2.0], name="w"), tf.Variable([3.0, 4.0], name="v")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.tanh(w * v)))
    nodes = {node.name: node for node in tf.graph_util.to_tensorflow(w.graph).node}
    updates = [node for node in nodes.values() if node.op == "ApplyGradientDescent"]
    slopes = {node.input[2] for node in updates}
    assert len(updates) == 2 and train.name in nodes
    for node in updates:
        assert slopes <= {text.lstrip("^") for text in node.input}


def test_uninitialized_names():
    v, w = tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w")
    names = tf.report_uninitialized_variables([v, w]).name
    definition = tf.graph_util.to_tensorflow(v.graph)
    check_nodes(definition)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(definition, name="")
        assert session.run(names).tolist() == [b"v", b"w"]
        session.run("v/Assign")
        assert session.run(names).tolist() == [b"w"]


@pytest.mark.parametrize("in_loop", [False, True])
def test_what_is_gathered_twice_has_the_sum_as_gradient(in_loop):
    x = tf.placeholder(tf.float32, [3], name="x")

    def gathered(scale):
        array = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x * scale)
        return tf.reduce_sum(array.gather([0, 2, 2, 1, 0, 2]) * [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])

    step = lambda i, s: (i + 1, s + gathered(tf.to_float(i)))  # noqa: E731
    y = tf.while_loop(lambda i, s: i < 3, step, [0, 0.0])[1] if in_loop else gathered(1.0)
    tf.identity(tf.gradients(y, x)[0], name="slope")
    definition = tf.graph_util.to_tensorflow(tf.get_default_graph())
    check_nodes(definition)
    expected = np.array([6.0, 4.0, 11.0]) * (3.0 if in_loop else 1.0)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run("slope:0", {"x:0": [1, 2, 3]}), expected)
    [slope] = tf.import_graph_def(definition, return_elements=["slope:0"], name="again")
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(slope, {"again/x:0": [1, 2, 3]}), expected)


def test_a_graph_that_only_minitf_reads_says_so():
    texts = tf.placeholder(tf.string, [None], name="x")
    tf.parse_example(texts, {"a": tf.FixedLenFeature([], tf.float32)}, name="y")
    graph = tf.get_default_graph()
    with pytest.warns(UserWarning, match="TensorFlow has no ops like ParseExample 'y/"):
        again = graph.as_graph_def()
    with fails(ValueError, "TensorFlow has no ops like ParseExample 'y/"):
        tf.graph_util.to_tensorflow(graph)
    assert {op.name for op in graph.get_operations()} == {node.name for node in again.node}
