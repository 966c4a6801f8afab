"""The decoders of TensorFlow 1.0; the numbers are TensorFlow 1.0.1's."""

import numpy as np
import pytest

import minitf as tf
from minitf.as_tensorflow.zero import seq2seq

rnn = tf.contrib.rnn

# Outputs, logits, predictions and the state's h, each multiplied by cos(0), cos(1), ... and added up.
SUMS = {
    "att luong gru": [4.81939, -15.94416, 5.27697, -4.71538],
    "att luong lstm": [-15.13481, 12.974, -11.07811, 1.55007],
    "att luong multi": [-24.84652, -12.95674, -8.48844, 0.58238],
    "att bahdanau gru": [-21.40981, -7.28548, -5.15857, -2.06623],
    "att bahdanau lstm": [-14.01277, -13.29243, 17.31081, -1.16873],
    "att bahdanau multi": [-10.40476, 13.00927, -4.64579, 3.20266],
    "simple gru": [-0.93282, 3.47463, -1.38605, 5.22364],
    "simple lstm": [3.41177, 6.52607, 2.92648, 0.14728],
    "simple multi": [-0.89834, 4.9555, -2.38408, -3.28996],
}


def cell_and_state(kind, units, start):
    if kind == "gru":
        return rnn.GRUCell(units), start
    pair = rnn.LSTMStateTuple(start, start * 0.5)
    if kind == "lstm":
        return rnn.BasicLSTMCell(units), pair
    return rnn.MultiRNNCell([rnn.BasicLSTMCell(units) for _ in range(2)]), (pair, pair)


def decoded(kind, option, batch=3, steps=5, units=6, width=2, symbols=7):
    draw = np.random.RandomState(0)

    def drawn(*shape):
        return draw.randn(*shape).astype(np.float32)

    memory, start = tf.constant(drawn(batch, 4, units)), tf.constant(drawn(batch, units) * np.float32(0.5))
    x, embeddings = tf.constant(drawn(batch, steps, width)), tf.constant(drawn(symbols, width))
    cell, start = cell_and_state(kind, units, start)
    with tf.variable_scope("dec") as scope:

        def logits(output):
            return tf.contrib.layers.fully_connected(output, symbols, activation_fn=None, scope=scope)

        ends = (embeddings, 1, 2, 6, symbols)
        if option == "simple":
            train = seq2seq.simple_decoder_fn_train(start)
            infer = seq2seq.simple_decoder_fn_inference(logits, start, *ends)
        else:
            attention = seq2seq.prepare_attention(memory, option, units)
            train = seq2seq.attention_decoder_fn_train(start, *attention)
            infer = seq2seq.attention_decoder_fn_inference(logits, start, *attention, *ends)
        trained = seq2seq.dynamic_rnn_decoder(cell, train, x, [5, 3, 4], scope=scope)
        found = logits(trained[0])
        scope.reuse_variables()
        predicted = seq2seq.dynamic_rnn_decoder(cell, infer, scope=scope)
    return trained, found, predicted


@pytest.mark.parametrize("what", SUMS)
def test_numbers_of_tensorflow(what):
    kind, option = what.split()[-1], what.split()[-2] if what.startswith("att") else "simple"
    trained, logits, predicted = decoded(kind, option)
    hidden = seq2seq._hidden(trained[1])
    assert trained[2] is None and predicted[0].shape.as_list() == [3, None, 7]
    variables = tf.global_variables()
    variables.sort(key=lambda v: v.op.name.replace("weights", "kernel").replace("biases", "bias"))
    with tf.Session() as sess:
        for i, v in enumerate(variables):
            shape = v.shape.as_list()
            value = np.sin(np.arange(np.prod(shape)) + i).reshape(shape) * 0.5
            sess.run(tf.assign(v, value.astype(np.float32)))
        found = sess.run([trained[0], logits, predicted[0], hidden])
    sums = [np.sum(value * np.cos(np.arange(value.size)).reshape(value.shape)) for value in found]
    np.testing.assert_allclose(sums, SUMS[what], atol=2e-4)


def test_without_lengths_all_steps_are_trained():
    cell = rnn.GRUCell(4)
    train = seq2seq.simple_decoder_fn_train(tf.zeros([2, 4]))
    x = np.random.RandomState(0).randn(3, 2, 5).astype(np.float32)
    outputs, state, _ = seq2seq.dynamic_rnn_decoder(cell, train, x, time_major=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found, last = sess.run([outputs, state])
    assert found.shape == (3, 2, 4)
    np.testing.assert_array_equal(found[-1], last)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: seq2seq.prepare_attention(tf.zeros([2, 3, 4]), "dot", 4), "'luong' or 'bahdanau'"),
        (lambda: seq2seq.dynamic_rnn_decoder(rnn.GRUCell(2), None, sequence_length=[1]), "none were given"),
        (lambda: seq2seq.dynamic_rnn_decoder(rnn.GRUCell(2), None, tf.zeros([2, 3])), "rank 3"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
