"""Cells and attention of tf.contrib: what TensorFlow gives (contrib_rnn_scenarios.py), and what only a run shows."""

import numpy as np
import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like, names

import minitf as tf


@pytest.mark.parametrize("name", names("contrib_cells", "contrib_fused", "contrib_monotonic", "contrib_cumprod"))
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


def test_what_has_to_be_known():
    with fails(ValueError, "conv_ndims is 1, 2 or 3"):
        tf.contrib.rnn.ConvLSTMCell(4, [2, 2, 2, 2, 1], 3, [2, 2, 2, 2])
    cell = tf.contrib.rnn.TimeFreqLSTMCell(2, feature_size=2)
    with fails(ValueError, "Cannot infer input_size"):
        cell(tf.placeholder(tf.float32, [3, None]), tf.zeros([3, 4]))
    with fails(NotImplementedError, "has to define __call__"):
        tf.contrib.rnn.FusedRNNCell()(tf.zeros([2, 2, 2]))


def test_monotonic_attention_decodes():
    memory, targets = tf.ones([2, 5, 4]), tf.ones([2, 3, 3])
    attention = tf.contrib.seq2seq.BahdanauMonotonicAttention(3, memory, [5, 2], mode="hard")
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), attention, alignment_history=True)
    helper = tf.contrib.seq2seq.TrainingHelper(targets, [3, 3])
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    _, state, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        weights = session.run(state.alignment_history.stack())
    assert weights.shape == (3, 2, 5) and set(np.unique(weights)) <= {0.0, 1.0}
