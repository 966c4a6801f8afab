"""BasicDecoder against TensorFlow."""

import pytest
import recorded_runs
from helpers import fails

import minitf as tf
from minitf.contrib import seq2seq


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "training_decoder", "greedy_decoder"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def test_refusals():
    cell, helper = tf.nn.rnn_cell.GRUCell(2), seq2seq.TrainingHelper(tf.ones([1, 2, 3]), [2])
    with fails(TypeError, "RNNCell"):
        seq2seq.BasicDecoder(None, helper, None)
    with fails(TypeError, "'helper'", "a tf.contrib.seq2seq.Helper"):
        seq2seq.BasicDecoder(cell, None, None)
    with fails(TypeError, "tf.layers.Layer"):
        seq2seq.BasicDecoder(cell, helper, None, output_layer=tf.nn.relu)
