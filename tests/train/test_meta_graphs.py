"""Meta graphs: what one script trains and saves, another restores, goes on training, and uses."""

import os
from pathlib import Path

import numpy as np
import pytest
from helpers import fails

import minitf as tf

FEEDS = {"x:0": np.linspace(-1, 1, 30).reshape(2, 5, 3), "t:0": np.ones([2, 2])}


def model():
    """A recurrent network with a loop, a branch, an optimizer and collections."""
    x, t = tf.placeholder(tf.float32, [None, 5, 3], "x"), tf.placeholder(tf.float32, [None, 2], "t")
    cells = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4), tf.nn.rnn_cell.GRUCell(3)])
    outputs, _ = tf.nn.dynamic_rnn(cells, x, sequence_length=[5, 3], dtype=tf.float32)
    y = tf.layers.dense(outputs[:, -1], 2, name="dense")
    y = tf.cond(tf.reduce_sum(y) > 0, lambda: y * 2, lambda: y + 1.0, name="choice")
    loss = tf.reduce_mean(tf.square(y - t), name="loss")
    step = tf.train.get_or_create_global_step()
    train = tf.train.AdamOptimizer(0.01).minimize(loss, step, name="train")
    tf.summary.scalar("curve", loss)
    for key, value in [
        ("mine", loss),
        ("mine", train),
        ("text", "abc"),
        ("text", b"\xff"),
        ("count", 3),
        ("rate", 0.5),
        ("weights", tf.trainable_variables()[0]),
    ]:
        tf.add_to_collection(key, value)
    tf.Variable(1, name="here", trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    return loss, train


@pytest.fixture
def trained(tmp_path):
    """(path of a checkpoint, the loss at it and after one more step)."""
    tf.set_random_seed(1)
    loss, train = model()
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train, FEEDS)
        path = saver.save(session, tmp_path / "m", tf.train.get_global_step())
        losses = [session.run([loss, train], FEEDS)[0] for _ in range(3)]
    tf.reset_default_graph()
    return path, losses


@pytest.mark.parametrize("scope", [None, "again"])
def test_training_goes_on(trained, scope):
    path, losses = trained
    assert path.endswith("m-1") and os.path.exists(path + ".meta")
    saver = tf.train.import_meta_graph(path + ".meta", import_scope=scope)
    prefix = f"{scope}/" if scope else ""
    feeds = {prefix + name: value for name, value in FEEDS.items()}
    with tf.Session() as session:
        saver.restore(session, tf.train.latest_checkpoint(os.path.dirname(path)))
        [train] = tf.get_collection("train_op")
        assert [session.run([f"{prefix}loss:0", train], feeds)[0] for _ in range(3)] == losses
        again = saver.save(session, path + "again")
        assert again.endswith("m-1again") and session.run(f"{prefix}global_step:0") == 4
    keys = dict(tf.train.list_variables(path)).keys()
    assert dict(tf.train.list_variables(again)).keys() == keys  # the scope is no part of the names in files


def test_collections(trained):
    path, _ = trained
    tf.train.import_meta_graph(path + ".meta")
    graph = tf.get_default_graph()
    assert tf.get_collection("mine") == [graph.get_tensor_by_name("loss:0"), graph.get_operation_by_name("train")]
    assert tf.get_collection("text") == [b"abc", b"\xff"]  # texts come back as bytes, as in TensorFlow
    assert tf.get_collection("count") == [3] and tf.get_collection("rate") == [0.5]
    assert tf.get_collection("weights") == [tf.trainable_variables()[0]._ref()]
    assert [v.name for v in tf.local_variables()] == ["here:0"]
    assert tf.train.get_global_step() is tf.get_collection("global_step")[0]
    assert tf.train.get_global_step() in tf.global_variables()  # one object in all collections
    weights = tf.trainable_variables()
    assert len(weights) == 8 and all(v.trainable and v in tf.global_variables() for v in weights)
    assert not tf.train.get_global_step().trainable
    assert [t.name for t in tf.get_collection(tf.GraphKeys.SUMMARIES)] == ["curve:0"]
    with tf.Session() as session:
        session.run(tf.variables_initializer(tf.global_variables()))
        assert session.run(weights[0].initial_value).shape == weights[0].shape
    tf.train.AdamOptimizer(0.1).minimize(graph.get_tensor_by_name("loss:0"))  # through the loop and the branch
    with fails(ValueError, "already exists"):
        tf.train.get_or_create_global_step()
        tf.get_variable("v", [1]), tf.get_variable("v", [1])


def test_without_variables():
    tf.placeholder(tf.float32, [2], name="x")
    found = tf.train.export_meta_graph()
    with tf.Graph().as_default() as graph:
        assert tf.train.import_meta_graph(found) is None
        assert graph.get_tensor_by_name("x:0").shape == [2]


def test_without_a_saver():
    tf.Variable(1.0, name="v")
    found = tf.train.export_meta_graph()
    with tf.Graph().as_default():
        assert isinstance(tf.train.import_meta_graph(found), tf.train.Saver)


@pytest.mark.parametrize("as_text", [False, True])
def test_files(tmp_path, as_text):
    tf.Variable([1.0, 2.0], name="v")
    saver = tf.train.Saver()
    path = str(tmp_path / "graph.meta")
    found = saver.export_meta_graph(path, as_text=as_text)
    assert (b"node {" in (tmp_path / "graph.meta").read_bytes()) == as_text
    assert found.saver_def.restore_op_name == "save/restore_all" and os.listdir(tmp_path) == ["graph.meta"]
    assert [n.name for n in found.graph_def.node] == [op.name for op in tf.get_default_graph().get_operations()]
    with tf.Graph().as_default():
        assert tf.train.import_meta_graph(path).as_saver_def() == saver.as_saver_def()
        assert [v.name for v in tf.global_variables()] == ["v:0"]


def test_devices():
    with tf.device("/gpu:0"):
        tf.constant(1.0, name="a")
    found = tf.train.export_meta_graph()
    for clear, device in ((False, "/device:GPU:0"), (True, "")):
        with tf.Graph().as_default() as graph:
            tf.train.import_meta_graph(found, clear_devices=clear)
            assert graph.get_operation_by_name("a").device == device
    assert tf.train.export_meta_graph(clear_devices=True).graph_def.node[0].device == ""


def test_a_scope_of_a_graph():
    outside = tf.constant(2.0, name="outside")
    with tf.variable_scope("inside"):
        v = tf.get_variable("v", initializer=3.0)
        tf.map_fn(lambda e: e * v * outside, tf.constant([1.0, 2.0]), name="map")
    tf.get_variable("other", initializer=1.0)
    found = tf.train.export_meta_graph(export_scope="inside")
    assert {n.name for n in found.graph_def.node} >= {"v", "v/read", "map/while/Loop"}
    with tf.Graph().as_default() as graph:
        with fails(ValueError, "unbound inputs: ['outside"):
            tf.train.import_meta_graph(found)
        given = {"$unbound_inputs_outside": tf.constant(5.0)}
        tf.train.import_meta_graph(found, import_scope="new", input_map=given)
        assert [u.name for u in tf.global_variables()] == ["new/v:0"]
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            [result] = [t for op in graph.get_operations() if op.type == "Loop" for t in op.outputs[1:]]
            np.testing.assert_array_equal(session.run(result), [15.0, 30.0])
    with fails(ValueError, "no ops in the scope"):
        tf.train.export_meta_graph(export_scope="nowhere")


def test_queue_runners():
    queue = tf.FIFOQueue(4, [tf.int32], shapes=[[]], name="queue")
    counter = tf.Variable(0, name="counter", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(counter.assign_add(1))])
    tf.train.add_queue_runner(runner)
    queue.dequeue(name="take")
    tf.local_variables_initializer()
    found = tf.train.export_meta_graph()
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(found)
        [again] = tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
        assert again.name == runner.name and again.queue_closed_exception_types == (tf.errors.OutOfRangeError,)
        assert [op.name for op in again.enqueue_ops] == [op.name for op in runner.enqueue_ops]
        with tf.Session() as session:
            session.run("init")
            coord = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(session, coord)
            assert [session.run("take:0") for _ in range(5)] == [1, 2, 3, 4, 5]
            coord.request_stop()
            coord.join(threads)
        assert graph.get_operation_by_name("queue").type == "FIFOQueueV2"


def test_what_has_no_form_is_left_out(tmp_path):
    v = tf.Variable(1.0)
    tf.add_to_collection("odd", object())
    tf.add_to_collection("even", 2)
    with pytest.warns(UserWarning, match="collection 'odd' is not written"):
        found = tf.train.export_meta_graph()
    assert "odd" not in found.collection_def and "even" in found.collection_def
    assert v.from_proto(v.to_proto()).name == v.name


def test_no_meta_graph_if_it_is_not_wanted(tmp_path):
    tf.Variable(1.0)
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = saver.save(session, tmp_path / "m", write_meta_graph=False)
        assert not os.path.exists(path + ".meta")
        saver.save(session, tmp_path / "m", meta_graph_suffix="graph")
        assert os.path.exists(path + ".graph")


def test_old_meta_graphs_go_with_their_checkpoints(tmp_path):
    tf.Variable(1.0)
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(4):
            saver.save(session, tmp_path / "m", step)
    assert sorted(n for n in os.listdir(tmp_path) if n.endswith("meta")) == ["m-2.meta", "m-3.meta"]


@pytest.mark.parametrize(
    "content, error, text",
    [
        (None, OSError, "does not exist"),
        (b"\xff\xff\xff", OSError, "Cannot parse file"),
        (b"no text format", OSError, "Cannot parse file"),
        (b"graph_def { node { name: 'a' op: 'Foo' } }", tf.errors.NotFoundError, "'Foo' (node 'a')"),
        (b"graph_def { node { name: 'a' op: 'NoOp' input: 'b' } }", ValueError, "Unknown input node 'b'"),
        (b"collection_def { key: 'variables' value { bytes_list { value: 'abc' } } }", Exception, ""),
        (b"a" * 100 + b"{" * 100_000, OSError, "Cannot parse file"),
    ],
)
def test_damaged_files(tmp_path, content, error, text):
    if content is not None:
        (tmp_path / "m.meta").write_bytes(content)
    with fails(error, text):
        tf.train.import_meta_graph(str(tmp_path / "m.meta"))
    assert not tf.get_default_graph().get_operations()


@pytest.mark.parametrize("scope", [None, "again"])
def test_a_graph_of_tensorflow_with_a_queue_runner_and_a_saver(tmp_path, scope):
    """Values as TensorFlow 1.15.5 goes on with them, which wrote it (tests/recorded/record_queue_graph.py)."""
    facts, prefix = Path(__file__).parents[1] / "facts" / "checkpoints", f"{scope}/" if scope else ""
    saver = tf.train.import_meta_graph(str(facts / "queue_runner.meta"), import_scope=scope)
    [kept] = tf.get_collection(tf.GraphKeys.SAVERS)
    assert saver.as_saver_def().max_to_keep == kept.as_saver_def().max_to_keep == 7
    with tf.Session() as session:
        saver.restore(session, str(facts / "queue_runner"))
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        assert len(threads) == 1 + len(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS))
        rows = [session.run([f"{prefix}x:0", f"{prefix}loss:0"]) for _ in range(3)]
        np.testing.assert_allclose(rows, [[1.0, 1.5796227], [2.0, 6.318491], [3.0, 14.216607]], rtol=1e-6)
        session.run(tf.get_collection("train_op"))
        assert session.run(f"{prefix}global_step:0") == 5 and session.run(f"{prefix}w:0") > 1.75
        again = kept.save(session, str(tmp_path / "m"), write_meta_graph=False)
        coord.request_stop()
        coord.join(threads)
    assert tf.train.list_variables(again) == tf.train.list_variables(str(facts / "queue_runner"))
