"""Summaries against those that TensorFlow made (tests/facts/summary.json)."""

import base64
import io
import sys

import numpy as np
import pytest
from helpers import fails, host_ops, run
from oracle import facts
from PIL import Image

import minitf as tf
from minitf.runtime import inspect

CASES = facts("summary")["cases"]


def build(case):
    """What the case's source makes, in a graph of its own."""
    scope = {"tf": tf, "np": np}
    exec(case["source"], scope)
    return scope["y"]


def value(fetched):
    return tf.Summary.FromString(run(fetched))


@pytest.mark.parametrize("case", [c for c in CASES if "error" not in c], ids=lambda c: c["source"][-60:])
def test_as_tensorflow(case):
    y, graph = build(case), tf.get_default_graph()
    made = [
        [
            op.name,
            op.type,
            [t.dtype.name for t in op.outputs],
            [None if t.shape.rank is None else t.shape.as_list() for t in op.outputs],
        ]
        for op in graph.get_operations()
    ]
    assert made == case["ops"]
    for key, names in case["collections"].items():
        assert [t.name for t in graph.get_collection(key)] == names
    if case["summary"] is None:
        assert y is None
        return
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            found = tf.Summary.FromString(session.run(y))
        pictures = [v.image for v in found.value if v.HasField("image")]
        assert [pixels(p) for p in pictures] == case.get("pixels", [])
        for picture in pictures:
            picture.encoded_image_string = b""
        assert rounded(found) == rounded(tf.Summary.FromString(base64.b64decode(case["summary"])))


def rounded(summary):
    """The summary with its sums, which may be added up in any order, to ten digits."""
    for item in summary.value:
        if item.HasField("histo"):
            item.histo.sum = float(f"{item.histo.sum:.10g}")
            item.histo.sum_squares = float(f"{item.histo.sum_squares:.10g}")
    return summary


def pixels(picture):
    """[height, width, channels] of an encoded image."""
    with Image.open(io.BytesIO(picture.encoded_image_string)) as image:
        return np.array(image).reshape(picture.height, picture.width, picture.colorspace).tolist()


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda c: c["source"][-60:])
def test_errors_as_tensorflow(case):
    error = getattr(tf.errors, case["error"], None) or {"ValueError": ValueError, "TypeError": TypeError}[case["error"]]
    if case["stage"] == "build":
        with pytest.raises(error):
            build(case)
        return
    y = build(case)
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session, pytest.raises(error):
            session.run(y)


@pytest.mark.parametrize(
    "summary, parts",
    [
        (lambda x: tf.summary.scalar("loss", x), ("loss", "[2, 1]", "ScalarSummary")),
        (lambda x: tf.summary.image("picture", x), ("picture", "[2, 1]", "channels")),
        (lambda x: tf.summary.audio("sound", x[0], 8000), ("sound", "[1]", "frames")),
        (lambda x: tf.summary.audio("sound", x, [1.0, 2.0]), ("sound", "sample_rate")),
        (lambda x: tf.summary.audio("sound", x, 1e12), ("sound", "sample_rate")),
        (lambda x: tf.summary.histogram("h", x / 0.0), ("Infinity", "h")),
        (lambda x: tf.summary.histogram("h", (x - x) / 0.0), ("Nan in summary histogram for: h",)),
        (lambda x: tf.summary.merge([tf.summary.scalar("a", 1.0)] * 2), ("'a'", "twice")),
    ],
)
def test_errors_name_the_tag_and_the_shape(summary, parts):
    with fails(tf.errors.InvalidArgumentError, *parts):
        run(summary(tf.constant([[1.0], [2.0]])))


def test_text_and_strings():
    assert value(tf.summary.text("t", "a string")).value[0].tensor.string_val == [b"a string"]
    with fails(ValueError, "strings", "float32"):
        tf.summary.text("t", tf.constant(1.0))


def test_metadata_are_copied():
    metadata = tf.SummaryMetadata(display_name="mine")
    y = tf.summary.tensor_summary("t", [1], summary_metadata=metadata, display_name="other")
    assert value(y).value[0].metadata.display_name == "other" and metadata.display_name == "mine"


def test_max_outputs_is_a_number():
    with fails(TypeError, "max_outputs", "integer"):
        tf.summary.image("i", tf.zeros([1, 2, 2, 1]), max_outputs="3")


def test_gradients_pass_by():
    x = tf.constant(1.0)
    with tf.control_dependencies([tf.summary.scalar("x", x)]):
        y = x * 3.0
    assert run(tf.gradients(y, x)[0]) == 3


def test_histogram_of_many_values_is_numpys():
    values = np.random.default_rng(0).normal(size=5000)
    histo = value(tf.summary.histogram("h", values)).value[0].histo
    limits = np.array(histo.bucket_limit)
    below = [np.sum(values < limit) for limit in limits]
    assert np.cumsum(histo.bucket).tolist() == below and below[-1] == 5000


def test_greatest_number_is_in_the_last_bucket():
    histo = value(tf.summary.histogram("h", tf.constant(np.finfo(np.float64).max))).value[0].histo
    assert histo.bucket == [0, 1] and histo.num == 1


# ---- when they run


def trained():
    """A training step with summaries between the loss and its gradients; the variable starts at 3."""
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(3.0))
    loss = tf.square(v)
    tf.summary.scalar("loss", loss)
    tf.summary.histogram("v", v)
    merged = tf.summary.merge_all()
    return merged, tf.train.GradientDescentOptimizer(0.25).minimize(loss), v


def test_the_rest_stays_one_native_region():
    merged, step, v = trained()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([merged, step])
        assert host_ops(session) == ["ScalarSummary", "HistogramSummary", "MergeSummary"]
        assert [s.on_host for s in inspect(session).last.steps] == [False, True, True, True]


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_a_variable_is_seen_as_it_is_at_the_place_of_the_summary(executor):
    merged, step, v = trained()
    later = tf.get_default_graph().control_dependencies([step])
    with later:
        after = tf.summary.histogram("after", v)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        for before, now in ((3.0, 1.5), (1.5, 0.75)):
            first, second, _ = session.run([merged, after, step])
            loss, histo = tf.Summary.FromString(first).value
            assert (loss.simple_value, histo.histo.sum) == (before**2, before)
            assert tf.Summary.FromString(second).value[0].histo.sum == now
            assert session.run(v) == now


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_half_precision_variables(executor):
    v = tf.get_variable("v", [2], tf.float16, initializer=tf.constant_initializer(1.0))
    summary, changed = tf.summary.histogram("v", v), tf.assign(v, [2, 2])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        first, _ = session.run([summary, changed])
        assert tf.Summary.FromString(first).value[0].histo.sum == 2


def test_what_waits_for_a_summary_runs_after_it():
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(3.0))
    summary = tf.summary.histogram("v", v / 0.0)
    with tf.control_dependencies([summary]):
        changed = tf.assign(v, 5.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with fails(tf.errors.InvalidArgumentError, "Infinity"):
            session.run(changed)
        assert session.run(v) == 3


def test_graphs_are_not_changed_by_running():
    merged, step, v = trained()
    reader = v.value()
    consumers = reader.consumers()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([merged, step])
    assert reader.consumers() == consumers


def test_fed_summaries_and_inputs():
    x = tf.placeholder(tf.float32, [])
    a, b = tf.summary.scalar("a", x), tf.summary.scalar("b", 2.0)
    merged = tf.summary.merge([a, b])
    given = tf.Summary(value=[tf.Summary.Value(tag="given", simple_value=1)]).SerializeToString()
    with tf.Session() as session:
        found = tf.Summary.FromString(session.run(merged, {a: given, x: 0.0}))
    assert [v.tag for v in found.value] == ["given", "b"]


def test_in_a_loop():
    def body(i):
        with tf.control_dependencies([tf.summary.scalar("i", i)]):
            return i + 1

    assert run(tf.while_loop(lambda i: i < 3, body, [0])) == 3


def test_without_tensorboard(monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for use in (
        lambda: tf.summary.scalar("a", 1.0),
        lambda: tf.summary.merge([tf.constant("")]),
        lambda: tf.summary.FileWriter("logs"),
        lambda: tf.Summary,
        lambda: tf.summary.Event,
        lambda: tf.get_default_graph().as_graph_def(),
    ):
        with fails(ImportError, "pip install 'minitf-engine[tensorboard]'"):
            use()
    assert tf.get_default_graph().get_collection("summaries") == []
