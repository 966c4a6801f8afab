"""Ops of older versions: what TensorFlow's give (raw_scenarios.py), and graphs that have them."""

import numpy as np
import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like, names

import minitf as tf

X = np.arange(24, dtype=np.float32).reshape(1, 2, 4, 3) % 5


@pytest.mark.parametrize("name", names("raw_ops"))
def test_like_tensorflow(name):
    found, recorded = session_scenarios.run(tf, name), facts("sessions")[name]
    assert found.keys() == recorded.keys()
    for call, theirs in recorded.items():
        assert_like(found[call], theirs)


def value_of(*tensors):
    with tf.Session() as session:
        return session.run(list(tensors))


def test_those_that_tensorflow_makes_no_more():
    images, filters = np.arange(108, dtype=np.float32).reshape(1, 3, 3, 3, 4) % 5, np.ones([2, 2, 2, 4, 1], np.float32)
    volumes, weights = tf.constant(images), tf.constant(filters)
    y = tf.nn.conv3d(volumes, weights, [1] * 5, "VALID")
    given = {"input": volumes, "filter": weights, "out_backprop": y, "strides": [1] * 5, "padding": "VALID"}
    found = [tf.raw_ops.Conv3DBackpropInput(**given), tf.raw_ops.Conv3DBackpropFilter(**given)]
    for mine, theirs in zip(value_of(*found), value_of(*tf.gradients(y, [volumes, weights], y))):
        np.testing.assert_array_equal(mine, theirs)
    top = tf.raw_ops.TopK(input=[3.0, 5.0, 4.0], k=2)
    contrasted = tf.raw_ops.AdjustContrast(images=X, contrast_factor=2.0, min_value=0.0, max_value=4.0)
    [values, changed] = value_of(top.values, contrasted)
    assert values.tolist() == [5, 4]
    np.testing.assert_allclose(changed, np.clip((X - X.mean((1, 2))) * 2 + X.mean((1, 2)), 0, 4), rtol=1e-5)
    held = tf.raw_ops.PlaceholderV2(dtype=tf.float32, shape=[2])
    assert held.shape.as_list() == [2] and held.op.type == "Placeholder"
    assert value_of(tf.raw_ops.RandomPoisson(shape=[3], rate=[4.0], seed=1, seed2=2))[0].dtype == np.float32


@pytest.mark.parametrize("scaled", [True, False])
def test_normalization_and_its_gradients(scaled):
    inputs = [tf.constant(v) for v in (X, *np.float32([[1, 2, 3], [1, 4, 9], [0, 1, 2], [3, 2, 1]]))]
    t, m, v, beta, gamma = inputs
    how = {"variance_epsilon": 0.001, "scale_after_normalization": scaled}
    y = tf.raw_ops.BatchNormWithGlobalNormalization(t=t, m=m, v=v, beta=beta, gamma=gamma, **how)
    expected = tf.nn.batch_normalization(t, m, v, beta, gamma if scaled else None, 0.001)
    slopes = tf.gradients(y, [t, m, v, beta, gamma], grad_ys=tf.sin(t))
    back = tf.raw_ops.BatchNormWithGlobalNormalizationGrad(t=t, m=m, v=v, gamma=gamma, backprop=tf.sin(t), **how)
    found = value_of(y, *back)
    others = value_of(expected, *[tf.zeros_like(gamma) if s is None else s for s in slopes])
    for mine, theirs in zip(found, others, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)


def test_windows_that_only_a_run_knows():
    with fails(ValueError, "MaxPoolV2 works with ksize that are known when the op is made"):
        size = tf.placeholder(tf.int32, [4])
        tf.raw_ops.MaxPoolV2(input=X, ksize=size, strides=[1, 1, 1, 1], padding="SAME")


def test_graphs_of_older_versions():
    with tf.Graph().as_default() as graph:
        kinds = {"key_dtype": tf.AttrValue(type=7), "value_dtype": tf.AttrValue(type=9)}
        table = graph.create_op("HashTable", [], [tf.resource], name="table", attrs=kinds).outputs[0]
        keys, values = tf.constant(["a", "b"]), tf.constant([3, 4], tf.int64)
        types = {"Tkey": tf.AttrValue(type=7), "Tval": tf.AttrValue(type=9)}
        graph.create_op("InitializeTable", [table, keys, values], [], name="init", attrs=types)
        types = {"Tin": tf.AttrValue(type=7), "Tout": tf.AttrValue(type=9)}
        asked = [table, tf.constant(["b", "c"]), tf.constant(-1, tf.int64)]
        graph.create_op("LookupTableFind", asked, [tf.int64], name="found", attrs=types)
        four = tf.AttrValue(list=tf.AttrValue.ListValue(i=[1, 2, 2, 1]))
        sizes = tf.constant([1, 2, 2, 1])
        how = {"padding": tf.AttrValue(s=b"VALID"), "T": tf.AttrValue(type=1)}
        graph.create_op("MaxPoolV2", [tf.constant(X), sizes, sizes], [tf.float32], name="pooled", attrs=how)
        like = {**how, "ksize": four, "strides": four}
        graph.create_op("MaxPool", [tf.constant(X)], [tf.float32], name="like", attrs=like)
    message = graph.as_graph_def()
    with tf.Graph().as_default(), tf.Session() as session:
        wanted = ["init", "found:0", "pooled:0", "like:0"]
        init, found, pooled, like = tf.import_graph_def(message, return_elements=wanted, name="")
        session.run(init)
        assert session.run(found).tolist() == [4, -1]
        np.testing.assert_array_equal(*session.run([pooled, like]))


def test_readers_of_older_versions(tmp_path):
    (tmp_path / "lines").write_text("one\ntwo\n")
    queue = tf.FIFOQueue(5, tf.string)
    reader = tf.raw_ops.TextLineReader()
    key, value = tf.raw_ops.ReaderRead(reader_handle=reader, queue_handle=queue.queue_ref)
    with tf.Session() as session:
        session.run(queue.enqueue(str(tmp_path / "lines")))
        assert [session.run(value) for _ in range(2)] == [b"one", b"two"]


def test_accumulators_of_older_versions():
    handle = tf.raw_ops.ConditionalAccumulator(dtype=tf.float32, shape=[])
    add = tf.raw_ops.AccumulatorApplyGradient(handle=handle, local_step=tf.constant(0, tf.int64), gradient=3.0)
    mean = tf.raw_ops.AccumulatorTakeGradient(handle=handle, num_required=1, dtype=tf.float32)
    with tf.Session() as session:
        session.run(add)
        assert session.run(mean) == 3


def test_they_are_called_as_said():
    x = tf.raw_ops.Div(x=3, y=2)
    assert x.op.name == "Div" and tf.raw_ops.Div(x=3, y=2, name="half").op.name == "half"
    assert "MaxPoolV2" in dir(tf.raw_ops) and tf.raw_ops.Concat.__doc__ == "An op of type Concat."
