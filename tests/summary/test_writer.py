"""Event files, as TensorBoard's own reader finds them."""

import gc
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from helpers import fails
from tensorboard.backend.event_processing.event_accumulator import STORE_EVERYTHING_SIZE_GUIDANCE, EventAccumulator

import minitf as tf


def number(tag, value):
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value)])


def events(folder):
    """The events of each file in a folder, without the first, which says that it is one."""
    found = []
    for path in sorted(folder.iterdir(), key=lambda p: int(p.name.split(".")[6])):
        first, *rest = tf.train.summary_iterator(path)
        assert first.file_version == "brain.Event:2"
        found.append(rest)
    return found


def loaded(folder):
    return EventAccumulator(str(folder), STORE_EVERYTHING_SIZE_GUIDANCE).Reload()


def test_summaries_of_all_forms(tmp_path):
    with tf.summary.FileWriter(tmp_path, filename_suffix=".mine") as writer:
        writer.add_summary(number("a", 1.0), 3)
        writer.add_summary(number("a", 2.0).SerializeToString(), np.int64(4))
        writer.add_summary(number("b", 3.0))
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 7)
        writer.add_event(tf.Event(wall_time=1, step=9, summary=number("c", 4.0)))
        assert writer.get_logdir() == str(tmp_path)
    [found] = events(tmp_path)
    assert [e.step for e in found] == [3, 4, 0, 7, 9]
    assert [e.summary.value[0].simple_value for e in found if e.HasField("summary")] == [1, 2, 3, 4]
    assert found[3].session_log.status == tf.SessionLog.START and found[4].wall_time == 1
    assert [p.suffix for p in tmp_path.iterdir()] == [".mine"]


def test_a_training_as_tensorboard_reads_it(tmp_path):
    x = tf.placeholder(tf.float32, [None, 5, 1], name="x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(outputs))
    tf.summary.scalar("loss", loss)
    tf.summary.histogram("kernel", tf.trainable_variables()[0])
    tf.summary.image("steps", tf.expand_dims(outputs, 3))
    tf.summary.audio("sound", outputs, 8000, max_outputs=1)
    tf.summary.text("words", tf.constant("some"))
    merged = tf.summary.merge_all()
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    init = tf.global_variables_initializer()
    losses = []
    with tf.Session() as sess, tf.summary.FileWriter(tmp_path, sess.graph) as writer:
        sess.run(init)
        for i in range(3):
            metadata = tf.RunMetadata()
            options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
            fetches, fed = [loss, merged, step], {x: np.ones([2, 5, 1])}
            value, summary, _ = sess.run(fetches, fed, options, metadata)
            writer.add_summary(summary, i)
            writer.add_run_metadata(metadata, f"step {i}", i)
            losses.append(value)
    read = loaded(tmp_path)
    assert [(e.step, e.value) for e in read.Scalars("loss")] == list(enumerate(losses))
    assert [e.histogram_value.num for e in read.Histograms("kernel")] == [20] * 3
    assert len(read.CompressedHistograms("kernel")) == 3
    assert [(e.width, e.height) for e in read.Images("steps/image/1")] == [(4, 5)] * 3
    assert [e.sample_rate for e in read.Audio("sound/audio")] == [8000] * 3
    assert read.Tensors("words")[0].tensor_proto.string_val == [b"some"]
    assert read.PluginTagToContent("text") == {"words": b""}
    assert {op.name for op in tf.get_default_graph().get_operations()} <= {n.name for n in read.Graph().node}
    nodes = read.RunMetadata("step 2").step_stats.dev_stats[0].node_stats
    assert {"MatMul", "ScalarSummary"} <= {n.timeline_label.split(" = ")[1].split("(")[0] for n in nodes}


def test_metadata_are_written_once_for_each_tag(tmp_path):
    metadata = tf.SummaryMetadata(display_name="name")
    summary = tf.Summary(value=[tf.Summary.Value(tag="t", metadata=metadata)])
    with tf.summary.FileWriter(tmp_path) as writer:
        for _ in range(2):
            writer.add_summary(summary)
    first, second = (e.summary.value[0] for e in events(tmp_path)[0])
    assert first.metadata.display_name == "name" and not second.HasField("metadata")
    assert summary.value[0].metadata.display_name == "name", "the caller's own is not changed"


def test_closing_and_reopening(tmp_path):
    writer = tf.summary.FileWriter(tmp_path)
    writer.add_summary(number("a", 1.0))
    writer.close()
    writer.close()
    for use in (lambda: writer.add_summary(number("lost", 1.0)), writer.flush):
        with pytest.warns(UserWarning, match=r"closed.*reopen\(\)") as caught:
            use()
        assert caught[0].filename == __file__
    writer.reopen()
    writer.reopen()
    writer.add_summary(number("b", 2.0))
    writer.flush()
    assert [[e.summary.value[0].tag for e in file] for file in events(tmp_path)] == [["a"], ["b"]]
    writer.close()


@pytest.mark.parametrize("pass_as", ["graph", "graph_def"])
def test_graphs(tmp_path, pass_as):
    tf.constant(1.0, name="one")
    with tf.Session() as sess:
        for content in (sess.graph, sess.graph_def):
            tf.summary.FileWriter(tmp_path / str(type(content)), **{pass_as: content}).close()
            assert [n.name for n in loaded(tmp_path / str(type(content))).Graph().node] == ["one"]


def test_run_metadata_without_times(tmp_path):
    with tf.summary.FileWriter(tmp_path) as writer:
        writer.add_run_metadata(tf.RunMetadata(), "t", 1)
    assert events(tmp_path)[0][0].tagged_run_metadata.tag == "t"


@pytest.mark.parametrize(
    "use, error, part",
    [
        (lambda w: w.add_summary("text"), TypeError, "tf.Summary"),
        (lambda w: w.add_summary(None), TypeError, "tf.Summary"),
        (lambda w: w.add_summary(b"\xff\xff\xff"), ValueError, "not a serialized"),
        (lambda w: w.add_summary(number("a", 1), "x"), ValueError, "x"),
        (lambda w: w.add_event(number("a", 1)), TypeError, "tf.Event"),
        (lambda w: w.add_graph("x"), TypeError, "tf.Graph"),
        (lambda w: w.add_graph(None), TypeError, "tf.Graph"),
        (lambda w: w.add_graph(tf.Graph(), graph_def=tf.GraphDef()), ValueError, "not both"),
        (lambda w: w.add_run_metadata(tf.GraphDef(), "t"), TypeError, "tf.RunMetadata"),
        (lambda w: [w.add_run_metadata(tf.RunMetadata(), "t") for _ in "ab"], ValueError, "'t'"),
    ],
)
def test_errors(tmp_path, use, error, part):
    with tf.summary.FileWriter(tmp_path) as writer, fails(error, part):
        use(writer)


def test_forgotten_writers_lose_nothing(tmp_path):
    tf.summary.FileWriter(tmp_path / "collected").add_summary(number("a", 1.0))
    gc.collect()
    assert len(events(tmp_path / "collected")[0]) == 1
    code = (
        "import sys, minitf as tf\n"
        "writer = tf.summary.FileWriter(sys.argv[1])\n"
        "for i in range(50): writer.add_summary(tf.Summary(value=[{'tag': 'a', 'simple_value': i}]), i)\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "ended"], check=True)
    assert [e.step for e in events(tmp_path / "ended")[0]] == list(range(50))


def test_cache(tmp_path):
    writer = tf.summary.FileWriterCache.get(tmp_path)
    assert tf.summary.FileWriterCache.get(str(tmp_path)) is writer
    tf.summary.FileWriterCache.clear()
    with pytest.warns(UserWarning, match="closed"):
        writer.add_summary(number("a", 1.0))
    assert tf.summary.FileWriterCache.get(tmp_path) is not writer
    tf.summary.FileWriterCache.clear()


def test_reading_what_is_not_there_or_damaged(tmp_path):
    with fails(tf.errors.NotFoundError, "none"):
        next(tf.train.summary_iterator(tmp_path / "none"))
    (tmp_path / "bad").write_bytes(b"garbage" * 10)
    with fails(tf.errors.DataLossError, "bad"):
        next(tf.train.summary_iterator(tmp_path / "bad"))
    tf.summary.FileWriter(tmp_path / "whole").close()
    [path] = (tmp_path / "whole").iterdir()
    path.write_bytes(path.read_bytes()[:-2])
    with fails(tf.errors.DataLossError, "truncated"):
        next(tf.train.summary_iterator(path))


def test_write_graph(tmp_path):
    tf.constant(2.0, name="two")
    graph = tf.get_default_graph()
    text = tf.train.write_graph(graph, tmp_path / "new", "graph.pbtxt")
    binary = tf.train.write_graph(graph.as_graph_def(), str(tmp_path), "graph.pb", as_text=False)
    assert text == os.path.join(tmp_path, "new", "graph.pbtxt")
    with open(text) as file:
        assert 'name: "two"' in file.read()
    with open(binary, "rb") as file:
        assert tf.GraphDef.FromString(file.read()) == graph.as_graph_def()
    with fails(TypeError, "tf.GraphDef"):
        tf.train.write_graph("graph", tmp_path, "graph.pb")


def test_nothing_warns_while_a_writer_is_open(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with tf.summary.FileWriter(tmp_path) as writer:
            writer.add_graph(tf.Graph(), 1)
            writer.flush()
    assert events(tmp_path)[0][0].step == 1
