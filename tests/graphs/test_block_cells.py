"""TensorFlow's ops that are whole steps of cells (values: test_tensorflow_graphs.py)."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos

FACTS = Path(__file__).parents[1] / "facts" / "graphs" / "block_cells_tf1"


@pytest.fixture
def session():
    definition = protos.message("MetaGraphDef").FromString(gzip.decompress((FACTS / "m.meta.gz").read_bytes()))
    saver = tf.train.import_meta_graph(definition)
    with tf.Session() as session:
        saver.restore(session, str(FACTS / "m"))
        yield session


@pytest.fixture
def feeds():
    return {key[5:]: value for key, value in np.load(FACTS / "values.npz").items() if key.startswith("feed_")}


def test_gradients_through_what_was_read_are_those_that_tensorflow_wrote(session, feeds):
    """Also those of memories that were clipped, which TensorFlow passes on."""
    graph = tf.get_default_graph()
    theirs = {op.inputs[0].op.name: op.inputs[9] for op in graph.get_operations() if op.type == "ApplyAdam"}
    loss, variables = graph.get_tensor_by_name("loss:0"), tf.trainable_variables()
    mine = tf.gradients(loss, variables)
    assert len(variables) == len(theirs) == 20
    pairs = session.run([(g, theirs[v.op.name]) for g, v in zip(mine, variables)], feeds)
    for found, expected in pairs:
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    memory = "rnn/rnn/multi_rnn_cell/cell_0/lstm_cell/LSTMBlockCell_1:1"
    assert np.abs(session.run(memory, feeds)).max() == np.float32(0.2)


def test_all_that_a_step_gives_has_its_name(session, feeds):
    cell = "rnn/rnn/multi_rnn_cell/cell_0/lstm_cell/LSTMBlockCell_1"
    i, cs, f, o, ci, co, h = session.run([f"{cell}:{k}" for k in range(7)], feeds)
    np.testing.assert_allclose(co, np.tanh(cs), rtol=1e-6)
    np.testing.assert_allclose(h, co * o, rtol=1e-6)
    assert [t.shape for t in (i, f, ci)] == [(2, 2)] * 3
    run = tf.get_default_graph().get_operation_by_name("lstm_fused_cell/BlockLSTM")
    assert [t.shape.as_list() for t in run.outputs] == [[3, None, 2]] * 7


def test_steps_in_a_loop_are_native(session, feeds):
    graph = tf.get_default_graph()
    types = [op.type for op in graph.get_operations()]
    assert types.count("Loop") == 4 and not {"Enter", "Switch", "StackV2", "Missing"} & set(types)


def test_one_step_by_its_type():
    x = tf.constant([[1.0, 2.0]])
    step = tf.get_default_graph().create_op(
        "GRUBlockCell",
        [x, tf.zeros([1, 1]), tf.ones([3, 2]), tf.ones([3, 1]), tf.zeros([2]), tf.zeros([1])],
        [tf.float32] * 4,
        name="step",
        attrs={"T": tf.AttrValue(type=1)},
    )
    with tf.Session() as session:
        r, u, c, h = session.run(step.outputs)
    assert r == u == pytest.approx(1 / (1 + np.exp(-3))) and c == pytest.approx(np.tanh(3)) and h == (1 - u) * c
    with fails(TypeError, "not a tensor"):
        tf.get_default_graph().create_op("GRUBlockCell", [1], [tf.float32] * 4)
