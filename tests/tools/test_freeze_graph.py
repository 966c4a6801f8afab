"""freeze_graph: files in, a graph of constants out."""

import sys

import pytest

import minitf as tf
from minitf.tools import freeze_graph as tool


@pytest.fixture
def saved(tmp_path):
    """The folder of a graph as text and binary, its `.meta`, a checkpoint, a saver and a saved model."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None], name="x")
        with tf.device("/cpu:0"):
            v = tf.Variable(2.0, name="v")
        w = tf.Variable(5.0, name="w")
        y = tf.add(x * v, w, name="y")
        saver = tf.train.Saver()
        with tf.Session() as sess:
            sess.run([v.initializer, w.initializer])
            saver.save(sess, str(tmp_path / "model.ckpt"))
            tf.saved_model.simple_save(sess, str(tmp_path / "model"), {"x": x}, {"y": y})
        tf.train.write_graph(graph, str(tmp_path), "graph.pbtxt")
        tf.train.write_graph(graph, str(tmp_path), "graph.pb", as_text=False)
        (tmp_path / "saver.pb").write_bytes(saver.as_saver_def().message().SerializeToString())
    return tmp_path


def run(frozen):
    with tf.Graph().as_default():
        [y] = tf.import_graph_def(frozen, return_elements=["y:0"], name="")
        assert not [op for op in y.graph.get_operations() if op.type == "VariableV2" or op.device]
        return tf.Session().run(y, {"x:0": [1.0, 10.0]}).tolist()


@pytest.mark.parametrize("file", ["graph.pbtxt", "graph.pb"])
@pytest.mark.parametrize("saver", ["", "saver.pb"])
def test_graph_and_checkpoint(saved, file, saver):
    out, checkpoint = saved / "frozen.pb", str(saved / "model.ckpt")
    made = tool.freeze_graph(
        str(saved / file), saver and str(saved / saver), False, checkpoint, "y", "", "", str(out), True, ""
    )
    assert run(made) == run(tf.GraphDef.FromString(out.read_bytes())) == [7.0, 25.0]


def test_meta_graph_and_saved_model(saved):
    made = tool.freeze_graph(
        "",
        "",
        True,
        str(saved / "model.ckpt"),
        "y",
        "",
        "",
        "",
        True,
        "",
        input_meta_graph=str(saved / "model.ckpt.meta"),
    )
    assert run(made) == [7.0, 25.0]
    made = tool.freeze_graph("", "", True, "", "y", "", "", "", True, "", input_saved_model_dir=str(saved / "model"))
    assert run(made) == [7.0, 25.0]


def test_which_variables(saved):
    made = tool.freeze_graph(
        str(saved / "graph.pb"),
        "",
        True,
        str(saved / "model.ckpt"),
        "y",
        "",
        "",
        "",
        False,
        "v/Assign",
        variable_names_blacklist="w",
    )
    assert {n.name: (n.op, n.device) for n in made.node if n.name in "vw"} == {
        "v": ("Const", "/device:CPU:0"),
        "w": ("VariableV2", ""),
    }


def test_command_line(saved, monkeypatch):
    out = saved / "frozen.pb"
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "freeze_graph",
            f"--input_graph={saved / 'graph.pbtxt'}",
            f"--input_checkpoint={saved / 'model.ckpt'}",
            "--input_binary=false",
            f"--output_graph={out}",
            "--output_node_names=y",
        ],
    )
    tool.run_main()
    assert run(tf.GraphDef.FromString(out.read_bytes())) == [7.0, 25.0]


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (("/none", "", True, "/none", "y"), OSError, "/none does not exist"),
        (("", "", True, "/none", "y"), ValueError, "an input_graph, input_meta_graph or"),
        (("graph.pb", "", True, "/none", "y"), ValueError, "Input checkpoint '/none' doesn't exist"),
        (("graph.pb", "", True, "model.ckpt", ""), ValueError, "supply the name of a node"),
    ],
)
def test_errors(saved, arguments, error, message, monkeypatch):
    monkeypatch.chdir(saved)
    with pytest.raises(error, match=message):
        tool.freeze_graph(*arguments, "", "", "", True, "")
