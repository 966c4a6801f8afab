"""What Graphviz's own program makes of the drawings: boxes, edges, counts and the time it takes."""

import json
import resource
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import picture_networks as networks
import pytest
from campaigns import drawings
from random_graphs.build import Built

import minitf as tf
from minitf.viz import to_dot

pytestmark = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's dot program")

GRAPHS = {
    "static of 1,000 steps": lambda: networks.time_series("static", 1000),
    "three LSTMs": lambda: networks.time_series("static", 30, "lstm", 3),
    "two GRUs": lambda: networks.time_series("static", 20, "gru", 2),
    "dynamic": lambda: networks.time_series("dynamic", 20, "lstm", 2),
    "by hand": lambda: networks.by_hand(50),
    "deep": networks.deep,
    "mixed": networks.mixed,
    "wide": lambda: wide(3000),
}


def wide(number):
    graph = tf.Graph()
    with graph.as_default():
        tf.add_n(
            [[tf.sin, tf.cos, tf.exp][k * k % 3](tf.placeholder(tf.float32, [1 + k % 7])[0]) for k in range(number)]
        )
    return graph


def laid_out(drawing, kind="json0"):
    """What `dot` makes of a drawing, and the seconds of a processor that it took; it must not complain."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["dot", f"-T{kind}"], input=drawing.source.encode(), capture_output=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0 and not done.stderr, done.stderr[:2000]
    return done.stdout, after.ru_utime - before.ru_utime


def objects(drawing):
    return parsed(laid_out(drawing)[0])


def parsed(text):
    """The labels of the boxes and of the nodes, and the edges as pairs of labels with theirs."""
    found = json.loads(text)
    items = found.get("objects", [])
    boxes = [item["label"] for item in items if "nodes" in item or "subgraphs" in item]
    nodes = {item["_gvid"]: item["label"] for item in items if "nodes" not in item and "subgraphs" not in item}
    edges = [(nodes[e["tail"]], nodes[e["head"]], e.get("label", "")) for e in found.get("edges", [])]
    return boxes, list(nodes.values()), edges


@pytest.mark.parametrize("name", GRAPHS)
def test_any_graph_is_drawn_small_and_soon(name):
    text, seconds = laid_out(to_dot(GRAPHS[name](), legend=False))
    assert 4 <= len(parsed(text)[1]) <= 150 and seconds < 4  # on a full machine, half of it alone


def test_an_unroll_is_drawn_as_its_first_two_steps_a_gap_and_the_last():
    boxes, nodes, edges = objects(to_dot(networks.time_series("static", 20, train=False), legend=False))
    assert [b for b in boxes if b.startswith("step")] == ["step 0", "step 1", "step 19"]
    gap = "... 17 more ...\\nsteps 2 to 18"
    assert gap in nodes and sum(n.startswith("concat") for n in nodes) == 3 + 1  # and the zero state's
    chain = [(one, other) for one, other, label in edges if label == "float32 (?, 8)"]
    assert ("Tanh", "concat_1\\nConcatV2") in chain and ("Tanh_1", gap) in chain
    assert (gap, "concat_19\\nConcatV2") in chain
    assert ("unstack\\nUnpack", gap, "17 tensors") in edges


def test_without_folding_every_step_is_drawn():
    boxes, nodes, _ = objects(to_dot(networks.time_series("static", 7, train=False), legend=False, fold=False))
    assert not any("step" in b for b in boxes) and sum(n.startswith("Tanh") for n in nodes) == 7


def test_a_focus_is_drawn_with_what_it_touches():
    graph = networks.time_series("static", 20)
    boxes, nodes, _ = objects(to_dot(graph, legend=False, focus="rnn/basic_rnn_cell"))
    assert {"step 0", "step 19"} <= set(boxes) and "gradients" not in boxes
    assert any(n.startswith("gradients\\n") for n in nodes) and not any("beta1_power" in n for n in nodes)


def test_gradients_stand_beside_their_ops():
    drawing = to_dot(networks.time_series("static", 8), legend=False, gradients_beside=True)
    _, nodes, edges = objects(drawing)
    assert any("<TD>Tanh_1</TD>" in n and ">gradient<BR/>TanhGrad<" in n for n in nodes)
    tanh, matmul = (next(n for n in nodes if f"<TD>{name}</TD>" in n) for name in ("Tanh_1", "MatMul_1"))
    bias = next(n for n in nodes if "<TD>BiasAdd_1</TD>" in n)
    assert (matmul, bias, "float32 (?, 8)") in edges and (bias, tanh, "float32 (?, 8)") in edges
    assert drawing.source.count("dir=back") > 20


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"depth": 1},
        {"lowered": True},
        {"gradients_beside": True},
        {"collapse": ["gradients"]},
        {"fold_variables": False},
        {"between": ("x", "loss")},
        {"focus": "rnn"},
    ],
    ids=str,
)
@pytest.mark.parametrize("unroll", ["static", "dynamic"])
def test_every_way_of_drawing_is_laid_out_without_complaint(unroll, options):
    laid_out(to_dot(networks.time_series(unroll, 6), **options))


NAMES = {
    "quotes": 'a"b\'c""',
    "html": "<b>bold</b> &amp; &lt;",
    "lines": "one\ntwo\r\nthree\\n\\l",
    "long": "x" * 10_000,
    "control": "a\x00\x07\x1b[31m\x7f\ufffe",
    "surrogate": "a\ud800b",
    "unicode": "\u0394\u03b8 \u6f22\u5b57 \U0001f600 \u202eright to left",
    "dot": "a:b -> {c}; [d=e] # // \\",
    "backslash": "back\\",
    "entity": "&#169;&copy;",
}


@pytest.mark.parametrize("name", NAMES)
def test_any_text_is_drawn_as_it_is(name):
    text = NAMES[name]
    with tf.Graph().as_default() as graph:
        tf.identity(tf.constant(1.0), name="x")
        one, other = graph.get_operations()
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0], name="loop")
    one.name, other.name = text, f"{text}/{text}"
    svg, _ = laid_out(to_dot(graph, legend=False, heat={text: 1.0}, gradients_beside=True), "svg")
    shown = [e.text for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    if name in ("quotes", "html", "dot", "unicode", "entity", "backslash"):
        assert any(text.rpartition("/")[2].strip() in part.replace("\u00a0", " ") for part in shown)
    assert max(map(len, shown)) < 100


def test_equal_edges_are_one():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [2], name="x")
        tf.multiply(x, x, name="y")
    assert objects(to_dot(graph, legend=False))[2] == [("x\\nfloat32 (2,)", "y\\nMul", "2 x float32 (2,)")]


@pytest.mark.parametrize("seed", range(6))
def test_random_graphs(seed):
    """A part of `python -m tests.campaigns drawings`."""
    assert drawings.wrong(Built(seed).graph, drawings.WAYS[seed]) is None
