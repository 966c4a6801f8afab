"""Meta graphs hold a graph twice: as TensorFlow runs it, and as minitf does."""

import zlib
from pathlib import Path

import numpy as np
import pytest

import minitf as tf
from minitf.graphs import own_form
from minitf.graphs.spelling import attributes_of


def build():
    x = tf.placeholder(tf.float32, [None, 4, 2], "x")
    words = tf.constant(np.arange(2000, dtype=np.float32).reshape(1000, 2) / 2000, name="words")
    y, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x + words[7], dtype=tf.float32)
    kind = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.constant("more"), lambda: tf.constant("less"))
    tf.identity(kind, name="kind")
    loss = tf.reduce_mean(tf.square(y), name="loss")
    tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
    return {"x:0": np.random.RandomState(0).standard_normal((5, 4, 2))}


def types():
    return [op.type for op in tf.get_default_graph().get_operations()]


def losses(path, feeds):
    with tf.Session() as session:
        tf.train.Saver().restore(session, path)
        return [session.run(["loss:0", "train"], feeds)[0] for _ in range(3)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """(what is fed, the path of a checkpoint, the ops there were, the losses that follow)."""
    with tf.Graph().as_default():
        feeds = build()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            path = tf.train.Saver().save(session, tmp_path_factory.mktemp("saved") / "m")
        return feeds, path, types(), losses(path, feeds)


def read(path):
    return tf.MetaGraphDef.FromString(Path(f"{path}.meta").read_bytes())


def test_a_graph_beside_a_checkpoint_is_tensorflows(saved):
    nodes = read(saved[1]).graph_def.node
    assert {"Enter", "Merge", "TensorArrayV3"} <= {node.op for node in nodes}
    for node in nodes:
        assert attributes_of(node.op) is not None, node.op
        if node.op == "TensorArrayV3":
            shapes = node.attr["_output_shapes"].list.shape
            assert [[d.size for d in s.dim] for s in shapes] == [[2], []]


def test_it_is_read_as_it_was_made(saved):
    feeds, path, made, expected = saved
    tf.train.import_meta_graph(f"{path}.meta")
    assert types() == made and made.count("Loop") == 2
    assert losses(path, feeds) == expected


def changed(meta):
    meta.graph_def.node.add(name="more", op="NoOp")


def replaced(content):
    def damage(meta):
        meta.meta_info_def.any_info.value = own_form._digest(meta.graph_def) + content

    return damage


DAMAGES = {
    "another graph": changed,
    "nothing": lambda meta: meta.meta_info_def.ClearField("any_info"),
    "no digest": lambda meta: setattr(meta.meta_info_def.any_info, "value", b""),
    "no zlib": replaced(b"abc"),
    "cut off": replaced(zlib.compress(bytes(1000))[:-6]),
    "no message": replaced(zlib.compress(b"\xff" * 1000)),
    "larger than it can be": replaced(zlib.compress(bytes(1 << 24))),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_otherwise_tensorflows_form_is_read(saved, damage, monkeypatch):
    feeds, path, made, expected = saved
    meta = read(path)
    damage(meta)
    tf.train.import_meta_graph(meta)
    assert types() != made and types().count("Loop") == 2
    np.testing.assert_allclose(losses(path, feeds), expected, rtol=1e-5)


def test_large_constants_are_there_once(saved):
    meta = read(saved[1])
    beside = zlib.decompress(meta.meta_info_def.any_info.value[own_form._DIGEST :])
    [words] = [n for n in meta.graph_def.node if n.name == "words"]
    assert words.attr["value"].ByteSize() > 8000
    [words] = [n for n in tf.GraphDef.FromString(beside).node if n.name == "words"]
    assert "value" not in words.attr
    tf.import_graph_def(own_form.read(meta), name="")
    with tf.Session() as session:
        assert session.run("words:0").max() == np.float32(1999 / 2000)


def test_an_unchanged_graph_is_not_made_again(monkeypatch):
    build()
    first, calls = tf.train.export_meta_graph(), []
    made = own_form._made
    monkeypatch.setattr(own_form, "_made", lambda graph: calls.append(graph) or made(graph))
    assert tf.train.export_meta_graph() == first and not calls
    tf.no_op("more")
    found = tf.train.export_meta_graph()
    assert len(calls) == 1 and [n.name for n in found.graph_def.node if n.name == "more"]


def test_ops_that_tensorflow_lacks_stay():
    steps = tf.zeros([2, 1, 1], tf.int32)
    tf.contrib.seq2seq.gather_tree(steps, steps, [2], 1)
    found = tf.train.export_meta_graph()
    assert "GatherTree" in {node.op for node in found.graph_def.node}
    assert not found.meta_info_def.any_info.value
