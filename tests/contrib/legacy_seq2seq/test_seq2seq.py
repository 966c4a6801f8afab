"""Encoder-decoders over lists against TensorFlow."""

import numpy as np
import pytest
import recorded_runs
from helpers import fails

import minitf as tf
from minitf.contrib import legacy_seq2seq

RECORDED = recorded_runs.ids("seq2seq", "rnn_decoder", "basic_rnn", "tied_rnn", "embedding_rnn", "embedding_tied")
SYMBOLS = np.array([[1, 2, 0, 4], [3, 3, 0, 1], [2, 4, 4, 0]], np.int32)


@pytest.mark.parametrize("id", RECORDED)
def test_recorded(id):
    recorded_runs.check("seq2seq", id)


def steps():
    return tf.unstack(tf.constant(SYMBOLS), axis=1)


def cell():
    return tf.nn.rnn_cell.BasicLSTMCell(3)


MODELS = {
    "embedding_rnn": lambda f: legacy_seq2seq.embedding_rnn_seq2seq(steps(), steps(), cell(), 5, 5, 2, feed_previous=f),
    "embedding_tied_rnn": lambda f: legacy_seq2seq.embedding_tied_rnn_seq2seq(
        steps(), steps(), cell(), 5, 2, feed_previous=f
    ),
    "embedding_attention": lambda f: legacy_seq2seq.embedding_attention_seq2seq(
        steps(), steps(), cell(), 5, 5, 2, feed_previous=f
    ),
}


@pytest.mark.parametrize("model", MODELS)
def test_feed_previous_as_a_tensor_chooses_at_run_time(model):
    feed = tf.placeholder(tf.bool, [])
    both, state = MODELS[model](feed)
    count = len(tf.trainable_variables())
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        fed, plain = MODELS[model](True)[0], MODELS[model](False)[0]
    assert len(tf.trainable_variables()) == count
    assert repr(state).startswith("LSTMStateTuple")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for choice, wanted in ((True, fed), (False, plain)):
            np.testing.assert_allclose(sess.run(both, {feed: choice}), sess.run(wanted), rtol=1e-6)


def test_a_projection_of_the_wrong_size_is_refused():
    projection = tf.zeros([3, 4]), tf.zeros([4])
    with fails(ValueError, "output_projection", "(3, 4)"):
        legacy_seq2seq.embedding_rnn_decoder(steps(), None, cell(), 5, 2, output_projection=projection, scope="d")


def test_one_encoder_with_several_decoders():
    cells = {"a": tf.nn.rnn_cell.GRUCell(3), "b": tf.nn.rnn_cell.GRUCell(3)}
    outputs, states = legacy_seq2seq.one2many_rnn_seq2seq(
        steps(), {"a": steps(), "b": steps()[:2]}, tf.nn.rnn_cell.GRUCell(3), cells, 5, {"a": 5, "b": 6}, 2
    )
    assert [t.shape.as_list() for t in outputs["a"]] == [[3, 5]] * 4
    assert [t.shape.as_list() for t in outputs["b"]] == [[3, 6]] * 2
    assert states["a"].shape.as_list() == [3, 3]
    names = [v.op.name for v in tf.trainable_variables()]
    assert "one2many_rnn_seq2seq/one2many_decoder_b/embedding_rnn_decoder/embedding" in names
