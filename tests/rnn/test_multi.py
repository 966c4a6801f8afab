import numpy as np
import pytest
from helpers import fails

import minitf as tf

RNN = tf.nn.rnn_cell


def kernels():
    return [v.op.name for v in tf.trainable_variables() if "kernel" in v.op.name]


@pytest.mark.parametrize("make", [RNN.BasicRNNCell, RNN.BasicLSTMCell, RNN.GRUCell])
def test_one_cell_repeated_has_variables_for_each_layer(make):
    tf.nn.dynamic_rnn(RNN.MultiRNNCell([make(4)] * 3), tf.zeros([2, 5, 7]), dtype=tf.float32)
    layers = [name.split("/")[2] for name in kernels()]
    assert list(dict.fromkeys(layers)) == ["cell_0", "cell_1", "cell_2"]
    assert {v.shape.as_list()[0] for v in tf.trainable_variables() if "cell_1" in v.name and "kernel" in v.name} == {8}


def test_one_wrapper_repeated():
    cell = RNN.DropoutWrapper(RNN.BasicRNNCell(4), tf.placeholder_with_default(1.0, []))
    tf.nn.static_rnn(RNN.MultiRNNCell([cell] * 2), [tf.zeros([2, 3])] * 2, dtype=tf.float32)
    assert kernels() == [f"rnn/multi_rnn_cell/cell_{i}/basic_rnn_cell/kernel" for i in range(2)]


def test_one_cell_in_several_wrappers():
    inner = RNN.BasicRNNCell(4)
    cells = [RNN.DropoutWrapper(inner, output_keep_prob=0.5) for _ in range(2)]
    tf.nn.static_rnn(RNN.MultiRNNCell(cells), [tf.zeros([2, 3])] * 2, dtype=tf.float32)
    assert kernels() == [f"rnn/multi_rnn_cell/cell_{i}/basic_rnn_cell/kernel" for i in range(2)]


def test_repeated_projection_gets_projections_of_its_own():
    cell = tf.contrib.rnn.OutputProjectionWrapper(RNN.BasicRNNCell(4), 2)
    tf.nn.static_rnn(RNN.MultiRNNCell([cell, cell]), [tf.zeros([2, 3])] * 2, dtype=tf.float32)
    assert len(kernels()) == 4


def test_layers_of_one_cell_compute_as_layers_of_several():
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 4)), tf.float32)
    same, _ = tf.nn.dynamic_rnn(RNN.MultiRNNCell([RNN.GRUCell(4)] * 2), x, dtype=tf.float32, scope="a")
    other, _ = tf.nn.dynamic_rnn(RNN.MultiRNNCell([RNN.GRUCell(4) for _ in "ab"]), x, dtype=tf.float32, scope="b")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for ours, theirs in zip(tf.global_variables("a/"), tf.global_variables("b/"), strict=True):
            sess.run(theirs.assign(ours))
        np.testing.assert_array_equal(*sess.run([same, other]))


def test_weights_are_those_of_the_layers():
    cell = RNN.MultiRNNCell([RNN.BasicRNNCell(4), RNN.DropoutWrapper(RNN.GRUCell(2))])
    tf.nn.static_rnn(cell, [tf.zeros([2, 3])], dtype=tf.float32)
    assert cell.trainable_weights == cell.weights == tf.trainable_variables()
    assert cell.output_size == 2 and cell.state_size == (4, 2)
    cell.trainable = False
    assert cell.trainable_weights == [] and cell.non_trainable_weights == tf.trainable_variables()


def test_errors():
    with fails(ValueError, "at least one"):
        RNN.MultiRNNCell([])
    with fails(TypeError, "list of cells"):
        RNN.MultiRNNCell(RNN.GRUCell(3))
    with fails(TypeError, "cells[1]"):
        RNN.MultiRNNCell([RNN.GRUCell(3), 5])
    with fails(ValueError, "state_is_tuple=False"):
        RNN.MultiRNNCell([RNN.LSTMCell(3)], state_is_tuple=False)
    cell = RNN.MultiRNNCell([RNN.GRUCell(3)] * 2)
    with fails(ValueError, "tuple of 2 states"):
        cell(tf.zeros([2, 3]), tf.zeros([2, 6]))
