"""Parts of GraphDefs and frozen GraphDefs, as TensorFlow 1.15 makes them."""

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.graphs.spelling import attributes_of


@pytest.fixture
def session():
    """A session of a small model with a loop, its variables initialized."""
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=[[1.0, 2.0], [3.0, 4.0]])
    y = tf.identity(tf.matmul(x, w, name="m"), name="y")
    tf.identity(y, name="z")
    rnn, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x[None], dtype=tf.float32)
    steps = tf.while_loop(lambda i, unused, t: i < 3, lambda i, u, t: (i + 1, u, t * w), [0, x, rnn[0, :2, :2]])
    tf.identity(steps[2], name="deep")
    tf.cond(tf.reduce_sum(y) > 0, lambda: y * w[0], lambda: -y, name="way")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        yield session


def names(definition):
    return [node.name for node in definition.node]


def test_frozen(session):
    definition = session.graph.as_graph_def()
    frozen = tf.graph_util.convert_variables_to_constants(session, definition, ["y"])
    assert [(n.name, n.op, list(n.input), sorted(n.attr)) for n in frozen.node] == [
        ("x", "Placeholder", [], ["dtype", "shape"]),
        ("w", "Const", [], ["dtype", "value"]),
        ("w/read", "Identity", ["w"], ["T", "_class"]),
        ("m", "MatMul", ["x", "w/read"], ["T", "transpose_a", "transpose_b"]),
        ("y", "Identity", ["m"], ["T"]),
    ]
    np.testing.assert_array_equal(tf.make_ndarray(frozen.node[1].attr["value"].tensor), [[1, 2], [3, 4]])


@pytest.mark.parametrize("name", ["y", "deep", "way/Merge"])
def test_frozen_graphs_give_the_same(session, name):
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    expected = session.run(f"{name}:0", {"x:0": x})
    frozen = tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), [name])
    assert not {"VariableV2", "Assign"} & {node.op for node in frozen.node}
    with tf.Graph().as_default(), tf.Session() as other:
        [y] = tf.import_graph_def(frozen, return_elements=[f"{name}:0"])
        np.testing.assert_array_equal(other.run(y, {"import/x:0": x}), expected)


def test_what_is_written_is_tensorflows(session):
    """Loops and branches too, and what is left of a graph."""
    whole = session.graph.as_graph_def(add_shapes=True)
    frozen = tf.graph_util.convert_variables_to_constants(session, whole, ["deep", "way/Merge"])
    for definition in (whole, frozen, tf.graph_util.remove_training_nodes(frozen, ["deep", "way/Merge"])):
        known = {node.op: attributes_of(node.op) for node in definition.node}
        assert {"Enter", "Merge", "TensorArrayV3"} <= known.keys() and None not in known.values()
        for node in definition.node:
            assert {name for name in node.attr if not name.startswith("_")} <= known[node.op].keys()


def test_only_what_was_made_later():
    x = tf.placeholder(tf.float32, [3], name="x")
    first = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1]
    last = first.op.id
    y = tf.map_fn(lambda v: v * 2.0, first, name="later")
    names_ = names(x.graph.as_graph_def(from_version=last))
    assert names_ and all(name.startswith("later") for name in names_) and y.op.name in names_


@pytest.mark.parametrize("options", [{"variable_names_whitelist": ["v"]}, {"variable_names_blacklist": ["w"]}])
def test_some_stay_variables(session, options):
    definition = session.graph.as_graph_def()
    frozen = tf.graph_util.convert_variables_to_constants(session, definition, ["y"], **options)
    assert [node.op for node in frozen.node if node.name == "w"] == ["VariableV2"]


def test_parts(session):
    definition = session.graph.as_graph_def()
    assert names(tf.graph_util.extract_sub_graph(definition, ["m"])) == ["x", "w", "w/read", "m"]
    with fails(AssertionError, "q is not in graph"):
        tf.graph_util.extract_sub_graph(definition, ["q"])
    with fails(TypeError, "dest_nodes must be a list"):
        tf.graph_util.extract_sub_graph(definition, "m")
    with fails(TypeError, "must be a graph_pb2.GraphDef"):
        tf.graph_util.extract_sub_graph(3, ["m"])


@pytest.mark.parametrize("protected, left", [(None, ["x", "w", "m"]), (["z"], ["x", "w", "m", "z"])])
def test_without_training_nodes(protected, left):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=[[1.0, 2.0], [3.0, 4.0]])
    y = tf.check_numerics(tf.identity(tf.matmul(x, w, name="m"), name="y"), "bad", name="n")
    tf.identity(y, name="z")
    found = tf.graph_util.remove_training_nodes(tf.get_default_graph().as_graph_def(), protected)
    assert [name for name in names(found) if not name.startswith("w/")] == left
    assert [list(node.input) for node in found.node if node.name == "m"] == [["x", "w"]]
    with tf.Graph().as_default(), tf.Session() as session:
        m, init = tf.import_graph_def(found, return_elements=["m:0", "w/Assign"])
        session.run(init)
        np.testing.assert_array_equal(session.run(m, {"import/x:0": [[1, 1]]}), [[4, 6]])


def test_identities_that_are_waited_for_stay():
    a = tf.identity(tf.constant(1.0, name="c"), name="a")
    with tf.control_dependencies([a]):
        tf.no_op(name="after")
    found = tf.graph_util.remove_training_nodes(tf.get_default_graph().as_graph_def())
    assert names(found) == ["c", "a", "after"]


def test_bodies_stay_whole(session):
    found = tf.graph_util.remove_training_nodes(session.graph.as_graph_def(), ["deep", "init"])
    with tf.Graph().as_default(), tf.Session() as other:
        deep, init = tf.import_graph_def(found, return_elements=["deep:0", "init"])
        other.run(init)
        assert other.run(deep, {"import/x:0": np.ones([2, 2])}).shape == (2, 2)


@pytest.mark.parametrize("as_text", [False, True])
def test_files(session, tmp_path, as_text):
    path = tf.train.write_graph(session.graph, str(tmp_path), "graph.pb", as_text=as_text)
    definition = tf.GraphDef()
    with open(path, "rb") as file:
        if as_text:
            from google.protobuf import text_format

            text_format.Merge(file.read(), definition)
        else:
            definition.ParseFromString(file.read())
    assert definition == session.graph.as_graph_def()


def test_nodes_and_attributes_of_ops():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.matmul(x, tf.constant([[1.0], [2.0]], name="c"), transpose_b=False, name="y").op
    image = tf.nn.conv2d(tf.ones([1, 2, 2, 1]), tf.ones([1, 1, 1, 1]), [1, 1, 1, 1], "SAME").op
    assert y.node_def == y.graph.as_graph_def().node[2] and y.node_def.name == "y"
    assert y.get_attr("T") is tf.float32 and y.get_attr("transpose_a") is False
    assert [dim.size for dim in x.op.get_attr("shape").dim] == [-1, 2]
    assert tf.make_ndarray(y.inputs[1].op.get_attr("value")).tolist() == [[1], [2]]
    assert image.get_attr("padding") == b"SAME" and image.get_attr("strides") == [1, 1, 1, 1]
    assert tf.cast(x, tf.int32).op.get_attr("Truncate") is False  # TensorFlow's default
    with fails(ValueError, "Operation 'y' has no attr named 'z'"):
        y.get_attr("z")


def test_what_gpus_have_no_kernels_of():
    """As TensorFlow 1.15 says of NodeDefs and ops."""
    run = tf.graph_util.must_run_on_cpu
    asked = [tf.constant(x).op for x in ("a", 1, 1.0)]
    asked += [op.node_def for op in asked] + [tf.NodeDef(name="n", op=op) for op in ("DecodeJpeg", "DynamicStitch")]
    assert [run(each) for each in asked] == [True, True, False, True, True, False, False, False]
    variable = tf.Variable(1.0).op
    assert not run(variable) and run(variable, pin_variables_on_cpu=True)
    assert run(tf.dynamic_stitch([[0]], [[1]]).op) and not run(tf.dynamic_stitch([[0]], [[1.0]]).op)


def test_shapes_by_names():
    graph = tf.placeholder(tf.float32, [2, None], name="x").graph
    for name in ("x", "x:0"):
        assert tf.graph_util.tensor_shape_from_node_def_name(graph, name).as_list() == [2, None]
    with fails(KeyError, "nix:0"):
        tf.graph_util.tensor_shape_from_node_def_name(graph, "nix")
