"""dynamic_decode with decoders of our own."""

import numpy as np
import pytest
from helpers import fails, host_ops

import minitf as tf
from minitf.contrib import seq2seq


class Counter(seq2seq.Decoder):
    """Puts out its state, which grows by one each step; sequence i is finished after i + 1 steps."""

    batch_size = 3
    output_size = {"a": tf.TensorShape([]), "b": 2}
    output_dtype = {"a": tf.float32, "b": tf.int32}

    def initialize(self, name=None):
        return tf.zeros([3], tf.bool), tf.zeros([3]), (tf.ones([3]), tf.constant(7))

    def step(self, time, inputs, state, name=None):
        outputs = {"a": state[0], "b": tf.ones([3, 2], tf.int32)}
        return outputs, (state[0] + 1, state[1] + 1), inputs, time >= tf.range(3)


def decoded(decoder, **options):
    with tf.Session() as sess:
        return sess.run(seq2seq.dynamic_decode(decoder, **options))


def test_until_all_is_finished():
    outputs, state, lengths = decoded(Counter())
    assert lengths.tolist() == [1, 2, 3]
    assert outputs["a"].tolist() == [[1, 2, 3]] * 3
    assert outputs["b"].shape == (3, 3, 2)
    assert state[0].tolist() == [4, 4, 4] and state[1] == 10


def test_imputed_outputs_are_zero_and_states_stay():
    outputs, state, _ = decoded(Counter(), impute_finished=True, output_time_major=True)
    assert outputs["a"].tolist() == [[1, 1, 1], [0, 2, 2], [0, 0, 3]]
    assert outputs["b"].sum(axis=(0, 2)).tolist() == [2, 4, 6]
    assert state[0].tolist() == [2, 3, 4] and state[1] == 10


@pytest.mark.parametrize("limit", [0, 2, 9])
def test_a_bound_on_the_steps(limit):
    outputs, _, lengths = decoded(Counter(), maximum_iterations=tf.constant(limit), output_time_major=True)
    assert lengths.tolist() == np.minimum([1, 2, 3], limit).tolist()
    assert outputs["b"].shape == (min(limit, 3), 3, 2)


def test_finalize_has_the_last_word():
    class Final(Counter):
        def finalize(self, outputs, final_state, sequence_lengths):
            return outputs["a"][-1:], sequence_lengths * 2

    outputs, state, _ = decoded(Final())
    assert outputs.tolist() == [[3], [3], [3]]
    assert state.tolist() == [2, 4, 6]


def test_refusals():
    with fails(TypeError, "'decoder'", "a tf.contrib.seq2seq.Decoder"):
        seq2seq.dynamic_decode(None)
    with fails(ValueError, "maximum_iterations is a scalar"):
        seq2seq.dynamic_decode(Counter(), maximum_iterations=[2])
    for what in ("batch_size", "output_size", "output_dtype"):
        with fails(NotImplementedError, what):
            getattr(seq2seq.Decoder(), what)


def test_nothing_is_worked_out_on_the_host():
    inputs, cell = tf.placeholder(tf.float32, [None, None, 3]), tf.nn.rnn_cell.GRUCell(4)
    helper = seq2seq.TrainingHelper(inputs, tf.constant([3, 1]))
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    loss = tf.reduce_sum(seq2seq.dynamic_decode(decoder, impute_finished=True)[0].rnn_output ** 2)
    slopes = tf.gradients(loss, [inputs, *tf.trainable_variables()])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(slopes, {inputs: np.ones([2, 5, 3])})
        assert host_ops(sess) == []
