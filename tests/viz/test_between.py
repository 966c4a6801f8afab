import pytest

import minitf as tf
from minitf.viz import to_dot
from minitf.viz.between import ops_between


def names(graph, starts, ends):
    return {op.name for op in ops_between(graph, (starts, ends))}


def test_only_what_is_on_a_path():
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.multiply(tf.sin(x, name="s"), tf.placeholder(tf.float32, [], name="other"), name="y")
    tf.exp(x, name="aside")
    graph = tf.get_default_graph()
    assert names(graph, x, y) == names(graph, "x", ["y:0"]) == {"x", "s", "y"}
    source = to_dot(between=(x, y), legend=False).source
    assert "aside" not in source and "other" not in source


def test_through_control_dependencies_variables_and_loops():
    v = tf.Variable(1.0, name="v")
    total = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * v), [0, 1.0], name="loop")[1]
    with tf.control_dependencies([total]):
        last = tf.no_op(name="last")
    graph = tf.get_default_graph()
    inside = total.op.inputs[0].op if total.op.type != "Loop" else total.op
    found = ops_between(graph, (v, last))
    assert {"v", "v/read", "last"} <= {op.name for op in found} and inside in found
    loop = next(op for op in graph.ops if op.type == "Loop")
    inner = loop.attrs["loop"].body.ops[-1]
    assert loop in ops_between(graph, (inner, last))


def test_without_a_path_it_says_so():
    x, y = tf.placeholder(tf.float32, name="x"), tf.placeholder(tf.float32, name="y")
    with pytest.raises(ValueError, match="no path leads from 'y' to 'x'"):
        to_dot(between=(y, x))


def test_a_scope_that_is_not_there():
    with tf.name_scope("layer"):
        tf.exp(tf.placeholder(tf.float32))
    with pytest.raises(ValueError, match="no name scope 'layr'; the nearest are layer"):
        to_dot(focus="layr")


@pytest.mark.parametrize("ends", ["x", ("x",), 3, ("x", "y", "z")])
def test_what_is_no_pair(ends):
    with pytest.raises(ValueError, match="between is a pair such as"):
        to_dot(between=ends)
