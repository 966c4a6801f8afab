"""AttentionWrapper against TensorFlow."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails, run

import minitf as tf
from minitf.contrib import seq2seq

MEMORY = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)


@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq", "attention_wrapper"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def attention(units=5):
    return seq2seq.LuongAttention(units, MEMORY)


def cell():
    return tf.nn.rnn_cell.GRUCell(5)


def test_several_mechanisms():
    both = seq2seq.AttentionWrapper(
        cell(), [attention(), seq2seq.BahdanauAttention(2, MEMORY)], attention_layer_size=[6, 7], alignment_history=True
    )
    state = both.zero_state(2, tf.float32)
    output, state = both(tf.ones([2, 3]), state)
    assert output.shape.as_list() == [2, 13] and both.output_size == 13
    assert both.state_size.alignments == (4, 4)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        history = sess.run([h.stack() for h in state.alignment_history])
        np.testing.assert_array_equal(history, sess.run([a[None] for a in state.alignments]))


def test_a_layer_and_functions_of_ones_own():
    wrapper = seq2seq.AttentionWrapper(
        cell(),
        attention(),
        cell_input_fn=lambda inputs, attention: inputs,
        attention_layer=tf.layers.Dense(8, name="mix"),
        attention_fn=lambda m, out, state, layer: (layer(out), state, state),
        output_attention=False,
    )
    output, state = wrapper(tf.ones([2, 3]), wrapper.zero_state(2, tf.float32))
    assert state.attention.shape.as_list() == [2, 8] and output.shape.as_list() == [2, 5]
    assert tf.trainable_variables()[1].shape.as_list() == [8, 10]  # the cell sees inputs and state alone


def test_the_encoders_state_can_be_cloned_in_or_given():
    given = seq2seq.AttentionWrapper(cell(), attention(), initial_cell_state=tf.ones([2, 5]))
    assert run(given.zero_state(2, tf.float32).cell_state).tolist() == [[1] * 5] * 2
    wrapper = seq2seq.AttentionWrapper(cell(), attention())
    start = wrapper.zero_state(2, tf.float32).clone(cell_state=tf.ones([2, 5]))
    assert isinstance(start, seq2seq.AttentionWrapperState)
    assert run(start.cell_state).sum() == 10
    with pytest.raises(ValueError):
        start.clone(cell_state=tf.ones([3, 5]))


def test_refusals():
    with fails(TypeError, "such as LuongAttention"):
        seq2seq.AttentionWrapper(cell(), None)
    with fails(TypeError, "cell_input_fn"):
        seq2seq.AttentionWrapper(cell(), attention(), cell_input_fn=1)
    with fails(ValueError, "not both"):
        seq2seq.AttentionWrapper(cell(), attention(), 3, attention_layer=tf.layers.Dense(3))
    with fails(ValueError, "2 mechanisms"):
        seq2seq.AttentionWrapper(cell(), [attention(), attention()], [3])
    wrapper = seq2seq.AttentionWrapper(cell(), attention())
    with fails(TypeError, "clone(cell_state=...)"):
        wrapper(tf.ones([2, 3]), tf.ones([2, 5]))
    with fails((ValueError, tf.errors.InvalidArgumentError), "tile_batch"):
        run(wrapper.zero_state(6, tf.float32).cell_state)


def test_history_of_alignments_in_dynamic_rnn():
    x = tf.constant(np.random.RandomState(0).normal(size=(2, 3, 4)).astype(np.float32))
    attention = tf.contrib.seq2seq.LuongAttention(4, x)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), attention, alignment_history=True)
    start = cell.zero_state(2, tf.float32)
    _, state = tf.nn.dynamic_rnn(cell, x, initial_state=start, dtype=tf.float32)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        history, last = sess.run([state.alignment_history.stack(), state.alignments])
    assert history.shape == (3, 2, 3)
    np.testing.assert_allclose(history.sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(history[-1], last)
