"""Op types that are others under a second name, which stays what it is in graphs that are read and written."""

import numpy as np
import pytest

import minitf as tf

X = np.array([[1.5, -2.0], [0.5, 3.0]], np.float32)
WHOLE = np.array([[7, -2], [5, 3]], np.int32)
CASES = [("AddV2", "Add", X), ("BatchMatMulV2", "BatchMatMul", X[None]), ("Inv", "Reciprocal", X)]
CASES.append(("Mod", "TruncateMod", WHOLE))


def nodes(type, value):
    """A graph of one op of a type, y, of inputs x and z."""
    number = tf.as_dtype(value.dtype).as_datatype_enum
    with tf.Graph().as_default() as graph:
        inputs = [tf.placeholder(value.dtype, value.shape, name=name) for name in ("x", "z")]
        count = 1 if type in ("Inv", "Reciprocal") else 2
        attrs = {"T": tf.AttrValue(type=number)}
        graph.create_op(type, inputs[:count], [value.dtype], name="y", attrs=attrs)
    return graph.as_graph_def()


@pytest.mark.parametrize("executor", ["", "op_by_op"])
@pytest.mark.parametrize("type, like, value", CASES)
def test_what_they_give_and_their_gradients(type, like, value, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    found = []
    for name in (type, like):
        with tf.Graph().as_default(), tf.Session() as session:
            y, x = tf.import_graph_def(nodes(name, value), return_elements=["y:0", "x:0"], name="")
            fetches = [y, *(tf.gradients(y, x) if y.dtype.is_floating else [])]
            found.append(session.run(fetches, {"x:0": value, "z:0": value + 1}))
    for first, second in zip(*found, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("type, like, value", CASES)
def test_they_stay_what_they_are(type, like, value):
    definition = nodes(type, value)
    [op] = tf.import_graph_def(definition, return_elements=["y"], name="")
    assert op.type == op.node_def.op == type
    for written in (op.graph.as_graph_def(), tf.graph_util.to_tensorflow(op.graph)):
        assert [node.op for node in written.node if node.name == "y"] == [type]
        [node] = [node for node in definition.node if node.name == "y"]
        assert [other for other in written.node if other.name == "y"] == [node]


def test_constants_are_folded_alike():
    a = tf.constant(WHOLE[0])
    attrs = {"T": tf.AttrValue(type=3)}
    size = tf.get_default_graph().create_op("AddV2", [a, a], [tf.int32], attrs=attrs).outputs[0]
    assert tf.fill(tf.abs(size), 1).shape.as_list() == tf.fill(tf.abs(a + a), 1).shape.as_list() == [14, 4]
