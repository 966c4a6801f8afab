import re
import shutil
import subprocess
import sys

import graphviz
import pytest

import minitf as tf
from minitf.ops.control.cond import cond
from minitf.ops.control.while_loop import while_loop
from minitf.viz import to_dot
from minitf.viz.drawing import DotNotFoundError


def nested():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with tf.name_scope("layer"), tf.name_scope("inner"):
        y = x * 2.0 + tf.constant([1.0, 2.0, 3.0])
    with tf.control_dependencies([x]):
        return tf.identity(y, name="out")


def node(source, name):
    """The attributes of a node as written."""
    return re.search(rf'^\s*"?{re.escape(name)}"? \[(.*)\]$', source, re.M).group(1)


def edges(source, start, end):
    """The attributes of all edges from one node to another."""
    return re.findall(rf'^\s*"?{re.escape(start)}"? -> "?{re.escape(end)}"? ?(.*)$', source, re.M)


def clusters(source):
    """The clusters, each with the clusters around it: `a/b` is b inside a."""
    found, stack = [], []
    for line in source.splitlines():
        if match := re.match(r'\s*subgraph "?cluster ([^"{]*)"? {', line):
            stack.append(match.group(1).strip())
            found.append(" > ".join(stack))
        elif line.strip() == "}" and stack:
            stack.pop()
    return found


def test_name_scopes_are_nested_clusters():
    nested()
    assert {"layer", "layer > layer/inner"} <= set(clusters(to_dot().source))


def test_default_graph_and_given_graph_are_drawn_alike():
    nested()
    assert to_dot().source == to_dot(tf.get_default_graph()).source


def test_edges_carry_types_and_shapes():
    nested()
    source = to_dot().source
    assert edges(source, "x", "layer/inner/mul") == ['[label="float32 (?, 3)"]']
    assert edges(source, "layer/inner/Const", "layer/inner/add") == ['[label="float32 (3,)"]']


def test_control_edges_are_dashed():
    nested()
    (attributes,) = edges(to_dot().source, "x", "out")
    assert "dashed" in attributes and "label" not in attributes


def test_kinds_differ_in_shape_and_colour():
    nested()
    tf.Variable(tf.zeros([2]), name="v")
    source = to_dot().source
    looks = [
        (re.search(r"shape=(\w+)", node(source, n)).group(1), re.search(r'fillcolor="(.*?)"', node(source, n)).group(1))
        for n in ("x", "v", "layer/inner/Const", "layer/inner/mul")
    ]
    assert len({shape for shape, _ in looks}) == len({colour for _, colour in looks}) == 4


def test_small_constants_show_their_value():
    nested()
    tf.constant("a \\ long text that goes on and on and on", name="text")
    tf.constant([[1.0]] * 9, name="matrix")
    source = to_dot().source
    assert r"[1., 2., 3.]" in node(source, "layer/inner/Const")
    assert "..." in node(source, "text") and r"\\" in node(source, "text")
    assert "float32 (9, 1)" in node(source, "matrix")


def test_a_variable_is_one_node_unless_unfolded():
    v = tf.Variable(tf.zeros([2]), name="v")
    tf.identity(v + 1.0)
    source, unfolded = to_dot().source, to_dot(fold_variables=False).source
    assert edges(source, "v", "add") == ['[label="float32 (2,)"]'] and edges(source, "zeros", "v")
    assert "v/read" not in source and "v/Assign" not in source
    assert edges(unfolded, "v/read", "add") and edges(unfolded, "zeros", "v/Assign")


def test_ops_that_change_a_variable_stand_out():
    v = tf.Variable(0.0, name="v")
    v.assign_add(1.0, name="more")
    source = to_dot().source
    assert (
        re.search(r'fillcolor="(.*?)"', node(source, "more"))[1]
        != re.search(r'fillcolor="(.*?)"', node(source, "v"))[1]
    )
    assert "changes a variable" in source


def test_outputs_are_numbered_where_there_are_several():
    a, b = tf.split(tf.placeholder(tf.float32, [2, 4], name="x"), 2, axis=1)
    tf.identity(b, name="second")
    assert edges(to_dot().source, "split", "second") == ['[label=":1 float32 (2, 2)"]']


@pytest.mark.parametrize("how", [{"depth": 0}, {"collapse": ["layer"]}, {"collapse": ("layer/",)}])
def test_collapsed_scope_is_one_node_with_joined_edges(how):
    y = nested()
    with tf.name_scope("layer/"):
        tf.add(y, y, name="twice")
    source = to_dot(**how, legend=False).source
    assert not clusters(source)
    assert "layer\\n5 ops" in node(source, "scope layer") and "folder" in node(source, "scope layer")
    assert edges(source, "out", "scope layer") == ['[label="2 tensors" penwidth=2]']
    assert edges(source, "scope layer", "out") == ['[label="float32 (?, 3)"]']


def test_depth_keeps_outer_scopes():
    nested()
    assert clusters(to_dot(depth=1, legend=False).source) == ["layer"]


def test_a_loop_shows_its_body_and_condition():
    x = tf.placeholder(tf.float32, [3], name="x")
    w = tf.constant([2.0] * 9, shape=[3, 3], name="w")
    while_loop(lambda i, acc: i < 5, lambda i, acc: (i + 1, acc * w[0]), [0, x])
    source = to_dot().source
    inside = clusters(source)
    assert "while > while/Loop body" in inside and "while > while/Loop condition" in inside
    assert "box3d" in node(source, "while/Loop")
    (start,) = [n for n in re.findall(r'x -> "(.*?)"', source) if edges(source, "while/mul", n)]
    assert "acc" in node(source, start) and "next" in edges(source, "while/mul", start)[0]
    assert "condition bool" in edges(source, "while/Less", "while/Loop")[0]


def test_a_branch_shows_both_sides_and_the_predicate():
    x = tf.placeholder(tf.float32, [], name="x")
    cond(x > 0.0, lambda: x + 1.0, lambda: x * 2.0)
    source = to_dot().source
    assert {"cond > cond then_branch", "cond > cond else_branch"} <= set(clusters(source))
    assert edges(source, "Greater", "cond") == ['[label="bool ()"]']
    assert "if true" in edges(source, "cond/add", "cond")[0] and "if false" in edges(source, "cond/mul", "cond")[0]


def test_an_optimizers_slots_are_part_of_their_variable():
    w = tf.get_variable("w", [2])
    tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w), name="train")
    source = to_dot(collapse=["gradients", "train"]).source
    assert "w/Adam" not in source and "kept between runs" in source


@pytest.mark.parametrize("how", [{}, {"depth": 10**6}, {"collapse": ["other"]}, {"lowered": True}])
def test_scopes_as_deep_as_you_like(how):
    depth = 2 * sys.getrecursionlimit()
    with tf.name_scope("/".join("s" * depth)):
        tf.add(tf.constant(1.0), 2.0, name="inside")
    source = to_dot(legend=False, **how).source
    assert source.count("subgraph") == depth == source.count("}") - 1
    tf.get_default_graph().as_graph_def()


def test_a_collapsed_scope_counts_what_is_deep_inside():
    with tf.name_scope("/".join("s" * 2000)):
        tf.add(tf.constant(1.0), 2.0)
    assert "3 ops" in to_dot(depth=0, legend=False).source


def test_legend_explains_only_what_is_drawn():
    nested()
    assert "placeholder: fed" in to_dot().source and "kept between runs" not in to_dot().source
    assert "placeholder: fed" not in to_dot(legend=False).source


def test_an_empty_graph_can_be_drawn():
    assert isinstance(to_dot(tf.Graph()), graphviz.Digraph)


def test_without_dot_text_works_and_rendering_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    nested()
    drawing = to_dot()
    drawing.save(tmp_path / "graph.dot")
    assert "digraph" in (tmp_path / "graph.dot").read_text()
    for draw in (lambda: drawing.render(tmp_path / "graph"), lambda: drawing.pipe(format="svg")):
        with pytest.raises(DotNotFoundError, match="apt install graphviz"):
            draw()


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's dot program")
def test_dot_accepts_what_is_written():
    x = nested()
    while_loop(lambda i, acc: i < 5, lambda i, acc: (i + 1, acc * 2.0), [0, x])
    cond(tf.constant(True), lambda: x + 1.0, lambda: x * 2.0)
    assert b"<svg" in to_dot().pipe(format="svg")


def test_importing_viz_imports_no_graphviz():
    code = "import sys, minitf.viz; assert 'graphviz' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_queues_are_what_lies_between_runs():
    queue = tf.FIFOQueue(3, tf.float32, name="inputs")
    queue.enqueue(1.0, name="add")
    source = to_dot().source
    assert "shape=cylinder" in node(source, "inputs") and "FIFOQueueV2" in node(source, "inputs")
    assert edges(source, "inputs", "add") == ["[label=queue]"]
    assert "what one run leaves for another" in source


def test_a_resource_variable_is_one_node_with_its_reads():
    with tf.variable_scope("net", use_resource=True):
        y = tf.layers.dense(tf.placeholder(tf.float32, [2, 3], name="x"), 2, name="d")
        tf.train.AdamOptimizer().minimize(tf.reduce_sum(y))
    source = str(tf.viz.to_dot(tf.get_default_graph()))
    assert "ReadVariableOp" not in source and "VarIsInitializedOp" not in source and '"net/d/kernel"' in source
